// SPDX-License-Identifier: Apache-2.0
#include "src/trace/leaked_text.h"

#include <string>

#include "absl/strings/ascii.h"

namespace parcelveil::trace {
namespace {

// Bytes of a character that hides one, 0 where `text` begins with another.
size_t StarSize(std::string_view text) {
  for (const std::string_view star :
       {"*", "\uFF0A", "\u25CF", "\u2588", "\u2022"}) {
    if (text.substr(0, star.size()) == star) return star.size();
  }
  return 0;
}

size_t CharacterSize(std::string_view text) {
  const unsigned char lead = static_cast<unsigned char>(text[0]);
  const size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return size < text.size() ? size : text.size();
}

// Punctuation that people write or leave out as they like.
bool IsPassedOver(std::string_view character) {
  if (character.size() == 1) {
    return !absl::ascii_isalnum(static_cast<unsigned char>(character[0]));
  }
  for (const std::string_view mark :
       {"\u3000", "，", "。", "、", "：", "；", "（", "）", "－", "·"}) {
    if (character == mark) return true;
  }
  return false;
}

// x is a letter in a name and a mask only in a row of them.
bool IsRowOfX(std::string_view text) {
  return text.size() >= 2 && (text[0] == 'x' || text[0] == 'X') &&
         (text[1] == 'x' || text[1] == 'X');
}

bool AreDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Whether `text` is what `pattern` says; an asterisk is any text. The time is
// at most their product: only the last asterisk is ever gone back to.
bool Matches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t behind_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      behind_star = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++behind_star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

LeakedText::LeakedText(std::string_view text) : text_(text.size()) {
  std::string& out = *text_.get();
  while (!text.empty()) {
    size_t size = StarSize(text);
    if (size == 0 && IsRowOfX(text)) {
      while (size < text.size() && (text[size] == 'x' || text[size] == 'X')) {
        ++size;
      }
    }
    if (size > 0) {
      if (out.empty() || out.back() != '*') out += '*';
      is_masked_ = true;
    } else {
      size = CharacterSize(text);
      const std::string_view character = text.substr(0, size);
      if (!IsPassedOver(character)) {
        for (const char byte : character) {
          out += absl::ascii_tolower(static_cast<unsigned char>(byte));
        }
      }
    }
    text.remove_prefix(size);
  }
}

bool LeakedText::Fits(const LeakedText& other) const {
  constexpr size_t kMinPart = 12;  // bytes: four characters
  if (is_masked_) return Matches(view(), other.view());
  if (other.is_masked_) return Matches(other.view(), view());
  if (view() == other.view()) return true;
  return view().size() >= kMinPart && other.view().size() >= kMinPart &&
         (view().find(other.view()) != std::string_view::npos ||
          other.view().find(view()) != std::string_view::npos);
}

std::optional<MaskedPhone> ParseMaskedPhone(const LeakedText& text,
                                            std::string_view calling_code) {
  const std::string_view all = text.view();
  const size_t star = all.find('*');
  if (star == std::string_view::npos || star != all.rfind('*')) {
    return std::nullopt;
  }
  std::string_view head = all.substr(0, star);
  const std::string_view last_four = all.substr(star + 1);
  // More digits in front than a local number shows: the country's code is
  // among them.
  constexpr size_t kMaxHead = 4;
  if (head.size() > kMaxHead &&
      head.substr(0, calling_code.size()) == calling_code) {
    head.remove_prefix(calling_code.size());
  }
  if (last_four.size() != 4 || !AreDigits(last_four) || !AreDigits(head)) {
    return std::nullopt;
  }
  return MaskedPhone{head, last_four};
}

bool FitsMask(const MaskedPhone& mask, std::string_view digits,
              std::string_view calling_code) {
  if (digits.size() < mask.head.size() + 4) return false;
  if (digits.substr(digits.size() - 4) != mask.last_four) return false;
  const bool fits = digits.substr(0, mask.head.size()) == mask.head;
  if (digits.substr(0, calling_code.size()) != calling_code) return fits;
  const std::string_view local = digits.substr(calling_code.size());
  return fits || local.substr(0, mask.head.size()) == mask.head;
}

}  // namespace parcelveil::trace
