// SPDX-License-Identifier: Apache-2.0
// GateStoreSuite, first part: its fixture, nonces and quotas. Included by
// gate_store_suite.h.

#ifndef PARCELVEIL_TESTS_TESTING_GATE_STORE_QUOTA_SUITE_H_
#define PARCELVEIL_TESTS_TESTING_GATE_STORE_QUOTA_SUITE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/gate_store.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {

// An empty store, and what it is kept in.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual GateStore* store() = 0;
  // Closes the store and opens what was kept of it.
  virtual void Reopen() = 0;
};
using StoreMaker = std::function<std::unique_ptr<StoreUnderTest>()>;

class GateStoreSuite : public ::testing::TestWithParam<StoreMaker> {
 protected:
  using Id16 = std::array<uint8_t, 16>;
  using Kind = GrantOutcome::Kind;

  GateStoreSuite() : made_(GetParam()()) {}

  GateStore& store() { return *made_->store(); }
  void Reopen() { made_->Reopen(); }

  static Id16 Id(uint64_t number) {
    Id16 id{};
    for (int i = 0; i < 8; ++i) {
      id[i] = static_cast<uint8_t>(number >> (56 - 8 * i));
    }
    return id;
  }
  static Charge ChargeOf(uint64_t principal, std::vector<QuotaWindow> windows,
                         std::vector<Id16> records) {
    Charge charge;
    charge.subject_kind = SubjectKind::kPrincipal;
    charge.subject = principal;
    charge.quota_class = QuotaClass::kAddress;
    charge.windows = std::move(windows);
    charge.records = std::move(records);
    return charge;
  }
  // A grant of device 9 with a nonce of its own.
  Grant NewGrant(std::vector<Charge> charges) {
    Grant grant;
    grant.device = 9;
    grant.nonce = Id(++next_nonce_);
    grant.request_hash[0] = 0x5A;
    grant.leaf_index = next_nonce_ - 1;
    grant.now = now_;
    grant.day = day_;
    grant.charges = std::move(charges);
    grant.request = "signed request";
    return grant;
  }
  // Puts `grant` in a transaction of its own.
  GrantOutcome Put(const Grant& grant) {
    GrantOutcome outcome;
    EXPECT_THAT(store().Write([&](GateTransaction& transaction) {
      absl::StatusOr<GrantOutcome> put = transaction.PutGrant(grant);
      if (put.ok()) outcome = *std::move(put);
      return put.status();
    }),
                IsOk());
    return outcome;
  }
  GrantOutcome Put(std::vector<Charge> charges) {
    return Put(NewGrant(std::move(charges)));
  }
  absl::Status Write(
      const std::function<absl::Status(GateTransaction&)>& write) {
    return store().Write(write);
  }

  absl::Time now_ = absl::FromUnixSeconds(1795485600);  // 2026-11-24 02:00 UTC
  Epoch day_ = EpochOf(absl::CivilDay(2026, 11, 24));
  std::atomic<uint64_t> next_nonce_{0};

 private:
  std::unique_ptr<StoreUnderTest> made_;
};

TEST_P(GateStoreSuite, UsesANonceOnceForEachDevice) {
  Grant grant = NewGrant({});
  EXPECT_EQ(Put(grant).kind, Kind::kGranted);
  Reopen();
  grant.request_hash[0] = 0x66;
  EXPECT_EQ(Put(grant).kind, Kind::kSeen);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto used,
                                  store().FindNonce(9, grant.nonce));
  ASSERT_TRUE(used.has_value());
  EXPECT_EQ(used->request_hash[0], 0x5A) << "the first use stands";
  EXPECT_EQ(used->leaf_index, grant.leaf_index);
  EXPECT_EQ(used->time, now_);
  grant.device = 10;
  grant.leaf_index = 77;
  EXPECT_EQ(Put(grant).kind, Kind::kGranted);
}

