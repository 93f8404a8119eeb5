// SPDX-License-Identifier: Apache-2.0
// GateStoreSuite: what every store of a gate must do, and two must do alike.
//
// Include it in one file of a test program and name the store:
//   INSTANTIATE_TEST_SUITE_P(Sqlite, GateStoreSuite,
//                            ::testing::Values(StoreMaker(MakeStore)));

#ifndef PARCELVEIL_TESTS_TESTING_GATE_STORE_SUITE_H_
#define PARCELVEIL_TESTS_TESTING_GATE_STORE_SUITE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/testing/gate_store_quota_suite.h"

namespace parcelveil::testing {

TEST_P(GateStoreSuite, KeepsLeavesTilesAndTheNewestCheckpoint) {
  const std::string tile(256 * 32, 't');
  ASSERT_THAT(store().WriteLog([&](LogTransaction& log) {
    for (uint64_t i = 0; i < 3; ++i) {
      const absl::Status put = log.PutLeaf(i, "leaf " + std::to_string(i));
      if (!put.ok()) return put;
    }
    const absl::Status put = log.PutTile({1, 7}, tile);
    if (!put.ok()) return put;
    const absl::Status first = log.PutCheckpoint(2, "note of 2");
    return first.ok() ? log.PutCheckpoint(3, "note of 3") : first;
  }),
              IsOk());
  Reopen();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const uint64_t num_leaves,
                                  store().NumLeaves());
  EXPECT_EQ(num_leaves, 3u);
  std::vector<std::string> leaves;
  ASSERT_THAT(store().ReadLeaves(1, 2,
                                 [&](uint64_t index, std::string_view leaf) {
                                   EXPECT_EQ(index, leaves.size() + 1);
                                   leaves.emplace_back(leaf);
                                   return absl::OkStatus();
                                 }),
              IsOk());
  EXPECT_THAT(leaves, ::testing::ElementsAre("leaf 1", "leaf 2"));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string read,
                                  store().ReadTile({1, 7}));
  EXPECT_EQ(read, tile);
  EXPECT_EQ(store().ReadTile({0, 7}).status().code(),
            absl::StatusCode::kNotFound);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto note, store().ReadCheckpoint());
  EXPECT_EQ(note, "note of 3");
}

