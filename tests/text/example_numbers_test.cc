// SPDX-License-Identifier: Apache-2.0
// The example numbers that libphonenumber has of every region: their masks, and
// their normal forms where rule 1 leaves no choice. The library itself never
// asks libphonenumber: an upgrade of its metadata would change normal forms.

#include <gtest/gtest.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "parcelveil/mask.h"
#include "src/text/normalise.h"
#include "src/text/phone_scanner.h"

namespace parcelveil {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr PhoneNumberUtil::PhoneNumberType kTypes[] = {
    PhoneNumberUtil::FIXED_LINE,     PhoneNumberUtil::MOBILE,
    PhoneNumberUtil::TOLL_FREE,      PhoneNumberUtil::PREMIUM_RATE,
    PhoneNumberUtil::SHARED_COST,    PhoneNumberUtil::VOIP,
    PhoneNumberUtil::PERSONAL_NUMBER};

void ForEachExample(const std::function<void(const std::string& region,
                                             const PhoneNumber&)>& check) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  std::set<std::string> regions;
  util.GetSupportedRegions(&regions);
  ASSERT_GT(regions.size(), 200u);
  for (const std::string& region : regions) {
    for (PhoneNumberUtil::PhoneNumberType type : kTypes) {
      PhoneNumber number;
      if (util.GetExampleNumberForType(region, type, &number)) {
        check(region, number);
      }
    }
  }
}

std::string Written(const PhoneNumber& number,
                    PhoneNumberUtil::PhoneNumberFormat format) {
  std::string text;
  PhoneNumberUtil::GetInstance()->Format(number, format, &text);
  return text;
}

size_t CountDigits(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

TEST(ExampleNumbersTest, ShowAtMostFourDigitsAndHideFour) {
  ForEachExample([](const std::string& region, const PhoneNumber& number) {
    const std::string all = Written(number, PhoneNumberUtil::E164);
    for (auto format : {PhoneNumberUtil::E164, PhoneNumberUtil::INTERNATIONAL,
                        PhoneNumberUtil::NATIONAL, PhoneNumberUtil::RFC3966}) {
      const std::string text = Written(number, format);
      const std::string mask = Mask(MaskRule::kPhone34, text).text();
      // 138****1234 is of mainland China, or reads as if it were.
      const size_t most = mask[0] != '*' ? 7 : 4;
      EXPECT_LE(CountDigits(mask), most)
          << region << " " << text << " " << mask;
      EXPECT_LE(CountDigits(mask) + 4, std::max<size_t>(CountDigits(text), 4))
          << region << " " << text << " " << mask;
      const std::string label = Mask(MaskRule::kPhone14, text).text();
      EXPECT_LE(CountDigits(label) + 6, std::max<size_t>(CountDigits(text), 6))
          << region << " " << text << " " << label;
      // What is shown last is the end of the number.
      const size_t star = mask.rfind('*');
      const std::string tail = mask.substr(star + 1);
      EXPECT_EQ(all.substr(all.size() - tail.size()), tail)
          << region << " " << text << " " << mask;
    }
  });
}

TEST(ExampleNumbersTest, KeepTheirDigitsWithACountryCode) {
  ForEachExample([](const std::string& region, const PhoneNumber& number) {
    const std::string all = Written(number, PhoneNumberUtil::E164);
    std::string normal;
    ASSERT_TRUE(
        text::Normalise(text::NormaliseRule::kPhone, all, "86", &normal))
        << region << " " << all;
    EXPECT_EQ("+" + normal, all) << region;
  });
}

TEST(ExampleNumbersTest, ShowTheirLastFourWhereParcelsGo) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  for (const char* region :
       {"CN", "HK", "MO", "TW", "SG", "MY", "JP", "KR", "US", "CA", "GB", "AU",
        "FR", "RU", "VN", "TH", "IN", "AE"}) {
    PhoneNumber number;
    ASSERT_TRUE(
        util.GetExampleNumberForType(region, PhoneNumberUtil::MOBILE, &number));
    const std::string all = Written(number, PhoneNumberUtil::E164);
    const std::string mask =
        Mask(MaskRule::kPhone34,
             Written(number, PhoneNumberUtil::INTERNATIONAL))
            .text();
    EXPECT_EQ(mask.substr(mask.rfind('*') + 1), all.substr(all.size() - 4))
        << region;
  }
}

// The fast path and the library agree on what a plain mainland mobile is.
TEST(ExampleNumbersTest, AgreeWithTheFastPathOnMainlandMobiles) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  int num_valid = 0;
  for (int prefix = 100; prefix < 200; ++prefix) {
    const std::string text = std::to_string(prefix) + "12345678";
    PhoneNumber number;
    ASSERT_EQ(util.Parse(text, "CN", &number),
              PhoneNumberUtil::NO_PARSING_ERROR);
    if (util.GetNumberType(number) != PhoneNumberUtil::MOBILE) continue;
    ++num_valid;
    EXPECT_TRUE(text::IsPlainMobile(text)) << text;
    std::string normal;
    ASSERT_TRUE(
        text::Normalise(text::NormaliseRule::kPhone, text, "86", &normal));
    EXPECT_EQ("+" + normal, Written(number, PhoneNumberUtil::E164));
  }
  EXPECT_GT(num_valid, 40);
}

}  // namespace
}  // namespace parcelveil