TEST_P(GateStoreSuite, SeesTheGrantsBeforeInTheSameTransaction) {
  Grant first = NewGrant({ChargeOf(1, {{absl::Hours(24), 1}}, {Id(100)})});
  Grant second = NewGrant({ChargeOf(1, {{absl::Hours(24), 1}}, {Id(101)})});
  ASSERT_THAT(Write([&](GateTransaction& transaction) {
                EXPECT_EQ(transaction.PutGrant(first)->kind, Kind::kGranted);
                EXPECT_EQ(transaction.PutGrant(first)->kind, Kind::kSeen);
                EXPECT_EQ(transaction.PutGrant(second)->kind, Kind::kOverQuota);
                return absl::OkStatus();
              }),
              IsOk());
}

TEST_P(GateStoreSuite, ChargesARecordOnceADay) {
  const auto charge = [&] {
    return ChargeOf(1, {{absl::Hours(24), 2}}, {Id(100)});
  };
  EXPECT_EQ(Put({charge()}).kind, Kind::kGranted);
  EXPECT_EQ(Put({charge()}).kind, Kind::kGranted);
  EXPECT_EQ(Put({charge()}).kind, Kind::kGranted) << "a third look is free";
  day_ = Epoch{static_cast<uint16_t>(ToInt(day_) + 1)};
  EXPECT_EQ(Put({charge()}).kind, Kind::kGranted) << "charged the second time";
  EXPECT_EQ(Put({ChargeOf(1, {{absl::Hours(24), 2}}, {Id(101)})}).kind,
            Kind::kOverQuota);
}

TEST_P(GateStoreSuite, CountsWhatWasChargedToACounterOnADay) {
  Put({ChargeOf(1, {{absl::Hours(24), 9}}, {Id(100), Id(101)})});
  Put({ChargeOf(1, {{absl::Hours(24), 9}}, {Id(101), Id(102)})});
  Reopen();
  const auto count = [&](SubjectKind kind, uint64_t subject, Epoch day) {
    return store()
        .CountCharged(kind, subject, QuotaClass::kAddress, day)
        .value();
  };
  EXPECT_EQ(count(SubjectKind::kPrincipal, 1, day_), 3u);
  EXPECT_EQ(count(SubjectKind::kPrincipal, 2, day_), 0u);
  EXPECT_EQ(count(SubjectKind::kOutlet, 1, day_), 0u);
  EXPECT_EQ(count(SubjectKind::kPrincipal, 1,
                  Epoch{static_cast<uint16_t>(ToInt(day_) + 1)}),
            0u);
}

TEST_P(GateStoreSuite, WritesNothingOfAGrantThatIsOverQuota) {
  const Charge small = ChargeOf(1, {{absl::Hours(24), 1}}, {Id(1), Id(2)});
  Charge large = ChargeOf(2, {{absl::Hours(24), 5}}, {Id(1), Id(2)});
  const Grant grant = NewGrant({large, small});
  const GrantOutcome outcome = Put(grant);
  EXPECT_EQ(outcome.kind, Kind::kOverQuota);
  EXPECT_THAT(outcome.exceeded, ::testing::ElementsAre(1u));
  EXPECT_GT(outcome.retry_after, absl::ZeroDuration());
  EXPECT_FALSE(store().FindNonce(9, grant.nonce).value().has_value());
  EXPECT_FALSE(store().FindRequest(grant.leaf_index).value().has_value());
  EXPECT_EQ(
      store()
          .CountCharged(SubjectKind::kPrincipal, 2, QuotaClass::kAddress, day_)
          .value(),
      0u);
}

TEST_P(GateStoreSuite, ReportsButGrantsWhatIsNotEnforced) {
  Charge observed = ChargeOf(1, {{absl::Hours(24), 0}}, {Id(1)});
  observed.enforced = false;
  const GrantOutcome outcome = Put({observed});
  EXPECT_EQ(outcome.kind, Kind::kGranted);
  EXPECT_THAT(outcome.exceeded, ::testing::ElementsAre(0u));
  EXPECT_EQ(
      store()
          .CountCharged(SubjectKind::kPrincipal, 1, QuotaClass::kAddress, day_)
          .value(),
      1u)
      << "it counts all the same";
}

