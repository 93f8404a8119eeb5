// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "parcelveil/sqlite_gate.h"
#include "tests/store/sqlite_gate_fixture.h"
#include "tests/testing/gate_store_suite.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil::testing {

class SqliteStore : public StoreUnderTest {
 public:
  SqliteStore() : store_(*SqliteGateStore::Create(scratch_.File("gate"))) {}
  GateStore* store() override { return store_.get(); }
  void Reopen() override {
    store_.reset();
    store_ = *SqliteGateStore::Open(scratch_.File("gate"));
  }

 private:
  ScratchDir scratch_;
  std::unique_ptr<SqliteGateStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, GateStoreSuite,
                         ::testing::Values(StoreMaker([] {
                           return std::make_unique<SqliteStore>();
                         })));

namespace {

using ::testing::Not;
using Id16 = std::array<uint8_t, 16>;

TEST_F(SqliteGateStoreTest, CommitsNothingAfterAWriteThatFailed) {
  ASSERT_THAT(Put(NewGrant(1)), IsOk());
  Grant same_leaf = NewGrant(1);
  same_leaf.nonce[15] = 1;  // its nonce is written before its leaf is refused
  EXPECT_THAT(store_->Write([&](GateTransaction& transaction) {
    EXPECT_THAT(transaction.PutGrant(same_leaf), Not(IsOk()));
    return absl::OkStatus();  // whatever the caller makes of it
  }),
              Not(IsOk()));
  EXPECT_FALSE(store_->FindNonce(9, same_leaf.nonce)->has_value());
  EXPECT_EQ(*Inspect()->Prepare("SELECT 1", "test")->Step(), true);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(store_, SqliteGateStore::Open(path_));
  EXPECT_FALSE(store_->FindNonce(9, same_leaf.nonce)->has_value());
}

TEST_F(SqliteGateStoreTest, RefusesATransactionInsideAnotherWhichGoesOn) {
  Charge charge{SubjectKind::kPrincipal, 1,         QuotaClass::kPhone,
                {{absl::Hours(24), 1}},  {Id16{1}}, true};
  Grant grant = NewGrant(1);
  grant.charges = {charge};
  ASSERT_THAT(store_->Write([&](GateTransaction& transaction) {
    const absl::Status put = transaction.PutGrant(grant).status();
    EXPECT_THAT(Put(NewGrant(2)), Not(IsOk()));
    return put;
  }),
              IsOk());
  charge.records = {Id16{2}};
  grant = NewGrant(3);
  grant.charges = {charge};
  ASSERT_THAT(store_->Write([&](GateTransaction& transaction) {
    EXPECT_EQ(transaction.PutGrant(grant)->kind,
              GrantOutcome::Kind::kOverQuota);
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(SqliteGateStoreTest, CountsWhatItJustAddedWhenTheClockIsTurnedBack) {
  Charge charge{SubjectKind::kPrincipal, 1,         QuotaClass::kPhone,
                {{absl::Hours(1), 1}},   {Id16{1}}, true};
  Grant first = NewGrant(1);
  first.charges = {charge};
  Grant second = NewGrant(2);
  second.now = now_ - absl::Minutes(40);
  charge.records = {Id16{2}};
  second.charges = {charge};
  ASSERT_THAT(store_->Write([&](GateTransaction& transaction) {
    EXPECT_EQ(transaction.PutGrant(first)->kind, GrantOutcome::Kind::kGranted);
    EXPECT_EQ(transaction.PutGrant(second)->kind,
              GrantOutcome::Kind::kOverQuota);
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(SqliteGateStoreTest, RefusesChargesThatCannotBeCountedApart) {
  Charge charge{SubjectKind::kPrincipal, 1,         QuotaClass::kPhone,
                {{absl::Hours(24), 5}},  {Id16{1}}, true};
  Grant grant = NewGrant(1);
  grant.charges = {charge, charge};
  EXPECT_THAT(Put(grant), ReasonIs(Reason::kMalformed));
  for (const absl::Duration length :
       {absl::Seconds(11), absl::Milliseconds(12500), -absl::Hours(1)}) {
    charge.windows = {{length, 5}};
    grant.charges = {charge};
    EXPECT_THAT(Put(grant), ReasonIs(Reason::kMalformed));
  }
  charge.windows = {{absl::Hours(1), 5}, {absl::Hours(1), 6}};
  grant.charges = {charge};
  EXPECT_THAT(Put(grant), ReasonIs(Reason::kMalformed));
  grant.charges = {};
  EXPECT_THAT(Put(grant), IsOk());
}

TEST_F(SqliteGateStoreTest, AnswersFromMemoryWhileATransactionIsOpen) {
  ASSERT_THAT(Put(NewGrant(1)), IsOk());
  ASSERT_THAT(store_->Write([&](GateTransaction& transaction) {
    const absl::Status put = transaction.PutHold(kWaybill, true);
    // Another thread would wait for ever if it needed the connection.
    std::thread other([&] {
      EXPECT_FALSE(*store_->IsHeld(kWaybill)) << "not committed yet";
      EXPECT_FALSE(store_->FindDevice(1)->has_value());
      EXPECT_FALSE(store_->FindPrincipal(1)->has_value());
      EXPECT_TRUE(store_->FindNonce(9, NewGrant(1).nonce)->has_value());
      EXPECT_EQ(*store_->CountCharged(SubjectKind::kTenant, 1,
                                      QuotaClass::kPhone, Epoch{2500}),
                0u);
      EXPECT_TRUE(store_->FindApprovals(kWaybill, now_)->empty());
      EXPECT_FALSE(*store_->IsCovered("T", 1, kWaybill, now_));
      EXPECT_FALSE(store_->FindValue("policy")->has_value());
      EXPECT_EQ(*store_->NumLeaves(), 0u);
      EXPECT_FALSE(store_->ReadCheckpoint()->has_value());
    });
    other.join();
    EXPECT_THAT(store_->FindRequest(1), IsOk()) << "its own thread may read";
    return put;
  }),
              IsOk());
  EXPECT_TRUE(*store_->IsHeld(kWaybill));
}

TEST_F(SqliteGateStoreTest, LetsACallbackReadTheStore) {
  ASSERT_THAT(PutLeaves(600, "leaf"), IsOk());
  uint64_t num_read = 0;
  ASSERT_THAT(store_->ReadLeaves(1, 599,
                                 [&](uint64_t, std::string_view) {
                                   ++num_read;
                                   return store_->FindRequest(0).status();
                                 }),
              IsOk());
  EXPECT_EQ(num_read, 599u);
  EXPECT_EQ(
      store_->ReadLeaves(500, 101, [](auto...) { return absl::OkStatus(); })
          .code(),
      absl::StatusCode::kNotFound);
}

TEST_F(SqliteGateStoreTest, PrunesADaysChargesInPortions) {
  Grant grant = NewGrant(1);
  Charge charge{SubjectKind::kTenant,      7,  QuotaClass::kRecord,
                {{absl::Hours(24), 9000}}, {}, true};
  for (int i = 0; i < 4500; ++i) {
    charge.records.push_back(
        Id16{static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)});
  }
  grant.charges = {charge};
  ASSERT_THAT(Put(grant), IsOk());
  Grant later = NewGrant(2);
  later.day = Epoch{60000};
  charge.records.resize(3);
  later.charges = {charge};
  ASSERT_THAT(Put(later), IsOk());
  ASSERT_THAT(store_->Prune(now_ + absl::Hours(96), now_), IsOk());
  EXPECT_EQ(*store_->CountCharged(SubjectKind::kTenant, 7, QuotaClass::kRecord,
                                  Epoch{2500}),
            0u);
  EXPECT_EQ(*store_->CountCharged(SubjectKind::kTenant, 7, QuotaClass::kRecord,
                                  Epoch{60000}),
            3u);
  const auto db = Inspect();
  for (const auto& [sql, count] :
       {std::pair("SELECT COUNT(*) FROM charged", 3),
        std::pair("SELECT COUNT(*) FROM quota", 0)}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(SqliteStatement select,
                                    db->Prepare(sql, "test"));
    ASSERT_THAT(select.Step(), IsOk());
    EXPECT_EQ(select.Int(0), count) << sql;
  }
}

}  // namespace
}  // namespace parcelveil::testing
