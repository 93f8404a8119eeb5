// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"
#include "parcelveil/secret.h"
#include "tests/base/cannot.h"

namespace parcelveil {
namespace {

static_assert(!std::is_copy_constructible_v<Plaintext>);
static_assert(!std::is_copy_assignable_v<Plaintext>);
static_assert(std::is_nothrow_move_constructible_v<Plaintext>);
static_assert(std::is_nothrow_move_assignable_v<Plaintext>);
static_assert(!testing::kIsStreamable<Plaintext>);
static_assert(!std::is_convertible_v<Plaintext, std::string>);
static_assert(!std::is_convertible_v<Plaintext, std::string_view>);
static_assert(!testing::kIsEqualityComparable<Plaintext>);

std::string TextOf(const Plaintext& plaintext) {
  return plaintext.Use([](std::string_view text) { return std::string(text); });
}

void Fill(Plaintext* plaintext, std::string_view text) {
  const absl::Span<uint8_t> out = plaintext->Resize(text.size());
  std::copy(text.begin(), text.end(), out.begin());
}

// What the buffer behind a plaintext holds, its unused end included.
std::string Peek(const uint8_t* buffer, size_t size) {
  return std::string(reinterpret_cast<const char*>(buffer), size);
}

TEST(PlaintextTest, HoldsWhatItIsGiven) {
  Plaintext plaintext;
  EXPECT_TRUE(plaintext.empty());
  EXPECT_EQ(TextOf(plaintext), "");
  Fill(&plaintext, "13800001234");
  EXPECT_EQ(plaintext.size(), 11u);
  EXPECT_EQ(TextOf(plaintext), "13800001234");
}

TEST(PlaintextTest, IsZeroedBeforeItsBufferIsUsedAgain) {
  Plaintext plaintext;
  Fill(&plaintext, "13800001234");
  const uint8_t* const buffer = plaintext.Resize(4).data();
  EXPECT_EQ(Peek(buffer, 11), std::string(11, '\0'));
  EXPECT_EQ(TextOf(plaintext), std::string(4, '\0'));
  // The buffer stays where it is as long as it is large enough.
  EXPECT_EQ(plaintext.Resize(11).data(), buffer);
  EXPECT_EQ(Peek(buffer, 11), std::string(11, '\0'));
}

TEST(PlaintextTest, ShrinkZeroesWhatItDrops) {
  Plaintext plaintext;
  const absl::Span<uint8_t> out = plaintext.Resize(11);
  std::fill(out.begin(), out.end(), 'x');
  plaintext.Shrink(4);
  EXPECT_EQ(plaintext.size(), 4u);
  EXPECT_EQ(Peek(out.data(), 11), "xxxx" + std::string(7, '\0'));
  plaintext.Shrink(9);  // never grows
  EXPECT_EQ(plaintext.size(), 4u);
  plaintext.Shrink(0);
  EXPECT_TRUE(plaintext.empty());
}

TEST(PlaintextTest, WipeZeroesAndKeepsTheBuffer) {
  Plaintext plaintext;
  const absl::Span<uint8_t> out = plaintext.Resize(11);
  std::fill(out.begin(), out.end(), 'x');
  plaintext.Wipe();
  EXPECT_TRUE(plaintext.empty());
  EXPECT_EQ(Peek(out.data(), 11), std::string(11, '\0'));
  EXPECT_EQ(plaintext.Resize(11).data(), out.data());
}

TEST(PlaintextTest, MovedFromIsEmptyAndUsable) {
  Plaintext from;
  Fill(&from, "13800001234");
  Plaintext to(std::move(from));
  EXPECT_EQ(TextOf(to), "13800001234");
  EXPECT_EQ(TextOf(from), "");  // NOLINT(bugprone-use-after-move)
  Fill(&from, "again");
  EXPECT_EQ(TextOf(from), "again");
  to = std::move(from);
  EXPECT_EQ(TextOf(to), "again");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  Plaintext& same = to;
  to = std::move(same);
  EXPECT_EQ(TextOf(to), "again");
}

TEST(PlaintextTest, PrintsNothingOfItself) {
  Plaintext plaintext;
  Fill(&plaintext, "13800001234");
  EXPECT_EQ(::testing::PrintToString(plaintext), "[plaintext]");
  testing::StringSink sink;
  AbslStringify(sink, plaintext);
  EXPECT_EQ(sink.text, "[plaintext]");
}

}  // namespace
}  // namespace parcelveil
