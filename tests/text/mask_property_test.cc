// SPDX-License-Identifier: Apache-2.0
// What must hold for any text: seeds are fixed, inputs are made up.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "src/text/utf8.h"

namespace parcelveil {
namespace {

constexpr MaskRule kAllRules[] = {
    MaskRule::kPhone34,       MaskRule::kPhone14,    MaskRule::kPhoneLast4,
    MaskRule::kNameSurname,   MaskRule::kNameHidden, MaskRule::kAddressRegion,
    MaskRule::kAddressStreet, MaskRule::kAllHidden};

void AppendUtf8(char32_t c, std::string* out) {
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3F)));
  };
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (c >> 6)));
    tail(0);
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (c >> 12)));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | (c >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

class Chance {
 public:
  explicit Chance(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t n) { return engine_() % n; }
  template <size_t n>
  std::string Of(const char* const (&choices)[n]) {
    return choices[Below(n)];
  }
  std::string Number(int digits) {
    std::string number(1, static_cast<char>('1' + Below(9)));
    for (int i = 1; i < digits; ++i) {
      number.push_back(static_cast<char>('0' + Below(10)));
    }
    return number;
  }

 private:
  std::mt19937 engine_;
};

// Characters of all the kinds that the masks tell apart.
std::string RandomText(Chance* chance) {
  std::string text;
  for (size_t n = chance->Below(24); n > 0; --n) {
    switch (chance->Below(8)) {
      case 0:
        AppendUtf8(static_cast<char32_t>(' ' + chance->Below(95)), &text);
        break;
      case 1:
        text += chance->Number(1);
        break;
      case 2:
        text += chance->Of({"*", "·", "\u200b", "\u202e", "\u0301", "＊", "（",
                            "：", "　", "\ufe0f", "👨", "１"});
        break;
      case 3:
        text.push_back(static_cast<char>(chance->Below(256)));
        break;
      case 4: {
        char32_t c = static_cast<char32_t>(chance->Below(0x110000));
        if (c >= 0xD800 && c <= 0xDFFF) c = U'x';
        AppendUtf8(c, &text);
        break;
      }
      case 5:
        text += chance->Of({"江苏省", "苏州市", "姑苏区", "路", "号", "室",
                            "欧阳", "先生", "小区", "转", "镇", "村"});
        break;
      default:
        AppendUtf8(static_cast<char32_t>(0x4E00 + chance->Below(0x5200)),
                   &text);
    }
  }
  return text;
}

// Changes, drops or doubles a few bytes.
std::string Mutate(std::string text, Chance* chance) {
  for (size_t n = chance->Below(4); n > 0 && !text.empty(); --n) {
    const size_t at = chance->Below(text.size());
    switch (chance->Below(3)) {
      case 0:
        text[at] = static_cast<char>(chance->Below(256));
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, text.substr(at, 1 + chance->Below(6)));
    }
  }
  return text;
}

std::u32string Visible(std::string_view mask) {
  std::u32string visible;
  for (size_t i = 0; i < mask.size();) {
    const text::CodePoint c = text::Decode(mask, i);
    EXPECT_NE(c.value, text::kBad) << "not UTF-8";
    if (c.value != '*') visible.push_back(c.value);
    i += c.size;
  }
  return visible;
}

bool IsSubsequence(const std::u32string& part, const std::u32string& whole) {
  size_t found = 0;
  for (char32_t c : whole) {
    if (found < part.size() && part[found] == c) ++found;
  }
  return found == part.size();
}

void ExpectInvariants(MaskRule rule, const std::string& text) {
  const std::string mask = Mask(rule, text).text();
  const std::u32string visible = Visible(mask);
  EXPECT_EQ(mask.empty(), text.empty());
  const std::string again = Mask(rule, mask).text();
  EXPECT_TRUE(IsSubsequence(Visible(again), visible)) << mask << " " << again;
  if (text.find('*') == std::string::npos) {
    EXPECT_TRUE(mask != text || text.empty()) << "shown whole: " << text;
  }
}

