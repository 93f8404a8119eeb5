// SPDX-License-Identifier: Apache-2.0
// What every gate store does, and what gates that share one see of each other.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "src/gate/committer.h"
#include "tests/store/postgres/postgres_gate_fixture.h"
#include "tests/testing/gate_store_suite.h"
#include "tests/testing/killed_writer.h"

namespace parcelveil::testing {

class PostgresStore : public StoreUnderTest {
 public:
  PostgresStore()
      : address_(PostgresCluster::Shared().Address(
            PostgresCluster::Shared().MakeDatabase())) {
    EXPECT_THAT(PostgresGateStore::Create(address_), IsOk());
    Reopen();
  }
  GateStore* store() override { return store_.get(); }
  void Reopen() override {
    store_.reset();
    store_ = *PostgresGateStore::Open(address_, "gate-1");
  }

 private:
  const std::string address_;
  std::unique_ptr<PostgresGateStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, GateStoreSuite,
                         ::testing::Values(StoreMaker([] {
                           return std::make_unique<PostgresStore>();
                         })));

namespace {

using Kind = GrantOutcome::Kind;

TEST_F(PostgresGateTest, MakesItsTablesOnceHoweverManyTry) {
  const std::string address = PostgresCluster::Shared().Address(
      PostgresCluster::Shared().MakeDatabase());
  EXPECT_EQ(PostgresGateStore::Open(address, "g").status().code(),
            absl::StatusCode::kNotFound);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { EXPECT_THAT(PostgresGateStore::Create(address), IsOk()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(PostgresGateStore::Open(address, "g"), IsOk());
}

TEST_F(PostgresGateTest, LeavesTablesOfAnotherVersionAlone) {
  Ask("UPDATE parcelveil_gate.store SET version = 2");
  EXPECT_EQ(PostgresGateStore::Create(address_).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(PostgresGateStore::Open(address_, "g").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(PostgresGateTest, SharesOneQuotaAmongGatesAndExceedsItByNone) {
  constexpr int kThreads = 4;  // of each gate
  constexpr int kGrants = 25;
  constexpr uint64_t kLimit = 90;
  const std::vector<std::shared_ptr<GateStore>> gates = {Open("gate-1"),
                                                         Open("gate-2")};
  std::atomic<int> num_granted{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 2 * kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kGrants; ++i) {
        const uint64_t number = t * kGrants + i;
        Grant grant = NewGrant(number);
        // Of two counters, each gate first charges the other one.
        grant.charges = {ChargeOf(SubjectKind::kPrincipal, kLimit, number),
                         ChargeOf(SubjectKind::kTenant, kLimit + 5, number)};
        if (t % 2 == 1) std::swap(grant.charges[0], grant.charges[1]);
        const auto kind = Put(gates[t % 2].get(), grant);
        EXPECT_THAT(kind, IsOk());
        if (kind.ok() && *kind == Kind::kGranted) ++num_granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_granted, static_cast<int>(kLimit));
  EXPECT_EQ(Ask("SELECT string_agg(used::text, ' ') FROM "
                "parcelveil_gate.quota"),
            "90 90");
}

// In groups, as gates commit.
TEST_F(PostgresGateTest, IsExceededByNoneOfTenThousandConcurrentRequests) {
  constexpr uint64_t kThreads = 64;
  constexpr uint64_t kRequests = 10000;
  constexpr uint64_t kLimit = 7000;
  OpenGate first(Open("gate-1"));
  OpenGate second(Open("gate-2"));
  gate::Committer committers[] = {{first.store.get(), first.log.get()},
                                  {second.store.get(), second.log.get()}};
  std::atomic<uint64_t> next{0};
  std::atomic<uint64_t> num_granted{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t number; (number = next++) < kRequests;) {
        gate::CommitJob job;
        job.grant = NewGrant(number);
        job.grant->charges = {
            ChargeOf(SubjectKind::kPrincipal, kLimit, number)};
        job.leaves.push_back(NumberedGrant::LeafOf(number));
        EXPECT_THAT(committers[t % 2].Commit(&job), IsOk());
        if (job.outcome.kind == Kind::kGranted) ++num_granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_granted, kLimit);
  EXPECT_EQ(Ask("SELECT used FROM parcelveil_gate.quota"), "7000");
  EXPECT_EQ(*first.store->NumLeaves() + *second.store->NumLeaves(), kLimit);
}

TEST_F(PostgresGateTest, UsesANonceOnceAmongGatesThatRace) {
  const auto first = Open("gate-1");
  const auto second = Open("gate-2");
  for (uint64_t number = 0; number < 20; ++number) {
    std::atomic<int> num_granted{0};
    const auto put = [&](GateStore* store) {
      if (*Put(store, NewGrant(number)) == Kind::kGranted) ++num_granted;
    };
    std::thread other([&] { put(second.get()); });
    put(first.get());
    other.join();
    EXPECT_EQ(num_granted, 1) << number;
  }
}

TEST_F(PostgresGateTest, TellsNoOtherGateWhereTheLeafOfANonceIs) {
  const auto first = Open("gate-1");
  const auto second = Open("gate-2");
  EXPECT_EQ(*Put(first.get(), NewGrant(5)), Kind::kGranted);
  EXPECT_EQ((*first->FindNonce(9, Id(5)))->request_hash[0], 0x5A);
  EXPECT_EQ(*Put(second.get(), NewGrant(5)), Kind::kSeen);
  const auto used = *second->FindNonce(9, Id(5));
  ASSERT_TRUE(used.has_value());
  EXPECT_EQ(used->request_hash, Sha256Digest{});
  EXPECT_EQ(used->leaf_index, 0u);
  EXPECT_EQ(used->time, now_);
}

TEST_F(PostgresGateTest, KeepsLogsRequestsAndValuesApart) {
  const auto first = Open("gate-1");
  const auto second = Open("gate-2");
  ASSERT_THAT(first->Write([&](GateTransaction& t) {
    EXPECT_THAT(t.PutLeaf(0, "leaf"), IsOk());
    EXPECT_THAT(t.PutGrant(NewGrant(0)), IsOk());
    EXPECT_THAT(t.PutValue("policy", "of the first"), IsOk());
    return t.PutCheckpoint(1, "note");
  }),
              IsOk());
  EXPECT_EQ(*second->NumLeaves(), 0u);
  EXPECT_FALSE(second->ReadCheckpoint()->has_value());
  EXPECT_FALSE(second->FindRequest(0)->has_value());
  EXPECT_FALSE(second->FindValue("policy")->has_value());
  ASSERT_THAT(second->DeleteRequestsBefore(Epoch{60000}), IsOk());
  EXPECT_TRUE(first->FindRequest(0)->has_value());
}

TEST_F(PostgresGateTest, SeesARevocationByAnotherGateAtOnce) {
  const auto first = Open("gate-1");
  const auto second = Open("gate-2");
  EnrolledDevice device{5, 42, {}, now_ + absl::Hours(24), false};
  for (const bool is_revoked : {false, true, false, true}) {
    device.revoked = is_revoked;
    ASSERT_THAT(
        first->Write([&](GateTransaction& t) { return t.PutDevice(device); }),
        IsOk());
    EXPECT_EQ((*second->FindDevice(5))->revoked, is_revoked);
  }
}

TEST_F(PostgresGateTest, ReadsWhileATransactionIsOpen) {
  const auto first = Open("gate-1");
  const auto second = Open("gate-2");
  ASSERT_THAT(first->Write([&](GateTransaction& t) {
    const absl::Status put = t.PutHold("W1", true);
    for (GateStore* store : {first.get(), second.get()}) {
      EXPECT_FALSE(*store->IsHeld("W1")) << "not committed yet";
      EXPECT_FALSE(store->FindDevice(5)->has_value());
    }
    // A log alone does not wait for it.
    EXPECT_THAT(second->WriteLog(
                    [](LogTransaction& log) { return log.PutLeaf(0, "x"); }),
                IsOk());
    EXPECT_EQ(first->WriteLog([](LogTransaction&) { return absl::OkStatus(); })
                  .code(),
              absl::StatusCode::kFailedPrecondition);
    return put;
  }),
              IsOk());
  EXPECT_TRUE(*second->IsHeld("W1"));
}

TEST_F(PostgresGateTest, CommitsDurablyWhateverTheDatabasesDefaultIs) {
  Ask("SELECT 1");
  const auto db = OpenOrDie(address_);
  ASSERT_THAT(db->Execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
                          "synchronous_commit = off', current_database()); "
                          "END $$",
                          "test"),
              IsOk());
  // The setting that a session writes under stands where a trigger sees it.
  ASSERT_THAT(
      db->Execute("CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN NEW.record_id := "
                  "current_setting('synchronous_commit')::bytea; RETURN NEW; "
                  "END $$; CREATE TRIGGER seen BEFORE INSERT ON "
                  "parcelveil_gate.hold FOR EACH ROW EXECUTE FUNCTION seen()",
                  "test"),
      IsOk());
  ASSERT_THAT(Open("gate-1")->Write(
                  [](GateTransaction& t) { return t.PutHold("W1", true); }),
              IsOk());
  EXPECT_EQ(Ask("SELECT record_id FROM parcelveil_gate.hold"), "on");
}

TEST_F(PostgresGateTest, PrunesADaysChargesInPortions) {
  const auto store = Open("gate-1");
  Grant grant = NewGrant(1);
  grant.charges = {ChargeOf(SubjectKind::kTenant, 9000, 0)};
  for (uint64_t i = 1; i < 4500; ++i) {
    grant.charges[0].records.push_back(Id(i));
  }
  EXPECT_EQ(*Put(store.get(), grant), Kind::kGranted);
  Grant later = NewGrant(2);
  later.day = Epoch{60000};
  later.charges = {ChargeOf(SubjectKind::kTenant, 9000, 0)};
  EXPECT_EQ(*Put(store.get(), later), Kind::kGranted);
  ASSERT_THAT(store->Prune(now_ + absl::Hours(96), now_), IsOk());
  EXPECT_EQ(Ask("SELECT count(*) FROM parcelveil_gate.charged"), "1");
  EXPECT_EQ(Ask("SELECT count(*) FROM parcelveil_gate.quota"), "0");
}

}  // namespace
}  // namespace parcelveil::testing
