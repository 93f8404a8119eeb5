// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "src/audit/tree.h"
#include "src/crypto/hash.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"
#include "tests/audit/verify_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryLog;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

Leaf SearchLeaf(char hits) {
  Leaf leaf = GrantLeaf(1);
  leaf.type = LeafType::kSearch;
  leaf.record_ref = {};
  leaf.object_hash.fill(7);
  leaf.detail = std::string("\x40\x01\0\0\0", 5) + hits;
  return leaf;
}

Leaf ViewsLeaf(const Leaf& search) {
  Leaf leaf = search;
  leaf.type = LeafType::kViews;
  leaf.slots = {Slot::kRecipientView};
  leaf.detail = std::string(16, '1') + std::string(16, '2');
  return leaf;
}

TEST_F(VerifyTest, HoldsViewsAgainstTheSearchBeforeThem) {
  const std::string unrelated =
      "2: it records the rows of a search that is not before it";
  const Leaf search = SearchLeaf(2);
  Leaf list = ViewsLeaf(search);
  list.object_hash = {};
  Leaf of_another = ViewsLeaf(search);
  of_another.principal = 8;
  const struct {
    std::vector<Leaf> leaves;
    std::string problem;
  } kCases[] = {{{search, ViewsLeaf(search), list}, ""},
                {{list, list, search}, ""},
                {{GrantLeaf(0), search, of_another}, unrelated},
                {{search, GrantLeaf(0), ViewsLeaf(search)}, unrelated},
                {{GrantLeaf(0), SearchLeaf(1), ViewsLeaf(search)},
                 "2: it records more rows than the search before it found"}};
  for (const auto& [leaves, problem] : kCases) {
    testing::MemoryLogStore store;
    AuditLogOptions log_options = Options();
    log_options.store = &store;
    const auto log = AuditLog::Open(std::move(log_options)).value();
    ASSERT_THAT(log->Append(leaves), IsOk());
    ASSERT_THAT(log->Checkpoint(), IsOk());
    options_.verifier_key = log->verifier_key();
    const LogReport report = VerifyLog(&store, options_).value();
    EXPECT_EQ(report.problem.has_value()
                  ? std::to_string(*report.problem->index) + ": " +
                        report.problem->what
                  : "",
              problem);
  }
}

TEST_F(VerifyTest, FindsNothingWrongWithAWholeLog) {
  for (uint64_t size : {0, 1, 255, 256, 257, 1000}) {
    store_.log() = {};
    GrowAndSign(size);
    const LogReport report = Verify();
    EXPECT_FALSE(report.problem.has_value()) << report.problem->what;
    EXPECT_EQ(report.head.size, size);
    EXPECT_EQ(report.num_leaves, size);
    EXPECT_EQ(report.num_unsigned, 0u);
    EXPECT_EQ(report.num_tiles, size / 256);
  }
}

TEST_F(VerifyTest, ChecksLeavesThatHaveNoCheckpointYet) {
  GrowAndSign(10);
  const auto log = Open();
  ASSERT_THAT((*log)->Append({GrantLeaf(10)}), IsOk());
  ASSERT_THAT((*log)->Append({GrantLeaf(11), GrantLeaf(12)}), IsOk());
  ASSERT_EQ(store_.log().checkpoint_size, 11u);
  EXPECT_EQ(Verify().num_unsigned, 2u);
  store_.log().leaves[12] = "no leaf";
  EXPECT_EQ(Problem(), "12: it is no leaf of version 1");
}

TEST_F(VerifyTest, NamesTheLeafThatWasEdited) {
  GrowAndSign(600);
  const MemoryLog whole = store_.log();
  for (size_t i : {0, 77, 255, 256, 511}) {
    store_.log() = whole;
    store_.log().leaves[i][20] ^= 1;  // its principal
    EXPECT_THAT(Problem(), HasSubstr(std::to_string(i) +
                                     ": it is not the leaf that tile"));
  }
  store_.log() = whole;
  store_.log().leaves[599][20] ^= 1;  // in no full tile
  EXPECT_EQ(Problem(),
            "-: the first 600 leaves are not those of its checkpoint");
  store_.log() = whole;
  std::swap(store_.log().leaves[5], store_.log().leaves[6]);
  EXPECT_EQ(Problem(), "6: its time is before that of the leaf before it");
}

TEST_F(VerifyTest, FindsAnEditThatWasCarriedThroughEveryTile) {
  GrowAndSign(600);
  RightEdge edge;
  std::vector<Tile> full;
  store_.log().leaves[300][20] ^= 1;
  for (const std::string& leaf : store_.log().leaves) {
    edge.Add(HashLeaf(leaf), &full);
  }
  for (const Tile& tile : full) {
    store_.log().tiles[{tile.name.level, tile.name.index}] = tile.hashes;
  }
  EXPECT_EQ(Problem(),
            "-: the first 600 leaves are not those of its checkpoint");
}

TEST_F(VerifyTest, FindsMissingLeavesAndTiles) {
  GrowAndSign(600);
  const MemoryLog whole = store_.log();
  store_.log().leaves.resize(599);
  EXPECT_EQ(Problem(),
            "599: from this leaf on the log is cut off: its checkpoint covers "
            "600 leaves");
  store_.log() = whole;
  store_.log().tiles.erase({0, 1});
  EXPECT_EQ(Problem(), "-: tile 1 of level 0 is missing");
  store_.log() = whole;
  store_.log().tiles[{0, 1}].pop_back();
  EXPECT_EQ(Problem(),
            "-: tile 1 of level 0 does not fit the leaves beneath it");
  store_.log() = whole;
  store_.log().checkpoint.reset();
  EXPECT_EQ(Problem(), "-: the log has no checkpoint");
  store_.log().checkpoint = "no note";
  EXPECT_EQ(Problem(),
            "-: its checkpoint is no note that the log's key signed");
}

