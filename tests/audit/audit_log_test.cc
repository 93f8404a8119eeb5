// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/audit.h"
#include "src/audit/note.h"
#include "src/audit/tree.h"
#include "src/wire/leaf.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryLogStore;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

using AuditLogTest = LogTest;

wire::VerifierKey KeyOf(const AuditLog& log) {
  return *LoadVerifierKey(log.verifier_key(), wire::NoteKeyType::kEd25519);
}

TEST_F(AuditLogTest, StartsEmpty) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, Open());
  EXPECT_EQ(log->Head().size, 0u);
  EXPECT_EQ(log->Head().root, EmptyRoot());
  EXPECT_EQ(log->StoredCheckpoint(), "");
}

TEST_F(AuditLogTest, WritesLeavesTilesAndCheckpointInOneTransaction) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, Open());
  std::vector<Leaf> leaves;
  for (uint64_t i = 0; i < 300; ++i) leaves.push_back(GrantLeaf(i));
  ASSERT_THAT(log->Append(leaves), IsOk());
  EXPECT_EQ(store_.num_commits(), 1);
  EXPECT_EQ(store_.log().leaves.size(), 300u);
  EXPECT_EQ(store_.log().tiles.size(), 1u);
  EXPECT_EQ(store_.log().checkpoint_size, 300u);
  EXPECT_EQ(store_.log().checkpoint, log->StoredCheckpoint());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const TreeHead head,
      OpenCheckpoint(log->StoredCheckpoint(), KeyOf(*log)));
  EXPECT_EQ(head.size, 300u);
  EXPECT_EQ(head.root, log->Head().root);
}

TEST_F(AuditLogTest, TellsIndexesBeforehandAndRaisesTimes) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, Open());
  std::optional<AuditLog::Batch> batch;
  ASSERT_THAT(store_.WriteLog([&](LogTransaction& transaction) {
    batch.emplace(*log->Begin());
    for (uint64_t time_ms : {5000, 4000, 6000}) {
      const uint64_t next = batch->next_index();
      Leaf leaf = GrantLeaf(0);
      leaf.time_ms = time_ms;
      EXPECT_EQ(*batch->Append(leaf), next);
    }
    return batch->WriteTo(&transaction);
  }),
              IsOk());
  batch->Accept();
  std::vector<uint64_t> times;
  for (const std::string& bytes : store_.log().leaves) {
    Leaf leaf;
    ASSERT_THAT(wire::ParseLeaf(bytes, &leaf), IsOk());
    times.push_back(leaf.time_ms);
  }
  EXPECT_THAT(times, ::testing::ElementsAre(5000, 5000, 6000));
}

TEST_F(AuditLogTest, RefusesALeafThatNobodyCouldRead) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, Open());
  Leaf leaf = GrantLeaf(0);
  leaf.detail = "x";
  EXPECT_THAT(log->Append({leaf}), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(store_.log().leaves, ::testing::IsEmpty());
  EXPECT_THAT(log->Append({GrantLeaf(0)}), IsOk());
}

TEST_F(AuditLogTest, SignsAfter256LeavesOrASecond) {
  const auto log = Grow(1);
  EXPECT_EQ(store_.log().checkpoint_size, 1u);  // the first one, at once
  Grow(256);
  ASSERT_THAT(log, ::testing::NotNull());
  store_.log() = {};
  const auto fresh = Grow(1);
  for (uint64_t i = 1; i < 256; ++i) {
    ASSERT_THAT(fresh->Append({GrantLeaf(i)}), IsOk());
  }
  EXPECT_EQ(store_.log().checkpoint_size, 1u);
  ASSERT_THAT(fresh->Append({GrantLeaf(256)}), IsOk());
  EXPECT_EQ(store_.log().checkpoint_size, 257u);

  clock_.Advance(absl::Milliseconds(999));
  ASSERT_THAT(fresh->Append({GrantLeaf(257)}), IsOk());
  EXPECT_EQ(store_.log().checkpoint_size, 257u);
  clock_.Advance(absl::Milliseconds(1));
  ASSERT_THAT(fresh->Append({GrantLeaf(258)}), IsOk());
  EXPECT_EQ(store_.log().checkpoint_size, 259u);
  clock_.Advance(-absl::Hours(1));  // a clock that was set back stops nothing
  ASSERT_THAT(fresh->Append({GrantLeaf(259)}), IsOk());
  EXPECT_EQ(store_.log().checkpoint_size, 260u);
}

TEST_F(AuditLogTest, SignsOnDemandWhatHasNoCheckpoint) {
  const auto log = Grow(3, 1);
  EXPECT_EQ(store_.log().checkpoint_size, 1u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string note, log->Checkpoint());
  EXPECT_EQ(store_.log().checkpoint_size, 3u);
  EXPECT_EQ(store_.log().checkpoint, note);
  const int num_commits = store_.num_commits();
  EXPECT_EQ(*log->Checkpoint(), note);
  EXPECT_EQ(store_.num_commits(), num_commits);
}

