// SPDX-License-Identifier: Apache-2.0
#include "src/base/utf8.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace parcelveil::base {
namespace {

// The bytes of `value` in the shape of RFC 3629, whether it is allowed or not.
std::string Encode(uint32_t value) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | (value >> shift & 0x3F));
  };
  if (value < 0x80) return {static_cast<char>(value)};
  if (value < 0x800) return {static_cast<char>(0xC0 | value >> 6), tail(0)};
  if (value < 0x10000) {
    return {static_cast<char>(0xE0 | value >> 12), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0 | value >> 18), tail(12), tail(6), tail(0)};
}

TEST(IsUtf8Test, TakesEveryCodePointButSurrogates) {
  for (uint32_t value = 0; value <= 0x10FFFF; ++value) {
    const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    ASSERT_EQ(IsUtf8(Encode(value)), !is_surrogate) << value;
  }
}

TEST(IsUtf8Test, RefusesCodePointsAbove10FFFF) {
  EXPECT_FALSE(IsUtf8(Encode(0x110000)));
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));
  for (int lead = 0xF5; lead <= 0xFF; ++lead) {
    EXPECT_FALSE(IsUtf8(std::string(1, static_cast<char>(lead)) +
                        "\x80\x80\x80\x80\x80"))
        << lead;
  }
}

TEST(IsUtf8Test, RefusesOverlongForms) {
  EXPECT_FALSE(IsUtf8("\xC0\x80"));  // a NUL that C code does not see
  EXPECT_FALSE(IsUtf8("\xC0\xAF"));
  EXPECT_FALSE(IsUtf8("\xC1\xBF"));
  EXPECT_FALSE(IsUtf8("\xE0\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xE0\x9F\xBF"));
  EXPECT_TRUE(IsUtf8("\xE0\xA0\x80"));
  EXPECT_FALSE(IsUtf8("\xF0\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xF0\x8F\xBF\xBF"));
  EXPECT_TRUE(IsUtf8("\xF0\x90\x80\x80"));
}

TEST(IsUtf8Test, RefusesSurrogatesAlsoInPairs) {
  EXPECT_TRUE(IsUtf8("\xED\x9F\xBF"));
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsUtf8("\xED\xBF\xBF"));
  EXPECT_FALSE(IsUtf8("\xED\xA0\xBD\xED\xB8\x80"));  // CESU-8
  EXPECT_TRUE(IsUtf8("\xEE\x80\x80"));
}

TEST(IsUtf8Test, RefusesSequencesThatEndEarlyOrGoOnTooLong) {
  for (uint32_t value : {0xE9u, 0x5F20u, 0x20BB7u, 0x1F600u}) {
    const std::string whole = Encode(value);
    for (size_t size = 1; size < whole.size(); ++size) {
      EXPECT_FALSE(IsUtf8(whole.substr(0, size)));
      EXPECT_FALSE(IsUtf8(whole.substr(0, size) + "a"));
      EXPECT_FALSE(IsUtf8(whole.substr(0, size) + whole));
    }
    EXPECT_FALSE(IsUtf8(whole + "\x80"));
  }
  EXPECT_FALSE(IsUtf8("\x80"));
  EXPECT_FALSE(IsUtf8("\xBF"));
}

TEST(IsUtf8Test, TakesNothingAndWhatPeopleWrite) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(std::string(3, '\0')));
  EXPECT_TRUE(IsUtf8("\u5f20\u4e09 138 \U00020BB7 \U0001F600"));
  EXPECT_FALSE(IsUtf8("\xD5\xC5\xC8\xFD"));  // the name in GBK
}

}  // namespace
}  // namespace parcelveil::base
