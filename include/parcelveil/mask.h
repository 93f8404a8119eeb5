// SPDX-License-Identifier: Apache-2.0
// Masks: what makes 138****1234 out of a number, and the type that holds it.
//
// Fail closed: what is not understood is hidden more, never shown more. Lists
// (surnames, regions) only decide to show what is proven harmless. Output is
// always valid UTF-8; time is linear in the input. Every function here is pure
// and thread-safe. SPEC.md section 9.

#ifndef PARCELVEIL_MASK_H_
#define PARCELVEIL_MASK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace parcelveil {

// What a field is. On disk: never renumber.
enum class FieldKind : uint8_t {
  kName = 1,
  kPhone = 2,
  kAddress = 3,
  kText = 4,  // anything else; always hidden whole in a view
};

// What a mask leaves visible. On disk (in views): never renumber. Of a number
// that is no mainland mobile at most the last four digits are shown, of an
// address without a region that is known nothing.
enum class MaskRule : uint8_t {
  kPhone34 = 1,        // 138****1234
  kPhone14 = 2,        // 1******1234: six digits hidden, for labels
  kPhoneLast4 = 3,     // *******1234
  kNameSurname = 4,    // surname kept, given name starred
  kNameHidden = 5,     // ***
  kAddressRegion = 6,  // region and township
  kAddressStreet = 7,  // region, township, road and estate name
  kAllHidden = 8,      // ***
};

// Which rule each kind of field gets.
enum class MaskPreset : uint8_t {
  kHandheld = 1,  // kNameSurname, kPhone34, kAddressStreet
  kRegion = 2,    // kNameSurname, kPhone34, kAddressRegion
  kLabel = 3,     // kNameSurname, kPhone14, kAddressStreet (GB/T 41833-2022)
};

// What stands for a hidden character. On disk (in schemas): never renumber.
enum class MaskStar : uint8_t {
  kAsterisk = 0,   // *
  kFullWidth = 1,  // U+FF0A, as wide as a Chinese character
  kDot = 2,        // U+25CF; never one alone
  kBlock = 3,      // U+2588; never one alone
};

// A rule and how it is to look. It may show less than its rule, never more; a
// rule converts into the style that shows what the rule shows.
struct MaskStyle {
  static constexpr uint8_t kOfTheRule = 0xFF;

  // NOLINTNEXTLINE(google-explicit-constructor): a rule is a style.
  MaskStyle(MaskRule rule) : rule(rule) {}

  MaskRule rule;
  uint8_t head_digits = kOfTheRule;  // of a mobile, at most; phone rules only
  uint8_t tail_digits = kOfTheRule;  // of any number, at most
  MaskStar star = MaskStar::kAsterisk;
  uint8_t width = 0;  // stars of each hidden part; 0: its length may show
};

// Masked text: safe to show, impossible to seal or submit as real data.
// Values copy.
class Masked {
 public:
  Masked() = default;
  Masked(MaskRule rule, std::string text)
      : rule_(rule), text_(std::move(text)) {}

  // UTF-8; empty for a field that was empty or that the view does not hold.
  const std::string& text() const { return text_; }
  MaskRule rule() const { return rule_; }

 private:
  friend void MaskInto(const MaskStyle& style, std::string_view text,
                       Masked* masked);

  MaskRule rule_ = MaskRule::kAllHidden;
  std::string text_;
};

// Returns the rule of `preset` for `kind`; kAllHidden for kText.
MaskRule RuleFor(FieldKind kind, MaskPreset preset);

// Masks `text`, any bytes of any length. Never fails: what the rule does not
// understand comes out hidden. Empty text stays empty. Masking masked text
// shows no more than it shows.
Masked Mask(const MaskStyle& style, std::string_view text);

// The same into the buffer of `masked`, which must not hold `text`: a mobile
// or a name allocates nothing once that is large enough.
void MaskInto(const MaskStyle& style, std::string_view text, Masked* masked);

// Whose number a phone field holds. Declared by whoever made the order; the
// library never guesses it from the digits.
enum class NumberOwner : uint8_t {
  kUnknown = 0,  // masked like a real one
  kReal = 1,
  kVirtual = 2,  // a privacy number, which dies with the order
};

// Masks a phone field for `preset`. A label shows a number declared virtual
// whole, extension included, since it must be dialled as printed
// (15012345678-9012); a text that holds anything but one such number is masked
// like a real one.
Masked MaskPhoneOf(NumberOwner owner, MaskPreset preset, std::string_view text);

// Masks one free line in which name, phone and address stand in any order,
// parted by spaces, commas, tabs or labels, or not at all. Every part is masked
// for `preset` as what it proves to be: address from its region on, phone by
// its form, name by its surname. Known labels and waybill numbers of known
// carriers stay; all else is hidden. rule() is kAllHidden: no one rule made it.
Masked MaskLine(MaskPreset preset, std::string_view line);

// Returns how many phone numbers fit what a record shows: `phone` (a mask by
// one of the phone rules) beside `address` (a mask, or empty), so that one may
// choose kPhoneLast4 over kPhone34 with open eyes.
//
// Assumes that number segments (the first seven digits of a mobile) are bound
// to cities, that whoever attacks has the public table of them, and that the
// subscriber lives in the city shown. From 317,822 assigned segments on 31
// provinces and 52 prefixes, as measured over random subscribers: 3+4 digits
// beside a city leave 49 in the median, at most 10 for one in twenty. Numbers
// out of use count too, so that the truth is lower still. Other numbers: ten
// for each hidden digit, the area code of a landline known with the city.
uint64_t CountCandidates(const Masked& phone, const Masked& address);

// True where `text` looks like the output of a mask (ours or a common one:
// 张*, 138****1234, ***), so that it must not be sealed as if it were real.
bool LooksMasked(FieldKind kind, std::string_view text);

}  // namespace parcelveil

#endif  // PARCELVEIL_MASK_H_
