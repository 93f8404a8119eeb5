// SPDX-License-Identifier: Apache-2.0
// Whatever happens to commits, the log is what was accepted, and every proof of
// it verifies.
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "src/audit/tree.h"
#include "src/wire/leaf.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryLogStore;
using Commit = MemoryLogStore::Commit;

class LogPropertyTest : public LogTest,
                        public ::testing::WithParamInterface<uint32_t> {
 protected:
  uint64_t Draw(uint64_t below) { return random_() % below; }

  // Appends 1 to 40 leaves in a transaction that may fail; `*model` gets those
  // that are in the log then, by their principals.
  void AppendSome(AuditLog* log, std::vector<uint64_t>* model) {
    constexpr Commit kCommits[] = {Commit::kDone, Commit::kDone, Commit::kFails,
                                   Commit::kUnsureDone, Commit::kRunAgain};
    const Commit commit = kCommits[Draw(5)];
    std::vector<Leaf> leaves;
    std::vector<uint64_t> principals;
    for (uint64_t i = Draw(40) + 1; i > 0; --i) {
      leaves.push_back(GrantLeaf(Draw(1000)));
      leaves.back().principal = ++last_principal_;
      principals.push_back(last_principal_);
    }
    store_.SetNextCommit(commit);
    const bool is_ok = log->Append(std::move(leaves)).ok();
    EXPECT_EQ(is_ok, commit == Commit::kDone || commit == Commit::kRunAgain);
    if (commit == Commit::kFails) return;
    model->insert(model->end(), principals.begin(), principals.end());
  }
  void ExpectLogIs(const std::vector<uint64_t>& model) {
    ASSERT_EQ(store_.log().leaves.size(), model.size());
    for (size_t i = 0; i < model.size(); ++i) {
      Leaf leaf;
      ASSERT_THAT(wire::ParseLeaf(store_.log().leaves[i], &leaf), IsOk());
      ASSERT_EQ(leaf.principal, model[i]) << i;
    }
  }
  void ExpectProofsHold(const TreeHead& head, const TreeHead& earlier) {
    for (int i = 0; i < 5; ++i) {
      const uint64_t index = Draw(head.size);
      EXPECT_THAT(VerifyInclusion(store_.log().leaves[index], index, head,
                                  *ProveInclusion(&store_, index, head.size)),
                  IsOk());
    }
    EXPECT_THAT(
        VerifyConsistency(earlier, head,
                          *ProveConsistency(&store_, earlier.size, head.size)),
        IsOk());
  }

  std::mt19937 random_{GetParam()};
  uint64_t last_principal_ = 0;
};

TEST_P(LogPropertyTest, HoldsExactlyWhatWasCommittedAndProvesIt) {
  std::unique_ptr<AuditLog> log = *Open();
  std::vector<uint64_t> model;
  TreeHead earlier{0, EmptyRoot()};
  for (int step = 0; step < 60; ++step) {
    AppendSome(log.get(), &model);
    clock_.Advance(absl::Milliseconds(Draw(700)));
    if (Draw(10) == 0) log = *Open();
    if (Draw(4) != 0) continue;
    ASSERT_THAT(log->Checkpoint(), IsOk());
    ExpectLogIs(model);
    const TreeHead head = log->Head();
    ASSERT_EQ(head.size, model.size());
    EXPECT_EQ(*log->Compare(earlier), SeenHead::kConsistent);
    if (head.size > 0) ExpectProofsHold(head, earlier);
    earlier = head;
  }
  ASSERT_THAT(log->Checkpoint(), IsOk());
  LogVerifyOptions options;
  options.verifier_key = log->verifier_key();
  const auto report = VerifyLog(&store_, options);
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->problem.has_value()) << report->problem->what;
  EXPECT_EQ(report->num_leaves, model.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, LogPropertyTest, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace parcelveil::audit
