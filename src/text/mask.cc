// SPDX-License-Identifier: Apache-2.0

#include "src/text/mask.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "src/text/phone_scanner.h"
#include "src/text/utf8.h"

namespace parcelveil {
namespace text {

namespace {

PhoneDigits DigitsOf(const MaskStyle& style) {
  PhoneDigits digits{0, 4, 4};
  if (style.rule == MaskRule::kPhone34) digits = {3, 4, 4};
  if (style.rule == MaskRule::kPhone14) digits = {1, 4, 6};
  digits.head = std::min(digits.head, style.head_digits);
  digits.tail = std::min(digits.tail, style.tail_digits);
  return digits;
}

std::string_view StarOf(MaskStar star) {
  switch (star) {
    case MaskStar::kFullWidth:
      return "\uFF0A";
    case MaskStar::kDot:
      return "\u25CF";
    case MaskStar::kBlock:
      return "\u2588";
    case MaskStar::kAsterisk:
      break;
  }
  return "*";
}

// Gives the stars of a finished mask their look.
void Restyle(const MaskStyle& style, std::string* out) {
  const std::string_view star = StarOf(style.star);
  // One dot alone is a separator of names: LooksMasked would not know it.
  const bool pairs =
      style.star == MaskStar::kDot || style.star == MaskStar::kBlock;
  std::string styled;
  for (size_t at = 0; at < out->size();) {
    if ((*out)[at] != '*') {
      styled.push_back((*out)[at++]);
      continue;
    }
    size_t run = at;
    while (run < out->size() && (*out)[run] == '*') ++run;
    size_t width = style.width != 0 ? style.width : run - at;
    if (pairs) width = std::max<size_t>(width, 2);
    for (; width > 0; --width) styled.append(star);
    at = run;
  }
  out->swap(styled);
}

inline bool IsPhoneRule(MaskRule rule) {
  return rule >= MaskRule::kPhone34 && rule <= MaskRule::kPhoneLast4;
}

// True where the rule alone says how the mask looks.
inline bool IsPlain(const MaskStyle& style) {
  return (style.head_digits & style.tail_digits) == MaskStyle::kOfTheRule &&
         style.star == MaskStar::kAsterisk && style.width == 0;
}

inline void Finish(const MaskStyle& style, std::string* out) {
  if (style.star == MaskStar::kAsterisk && style.width == 0) return;
  Restyle(style, out);
}

// Eight bytes as a machine word.
inline uint64_t Word(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// A mobile as it mostly comes, in two words that overlap. `keep` has 0xFF for
// each digit that is shown and `stars` a star for each other one; `out` has
// the size of a mobile.
inline void MaskMobile(const char* keep, const char* stars,
                       std::string_view text, std::string* out) {
  constexpr size_t kSecond = kMobileSize - sizeof(uint64_t);
  const uint64_t first = (Word(text.data()) & Word(keep)) | Word(stars);
  const uint64_t second = (Word(text.data() + kSecond) & Word(keep + kSecond)) |
                          Word(stars + kSecond);
  std::memcpy(out->data(), &first, sizeof(first));
  std::memcpy(out->data() + kSecond, &second, sizeof(second));
}

inline void MaskMobile34(std::string_view text, std::string* out) {
  MaskMobile("\xff\xff\xff\0\0\0\0\xff\xff\xff\xff", "\0\0\0****\0\0\0\0", text,
             out);
}

void MaskMobile(const MaskStyle& style, std::string_view text,
                std::string* out) {
  const PhoneDigits shown = DigitsOf(style);
  char keep[kMobileSize] = {};
  char stars[kMobileSize] = {};
  for (size_t i = 0; i < kMobileSize; ++i) {
    const bool show = i < shown.head || i >= size_t{kMobileSize} - shown.tail;
    (show ? keep : stars)[i] = static_cast<char>(show ? 0xFF : '*');
  }
  if (out->size() != kMobileSize) out->resize(kMobileSize);
  MaskMobile(keep, stars, text, out);
}

void MaskPlainly(const MaskStyle& style, std::string_view text,
                 std::string* out) {
  switch (style.rule) {
    case MaskRule::kPhone34:
    case MaskRule::kPhone14:
    case MaskRule::kPhoneLast4:
      return MaskWrittenPhone(DigitsOf(style), text, out);
    case MaskRule::kNameSurname:
      return MaskName(text, out);
    case MaskRule::kAddressRegion:
    case MaskRule::kAddressStreet:
      return MaskAddress(style.rule, text, out);
    case MaskRule::kNameHidden:
    case MaskRule::kAllHidden:
      break;
  }
  out->append(kStars);  // and for a rule that does not exist
}

}  // namespace

[[gnu::noinline]] void MaskInto(const MaskStyle& style, std::string_view text,
                                std::string* out) {
  if (IsPhoneRule(style.rule) && IsPlainMobile(text)) {
    MaskMobile(style, text, out);
    return Finish(style, out);
  }
  out->clear();
  if (text.empty()) return;
  MaskPlainly(style, text, out);
  Finish(style, out);
}

namespace {

// What LooksMasked counts.
struct Stars {
  bool any_certain = false;  // one * is enough
  bool any_pair = false;     // two of any kind in a row
  bool nothing_else = true;
};

// True where `text` has a byte that star-like characters begin with; Chinese
// text and digits have none. Eight bytes at a time: every text that is sealed
// is looked at.
bool MayHaveStars(std::string_view text) {
  constexpr uint64_t kEach = 0x0101010101010101;
  // The high bit of each byte of `word` that is `byte`, and maybe of bytes
  // above one.
  const auto find = [](uint64_t word, uint8_t byte) {
    const uint64_t rest = word ^ (kEach * byte);
    return (rest - kEach) & ~rest & (kEach * 0x80);
  };
  uint64_t found = 0;
  size_t at = 0;
  const auto look = [&](size_t size) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, size);
    found |= find(word, '*') | find(word, 0xC3) | find(word, 0xE2) |
             find(word, 0xEF);
  };
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    look(sizeof(uint64_t));
  }
  if (at < text.size()) look(text.size() - at);
  return found != 0;
}

Stars FindStars(std::string_view text) {
  Stars stars;
  if (!MayHaveStars(text)) return stars;
  bool previous = false;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = Decode(text, i);
    i += c.size;
    const bool star_like = IsStarLike(c.value);
    stars.any_certain |= IsStar(c.value);
    stars.any_pair |= star_like && previous;
    stars.nothing_else &= star_like;
    previous = star_like;
  }
  return stars;
}

