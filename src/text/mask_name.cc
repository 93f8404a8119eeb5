// SPDX-License-Identifier: Apache-2.0
// Names: the surname of a Chinese name, the first letter of any other; all else
// is hidden. SPEC.md section 9.

#include <cstddef>
#include <cstdint>

#include "src/text/han.h"
#include "src/text/mask.h"
#include "src/text/surname.h"
#include "src/text/utf8.h"

namespace parcelveil::text {
namespace {

constexpr std::string_view kTitles[] = {"先生", "女士", "小姐", "老师",
                                        "师傅", "经理", "主任", "同学",
                                        "医生", "阿姨", "收"};

bool IsHan(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x323AF);
}

// Letters of scripts that write one letter a code point.
bool IsLetter(char32_t c) {
  if (c < 0x80) {
    const char32_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'z';
  }
  return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) ||
         (c >= 0x0391 && c <= 0x03C9) || (c >= 0x0400 && c <= 0x0481) ||
         (c >= 0x048A && c <= 0x052F) || (c >= 0x3041 && c <= 0x3096) ||
         (c >= 0x30A1 && c <= 0x30FA) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
}

size_t SkipBlank(std::string_view text, size_t pos) {
  while (pos < text.size()) {
    const CodePoint c = Decode(text, pos);
    if (!IsSpace(c.value) && !IsInvisible(c.value)) break;
    pos += c.size;
  }
  return pos;
}

// Returns where the name begins: behind 收件人: and the like.
size_t SkipLabel(std::string_view text, size_t pos) {
  constexpr std::string_view kLabels[] = {
      "收件人", "收货人", "寄件人", "发件人", "发货人", "联系人",
      "收件",   "收货",   "姓名",   "名字",   "客户",   "用户"};
  if (!(HanFlags(HanAt(text, pos)) & kNameWord)) return pos;
  for (std::string_view label : kLabels) {
    if (text.substr(pos, label.size()) != label) continue;
    pos += label.size();
    while (pos < text.size()) {
      const CodePoint c = Decode(text, pos);
      if (FoldWidth(c.value) != ':' && !IsSpace(c.value)) break;
      pos += c.size;
    }
    return pos;
  }
  return pos;
}

// Returns the bytes of the title that `text` ends with.
size_t TitleSize(std::string_view text) {
  for (size_t length : {2 * kHanSize, kHanSize}) {
    if (text.size() <= length) continue;
    const size_t pos = text.size() - length;
    if (!(HanFlags(HanAt(text, pos)) & kNameWord)) continue;
    for (std::string_view title : kTitles) {
      if (text.substr(pos) == title) return length;
    }
  }
  return 0;
}

// A Chinese name at the start of a text, taken apart.
struct HanName {
  size_t length = 0;  // characters
  size_t stars = 0;   // behind them: the text is a mask already
  bool plain = true;  // nothing else stands in the text
};

HanName ReadHanName(std::string_view text) {
  HanName name;
  size_t pos = 0;
  size_t end = 0;  // of the last character that counts
  while (pos < text.size()) {
    const CodePoint c = Decode(text, pos);
    if (IsHan(c.value) && name.stars == 0) {
      ++name.length;
    } else if (IsStar(c.value) && pos == end) {
      ++name.stars;
    } else if (!IsSpace(c.value)) {
      break;
    } else {
      pos += c.size;
      continue;
    }
    pos += c.size;
    end = pos;
  }
  name.plain = SkipBlank(text, end) == text.size();
  if (const size_t title = TitleSize(text.substr(0, end)); title != 0) {
    const size_t length = title / kHanSize;
    if (name.length >= length + 2 && name.stars == 0) {
      name.length -= length;
      name.plain = false;
    }
  }
  return name;
}

// Numbers written in characters, or a title without a name.
bool StartsLikeNoName(std::string_view text) {
  const uint16_t flags = HanFlags(HanAt(text, 0));
  if (flags & HanFlags(HanAt(text, kHanSize)) & kNumeral) return true;
  if (!(flags & kNameWord)) return false;
  for (std::string_view title : kTitles) {
    if (text.substr(0, title.size()) == title) return true;
  }
  return false;
}

void MaskHanName(std::string_view text, std::string* out) {
  constexpr size_t kLongest = 4;
  const HanName name = ReadHanName(text);
  const size_t length = name.length + name.stars;
  if (length < 2 || StartsLikeNoName(text)) {
    out->append(name.plain && length == 1 ? "*" : kStars);
    return;
  }
  const bool compound = length > 2 && name.length >= 2 &&
                        (length <= kLongest || name.stars != 0) &&
                        IsCompoundSurname(text.substr(0, 2 * kHanSize));
  const size_t first = Decode(text, 0).size;
  out->append(text.substr(0, compound ? 2 * kHanSize : first));
  const size_t hidden = length - (compound ? 2 : 1);
  const bool exact = name.plain && length <= kLongest;
  out->append(exact ? hidden : kStars.size(), '*');
}

}  // namespace

void MaskName(std::string_view text, std::string* out) {
  if (text == "*") {
    out->append(text);
    return;
  }
  text.remove_prefix(SkipBlank(text, 0));
  text.remove_prefix(SkipLabel(text, 0));
  if (text.empty()) {
    out->append(kStars);
    return;
  }
  const CodePoint first = Decode(text, 0);
  if (IsHan(first.value)) return MaskHanName(text, out);
  // A letter by itself may be a whole name; one with a mark is not one letter.
  if (IsLetter(first.value) && text.size() > first.size) {
    const CodePoint second = Decode(text, first.size);
    if (IsLetter(second.value) || IsStar(second.value)) {
      out->append(text.substr(0, first.size));
    }
  }
  out->append(kStars);
}

}  // namespace parcelveil::text
