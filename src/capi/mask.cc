// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/mask.h"

#include <string_view>

#include "parcelveil/c.h"
#include "src/capi/call.h"

using parcelveil::FieldKind;
using parcelveil::Masked;
using parcelveil::MaskPreset;
using parcelveil::MaskRule;
using parcelveil::MaskStar;
using parcelveil::MaskStyle;
using parcelveil::NumberOwner;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::CheckThere;
using parcelveil::capi::Refuse;
using parcelveil::capi::TextOf;

namespace {

// A value of an enum that counts from `first` to `last`.
template <typename Enum>
absl::StatusOr<Enum> EnumOf(uint8_t value, Enum first, Enum last,
                            std::string_view what) {
  if (value < static_cast<uint8_t>(first) ||
      value > static_cast<uint8_t>(last)) {
    return Refuse(what, "there is no such value");
  }
  return static_cast<Enum>(value);
}

absl::StatusOr<MaskRule> RuleOf(uint8_t rule) {
  return EnumOf(rule, MaskRule::kPhone34, MaskRule::kAllHidden, "rule");
}
absl::StatusOr<MaskPreset> PresetOf(uint8_t preset) {
  return EnumOf(preset, MaskPreset::kHandheld, MaskPreset::kLabel, "preset");
}
absl::StatusOr<FieldKind> KindOf(uint8_t kind) {
  return EnumOf(kind, FieldKind::kName, FieldKind::kText, "kind");
}

// Masks `text` with `mask` and lends what comes out.
template <typename F>
absl::Status LendMasked(const parcelveil_bytes& text, const ByteLender& lender,
                        F&& mask) {
  PARCELVEIL_RETURN_IF_ERROR(lender.Check());
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                              TextOf(text, "text"));
  const Masked masked = mask(bytes);
  return lender.Lend(BytesOf(masked.text()));
}

absl::StatusOr<MaskStyle> StyleOf(const parcelveil_mask_style* style) {
  PARCELVEIL_RETURN_IF_ERROR(CheckStruct(style, "style"));
  PARCELVEIL_ASSIGN_OR_RETURN(MaskStyle made, RuleOf(style->rule));
  made.head_digits = style->head_digits;
  made.tail_digits = style->tail_digits;
  PARCELVEIL_ASSIGN_OR_RETURN(
      made.star,
      EnumOf(style->star, MaskStar::kAsterisk, MaskStar::kBlock, "star"));
  made.width = style->width;
  return made;
}

}  // namespace

int32_t parcelveil_mask(uint8_t rule, parcelveil_bytes text,
                        parcelveil_take take, void* context,
                        parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskRule known, RuleOf(rule));
    return LendMasked(text, {take, context}, [&](std::string_view bytes) {
      return parcelveil::Mask(known, bytes);
    });
  });
}

int32_t parcelveil_mask_styled(const parcelveil_mask_style* style,
                               parcelveil_bytes text, parcelveil_take take,
                               void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskStyle known, StyleOf(style));
    return LendMasked(text, {take, context}, [&](std::string_view bytes) {
      return parcelveil::Mask(known, bytes);
    });
  });
}

int32_t parcelveil_mask_phone_of(uint8_t owner, uint8_t preset,
                                 parcelveil_bytes text, parcelveil_take take,
                                 void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const NumberOwner whose,
        EnumOf(owner, NumberOwner::kUnknown, NumberOwner::kVirtual, "owner"));
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskPreset known, PresetOf(preset));
    return LendMasked(text, {take, context}, [&](std::string_view bytes) {
      return parcelveil::MaskPhoneOf(whose, known, bytes);
    });
  });
}

int32_t parcelveil_mask_line(uint8_t preset, parcelveil_bytes line,
                             parcelveil_take take, void* context,
                             parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskPreset known, PresetOf(preset));
    return LendMasked(line, {take, context}, [&](std::string_view bytes) {
      return parcelveil::MaskLine(known, bytes);
    });
  });
}

int32_t parcelveil_mask_rule_for(uint8_t kind, uint8_t preset, uint8_t* rule,
                                 parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(rule, "rule"));
    PARCELVEIL_ASSIGN_OR_RETURN(const FieldKind known, KindOf(kind));
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskPreset of, PresetOf(preset));
    *rule = static_cast<uint8_t>(parcelveil::RuleFor(known, of));
    return absl::OkStatus();
  });
}

int32_t parcelveil_mask_looks_masked(uint8_t kind, parcelveil_bytes text,
                                     int32_t* looks_masked,
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(looks_masked, "looks_masked"));
    PARCELVEIL_ASSIGN_OR_RETURN(const FieldKind known, KindOf(kind));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(text, "text"));
    *looks_masked = parcelveil::LooksMasked(known, bytes) ? 1 : 0;
    return absl::OkStatus();
  });
}

int32_t parcelveil_mask_count_candidates(uint8_t rule, parcelveil_bytes phone,
                                         parcelveil_bytes address,
                                         uint64_t* count,
                                         parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(count, "count"));
    PARCELVEIL_ASSIGN_OR_RETURN(const MaskRule known, RuleOf(rule));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view number,
                                TextOf(phone, "phone"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view place,
                                TextOf(address, "address"));
    *count = parcelveil::CountCandidates(
        Masked(known, std::string(number)),
        Masked(MaskRule::kAddressStreet, std::string(place)));
    return absl::OkStatus();
  });
}