TEST(MaskPropertyTest, HoldsForRandomText) {
  Chance chance(20240101);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(&chance);
    for (MaskRule rule : kAllRules) ExpectInvariants(rule, text);
    ASSERT_FALSE(HasFailure()) << "round " << i;
  }
}

TEST(MaskPropertyTest, ShowsLessFromOnePresetToTheStricterOne) {
  Chance chance(20240106);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(&chance);
    const auto visible = [&](MaskRule rule) {
      return Visible(Mask(rule, text).text());
    };
    EXPECT_TRUE(IsSubsequence(visible(MaskRule::kAddressRegion),
                              visible(MaskRule::kAddressStreet)));
    EXPECT_TRUE(IsSubsequence(visible(MaskRule::kPhone14),
                              visible(MaskRule::kPhone34)));
    EXPECT_TRUE(IsSubsequence(visible(MaskRule::kPhoneLast4),
                              visible(MaskRule::kPhone34)));
    ASSERT_FALSE(HasFailure()) << "round " << i << ": " << text;
  }
}

TEST(MaskPropertyTest, ShowsABoundedShareOfNamesAndPhones) {
  Chance chance(20240107);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = RandomText(&chance);
    EXPECT_LE(Visible(Mask(MaskRule::kNameSurname, text).text()).size(), 2u);
    size_t num_digits = 0;
    for (size_t at = 0; at < text.size();) {
      const text::CodePoint c = text::Decode(text, at);
      num_digits += text::DigitValue(c.value) >= 0 || text::IsStar(c.value);
      at += c.size;
    }
    const std::string mask = Mask(MaskRule::kPhone34, text).text();
    size_t num_shown = 0;
    for (char c : mask) {
      num_shown += text::IsAsciiDigit(c);
    }
    EXPECT_LE(num_shown * 11, num_digits * 7) << text;
    ASSERT_FALSE(HasFailure()) << "round " << i;
  }
}

TEST(MaskPropertyTest, HoldsForLinesOfRandomText) {
  Chance chance(20240108);
  for (int i = 0; i < 20000; ++i) {
    const std::string text =
        RandomText(&chance) + chance.Of({" ", "，", ""}) + RandomText(&chance);
    const std::string mask = MaskLine(MaskPreset::kHandheld, text).text();
    const std::string again = MaskLine(MaskPreset::kHandheld, mask).text();
    EXPECT_TRUE(IsSubsequence(Visible(again), Visible(mask)))
        << mask << " becomes " << again;
    ASSERT_FALSE(HasFailure()) << "round " << i << ": " << text;
  }
}

std::string MobileText(Chance* chance, std::string* mobile) {
  *mobile =
      "1" + std::string(1, "3456789"[chance->Below(7)]) + chance->Number(9);
  std::string written = *mobile;
  if (chance->Below(2) == 0) {
    const std::string separator = chance->Of({"-", " ", ".", "\u2010"});
    written.insert(7, separator);
    written.insert(3, separator);
  }
  return chance->Of({"", "+86", "+86 ", "0086-", "86-", "张三 ", "电话："}) +
         written +
         chance->Of(
             {"", "-9012", "转9012", " 收", "[9012]", ",9012", "（9012）"});
}

TEST(MaskPropertyTest, HidesTheMiddleOfEveryMobile) {
  Chance chance(20240102);
  for (int i = 0; i < 20000; ++i) {
    std::string mobile;
    const std::string text = MobileText(&chance, &mobile);
    const std::string head = mobile.substr(0, 3);
    const std::string tail = mobile.substr(7);
    EXPECT_EQ(Mask(MaskRule::kPhone34, text).text(), head + "****" + tail);
    EXPECT_EQ(Mask(MaskRule::kPhone14, text).text(), "1******" + tail);
    EXPECT_EQ(Mask(MaskRule::kPhoneLast4, text).text(), "*******" + tail);
    ASSERT_FALSE(HasFailure()) << text;
  }
}

