// SPDX-License-Identifier: Apache-2.0
// Old handhelds: little lockable memory.

#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/device/device_fixture.h"
#include "tests/testing/child.h"

namespace parcelveil::testing {
namespace {

// A day of a courier, in words: where it failed, or "done".
std::string WorkADay(const Clock* clock) {
  TestKeyWrap key_wrap(1);
  FakeGate gate(1, clock);
  auto device = Device::Create(&key_wrap, clock);
  if (!device.ok() || !(*device)->Enrol(gate.Card()).ok()) return "create";
  std::vector<std::string> waybills;
  for (int i = 0; i < 64; ++i) waybills.push_back("W" + std::to_string(i));
  auto ask =
      (*device)->Sheet(waybills, {Slot::kRecipientAddress}, Purpose::kDeliver);
  if (!ask.ok()) return "ask for a sheet";
  auto sheet = (*device)->OpenSheet(
      std::move(*ask),
      gate.Sheet(ask->bytes(), {{Slot::kRecipientAddress, kAddress}},
                 absl::Hours(10)));
  if (!sheet.ok()) return "open the sheet";
  for (const std::string& waybill : waybills) {
    if (!sheet->Entry(waybill).ok()) return "open an entry";
    auto one = (*device)->Reveal(waybill, {Slot::kRecipientAddress},
                                 Purpose::kDeliver);
    if (!one.ok()) return "ask";
    if (!(*device)
             ->Open(std::move(*one),
                    gate.Grant(one->bytes(),
                               {{Slot::kRecipientAddress, kAddress}}))
             .ok()) {
      return "open";
    }
  }
  const auto state = (*device)->State();
  if (!state.ok()) return "save";
  return Device::Load(*state, &key_wrap, clock).ok() ? "done" : "load";
}

TEST(SmallMemoryTest, ADayOfWorkTakes32KiBOfLockedMemory) {
  EXPECT_EQ(InChild([] {
              const rlimit limit{32 << 10, 32 << 10};
              setrlimit(RLIMIT_MEMLOCK, &limit);
              // Root may lock whatever the limit.
              if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
              const FakeClock clock(absl::FromUnixMillis(1793838600000));
              return WorkADay(&clock);
            }),
            "done");
}

}  // namespace
}  // namespace parcelveil::testing
