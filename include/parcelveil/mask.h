// SPDX-License-Identifier: Apache-2.0
// Masks: what makes 138****1234 out of a number, and the type that holds it.
//
// Fail closed: what is not understood is hidden more, never shown more. Lists
// (surnames, regions) only decide to show what is proven harmless. Output is
// always valid UTF-8; time is linear in the input. SPEC.md section 9.

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
  MaskRule rule_ = MaskRule::kAllHidden;
  std::string text_;
};

// Returns the rule of `preset` for `kind`; kAllHidden for kText.
MaskRule RuleFor(FieldKind kind, MaskPreset preset);

// Masks `text`, any bytes of any length. Never fails: what the rule does not
// understand comes out hidden. Empty text stays empty. Masking masked text
// shows no more than it shows. Pure; thread-safe.
Masked Mask(MaskRule rule, std::string_view text);

// True where `text` looks like the output of a mask (ours or a common one:
// 张*, 138****1234, ***), so that it must not be sealed as if it were real.
bool LooksMasked(FieldKind kind, std::string_view text);

}  // namespace parcelveil

#endif  // PARCELVEIL_MASK_H_