// 138----5678: some systems hide with dashes. Written numbers never have three.
bool HasDashRun(std::string_view text) {
  return text.find("---") != std::string_view::npos;
}

}  // namespace
}  // namespace text

MaskRule RuleFor(FieldKind kind, MaskPreset preset) {
  switch (kind) {
    case FieldKind::kName:
      return MaskRule::kNameSurname;
    case FieldKind::kPhone:
      return preset == MaskPreset::kLabel ? MaskRule::kPhone14
                                          : MaskRule::kPhone34;
    case FieldKind::kAddress:
      return preset == MaskPreset::kRegion ? MaskRule::kAddressRegion
                                           : MaskRule::kAddressStreet;
    case FieldKind::kText:
      break;
  }
  return MaskRule::kAllHidden;
}

Masked Mask(const MaskStyle& style, std::string_view text) {
  Masked masked;
  MaskInto(style, text, &masked);
  return masked;
}

void MaskInto(const MaskStyle& style, std::string_view text, Masked* masked) {
  masked->rule_ = style.rule;
  // What a list is made of, into a buffer that held the like before. It calls
  // nothing, so that it costs about as much as copying the number.
  if (style.rule == MaskRule::kPhone34 && text::IsPlain(style) &&
      masked->text_.size() == text::kMobileSize && text::IsPlainMobile(text)) {
    return text::MaskMobile34(text, &masked->text_);
  }
  text::MaskInto(style, text, &masked->text_);
}

Masked MaskPhoneOf(NumberOwner owner, MaskPreset preset,
                   std::string_view text) {
  const MaskRule rule = RuleFor(FieldKind::kPhone, preset);
  std::string whole;
  if (owner == NumberOwner::kVirtual && preset == MaskPreset::kLabel &&
      text::ShowVirtualPhone(text, &whole)) {
    return Masked(rule, std::move(whole));
  }
  return Mask(rule, text);
}

bool LooksMasked(FieldKind kind, std::string_view text) {
  const text::Stars stars = text::FindStars(text);
  switch (kind) {
    case FieldKind::kPhone:
      return stars.any_certain || stars.any_pair || text::HasDashRun(text);
    case FieldKind::kName:
      return stars.any_certain || stars.any_pair;
    case FieldKind::kAddress:
      return stars.any_pair;
    case FieldKind::kText:
      break;
  }
  return stars.any_pair && stars.nothing_else;
}

}  // namespace parcelveil