TEST_F(VerifyTest, FindsAHigherTileThatDoesNotFit) {
  GrowAndSign(65536);
  store_.log().tiles[{1, 0}][40] ^= 1;
  EXPECT_EQ(Problem(),
            "-: tile 0 of level 1 does not fit the leaves beneath it");
}

TEST_F(VerifyTest, ChecksThatKeyringsOnlyGetNewer) {
  Sha256Digest hash{};
  const auto log = Open();
  for (uint64_t serial : {5, 6, 9}) {
    ASSERT_THAT((*log)->Append({KeyringLeaf(7, serial, hash)}), IsOk());
  }
  GrowAndSign(3);
  EXPECT_EQ(Problem(), "");
  ASSERT_THAT((*log)->Append({KeyringLeaf(7, 9, hash)}), IsOk());
  EXPECT_EQ(Problem(), "3: its keyring is not newer than the one before");
}

TEST_F(VerifyTest, HoldsTheLogToTheTrustedCheckpoint) {
  GrowAndSign(100);
  options_.trusted = *store_.log().checkpoint;
  EXPECT_EQ(Problem(), "");
  GrowAndSign(400);
  EXPECT_EQ(Problem(), "");
  store_.log() = {};
  GrowAndSign(50);
  EXPECT_EQ(Problem(),
            "50: from this leaf on the log is cut off: the trusted checkpoint "
            "covers 100 leaves");
  store_.log() = {};
  const auto log = Open();
  for (uint64_t i = 0; i < 200; ++i) {
    ASSERT_THAT((*log)->Append({GrantLeaf(i + 1)}), IsOk());
  }
  GrowAndSign(200);
  EXPECT_EQ(Problem(),
            "-: the first 100 leaves are not those of the trusted checkpoint");
  options_.trusted[3] ^= 1;
  options_.verifier_key = verifier_key_;
  EXPECT_THAT(VerifyLog(&store_, options_), ReasonIs(Reason::kUnauthenticated));
}

TEST_F(VerifyTest, ComparesTheNotesThatDevicesCollected) {
  GrowAndSign(100);
  const std::string at_100 = *store_.log().checkpoint;
  GrowAndSign(300);
  const std::string at_300 = *store_.log().checkpoint;
  store_.log() = {};
  {
    const auto log = Open();
    for (uint64_t i = 0; i < 300; ++i) {
      ASSERT_THAT((*log)->Append({GrantLeaf(i + 1)}), IsOk());
    }
  }
  GrowAndSign(300);
  const std::string forked_300 = *store_.log().checkpoint;
  store_.log() = {};
  GrowAndSign(300);

  options_.notes = {at_100, at_300, "no note", at_300};
  EXPECT_EQ(Problem(), "");
  EXPECT_EQ(Verify().num_notes, 3u);
  options_.notes.push_back(forked_300);
  EXPECT_EQ(Problem(),
            "-: the first 300 leaves are not those of a checkpoint that "
            "somebody was given");

  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto fork,
                                  FindFork(options_.notes, verifier_key_));
  EXPECT_EQ(fork, std::pair(size_t{1}, size_t{4}));
  options_.notes.pop_back();
  EXPECT_EQ(*FindFork(options_.notes, verifier_key_), std::nullopt);
}

TEST_F(VerifyTest, StopsWhenToldAndTellsHowFarItIs) {
  GrowAndSign(700);
  std::atomic<bool> stop{false};
  std::vector<uint64_t> seen;
  options_.stop = &stop;
  options_.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_EQ(total, 700u);
    seen.push_back(done);
    stop = done >= 512;
  };
  const LogReport report = Verify();
  EXPECT_TRUE(report.was_stopped);
  EXPECT_THAT(seen, ::testing::ElementsAre(256, 512));
  EXPECT_EQ(report.num_leaves, 512u);
}

TEST_F(VerifyTest, AStoreThatDoesNotAnswerIsNoProblemOfTheLog) {
  GrowAndSign(10);
  options_.verifier_key = verifier_key_;
  options_.find_request =
      [](uint64_t) -> absl::StatusOr<std::optional<std::string>> {
    return absl::UnavailableError("the disk does not answer");
  };
  EXPECT_THAT(VerifyLog(&store_, options_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk")));
}

TEST_F(VerifyTest, ProvesToADeviceThatItsRequestIsOnTheRecord) {
  GrowAndSign(300);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const LeafProof proof,
                                  ProveLeaf(&store_, 299));
  const Sha256Digest asked = GrantLeaf(299).object_hash;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Leaf leaf,
                                  VerifyLeaf(proof, asked, verifier_key_));
  EXPECT_EQ(leaf.time_ms, GrantLeaf(299).time_ms);

  EXPECT_THAT(VerifyLeaf(proof, GrantLeaf(3).object_hash, verifier_key_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another")));
  LeafProof altered = proof;
  altered.index = 298;
  EXPECT_THAT(VerifyLeaf(altered, asked, verifier_key_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("fails")));
  altered = proof;
  altered.leaf[20] ^= 1;
  EXPECT_THAT(VerifyLeaf(altered, asked, verifier_key_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("fails")));
  EXPECT_THAT(ProveLeaf(&store_, 300),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("yet")));
}

}  // namespace
}  // namespace parcelveil::audit