TEST_P(GateStoreSuite, StopsReadingLeavesWhereTheReaderDoes) {
  ASSERT_THAT(store().WriteLog([](LogTransaction& log) {
    const absl::Status first = log.PutLeaf(0, "a");
    return first.ok() ? log.PutLeaf(1, "b") : first;
  }),
              IsOk());
  int num_read = 0;
  EXPECT_EQ(store()
                .ReadLeaves(0, 2,
                            [&](uint64_t, std::string_view) {
                              ++num_read;
                              return absl::CancelledError("enough");
                            })
                .code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(num_read, 1);
}

TEST_P(GateStoreSuite, KeepsNothingOfATransactionThatFails) {
  const Grant grant =
      NewGrant({ChargeOf(1, {{absl::Hours(24), 1}}, {Id(100)})});
  EXPECT_EQ(
      Write([&](GateTransaction& transaction) {
        EXPECT_THAT(transaction.PutLeaf(0, "leaf"), IsOk());
        EXPECT_THAT(transaction.PutGrant(grant), IsOk());
        EXPECT_THAT(transaction.PutDevice({5, 1, {}, now_, false}), IsOk());
        EXPECT_THAT(transaction.PutHold("W1", true), IsOk());
        EXPECT_THAT(transaction.PutValue("policy", "x"), IsOk());
        return absl::AbortedError("changed my mind");
      }).code(),
      absl::StatusCode::kAborted);
  EXPECT_THAT(store().NumLeaves().value(), 0u);
  EXPECT_FALSE(store().FindNonce(9, grant.nonce).value().has_value());
  EXPECT_FALSE(store().FindDevice(5).value().has_value());
  EXPECT_FALSE(store().IsHeld("W1").value());
  EXPECT_FALSE(store().FindValue("policy").value().has_value());
  EXPECT_FALSE(store().FindRequest(0).value().has_value());
  EXPECT_EQ(Put(grant).kind, Kind::kGranted) << "the charge was kept";
}

TEST_P(GateStoreSuite, KeepsDevicesAndPrincipals) {
  EnrolledDevice device{~uint64_t{0}, 42, {}, now_ + absl::Hours(24), false};
  device.key[31] = 0xEE;
  Principal principal{42, Role::kList, Scope{5712}, true};
  ASSERT_THAT(Write([&](GateTransaction& transaction) {
                const absl::Status put = transaction.PutDevice(device);
                return put.ok() ? transaction.PutPrincipal(principal) : put;
              }),
              IsOk());
  Reopen();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(auto found, store().FindDevice(~uint64_t{0}));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->principal, 42u);
  EXPECT_EQ(found->key, device.key);
  EXPECT_EQ(found->expires, device.expires);
  EXPECT_FALSE(found->revoked);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(auto who, store().FindPrincipal(42));
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ(who->role, Role::kList);
  EXPECT_EQ(who->outlet, Scope{5712});
  EXPECT_TRUE(who->active);

  device.revoked = true;
  principal.active = false;
  ASSERT_THAT(Write([&](GateTransaction& transaction) {
                const absl::Status put = transaction.PutDevice(device);
                return put.ok() ? transaction.PutPrincipal(principal) : put;
              }),
              IsOk());
  EXPECT_TRUE(store().FindDevice(~uint64_t{0}).value()->revoked);
  EXPECT_FALSE(store().FindPrincipal(42).value()->active);
  EXPECT_FALSE(store().FindDevice(1).value().has_value());
  EXPECT_FALSE(store().FindPrincipal(1).value().has_value());
}

TEST_P(GateStoreSuite, KeepsHoldsUntilTheyAreReleased) {
  const std::string id("W\0'\"", 4);  // ids are bytes
  const auto hold = [&](bool held) {
    return Write([&](GateTransaction& transaction) {
      return transaction.PutHold(id, held);
    });
  };
  ASSERT_THAT(hold(true), IsOk());
  ASSERT_THAT(hold(true), IsOk());
  Reopen();
  EXPECT_TRUE(store().IsHeld(id).value());
  EXPECT_FALSE(store().IsHeld("W").value());
  ASSERT_THAT(hold(false), IsOk());
  EXPECT_FALSE(store().IsHeld(id).value());
}

TEST_P(GateStoreSuite, KeepsOneApprovalOfEachApprover) {
  const auto approve = [&](uint64_t approver, absl::Duration for_how) {
    return Write([&](GateTransaction& transaction) {
      return transaction.PutApproval({approver, "case 7", now_ + for_how});
    });
  };
  ASSERT_THAT(approve(2, absl::Hours(1)), IsOk());
  ASSERT_THAT(approve(1, absl::Hours(1)), IsOk());
  ASSERT_THAT(approve(1, absl::Hours(2)), IsOk());
  Reopen();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(auto found,
                                  store().FindApprovals("case 7", now_));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].approver, 1u);
  EXPECT_EQ(found[0].expires, now_ + absl::Hours(2));
  EXPECT_EQ(found[1].approver, 2u);
  EXPECT_EQ(found[1].subject, "case 7");
  found = store().FindApprovals("case 7", now_ + absl::Hours(1)).value();
  EXPECT_EQ(found.size(), 1u) << "valid before `expires`, not at it";
  EXPECT_TRUE(store().FindApprovals("case", now_).value().empty());
}

TEST_P(GateStoreSuite, CoversARecordForOnePrincipalUnderOneTicket) {
  ASSERT_THAT(Write([&](GateTransaction& transaction) {
                return transaction.PutCoverage("T1", 7, "W1",
                                               now_ + absl::Hours(24));
              }),
              IsOk());
  Reopen();
  EXPECT_TRUE(store().IsCovered("T1", 7, "W1", now_).value());
  EXPECT_FALSE(store().IsCovered("T1", 8, "W1", now_).value());
  EXPECT_FALSE(store().IsCovered("T2", 7, "W1", now_).value());
  EXPECT_FALSE(store().IsCovered("T1", 7, "W2", now_).value());
  EXPECT_FALSE(
      store().IsCovered("T1", 7, "W1", now_ + absl::Hours(24)).value());
}