TEST_P(GateStoreSuite, KeepsCountersOfSubjectsAndClassesApart) {
  const auto charge = [&](SubjectKind kind, uint64_t subject,
                          QuotaClass quota_class) {
    Charge charge =
        ChargeOf(subject, {{absl::Hours(24), 1}}, {Id(next_nonce_ + 1000)});
    charge.subject_kind = kind;
    charge.quota_class = quota_class;
    return Put({charge}).kind;
  };
  for (int i = 0; i < 2; ++i) {
    const Kind expected = i == 0 ? Kind::kGranted : Kind::kOverQuota;
    EXPECT_EQ(charge(SubjectKind::kPrincipal, 1, QuotaClass::kName), expected);
    EXPECT_EQ(charge(SubjectKind::kPrincipal, 1, QuotaClass::kPhone), expected);
    EXPECT_EQ(charge(SubjectKind::kPrincipal, 2, QuotaClass::kName), expected);
    EXPECT_EQ(charge(SubjectKind::kOutlet, 1, QuotaClass::kName), expected);
    EXPECT_EQ(charge(SubjectKind::kTenant, UINT64_MAX, QuotaClass::kName),
              expected)
        << "ids use all 64 bits";
  }
}

TEST_P(GateStoreSuite, SaysWhenTheOldestBucketsLeaveAWindow) {
  const QuotaWindow hour{absl::Hours(1), 2};  // buckets of 5 minutes
  now_ = absl::FromUnixSeconds(1795485600 + 60);
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(1)})}).kind, Kind::kGranted);
  now_ += absl::Minutes(5);
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(2)})}).kind, Kind::kGranted);
  now_ += absl::Minutes(10);
  GrantOutcome refused = Put({ChargeOf(1, {hour}, {Id(3)})});
  EXPECT_EQ(refused.kind, Kind::kOverQuota);
  EXPECT_EQ(refused.retry_after, absl::Minutes(65 - 16))
      << "the first bucket began at 0 and counts whole until minute 65";
  now_ += refused.retry_after - absl::Milliseconds(1);
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(3)})}).kind, Kind::kOverQuota);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(3)})}).kind, Kind::kGranted);
}

TEST_P(GateStoreSuite, HoldsEveryWindowOfACharge) {
  const std::vector<QuotaWindow> windows{{absl::Minutes(10), 2},
                                         {absl::Hours(24), 3}};
  EXPECT_EQ(Put({ChargeOf(1, windows, {Id(1), Id(2)})}).kind, Kind::kGranted);
  EXPECT_EQ(Put({ChargeOf(1, windows, {Id(3)})}).kind, Kind::kOverQuota);
  now_ += absl::Minutes(11);
  EXPECT_EQ(Put({ChargeOf(1, windows, {Id(3)})}).kind, Kind::kGranted);
  now_ += absl::Minutes(11);
  EXPECT_EQ(Put({ChargeOf(1, windows, {Id(4)})}).kind, Kind::kOverQuota)
      << "the day is full";
}

TEST_P(GateStoreSuite, GainsNothingByTurningTheClockBack) {
  const QuotaWindow hour{absl::Hours(1), 1};
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(1)})}).kind, Kind::kGranted);
  now_ -= absl::Minutes(40);
  EXPECT_EQ(Put({ChargeOf(1, {hour}, {Id(2)})}).kind, Kind::kOverQuota);
}

TEST_P(GateStoreSuite, ExceedsNoQuotaUnderManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kGrants = 25;
  constexpr uint64_t kLimit = 90;
  std::atomic<int> num_granted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kGrants; ++i) {
        Grant grant = NewGrant(
            {ChargeOf(1, {{absl::Hours(24), kLimit}}, {Id(1000u * t + i)})});
        if (Put(grant).kind == Kind::kGranted) ++num_granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_granted, static_cast<int>(kLimit));
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_GATE_STORE_QUOTA_SUITE_H_
