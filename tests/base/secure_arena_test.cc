// SPDX-License-Identifier: Apache-2.0
#include "src/base/secure_arena.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/secret.h"
#include "tests/testing/child.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::base {
namespace {

using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The VmFlags of the mapping that `address` is in, from the kernel.
std::string FlagsOf(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  bool is_inside = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t start = 0;
    uintptr_t end = 0;
    char dash = 0;
    std::istringstream range(line);
    if (range >> std::hex >> start >> dash >> end && dash == '-') {
      is_inside = start <= wanted && wanted < end;
    } else if (is_inside && line.rfind("VmFlags:", 0) == 0) {
      return line + " ";
    }
  }
  return "no such mapping";
}

// AddressSanitizer makes mlock do nothing and say that all went well. Asked of
// the kernel without this library's help.
bool MlockLocks() {
  void* page = mmap(nullptr, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool locks =
      mlock(page, 1) == 0 && FlagsOf(page).find(" lo ") != std::string::npos;
  munmap(page, 1);
  return locks;
}

const uint8_t* AddressOf(const Secret& secret) {
  return secret.Use(
      [](absl::Span<const uint8_t> bytes) { return bytes.data(); });
}

// Left out of core dumps, wiped on fork, and locked wherever mlock locks.
MATCHER(IsSecureMemory, "") {
  return ::testing::ExplainMatchResult(
      ::testing::AllOf(HasSubstr(" dd "), HasSubstr(" wf "),
                       HasSubstr(MlockLocks() ? " lo " : " ")),
      arg, result_listener);
}

void LimitLockableMemory(rlim_t size) {
  const rlimit limit{size, size};
  setrlimit(RLIMIT_MEMLOCK, &limit);
  // Root may lock whatever the limit; a user with no privilege may not.
  if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
}

TEST(SecureRegionTest, IsZeroLockedUndumpableAndWipedOnFork) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SecureRegion region,
                                  SecureRegion::Map(10000));
  EXPECT_GE(region.size(), 10000u);
  for (size_t i = 0; i < region.size(); ++i) ASSERT_EQ(region.data()[i], 0);
  EXPECT_THAT(FlagsOf(region.data()), IsSecureMemory());
  EXPECT_THAT(FlagsOf(region.data() + region.size() - 1), IsSecureMemory());
}

TEST(SecureRegionTest, SecretsOfAllSizesLiveInSuchMemory) {
  for (size_t size : {1, 32, 64, 4000, 8192, 32768}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret secret, Secret::Random(size));
    EXPECT_THAT(FlagsOf(AddressOf(secret)), IsSecureMemory()) << size;
    EXPECT_THAT(FlagsOf(AddressOf(secret) + size - 1), IsSecureMemory())
        << size;
  }
}

TEST(SecureRegionDeathTest, ReadingPastEitherEndEndsTheProcess) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SecureRegion region,
                                  SecureRegion::Map(1));
  const volatile uint8_t* data = region.data();
  EXPECT_DEATH(static_cast<void>(data[region.size()]), "");
  EXPECT_DEATH(static_cast<void>(*(data - 1)), "");
}

TEST(SecureRegionDeathTest, WritingPastEitherEndEndsTheProcess) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SecureRegion region,
                                  SecureRegion::Map(1));
  volatile uint8_t* data = region.data();
  EXPECT_DEATH(data[region.size()] = 1, "");
  EXPECT_DEATH(*(data - 1) = 1, "");
}

TEST(SecureRegionDeathTest, ALargeSecretIsFollowedByAGuardPage) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret secret, Secret::Random(32752));
  const volatile uint8_t* data = AddressOf(secret);  // 16 bytes before: canary
  EXPECT_DEATH(static_cast<void>(data[32752]), "");
}

TEST(SecureRegionTest, MovesWithoutCopying) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(SecureRegion from, SecureRegion::Map(1));
  uint8_t* const data = from.data();
  SecureRegion to(std::move(from));
  EXPECT_EQ(to.data(), data);
  EXPECT_EQ(from.data(), nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(from.size(), 0u);
  SecureRegion other;
  other = std::move(to);
  EXPECT_EQ(other.data(), data);
}

TEST(SecureRegionTest, UnmapsWhenItDies) {
  const uint8_t* data = nullptr;
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SecureRegion region,
                                    SecureRegion::Map(1));
    data = region.data();
  }
  EXPECT_THAT(FlagsOf(data), ::testing::Not(IsSecureMemory()));
}

TEST(LockedMemoryTest, IsRefusedByNameWhereTheKernelLocksNone) {
  if (!MlockLocks()) GTEST_SKIP() << "mlock does nothing here";
  EXPECT_THAT(InChild([] {
                LimitLockableMemory(0);
                const auto secret = Secret::Random(32);
                return std::string(ReasonName(ReasonOf(secret.status()))) +
                       " " + std::string(secret.status().ToString());
              }),
              ::testing::AllOf(StartsWith("LOCKED_MEMORY RESOURCE_EXHAUSTED"),
                               HasSubstr("RLIMIT_MEMLOCK) is 0 bytes")));
}

TEST(LockedMemoryTest, NamesTheLimitThatWasReached) {
  if (!MlockLocks()) GTEST_SKIP() << "mlock does nothing here";
  EXPECT_THAT(InChild([] {
                LimitLockableMemory(8192);
                return std::string(Secret::Random(32768).status().message());
              }),
              HasSubstr("RLIMIT_MEMLOCK) is 8192 bytes; raise it"));
}

TEST(LockedMemoryTest, UnlockedMemoryWillDoWhereTheProcessSaidSo) {
  EXPECT_EQ(InChild([] {
              LimitLockableMemory(0);
              AllowUnlockedMemory();
              const auto secret = Secret::Random(32);
              return secret.ok() && secret->alive() ? "made" : "refused";
            }),
            "made");
}

TEST(LockedMemoryTest, SixtyFourKibibytesHoldSecretsOfManySizes) {
  EXPECT_EQ(InChild([] {
              LimitLockableMemory(65536);
              std::vector<Secret> secrets;
              for (size_t size : {16, 32, 64, 100, 300, 1000, 2000, 4000, 32,
                                  64, 16384, 32, 64, 32, 4000}) {
                auto secret = Secret::Random(size);
                if (!secret.ok()) {
                  return std::string(secret.status().message());
                }
                secrets.push_back(std::move(secret).value());
              }
              return std::string("all made");
            }),
            "all made");
}

// Locks are not inherited: what a child makes must not go into its parent's
// chunks.
TEST(LockedMemoryTest, AForkedChildLocksItsOwnSecrets) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret inherited, Secret::Random(32));
  EXPECT_THAT(
      InChild([] { return FlagsOf(AddressOf(Secret::Random(32).value())); }),
      IsSecureMemory());
}

TEST(LockedMemoryTest, AForkedChildDoesNotReuseWhatItInheritedAndFreed) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Secret inherited, Secret::Random(32));
  EXPECT_THAT(InChild([&] {
                inherited = Secret();
                return FlagsOf(AddressOf(Secret::Random(32).value()));
              }),
              IsSecureMemory());
}

TEST(ForkCanaryTest, IsAliveHereAndNeverZero) {
  EXPECT_NE(ForkCanary(), 0u);
  EXPECT_TRUE(IsForkCanaryAlive(ForkCanary()));
  EXPECT_FALSE(IsForkCanaryAlive(0));
}

}  // namespace
}  // namespace parcelveil::base
