// SPDX-License-Identifier: Apache-2.0

#include "parcelveil/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "src/text/mask.h"

namespace parcelveil {
namespace {

constexpr MaskRule kAllRules[] = {
    MaskRule::kPhone34,       MaskRule::kPhone14,    MaskRule::kPhoneLast4,
    MaskRule::kNameSurname,   MaskRule::kNameHidden, MaskRule::kAddressRegion,
    MaskRule::kAddressStreet, MaskRule::kAllHidden};

std::string TextOf(MaskRule rule, std::string_view text) {
  return Mask(rule, text).text();
}

TEST(MaskTest, LeavesEmptyTextEmpty) {
  for (MaskRule rule : kAllRules) EXPECT_EQ(TextOf(rule, ""), "");
}

TEST(MaskTest, SaysWhichRuleMadeIt) {
  for (MaskRule rule : kAllRules) EXPECT_EQ(Mask(rule, "x").rule(), rule);
}

TEST(MaskTest, HidesAllUnderTheHidingRules) {
  for (const char* text : {"张三", "13812345678", "x", "***", "\xff"}) {
    EXPECT_EQ(TextOf(MaskRule::kAllHidden, text), "***");
    EXPECT_EQ(TextOf(MaskRule::kNameHidden, text), "***");
  }
}

TEST(MaskTest, HidesAllUnderARuleThatDoesNotExist) {
  EXPECT_EQ(TextOf(static_cast<MaskRule>(0), "张三"), "***");
  EXPECT_EQ(TextOf(static_cast<MaskRule>(0), "13812345678"), "***");
  EXPECT_EQ(TextOf(static_cast<MaskRule>(99), "13812345678"), "***");
}

TEST(MaskTest, HidesControlsAndBrokenBytes) {
  const std::string nul("\0", 1);
  for (MaskRule rule : kAllRules) {
    for (const std::string& text :
         {nul, std::string("\xff"), std::string("\xe5\xbc"),
          std::string("\xed\xa0\x80"), std::string("\u202e"),
          std::string("\u200b\u200b"), std::string("👨‍👩‍👧"),
          std::string("\t\n ")}) {
      EXPECT_EQ(TextOf(rule, text), "***");
    }
  }
}

TEST(MaskTest, ReplacesWhatTheBufferHeld) {
  std::string out = "13812345678 and more";
  text::MaskInto(MaskRule::kNameSurname, "张三", &out);
  EXPECT_EQ(out, "张*");
  text::MaskInto(MaskRule::kNameSurname, "", &out);
  EXPECT_EQ(out, "");
}

TEST(MaskTest, IsNoStringThatCouldBeSealed) {
  EXPECT_FALSE((std::is_convertible_v<Masked, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Masked, std::string_view>));
}

TEST(RuleForTest, HidesSixDigitsOnLabelsOnly) {
  EXPECT_EQ(RuleFor(FieldKind::kPhone, MaskPreset::kLabel), MaskRule::kPhone14);
  EXPECT_EQ(RuleFor(FieldKind::kPhone, MaskPreset::kHandheld),
            MaskRule::kPhone34);
  EXPECT_EQ(RuleFor(FieldKind::kPhone, MaskPreset::kRegion),
            MaskRule::kPhone34);
}

TEST(RuleForTest, ShowsTheRegionAloneWhereAsked) {
  EXPECT_EQ(RuleFor(FieldKind::kAddress, MaskPreset::kRegion),
            MaskRule::kAddressRegion);
  EXPECT_EQ(RuleFor(FieldKind::kAddress, MaskPreset::kHandheld),
            MaskRule::kAddressStreet);
  EXPECT_EQ(RuleFor(FieldKind::kAddress, MaskPreset::kLabel),
            MaskRule::kAddressStreet);
}

TEST(RuleForTest, KeepsTheSurnameAndHidesOtherText) {
  for (MaskPreset preset :
       {MaskPreset::kHandheld, MaskPreset::kRegion, MaskPreset::kLabel}) {
    EXPECT_EQ(RuleFor(FieldKind::kName, preset), MaskRule::kNameSurname);
    EXPECT_EQ(RuleFor(FieldKind::kText, preset), MaskRule::kAllHidden);
  }
}

TEST(LooksMaskedTest, KnowsMasksOfNamesAndPhones) {
  for (const char* text :
       {"张*", "张**", "***", "*", "林＊＊", "张××", "张●●", "J***"}) {
    EXPECT_TRUE(LooksMasked(FieldKind::kName, text)) << text;
  }
  for (const char* text : {"138****5678", "1******5678", "138＊＊＊＊5678",
                           "138••••5678", "138----5678", "***"}) {
    EXPECT_TRUE(LooksMasked(FieldKind::kPhone, text)) << text;
  }
}

TEST(LooksMaskedTest, KnowsMasksOfAddresses) {
  for (const char* text :
       {"江苏省苏州市姑苏区平江路***", "****", "上海市＊＊", "北京市●●●"}) {
    EXPECT_TRUE(LooksMasked(FieldKind::kAddress, text)) << text;
  }
  EXPECT_TRUE(LooksMasked(FieldKind::kText, "***"));
}

TEST(LooksMaskedTest, LetsRealTextPass) {
  for (const char* text :
       {"张三", "买买提•吐尔逊", "John Smith", "Ñandú", "", "阿×"}) {
    EXPECT_FALSE(LooksMasked(FieldKind::kName, text)) << text;
  }
  for (const char* text : {"13812345678", "138-1234-5678", "010-12345678x802",
                           "13812345678#9012", "+86--138", "１３８"}) {
    EXPECT_FALSE(LooksMasked(FieldKind::kPhone, text)) << text;
  }
  for (const char* text :
       {"平江路128号#3×2 5*501", "No. 5 – “A” room", "三里屯SOHO·B座"}) {
    EXPECT_FALSE(LooksMasked(FieldKind::kAddress, text)) << text;
  }
  EXPECT_FALSE(LooksMasked(FieldKind::kText, "see ** below"));
}

}  // namespace
}  // namespace parcelveil
