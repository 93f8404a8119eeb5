// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "src/audit/tree.h"
#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"
#include "src/wire/reveal_request.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryLog;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

class VerifyTest : public LogTest {
 protected:
  // Verifies the store with `options_`; the key is the log's own.
  LogReport Verify() {
    options_.verifier_key = verifier_key_;
    const auto report = VerifyLog(&store_, options_);
    if (!report.ok()) {
      ADD_FAILURE() << report.status();
      return {};
    }
    return *report;
  }
  // The first problem: "<index>: <what>", "-: <what>", "" where there is none.
  std::string Problem() {
    const LogReport report = Verify();
    if (!report.problem.has_value()) return "";
    const auto& [index, what] = *report.problem;
    return (index.has_value() ? std::to_string(*index) : "-") + ": " + what;
  }
  void GrowAndSign(uint64_t size) {
    const auto log = Grow(size);
    ASSERT_THAT(log->Checkpoint(), IsOk());
    verifier_key_ = log->verifier_key();
  }

  std::string verifier_key_;
  LogVerifyOptions options_;
};

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

// Requests behind leaves.

class RequestTest : public VerifyTest {
 protected:
  RequestTest() : device_key_(KeyOf(0x21)) {
    options_.find_request =
        [this](uint64_t index) -> absl::StatusOr<std::optional<std::string>> {
      const auto it = requests_.find(index);
      if (it == requests_.end()) return std::nullopt;
      return it->second;
    };
    options_.requests_since = absl::InfinitePast();
  }
  static crypto::SigningKey KeyOf(uint8_t byte) {
    return *crypto::SigningKey::FromSeed(LogSeed(byte));
  }
  static Leaf EnrolLeaf(const crypto::SigningKey& key) {
    Leaf leaf;
    leaf.type = LeafType::kDeviceEnrol;
    leaf.tenant = 7;
    leaf.device = 42;
    leaf.detail = std::string(wire::AsText(key.public_key()));
    return leaf;
  }
  static wire::RevealRequest RequestOf(RequestKind kind,
                                       std::vector<std::string> records) {
    wire::RevealRequest request;
    request.kind = kind;
    request.purpose = Purpose::kDeliver;
    request.tenant = 7;
    request.principal = 1007;
    request.device = 42;
    request.seen_root = EmptyRoot();
    request.slots = {Slot::kRecipientAddress};
    request.record_ids = std::move(records);
    return request;
  }
  static std::string Sign(const wire::RevealRequest& request,
                          const crypto::SigningKey& key) {
    std::string bytes = *wire::EncodeUnsignedRequest(request);
    const auto signature = *key.Sign(crypto::kSignedRequest, bytes);
    return bytes.append(wire::AsText(signature));
  }
  // Appends a leaf for `request`, which is kept if `is_kept`.
  void Put(LeafType type, const std::string& request, bool is_kept = true) {
    Leaf leaf = GrantLeaf(0);
    leaf.type = type;
    leaf.object_hash = crypto::Sha256(request);
    if (is_kept) requests_[store_.log().leaves.size()] = request;
    ASSERT_THAT((*Open())->Append({leaf}), IsOk());
  }
  std::string ProblemNow() {
    GrowAndSign(store_.log().leaves.size());
    return Problem();
  }

  crypto::SigningKey device_key_;
  std::map<uint64_t, std::string> requests_;
};

TEST_F(RequestTest, AcceptsLeavesThatTheirDevicesAskedFor) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_));
  const std::string sheet =
      Sign(RequestOf(RequestKind::kSheet, {"SF1", "SF2", "SF3"}), device_key_);
  Put(LeafType::kSheet, sheet);
  Put(LeafType::kSheet, sheet, false);
  Put(LeafType::kSheet, sheet, false);
  EXPECT_EQ(ProblemNow(), "");
  EXPECT_EQ(Verify().num_requests, 2u);
  Put(LeafType::kSheet, sheet, false);  // a fourth leaf of three records
  EXPECT_EQ(ProblemNow(), "5: the signed request behind it is missing");
}

TEST_F(RequestTest, LetsRequestsOfOldDaysBeGone) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_), false);
  EXPECT_EQ(ProblemNow(), "1: the signed request behind it is missing");
  options_.requests_since =
      absl::FromUnixMillis(static_cast<int64_t>(GrantLeaf(0).time_ms) + 1);
  EXPECT_EQ(ProblemNow(), "");
  EXPECT_EQ(Verify().num_requests_gone, 1u);
}

TEST_F(RequestTest, FindsARequestThatTheDeviceDidNotSign) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), KeyOf(0x99)));
  EXPECT_EQ(ProblemNow(),
            "1: its request is not signed by the device that was enrolled");
}

TEST_F(RequestTest, GoesByTheLatestEnrolmentBeforeALeaf) {
  const std::string request =
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_);
  ASSERT_THAT((*Open())->Append({EnrolLeaf(KeyOf(0x99))}), IsOk());
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(), "");
  ASSERT_THAT((*Open())->Append({EnrolLeaf(KeyOf(0x99))}), IsOk());
  EXPECT_EQ(ProblemNow(), "");
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(),
            "4: its request is not signed by the device that was enrolled");
}

TEST_F(RequestTest, FindsALeafThatRecordsSomethingElse) {
  const std::string request =
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_);
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(), "0: no DEVICE_ENROL before it names its device");
  store_.log() = {};
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  wire::RevealRequest other = RequestOf(RequestKind::kReveal, {"SF1"});
  other.principal = 1008;
  Put(LeafType::kGrant, Sign(other, device_key_));
  EXPECT_EQ(ProblemNow(),
            "1: its request asks for something else than it records");
  requests_[1] = request;
  EXPECT_EQ(ProblemNow(), "1: the request that is kept for it is another one");
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