TEST_F(AuditLogTest, GoesOnAfterAFailedCommit) {
  const auto log = Grow(5);
  store_.SetNextCommit(MemoryLogStore::Commit::kFails);
  EXPECT_THAT(log->Append({GrantLeaf(5)}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("lost")));
  EXPECT_EQ(log->Head().size, 5u);
  ASSERT_THAT(log->Append({GrantLeaf(6)}), IsOk());
  EXPECT_EQ(store_.log().leaves.size(), 6u);
  EXPECT_EQ(log->Head().size, 6u);
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(AuditLogTest, NeitherLosesNorDoublesLeavesOfAnUnsureCommit) {
  const auto log = Grow(250);
  std::vector<Leaf> leaves;  // past a tile and a checkpoint
  for (uint64_t i = 250; i < 520; ++i) leaves.push_back(GrantLeaf(i));
  store_.SetNextCommit(MemoryLogStore::Commit::kUnsureDone);
  EXPECT_THAT(log->Append(leaves),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("lost")));
  ASSERT_THAT(log->Append({GrantLeaf(520)}), IsOk());
  EXPECT_EQ(store_.log().leaves.size(), 521u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  EXPECT_EQ(again->Head().root, log->Head().root);
  EXPECT_EQ(*log->Checkpoint(), *again->Checkpoint());
}

TEST_F(AuditLogTest, WritesOnceThoughTheTransactionRunsTwice) {
  const auto log = Grow(250);
  std::vector<Leaf> leaves;
  for (uint64_t i = 250; i < 260; ++i) leaves.push_back(GrantLeaf(i));
  store_.SetNextCommit(MemoryLogStore::Commit::kRunAgain);
  ASSERT_THAT(log->Append(leaves), IsOk());
  EXPECT_EQ(store_.log().leaves.size(), 260u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  EXPECT_EQ(again->Head().root, log->Head().root);
}

TEST_F(AuditLogTest, ABatchThatIsDroppedNeverWas) {
  const auto log = Grow(5);
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(AuditLog::Batch batch, log->Begin());
    ASSERT_THAT(batch.Append(GrantLeaf(77)), IsOk());
  }
  ASSERT_THAT(log->Append({GrantLeaf(5)}), IsOk());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  EXPECT_EQ(again->Head().root, log->Head().root);
}

TEST_F(AuditLogTest, ManyThreadsAppendOneLog) {
  const auto log = Grow(1);
  std::atomic<int> num_failed{0};
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < 50; ++i) {
        if (!log->Append({GrantLeaf(t * 1000 + i)}).ok()) ++num_failed;
        if (i % 10 == 0 && !log->Checkpoint().ok()) ++num_failed;
        if (!log->RootAt(log->Head().size).ok()) ++num_failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_failed, 0);
  EXPECT_EQ(log->Head().size, 201u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto again, Open());
  EXPECT_EQ(again->Head().root, log->Head().root);
}

TEST_F(AuditLogTest, KnowsItsRootAtEverySize) {
  const auto log = Grow(600);
  RightEdge edge;
  std::vector<Tile> full;
  for (uint64_t size = 0; size <= 600; ++size) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Sha256Digest root, log->RootAt(size));
    EXPECT_EQ(root, edge.Root()) << size;
    if (size < 600) edge.Add(HashLeaf(store_.log().leaves[size]), &full);
  }
  EXPECT_THAT(log->RootAt(601),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("fewer")));
}

TEST_F(AuditLogTest, TellsTheRootOfACheckpointWithoutReading) {
  const auto log = Grow(1000);
  const uint64_t signed_size = store_.log().checkpoint_size;
  const int num_reads = store_.num_tile_reads();
  ASSERT_THAT(log->RootAt(signed_size), IsOk());
  EXPECT_EQ(store_.num_tile_reads(), num_reads);
}

TEST_F(AuditLogTest, ComparesWhatDevicesHaveSeen) {
  const auto log = Grow(300);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      TreeHead seen, log->RootAt(44).ok() ? absl::StatusOr<TreeHead>(
                                                TreeHead{44, *log->RootAt(44)})
                                          : absl::InternalError("no root"));
  EXPECT_EQ(*log->Compare(seen), SeenHead::kConsistent);
  seen.root[3] ^= 1;
  EXPECT_EQ(*log->Compare(seen), SeenHead::kFork);
  seen.size = 301;
  EXPECT_EQ(*log->Compare(seen), SeenHead::kAhead);
  EXPECT_EQ(*log->Compare({0, EmptyRoot()}), SeenHead::kConsistent);
}

TEST_F(AuditLogTest, TakesOnlyItsOwnNotesForProof) {
  const auto log = Grow(10);
  const std::string own = *log->Checkpoint();
  EXPECT_EQ(*log->CompareNote(own), SeenHead::kConsistent);

  store_.log() = {};  // the same key signs another history
  clock_.Advance(absl::Hours(1));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto other, Open());
  for (uint64_t i = 0; i < 10; ++i) {
    ASSERT_THAT(other->Append({GrantLeaf(i + 100)}), IsOk());
  }
  EXPECT_EQ(*log->CompareNote(*other->Checkpoint()), SeenHead::kFork);

  AuditLogOptions options = Options();
  options.signing_seed = LogSeed(0x77);
  store_.log() = {};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto liar,
                                  AuditLog::Open(std::move(options)));
  EXPECT_THAT(log->CompareNote(*liar->Checkpoint()),
              ReasonIs(Reason::kUnauthenticated));
}

}  // namespace
}  // namespace parcelveil::audit
