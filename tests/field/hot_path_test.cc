// SPDX-License-Identifier: Apache-2.0
// What sealing and opening cost beside cryptography: no allocation, no system
// call. A program of its own, since it replaces operator new.

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "tests/testing/test_keyring.h"

namespace {

std::atomic<int64_t> num_allocations{0};

}  // namespace

// Not inlined: the compiler would take malloc and delete for a mismatch.
__attribute__((noinline)) void* operator new(size_t size) {
  ++num_allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
__attribute__((noinline)) void operator delete(void* memory) noexcept {
  std::free(memory);
}
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace parcelveil {
namespace {

// Runs `work` a few times to warm caches and buffers, then counts.
template <typename Work>
int64_t CountAllocations(Work&& work) {
  for (int i = 0; i < 8; ++i) work();
  const int64_t before = num_allocations;
  for (int i = 0; i < 100; ++i) work();
  return num_allocations - before;
}

TEST(AllocationTest, SealingWaybillsIntoAReusedRowAllocatesNothing) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kConverter);
  const auto sealer =
      Sealer::Create(keyring.get(), TableMap::Default()).value();
  Record record("SF1234567890123");
  record.Set(Slot::kSenderName, "张三");
  record.Set(Slot::kSenderPhone, "13900139000");
  record.Set(Slot::kSenderAddress, "广东省深圳市南山区科技园路1号");
  record.Set(Slot::kRecipientName, "欧阳锋");
  record.Set(Slot::kRecipientPhone, "13812345678");
  record.Set(Slot::kRecipientAddress,
             "浙江省杭州市西湖区文三路90号东部软件园2号楼A2306");
  SealedRow row;
  EXPECT_EQ(CountAllocations(
                [&] { EXPECT_TRUE(sealer->SealInto(record, &row).ok()); }),
            0);
  EXPECT_EQ(row.cells().size(), 11u);
}

TEST(AllocationTest, OpeningIntoAReusedBufferAllocatesNothing) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kGate);
  const auto sealer =
      Sealer::Create(keyring.get(), TableMap::Default()).value();
  const auto opener = Opener::Create(keyring.get()).value();
  const Cell cell{Slot::kRecipientPhone, "SF1234567890123"};
  std::string sealed;
  Plaintext text;
  EXPECT_EQ(
      CountAllocations([&] {
        EXPECT_TRUE(
            sealer->SealField(cell, Scope::kNational, "13812345678", &sealed)
                .ok());
        EXPECT_TRUE(opener->OpenInto(cell, sealed, &text).ok());
      }),
      0);
}

TEST(SystemCallTest, SealingAndOpeningMakeNone) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kGate);
  const auto sealer =
      Sealer::Create(keyring.get(), TableMap::Default()).value();
  const auto opener = Opener::Create(keyring.get()).value();
  const Cell cell{Slot::kRecipientPhone, "SF1234567890123"};
  std::string sealed;
  Plaintext text;
  std::atomic<int> num_done{0};
  std::thread strict([&] {
    const auto work = [&] {
      const bool is_done =
          sealer->SealField(cell, Scope::kNational, "13812345678", &sealed)
              .ok() &&
          opener->OpenInto(cell, sealed, &text).ok() &&
          SystemClock()->Now() > absl::UnixEpoch();
      if (is_done) ++num_done;
    };
    for (int i = 0; i < 8; ++i) work();
    // From here on any call but read, write and exit kills the process.
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) != 0) return;
    for (int i = 0; i < 1000; ++i) work();
    syscall(SYS_exit, 0);
  });
  strict.join();
  EXPECT_EQ(num_done, 1008);
}

}  // namespace
}  // namespace parcelveil
