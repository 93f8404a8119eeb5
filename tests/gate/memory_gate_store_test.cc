// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/memory_gate_store.h"

#include "tests/testing/gate_store_suite.h"

namespace parcelveil::testing {
namespace {

class MemoryStore : public StoreUnderTest {
 public:
  GateStore* store() override { return &store_; }
  void Reopen() override { store_.Revive(); }

 private:
  MemoryGateStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, GateStoreSuite,
                         ::testing::Values(StoreMaker([] {
                           return std::make_unique<MemoryStore>();
                         })));

TEST(MemoryGateStoreTest, TakesBackAllButAnUnsureCommit) {
  using Accident = MemoryGateStore::Accident;
  MemoryGateStore store;
  const auto put = [&](const char* name) {
    return store.Write([&](GateTransaction& transaction) {
      return transaction.PutValue(name, "x");
    });
  };
  store.Plan(Accident::kDeath, 2);  // before the commit
  EXPECT_THAT(put("a"), ReasonIs(Reason::kUnavailable));
  EXPECT_THAT(store.FindValue("a"), ReasonIs(Reason::kUnavailable));
  store.Revive();
  EXPECT_FALSE(store.FindValue("a").value().has_value());
  store.Plan(Accident::kUnsureCommit, 0);
  EXPECT_THAT(put("b"), ReasonIs(Reason::kUnavailable));
  EXPECT_TRUE(store.FindValue("b").value().has_value());
  store.Plan(Accident::kDeath, 3);  // after it
  EXPECT_THAT(put("c"), ReasonIs(Reason::kUnavailable));
  store.Revive();
  EXPECT_TRUE(store.FindValue("c").value().has_value());
}

}  // namespace
}  // namespace parcelveil::testing