TEST(MaskPropertyTest, NeverShowsFiveDigitsInARowOfDamagedPhones) {
  Chance chance(20240103);
  for (int i = 0; i < 20000; ++i) {
    std::string mobile;
    const std::string text = Mutate(MobileText(&chance, &mobile), &chance);
    for (MaskRule rule : {MaskRule::kPhone34, MaskRule::kPhone14}) {
      const std::string mask = Mask(rule, text).text();
      size_t run = 0;
      for (char c : mask) {
        run = text::IsAsciiDigit(c) ? run + 1 : 0;
        EXPECT_LE(run, 4u) << mask;
      }
      ExpectInvariants(rule, text);
    }
    ASSERT_FALSE(HasFailure()) << text;
  }
}

// An address with its secrets: a person's name and letters and digits only.
std::string AddressText(Chance* chance, const std::string& person) {
  std::string text =
      chance->Of({"江苏省苏州市姑苏区", "北京市朝阳区三里屯街道",
                  "广东惠州市惠城区三栋镇", "江苏省 苏州市 昆山市 ", "上海市"});
  text += chance->Of({"平江路", "人民大道", "李家村", "文三路", ""});
  text += chance->Number(3) + chance->Of({"号", "弄", "-", "组", "#"});
  text += chance->Of({"", "东部软件园", "幸福小区", "（万科花园）"});
  text += chance->Number(2) + chance->Of({"幢", "号楼", "栋", "-", "座"});
  text += chance->Of({"甲单元", "三单元", "B", ""}) + chance->Number(4) +
          chance->Of({"室", "", "房"});
  text += chance->Of({" ", "，", "（", "", "/"}) + person;
  text += chance->Of({"收", " 13812345678", "先生13812345678", "", "）"});
  return text;
}

TEST(MaskPropertyTest, HidesHouseAndPersonOfEveryAddress) {
  Chance chance(20240104);
  for (int i = 0; i < 20000; ++i) {
    const std::string person =
        chance.Of({"张三丰", "王小城", "李园", "赵路", "刘湾湾", "钱建村"});
    const std::string text = AddressText(&chance, person);
    const std::string mask = Mask(MaskRule::kAddressStreet, text).text();
    for (char c : mask) EXPECT_FALSE(text::IsAsciiDigit(c));
    EXPECT_EQ(mask.find("B"), std::string::npos);
    for (const char* unit : {"号", "幢", "栋", "室", "单元", "楼", "收"}) {
      // 三栋镇 is a township.
      if (std::string_view(unit) == "栋" &&
          text.find("三栋镇") != std::string::npos) {
        continue;
      }
      EXPECT_EQ(mask.find(unit), std::string::npos) << unit;
    }
    EXPECT_EQ(mask.find(person), std::string::npos);
    EXPECT_EQ(Mask(MaskRule::kAddressStreet, mask).text(), mask);
    EXPECT_TRUE(IsSubsequence(
        Visible(Mask(MaskRule::kAddressRegion, text).text()), Visible(mask)));
    ExpectInvariants(MaskRule::kAddressStreet, Mutate(text, &chance));
    ASSERT_FALSE(HasFailure()) << text << " -> " << mask;
  }
}

TEST(MaskPropertyTest, HidesTheGivenNameOfEveryName) {
  Chance chance(20240105);
  for (int i = 0; i < 20000; ++i) {
    const std::string surname =
        chance.Of({"张", "王", "欧阳", "司马", "諸葛", "𠮷"});
    const std::string given = chance.Of({"三", "小丰", "锋", "伟", "丽丽"});
    const std::string text =
        chance.Of({"", "收件人：", "姓名 ", " "}) + surname + given +
        chance.Of({"", "先生", "[7839]", " 13812345678", "（收）", "/李四"});
    const std::string mask = Mask(MaskRule::kNameSurname, text).text();
    EXPECT_EQ(mask.substr(0, surname.size()), surname);
    EXPECT_EQ(Visible(mask).size(), Visible(surname).size());
    ExpectInvariants(MaskRule::kNameSurname, Mutate(text, &chance));
    ASSERT_FALSE(HasFailure()) << text << " -> " << mask;
  }
}

}  // namespace
}  // namespace parcelveil
