// SPDX-License-Identifier: Apache-2.0
// Masks of the user's own in the views of a schema.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/schema.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ReasonIs;

std::string With(const std::string& masks) {
  return "calling_code: \"86\"\n"
         "slot { id: RECIPIENT_NAME party: RECIPIENT kind: NAME pad: 32 }\n"
         "slot { id: RECIPIENT_PHONE party: RECIPIENT kind: PHONE pad: 16 }\n"
         "role { id: STEWARD bucket_days: 31 }\n"
         "view { id: RECIPIENT_VIEW party: RECIPIENT preset: HANDHELD pad: 64 "
         "show: [RECIPIENT_NAME, RECIPIENT_PHONE] " +
         masks + " }\n";
}

std::string PhoneMask(const std::string& masks, MaskPreset of_map) {
  const Schema schema = Schema::Parse(With(masks)).value();
  const Schema::ViewSlot* view = schema.FindView(Slot::kRecipientView);
  return Mask(view->StyleOf(FieldKind::kPhone, of_map), "13812345678").text();
}

TEST(SchemaMaskTest, StandsInPlaceOfThePreset) {
  const std::string masks = "mask { kind: PHONE rule: PHONE_LAST4 }";
  EXPECT_EQ(PhoneMask(masks, MaskPreset::kHandheld), "*******5678");
  EXPECT_EQ(PhoneMask(masks, MaskPreset::kLabel), "*******5678");
}

TEST(SchemaMaskTest, LeavesOtherKindsToThePreset) {
  const std::string masks = "mask { kind: NAME rule: NAME_HIDDEN }";
  EXPECT_EQ(PhoneMask(masks, MaskPreset::kHandheld), "138****5678");
  EXPECT_EQ(PhoneMask(masks, MaskPreset::kLabel), "1******5678");
}

TEST(SchemaMaskTest, SaysHowManyDigitsWhichStarAndHowWide) {
  EXPECT_EQ(PhoneMask("mask { kind: PHONE rule: PHONE_3_4 head_digits: 0 "
                      "tail_digits: 2 star: FULL_WIDTH width: 3 }",
                      MaskPreset::kHandheld),
            "＊＊＊78");
}

TEST(SchemaMaskTest, IsReadBackFromItsText) {
  const Schema schema =
      Schema::Parse(With("mask { kind: PHONE rule: PHONE_3_4 tail_digits: 0 "
                         "star: DOT width: 2 } "
                         "mask { kind: NAME rule: NAME_HIDDEN }"))
          .value();
  const Schema back = Schema::Parse(schema.ToText()).value();
  EXPECT_EQ(back.Hash(), schema.Hash());
  const auto& masks = back.FindView(Slot::kRecipientView)->masks;
  ASSERT_EQ(masks.size(), 2u);
  EXPECT_EQ(masks[0].kind, FieldKind::kName);
  EXPECT_EQ(masks[1].style.tail_digits, 0);
  EXPECT_EQ(masks[1].style.head_digits, MaskStyle::kOfTheRule);
  EXPECT_EQ(masks[1].style.star, MaskStar::kDot);
  EXPECT_EQ(masks[1].style.width, 2);
}

TEST(SchemaMaskTest, ChangesTheHash) {
  const auto hash = [](const std::string& masks) {
    return Schema::Parse(With(masks)).value().Hash();
  };
  const auto plain = hash("");
  EXPECT_NE(hash("mask { kind: PHONE rule: PHONE_LAST4 }"), plain);
  EXPECT_NE(hash("mask { kind: PHONE rule: PHONE_3_4 width: 3 }"),
            hash("mask { kind: PHONE rule: PHONE_3_4 width: 4 }"));
}

TEST(SchemaMaskTest, IsRefusedWhereItFitsNoKindOrShowsMore) {
  for (const char* masks :
       {"mask { kind: PHONE }", "mask { rule: PHONE_3_4 }",
        "mask { kind: NAME rule: PHONE_3_4 }",
        "mask { kind: ADDRESS rule: NAME_SURNAME }",
        "mask { kind: TEXT rule: NAME_SURNAME }",
        "mask { kind: RECORD_ID rule: ALL_HIDDEN }",
        "mask { kind: PHONE rule: PHONE_3_4 head_digits: 4 }",
        "mask { kind: PHONE rule: PHONE_3_4 tail_digits: 5 }",
        "mask { kind: PHONE rule: PHONE_3_4 tail_digits: 300 }",
        "mask { kind: NAME rule: NAME_SURNAME tail_digits: 1 }",
        "mask { kind: PHONE rule: PHONE_3_4 width: 17 }",
        "mask { kind: PHONE rule: PHONE_3_4 star: 4 }",
        "mask { kind: PHONE rule: 9 }",
        "mask { kind: PHONE rule: PHONE_3_4 } "
        "mask { kind: PHONE rule: PHONE_1_4 }"}) {
    EXPECT_THAT(Schema::Parse(With(masks)).status(),
                ReasonIs(Reason::kMalformed))
        << masks;
  }
}

}  // namespace
}  // namespace parcelveil
