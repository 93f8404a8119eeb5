// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/base/cannot.h"
#include "tests/testing/child.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);
static_assert(!testing::kIsStreamable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<Secret, absl::Span<const uint8_t>>);

std::string BytesOf(const Secret& secret) {
  return secret.Use([](absl::Span<const uint8_t> bytes) {
    return std::string(bytes.begin(), bytes.end());
  });
}

const uint8_t* AddressOf(const Secret& secret) {
  return secret.Use(
      [](absl::Span<const uint8_t> bytes) { return bytes.data(); });
}

Secret Take(std::string bytes) {
  return Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()})
      .value();
}

TEST(SecretTest, ZeroGivesThatManyZeroBytes) {
  for (size_t size : {1, 16, 32, 48, 49, 64, 4080, 4081, 32768}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret secret, Secret::Zero(size));
    EXPECT_EQ(secret.size(), size);
    EXPECT_EQ(BytesOf(secret), std::string(size, '\0'));
    EXPECT_TRUE(secret.alive());
  }
}

TEST(SecretTest, RandomGivesOtherBytesEachTime) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret first, Secret::Random(32));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret second, Secret::Random(32));
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(BytesOf(first), BytesOf(second));
  EXPECT_NE(BytesOf(first).substr(24), std::string(8, '\0'));
}

TEST(SecretTest, TakeMovesTheBytesInAndZeroesWhereTheyWere) {
  std::vector<uint8_t> raw(32, 'k');
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret secret,
                                  Secret::Take(absl::MakeSpan(raw)));
  EXPECT_EQ(BytesOf(secret), std::string(32, 'k'));
  EXPECT_EQ(raw, std::vector<uint8_t>(32, 0));
}

TEST(SecretTest, TakeZeroesAlsoWhatItRefuses) {
  std::vector<uint8_t> raw(32769, 'k');
  EXPECT_THAT(Secret::Take(absl::MakeSpan(raw)), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(raw, std::vector<uint8_t>(32769, 0));
}

TEST(SecretTest, RefusesSizesOutside1To32768) {
  EXPECT_THAT(Secret::Zero(0), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Secret::Zero(32769), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Secret::Random(0), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Secret::Take({}), ReasonIs(Reason::kMalformed));
}

TEST(SecretTest, AnEmptyOneHasNoBytesAndIsNotAlive) {
  const Secret secret;
  EXPECT_TRUE(secret.empty());
  EXPECT_FALSE(secret.alive());
  EXPECT_EQ(BytesOf(secret), "");
}

TEST(SecretTest, MovedFromIsEmpty) {
  Secret from = Take("key");
  Secret to(std::move(from));
  EXPECT_EQ(BytesOf(to), "key");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(from.alive());
  Secret other = Take("other");
  other = std::move(to);
  EXPECT_EQ(BytesOf(other), "key");
  EXPECT_TRUE(to.empty());  // NOLINT(bugprone-use-after-move)
  Secret& same = other;
  other = std::move(same);
  EXPECT_EQ(BytesOf(other), "key");
}

TEST(SecretTest, IsZeroedWhenItDies) {
  const uint8_t* address = nullptr;
  {
    const Secret secret = Take(std::string(32, 'k'));
    address = AddressOf(secret);
  }
  // Small secrets live in chunks that stay mapped.
  const volatile uint8_t* at = address;
  for (int i = 0; i < 32; ++i) EXPECT_EQ(at[i], 0) << i;
}

TEST(SecretTest, IsZeroedWhenAnotherIsMovedOverIt) {
  Secret secret = Take(std::string(32, 'k'));
  const volatile uint8_t* at = AddressOf(secret);
  secret = Take(std::string(32, 'l'));
  for (int i = 0; i < 32; ++i) EXPECT_EQ(at[i], 0) << i;
}

TEST(SecretTest, MemoryIsUsedAgainAndComesBackZeroed) {
  const uint8_t* address = AddressOf(Take(std::string(40, 'k')));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret next, Secret::Zero(48));
  EXPECT_EQ(AddressOf(next), address);
  EXPECT_EQ(BytesOf(next), std::string(48, '\0'));
}

TEST(SecretTest, ComparesBytesAndSizes) {
  const Secret key = Take("0123456789abcdef");
  EXPECT_TRUE(key == key);
  EXPECT_TRUE(key == Take("0123456789abcdef"));
  EXPECT_TRUE(key != Take("0123456789abcdeg"));
  EXPECT_TRUE(key != Take("1123456789abcdef"));
  EXPECT_TRUE(key != Take("0123456789abcde"));
  EXPECT_TRUE(key != Secret());
  EXPECT_TRUE(Secret() == Secret());
}

TEST(SecretTest, PrintsNothingOfItself) {
  const Secret secret = Take("key");
  EXPECT_EQ(::testing::PrintToString(secret), "[secret]");
  testing::StringSink sink;
  AbslStringify(sink, secret);
  EXPECT_EQ(sink.text, "[secret]");
}

TEST(SecretTest, AForkedChildSeesZerosAndKnowsIt) {
  for (size_t size : {32, 20000}) {
    const Secret secret = Take(std::string(size, 'k'));
    EXPECT_EQ(InChild([&] {
                return secret.alive()                            ? "alive"
                       : BytesOf(secret) != std::string(size, 0) ? "bytes"
                                                                 : "zeros";
              }),
              "zeros");
    EXPECT_TRUE(secret.alive());
    EXPECT_EQ(BytesOf(secret), std::string(size, 'k'));
  }
}

TEST(SecretTest, AForkedChildMakesSecretsOfItsOwn) {
  const Secret inherited = Take(std::string(32, 'k'));
  EXPECT_EQ(InChild([&] {
              const Secret own = Take("own key");
              return own.alive() && !inherited.alive() ? BytesOf(own) : "";
            }),
            "own key");
}

// All of a child's secrets read as zeros: they must not pass for equal.
TEST(SecretTest, AForkedChildFindsNoInheritedSecretEqual) {
  const Secret key = Take(std::string(32, 'k'));
  const Secret other = Take(std::string(32, 'o'));
  EXPECT_EQ(InChild([&] { return key == other ? "equal" : "not equal"; }),
            "not equal");
}

TEST(SecretTest, ManyThreadsMakeAndDropSecretsWithoutMixingThem) {
  std::vector<std::thread> threads;
  std::vector<int> num_wrong(4, 0);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread, &num_wrong] {
      std::vector<std::pair<Secret, std::string>> held;
      for (int i = 0; i < 500; ++i) {
        std::string bytes(1 + (i * 37) % 200,
                          static_cast<char>('a' + thread * 5 + i % 5));
        held.emplace_back(Take(bytes), bytes);
        if (held.size() > 20) held.erase(held.begin() + i % 20);
        for (const auto& [secret, expected] : held) {
          if (BytesOf(secret) != expected) ++num_wrong[thread];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_wrong, std::vector<int>(4, 0));
}

TEST(HardenProcessTest, TurnsOffCoreDumpsAndPtrace) {
  EXPECT_EQ(InChild([] {
              if (!HardenProcess().ok()) return "refused";
              rlimit core{1, 1};
              getrlimit(RLIMIT_CORE, &core);
              if (core.rlim_cur != 0 || core.rlim_max != 0) return "core";
              return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? "hard"
                                                             : "dumpable";
            }),
            "hard");
}

}  // namespace
}  // namespace parcelveil