TEST_P(GateStoreSuite, CountsTheUsesOfADialToken) {
  const auto use = [&](uint64_t token) {
    uint32_t uses = 0;
    EXPECT_THAT(Write([&](GateTransaction& transaction) {
                  absl::StatusOr<uint32_t> put = transaction.PutDialUse(
                      Id(token), now_ + absl::Minutes(10));
                  if (put.ok()) uses = *put;
                  return put.status();
                }),
                IsOk());
    return uses;
  };
  EXPECT_EQ(use(1), 1u);
  EXPECT_EQ(use(1), 2u);
  Reopen();
  EXPECT_EQ(use(1), 3u);
  EXPECT_EQ(use(2), 1u);
}

TEST_P(GateStoreSuite, KeepsValuesUnderTheirNames) {
  const std::string bytes("\0\1\xFF", 3);
  for (const std::string& value : {std::string("first"), bytes}) {
    ASSERT_THAT(Write([&](GateTransaction& transaction) {
                  return transaction.PutValue("policy", value);
                }),
                IsOk());
  }
  Reopen();
  EXPECT_EQ(store().FindValue("policy").value(), bytes);
  EXPECT_FALSE(store().FindValue("keyring_serial").value().has_value());
}

TEST_P(GateStoreSuite, KeepsRequestsUntilTheirDayIsDeleted) {
  Grant first = NewGrant({});
  Put(first);
  day_ = Epoch{static_cast<uint16_t>(ToInt(day_) + 1)};
  Grant second = NewGrant({});
  Put(second);
  Reopen();
  EXPECT_EQ(store().FindRequest(first.leaf_index).value(), "signed request");
  ASSERT_THAT(store().DeleteRequestsBefore(day_), IsOk());
  EXPECT_FALSE(store().FindRequest(first.leaf_index).value().has_value());
  EXPECT_EQ(store().FindRequest(second.leaf_index).value(), "signed request");
}

TEST_P(GateStoreSuite, PrunesWhatNobodyCountsAnyMoreAndNothingElse) {
  const QuotaWindow day{absl::Hours(24), 1};
  const Grant old = NewGrant({ChargeOf(1, {day}, {Id(1)})});
  Put(old);
  ASSERT_THAT(Write([&](GateTransaction& transaction) {
                const absl::Status put =
                    transaction.PutApproval({1, "W1", now_ + absl::Hours(1)});
                return put.ok() ? transaction.PutApproval(
                                      {2, "W1", now_ + absl::Hours(100)})
                                : put;
              }),
              IsOk());
  now_ += absl::Minutes(20);
  ASSERT_THAT(store().Prune(now_, now_ - absl::Minutes(15)), IsOk());
  EXPECT_FALSE(store().FindNonce(9, old.nonce).value().has_value());
  EXPECT_EQ(Put({ChargeOf(1, {day}, {Id(2)})}).kind, Kind::kOverQuota);
  EXPECT_EQ(Put({ChargeOf(1, {day}, {Id(1)})}).kind, Kind::kGranted)
      << "charged already";
  EXPECT_EQ(store().FindRequest(old.leaf_index).value(), "signed request");
  now_ += absl::Hours(96);
  ASSERT_THAT(store().Prune(now_, now_ - absl::Minutes(15)), IsOk());
  EXPECT_EQ(store().FindApprovals("W1", now_ - absl::Hours(96)).value().size(),
            1u);
  EXPECT_EQ(
      store()
          .CountCharged(SubjectKind::kPrincipal, 1, QuotaClass::kAddress, day_)
          .value(),
      0u);
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_GATE_STORE_SUITE_H_
