// SPDX-License-Identifier: Apache-2.0
// What a log finds of its store when it is opened.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/audit.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryLog;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

class LogOpenTest : public LogTest {
 protected:
  void ExpectRolledBack(const std::string& what) {
    EXPECT_THAT(Open(), ReasonIs(Reason::kLogRolledBack)) << what;
  }
};

TEST_F(LogOpenTest, GoesOnFromEverySize) {
  for (uint64_t size : {0, 1, 2, 255, 256, 257, 511, 512, 513, 700}) {
    store_.log() = {};
    TreeHead head;
    {
      const auto log = Grow(size, 37);
      ASSERT_THAT(log, ::testing::NotNull());
      head = log->Head();
    }
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto again, Open());
    EXPECT_EQ(again->Head().size, size);
    EXPECT_EQ(again->Head().root, head.root) << size;
    ASSERT_THAT(again->Append({GrantLeaf(size)}), IsOk());
    EXPECT_THAT(Open(), IsOk()) << size;
  }
}

TEST_F(LogOpenTest, RaisesTimesAboveThoseOfTheLastLeaf) {
  for (uint64_t size : {1, 256, 300}) {
    store_.log() = {};
    ASSERT_THAT(Grow(size)->Checkpoint(), IsOk());
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, Open());
    Leaf early = GrantLeaf(0);
    early.time_ms = 1;
    ASSERT_THAT(log->Append({early}), IsOk());
    EXPECT_THAT(Open(), IsOk()) << size;  // no time goes back
  }
}

TEST_F(LogOpenTest, FindsEveryCutBelowTheCheckpoint) {
  ASSERT_THAT(Grow(600)->Checkpoint(), IsOk());
  const MemoryLog whole = store_.log();
  for (size_t size : {0, 1, 255, 256, 512, 599}) {
    store_.log() = whole;
    store_.log().leaves.resize(size);
    ExpectRolledBack("cut to " + std::to_string(size));
  }
  store_.log() = whole;
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(LogOpenTest, FindsEveryFlippedBitOfALeafInTheLastTile) {
  ASSERT_THAT(Grow(300)->Checkpoint(), IsOk());
  const std::string leaf = store_.log().leaves[299];
  ForEveryFlippedBit(leaf, [&](const std::string& damaged, size_t) {
    store_.log().leaves[299] = damaged;
    ExpectRolledBack("a flipped bit");
  });
}

TEST_F(LogOpenTest, FindsATileThatWasChangedOrTakenAway) {
  ASSERT_THAT(Grow(1000)->Checkpoint(), IsOk());
  const MemoryLog whole = store_.log();
  for (const auto& [name, hashes] : whole.tiles) {
    store_.log() = whole;
    store_.log().tiles[name][77] ^= 1;
    ExpectRolledBack("a tile's bit");
    store_.log().tiles[name] = hashes.substr(32);
    ExpectRolledBack("a tile's size");
    store_.log().tiles.erase(name);
    ExpectRolledBack("a tile");
  }
}

TEST_F(LogOpenTest, FindsALeafAfterTheCheckpointThatDoesNotFitItsTile) {
  {
    const auto log = Grow(200);
    ASSERT_THAT(log->Checkpoint(), IsOk());
    for (uint64_t i = 200; i < 260; ++i) {  // fills a tile, and signs nothing
      ASSERT_THAT(log->Append({GrantLeaf(i)}), IsOk());
    }
  }
  ASSERT_EQ(store_.log().checkpoint_size, 200u);
  store_.log().leaves[230] = store_.log().leaves[231];
  ExpectRolledBack("a leaf after the checkpoint");
}

TEST_F(LogOpenTest, FindsAStoreThatWasRolledBackAsAWhole) {
  ASSERT_THAT(Grow(100)->Checkpoint(), IsOk());
  const MemoryLog early = store_.log();
  AuditLogOptions options = Options();
  options.known_checkpoint = *Grow(300)->Checkpoint();
  ASSERT_THAT(AuditLog::Open(std::move(options)), IsOk());

  store_.log() = early;
  EXPECT_THAT(Open(), IsOk());  // nothing in the store tells
  options = Options();
  options.known_checkpoint = *Grow(100)->Checkpoint();
  EXPECT_THAT(AuditLog::Open(std::move(options)), IsOk());

  // Grown anew to the same size, with other leaves.
  store_.log() = {};
  const std::string known = *Grow(150)->Checkpoint();
  store_.log() = {};
  const auto other = Open();
  for (uint64_t i = 0; i < 200; ++i) {
    ASSERT_THAT((*other)->Append({GrantLeaf(i + 7)}), IsOk());
  }
  options = Options();
  options.known_checkpoint = known;
  EXPECT_THAT(AuditLog::Open(std::move(options)),
              ReasonIs(Reason::kLogRolledBack));
  store_.log() = early;
  options = Options();
  options.known_checkpoint = known;
  EXPECT_THAT(AuditLog::Open(std::move(options)),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("once had 150; restore the newest copy")));
}

TEST_F(LogOpenTest, RefusesTheStoreOfAnotherLog) {
  ASSERT_THAT(Grow(5)->Checkpoint(), IsOk());
  AuditLogOptions options = Options();
  options.origin = "courier.example/audit/7/gate-2";
  EXPECT_THAT(AuditLog::Open(std::move(options)),
              ReasonIs(Reason::kUnauthenticated));
  options = Options();
  options.signing_seed = LogSeed(0x32);
  EXPECT_THAT(AuditLog::Open(std::move(options)),
              ReasonIs(Reason::kUnauthenticated));
}

TEST_F(LogOpenTest, RefusesOriginsAndSeedsThatAreNone) {
  AuditLogOptions options = Options();
  options.origin = "a b";
  EXPECT_THAT(AuditLog::Open(std::move(options)), ReasonIs(Reason::kMalformed));
  options = Options();
  options.signing_seed = *Secret::Random(31);
  EXPECT_THAT(AuditLog::Open(std::move(options)), ReasonIs(Reason::kMalformed));
}

TEST_F(LogOpenTest, StopsWhenLeavesVanishWhileItIsOpen) {
  const auto log = Grow(20);
  store_.log().leaves.resize(10);
  store_.SetNextCommit(testing::MemoryLogStore::Commit::kFails);
  EXPECT_FALSE(log->Append({GrantLeaf(20)}).ok());
  EXPECT_THAT(log->Append({GrantLeaf(20)}), ReasonIs(Reason::kLogRolledBack));
}

}  // namespace
}  // namespace parcelveil::audit
