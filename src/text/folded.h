// SPDX-License-Identifier: Apache-2.0
// A text as the masks of names and addresses read it: one unit a character,
// simplified, of one width, without what nobody sees.

#ifndef PARCELVEIL_SRC_TEXT_FOLDED_H_
#define PARCELVEIL_SRC_TEXT_FOLDED_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/text/han.h"
#include "src/text/utf8.h"

namespace parcelveil::text {

constexpr std::array<uint16_t, 128> MakeAsciiFlags() {
  std::array<uint16_t, 128> flags{};
  for (char16_t c = '0'; c <= '9'; ++c) flags[c] = kDigit;
  for (char16_t c = 'a'; c <= 'z'; ++c) flags[c] = flags[c - 0x20] = kLatin;
  for (char16_t c : u" \t\n\v\f\r,") flags[c] = kGap;
  flags[0] = 0;
  return flags;
}
inline constexpr std::array<uint16_t, 128> kAsciiFlags = MakeAsciiFlags();

class Folded {
 public:
  // What stands behind that many characters is not read, so it stays hidden.
  static constexpr size_t kMaxSize = 512;
  // For anything that a mask never shows: marks, controls, broken bytes.
  static constexpr char16_t kOther = 0xFFFF;
  // For a character with marks: shown without them it would be another one.
  static constexpr char16_t kMarked = 0xFFFE;

  // Borrows `text`.
  explicit Folded(std::string_view text) : text_(text) {
    size_t size = 0;
    size_t at = 0;
    while (at < text.size() && size < kMaxSize) {
      starts_[size] = static_cast<uint32_t>(at);
      if (const char16_t han = HanAt(text, at); han != 0) {
        const HanInfo& info = kHanTable[han - kFirstHan];
        units_[size] = info.simplified;
        flags_[size] = info.flags;
        at += kHanSize;
        ++size;
        continue;
      }
      if (const auto byte = static_cast<uint8_t>(text[at]); byte < 0x80) {
        flags_[size] = kAsciiFlags[byte];
        units_[size] = flags_[size] == kGap && byte != ',' ? u' ' : byte;
        ++size;
        ++at;
        continue;
      }
      const CodePoint c = Decode(text, at);
      at += c.size;
      flags_[size] = 0;
      size += FoldOther(c.value, size);
    }
    starts_[size] = static_cast<uint32_t>(at);
    units_[size] = units_[size + 1] = 0;
    flags_[size] = flags_[size + 1] = 0;
    size_ = size;
  }
  Folded(const Folded&) = delete;
  Folded& operator=(const Folded&) = delete;

  size_t size() const { return size_; }
  std::u16string_view view() const { return {units_, size_}; }
  // 0 at the end and one behind it.
  char16_t operator[](size_t at) const { return units_[at]; }
  uint16_t flags(size_t at) const { return flags_[at]; }
  // The character as it is written; kBad at the end and behind it.
  char32_t At(size_t at) const {
    if (at >= size_ || units_[at] == kMarked) return kBad;
    return Decode(text_, starts_[at]).value;
  }

  // True if all of the text is in here.
  bool whole() const { return starts_[size_] == text_.size(); }
  // Bytes of the text before the character at `at`.
  size_t offset(size_t at) const { return starts_[at]; }

  bool StartsWith(size_t at, std::u16string_view word) const {
    if (at + word.size() > size_) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if (units_[at + i] != word[i]) return false;
    }
    return true;
  }
  bool EndsWith(size_t end, std::u16string_view word) const {
    return end >= word.size() && StartsWith(end - word.size(), word);
  }

  // Appends the characters [from, to) as they are written.
  void Append(size_t from, size_t to, std::string* out) const {
    if (!dropped_) {
      out->append(text_.substr(starts_[from], starts_[to] - starts_[from]));
      return;
    }
    for (size_t i = from; i < to; ++i) {
      out->append(text_.substr(starts_[i], Decode(text_, starts_[i]).size));
    }
  }

 private:
  // Writes the unit of a character outside the basic block. False where it is
  // dropped.
  bool FoldOther(char32_t c, size_t at) {
    if (IsInvisible(c) || IsMark(c)) {
      dropped_ = true;
      if (at > 0 && IsMark(c)) {
        units_[at - 1] = kMarked;
        flags_[at - 1] = 0;
      }
      return false;
    }
    const char32_t folded = FoldWidth(c);
    const char32_t lower = folded | 0x20;
    if (lower >= 'a' && lower <= 'z') {
      flags_[at] = kLatin;
    } else if (IsSpace(c)) {
      units_[at] = u' ';
      flags_[at] = kGap;
      return true;
    } else if (const int digit = DigitValue(c); digit >= 0) {
      units_[at] = static_cast<char16_t>(u'0' + digit);
      flags_[at] = kDigit;
      return true;
    }
    units_[at] =
        folded < kMarked ? static_cast<char16_t>(folded) : char16_t{kOther};
    if (folded == ',' || folded == 0x3001) flags_[at] = kGap;
    return true;
  }

  const std::string_view text_;
  size_t size_ = 0;
  bool dropped_ = false;  // an invisible character was met
  char16_t units_[kMaxSize + 2];
  uint16_t flags_[kMaxSize + 2];
  uint32_t starts_[kMaxSize + 1];  // bytes
};

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_FOLDED_H_
