// SPDX-License-Identifier: Apache-2.0
// LeafLedger: the leaves that a log must have, no more and no fewer, by what
// has reached devices and exports.

#ifndef PARCELVEIL_TESTS_PROPERTY_LEAF_LEDGER_H_
#define PARCELVEIL_TESTS_PROPERTY_LEAF_LEDGER_H_

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "parcelveil/audit_verify.h"
#include "src/gate/record_ref.h"
#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {

class LeafLedger {
 public:
  explicit LeafLedger(GateWorld* world) : world_(world) {}

  // Values of these records have reached a device. A retry may bring them
  // again, always under the same leaves.
  void Arrived(const std::string& request, RequestKind kind,
               uint64_t first_leaf, const std::vector<std::string>& ids) {
    const auto [known, is_first] = arrived_.emplace(
        crypto::Sha256(request), Arrival{first_leaf, LeavesOf(kind, ids)});
    EXPECT_EQ(known->second.first_leaf, first_leaf);
    EXPECT_EQ(known->second.leaves, LeavesOf(kind, ids));
  }
  // So has one record of an export.
  void Exported(const std::string& order, const std::string& id) {
    exported_.emplace(order, RefsOf({id})[0]);
  }

  // Every value that arrived has its leaf, every such leaf its value, and
  // whoever verifies the log finds nothing wrong with it.
  void Check() {
    std::map<Sha256Digest, Arrival> granted;
    std::multiset<std::string> exports;
    const std::vector<Leaf> leaves = world_->Leaves();
    for (size_t i = 0; i < leaves.size(); ++i) {
      const Leaf& leaf = leaves[i];
      if (leaf.type == LeafType::kExport) {
        exports.insert(std::string(wire::AsText(leaf.record_ref)));
      } else if (IsOfAGrant(leaf.type)) {
        Arrival& arrival =
            granted.emplace(leaf.object_hash, Arrival{i, {}}).first->second;
        EXPECT_EQ(i, arrival.first_leaf + arrival.leaves.size()) << "adjacent";
        arrival.leaves.push_back(SayingOf(leaf));
      }
    }
    EXPECT_EQ(granted.size(), arrived_.size());
    for (const auto& [hash, arrival] : arrived_) {
      EXPECT_EQ(granted[hash].first_leaf, arrival.first_leaf);
      EXPECT_EQ(granted[hash].leaves, arrival.leaves);
    }
    std::multiset<std::string> expected;
    for (const auto& [order, ref] : exported_) expected.insert(ref);
    EXPECT_EQ(exports, expected);
    Verify(leaves.size());
  }

 private:
  // What a leaf says about records.
  using Saying = std::pair<LeafType, std::string>;
  struct Arrival {
    uint64_t first_leaf = 0;
    std::vector<Saying> leaves;
  };

  static bool IsOfAGrant(LeafType type) {
    return type == LeafType::kGrant || type == LeafType::kDialIssued ||
           type == LeafType::kSheet || type == LeafType::kSearch ||
           type == LeafType::kViews;
  }
  static Saying SayingOf(const Leaf& leaf) {
    return {leaf.type, leaf.type == LeafType::kViews
                           ? leaf.detail
                           : std::string(wire::AsText(leaf.record_ref))};
  }
  std::vector<std::string> RefsOf(const std::vector<std::string>& ids) {
    std::vector<std::string> refs;
    const auto derived = gate::RecordRefs(&world_->gate_keyring(), ids).value();
    for (const gate::RecordRef& ref : derived) {
      refs.emplace_back(wire::AsText(ref.bytes));
    }
    return refs;
  }
  // A leaf a record; of a search its own, and one of all rows.
  std::vector<Saying> LeavesOf(RequestKind kind,
                               const std::vector<std::string>& ids) {
    std::vector<std::string> refs = RefsOf(ids);
    std::vector<Saying> leaves;
    if (kind == RequestKind::kSearch) {
      leaves.emplace_back(LeafType::kSearch, std::string(16, '\0'));
      if (refs.empty()) return leaves;
      std::sort(refs.begin(), refs.end());
      leaves.emplace_back(LeafType::kViews, "");
      for (const std::string& ref : refs) leaves.back().second += ref;
      return leaves;
    }
    const LeafType type = kind == RequestKind::kReveal ? LeafType::kGrant
                          : kind == RequestKind::kDial ? LeafType::kDialIssued
                                                       : LeafType::kSheet;
    for (const std::string& ref : refs) leaves.emplace_back(type, ref);
    return leaves;
  }

  // Every request is still kept: each leaf is compared with what was signed.
  void Verify(size_t num_leaves) {
    ASSERT_THAT(world_->log().Checkpoint(), IsOk());
    LogVerifyOptions options;
    options.verifier_key = world_->log().verifier_key();
    options.find_request = [this](uint64_t index) {
      return world_->store().FindRequest(index);
    };
    options.requests_since = absl::InfinitePast();
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LogReport report,
                                    VerifyLog(&world_->store(), options));
    EXPECT_FALSE(report.problem.has_value()) << report.problem->what;
    EXPECT_EQ(report.head.size, num_leaves);
    EXPECT_EQ(report.num_leaves, num_leaves);
    EXPECT_EQ(report.num_requests_gone, 0u);
  }

  GateWorld* const world_;
  std::map<Sha256Digest, Arrival> arrived_;                 // by request
  std::set<std::pair<std::string, std::string>> exported_;  // order, record
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_PROPERTY_LEAF_LEDGER_H_
