// SPDX-License-Identifier: Apache-2.0
// Quotas, nonces and leaves when thousands ask at once.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

constexpr int kThreads = 16;

// Calls f(i) for 0 <= i < count from many threads.
template <typename F>
void FromManyThreads(int count, F f) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) f(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(QuotaTest, IsExceededByNoneOfTenThousandRequests) {
  constexpr int kRequests = 10000;
  constexpr int kRecords = 500;
  GateWorld world(
      GateWorld::Edits{{"day: 20   month: 300", "day: 100 burst: 100"}});
  std::vector<std::string> requests;
  for (int i = 0; i < kRecords; ++i) world.AddParcel("P" + std::to_string(i));
  for (int i = 0; i < kRequests; ++i) {
    requests.push_back(
        world.courier().Reveal(world.gate(), "P" + std::to_string(i % kRecords),
                               Slot::kRecipientPhone));
  }
  std::vector<std::string> replies(kRequests);
  FromManyThreads(
      kRequests, [&](int i) { replies[i] = world.gate().Handle(requests[i]); });
  std::set<std::string> shown;
  for (int i = 0; i < kRequests; ++i) {
    const auto parsed = wire::ParseRevealReply(replies[i]);
    ASSERT_TRUE(parsed.ok());
    if (parsed->reply.status == 0) {
      shown.insert("P" + std::to_string(i % kRecords));
      continue;
    }
    EXPECT_EQ(parsed->reply.status, ToInt(Reason::kQuota));
  }
  EXPECT_EQ(shown.size(), 100u) << "not one record over, not one under";
  const GateStats stats = world.gate().Stats();
  EXPECT_EQ(stats.granted, world.LeavesOf(LeafType::kGrant).size());
  EXPECT_EQ(stats.granted + stats.refused[12],
            static_cast<uint64_t>(kRequests));
  EXPECT_LT(stats.commits, static_cast<uint64_t>(kRequests)) << "shared";
}

TEST(QuotaTest, ChargesOneRequestThatComesManyTimesAtOnceOnlyOnce) {
  GateWorld world;
  world.AddParcel("W1");
  const std::string request = world.courier().Reveal(world.gate(), "W1");
  std::vector<std::string> replies(64);
  FromManyThreads(64,
                  [&](int i) { replies[i] = world.gate().Handle(request); });
  for (const std::string& reply : replies) {
    EXPECT_EQ(world.courier().Open(world.gate(), request, reply).code,
              Reason::kNone);
  }
  EXPECT_EQ(world.LeavesOf(LeafType::kGrant).size(), 1u);
}

TEST(QuotaTest, GrantsOneOfManyRequestsThatShareANonceAtOnce) {
  GateWorld world;
  std::vector<std::string> requests;
  for (int i = 0; i < kThreads; ++i) {
    world.AddParcel("P" + std::to_string(i));
    wire::RevealRequest request = world.New("P" + std::to_string(i));
    request.nonce.fill(0x4E);
    requests.push_back(world.courier().Sign(request));
  }
  // All have passed the check of the nonce before the first is granted.
  std::atomic<int> num_arrived{0};
  world.parcels().set_before_find([&] {
    ++num_arrived;
    while (num_arrived < kThreads) std::this_thread::yield();
  });
  std::atomic<int> num_granted{0};
  std::atomic<int> num_replays{0};
  FromManyThreads(kThreads, [&](int i) {
    const std::string reply = world.gate().Handle(requests[i]);
    const uint8_t status = wire::ParseRevealReply(reply)->reply.status;
    num_granted += status == 0;
    num_replays += status == ToInt(Reason::kReplay);
  });
  EXPECT_EQ(num_granted, 1);
  EXPECT_EQ(num_replays, kThreads - 1);
  EXPECT_EQ(world.LeavesOf(LeafType::kGrant).size(), 1u);
}

}  // namespace
}  // namespace parcelveil::testing
