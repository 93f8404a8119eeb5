// SPDX-License-Identifier: Apache-2.0
// A device is a witness: it keeps the newest checkpoint, and proof of a fork.

#include <string>
#include <utility>

#include "src/audit/tree.h"
#include "src/crypto/hash.h"
#include "src/wire/leaf.h"
#include "tests/device/device_fixture.h"

namespace parcelveil::testing {
namespace {

using ::testing::HasSubstr;

class CheckpointTest : public DeviceTest {
 protected:
  // What opening a reply with that checkpoint comes to.
  absl::Status See(uint64_t size, uint8_t root) {
    gate_.SetCheckpoint(size, root);
    return SeeNote();
  }
  absl::Status SeeNote() {
    Ask ask = AskAddress();
    return OpenStatus(&ask, GrantAddress(ask));
  }
};

TEST_F(CheckpointTest, TheNewestIsKept) {
  ASSERT_THAT(See(5, 0xAA), IsOk());
  ASSERT_THAT(See(7, 0xBB), IsOk());
  const std::string newest = gate_.note;
  ASSERT_THAT(See(6, 0xCC), IsOk());  // a reply that was under way for long
  ASSERT_THAT(See(7, 0xBB), IsOk());
  gate_.note.clear();
  ASSERT_THAT(SeeNote(), IsOk());
  EXPECT_EQ(device_->Checkpoint(), newest);
  EXPECT_FALSE(device_->Fork().has_value());
}

TEST_F(CheckpointTest, ARefusalCarriesOneToo) {
  gate_.SetCheckpoint(5, 0xAA);
  Ask ask = AskAddress();
  EXPECT_THAT(OpenStatus(&ask, gate_.Refuse(ask.bytes(), Reason::kQuota)),
              ReasonIs(Reason::kQuota));
  EXPECT_EQ(device_->Checkpoint(), gate_.note);
}

TEST_F(CheckpointTest, TwoRootsOfOneSizeAreAForkAndBothAreKept) {
  ASSERT_THAT(See(5, 0xAA), IsOk());
  const std::string kept = gate_.note;
  EXPECT_THAT(See(5, 0xBB), ReasonIs(Reason::kLogRolledBack));
  const std::string other = gate_.note;
  ASSERT_TRUE(device_->Fork().has_value());
  EXPECT_EQ(device_->Fork()->kept, kept);
  EXPECT_EQ(device_->Fork()->other, other);
  EXPECT_TRUE(device_->HasNewState());
  // The courier goes on, the evidence stays as it is.
  EXPECT_THAT(See(9, 0xCC), IsOk());
  EXPECT_THAT(See(5, 0xDD), ReasonIs(Reason::kLogRolledBack));
  const auto loaded =
      Device::Load(device_->State().value(), &key_wrap_, &clock_).value();
  ASSERT_TRUE(loaded->Fork().has_value());
  EXPECT_EQ(loaded->Fork()->kept, kept);
  EXPECT_EQ(loaded->Fork()->other, other);
}

TEST_F(CheckpointTest, AForkOfAnEarlierGateIsNotForgotten) {
  ASSERT_THAT(See(5, 0xAA), IsOk());
  ASSERT_THAT(See(5, 0xBB), ReasonIs(Reason::kLogRolledBack));
  ASSERT_THAT(device_->Enrol(FakeGate(2, &gate_clock_).Card()), IsOk());
  EXPECT_TRUE(device_->Fork().has_value());
}

TEST_F(CheckpointTest, OneThatTheLogDidNotSignIsRefused) {
  ASSERT_THAT(See(5, 0xAA), IsOk());
  const std::string kept = gate_.note;
  FakeGate other(2, &gate_clock_);
  other.SetCheckpoint(9, 0xBB);
  gate_.note = other.note;
  EXPECT_THAT(SeeNote(), ReasonIs(Reason::kUnauthenticated));
  gate_.note = "no note\n";
  EXPECT_THAT(SeeNote(), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(device_->Checkpoint(), kept);
}

TEST_F(CheckpointTest, OnlyTheLogsOwnSignatureIsKept) {
  gate_.SetCheckpoint(5, 0xAA);
  const std::string own = gate_.note;
  FakeGate witness(2, &gate_clock_);
  witness.SetCheckpoint(5, 0xAA);
  const std::string line = witness.note.substr(witness.note.find("\n\n") + 2);
  gate_.note += line;
  ASSERT_THAT(SeeNote(), IsOk());
  EXPECT_EQ(device_->Checkpoint(), own);
}

TEST_F(CheckpointTest, ARefusedReplyTeachesNothing) {
  gate_.SetCheckpoint(5, 0xAA);
  Ask ask = AskAddress(), other = AskAddress();
  EXPECT_THAT(OpenStatus(&ask, GrantAddress(other)),
              ReasonIs(Reason::kUnauthenticated));
  EXPECT_EQ(device_->Checkpoint(), "");
}

// A log of two leaves, the second of which records `request`.
class LogOfTwo {
 public:
  explicit LogOfTwo(std::string_view request) {
    Leaf second;
    second.type = LeafType::kGrant;
    second.object_hash = crypto::Sha256(request);
    leaf_ = wire::EncodeLeaf(second).value();
  }

  TreeHead First() const { return {1, first_}; }
  TreeHead Both() const {
    return {2, audit::HashNode(first_, audit::HashLeaf(leaf_))};
  }
  MerkleProof FromFirstToBoth() const { return {audit::HashLeaf(leaf_)}; }
  LeafProof OfSecond(const std::string& checkpoint) const {
    return {1, leaf_, checkpoint, {first_}};
  }

 private:
  Sha256Digest first_ = audit::HashLeaf("first");
  std::string leaf_;
};

TEST_F(CheckpointTest, OneThatCameOtherwiseIsTakenWithItsProof) {
  const LogOfTwo log("request");
  gate_.SetHead(log.First());
  ASSERT_THAT(SeeNote(), IsOk());
  gate_.SetHead(log.Both());
  EXPECT_THAT(device_->Witness(gate_.note, log.FromFirstToBoth()), IsOk());
  EXPECT_EQ(device_->Checkpoint(), gate_.note);
}

TEST_F(CheckpointTest, OneThatDoesNotGoOnFromTheKeptOneIsAnAlarm) {
  const LogOfTwo log("request"), rewritten("another request");
  gate_.SetHead(log.First());
  ASSERT_THAT(SeeNote(), IsOk());
  const std::string kept = gate_.note;
  gate_.SetHead(rewritten.Both());
  EXPECT_THAT(device_->Witness(gate_.note, log.FromFirstToBoth()),
              ReasonIs(Reason::kLogRolledBack));
  EXPECT_THAT(device_->Witness(gate_.note, {}),
              ReasonIs(Reason::kLogRolledBack));
  EXPECT_EQ(device_->Checkpoint(), kept);
}

TEST_F(CheckpointTest, TheFirstOneNeedsNoProof) {
  const auto fresh = Device::Create(&key_wrap_, &clock_).value();
  gate_.SetCheckpoint(5, 0xAA);
  EXPECT_THAT(fresh->Witness(gate_.note, {}), ReasonIs(Reason::kWrongState));
  EXPECT_THAT(device_->Witness(gate_.note, {}), IsOk());
  EXPECT_EQ(device_->Checkpoint(), gate_.note);
  gate_.SetCheckpoint(5, 0xBB);
  EXPECT_THAT(device_->Witness(gate_.note, {}),
              ReasonIs(Reason::kLogRolledBack));
  EXPECT_TRUE(device_->Fork().has_value());
}

TEST_F(CheckpointTest, WhatIsShownCanBeFoundOnTheRecord) {
  Ask ask = AskAddress();
  const LogOfTwo log(ask.bytes()), other("another request");
  gate_.leaf_index = 1;
  const Shown shown = device_->Open(std::move(ask), GrantAddress(ask)).value();
  gate_.SetHead(log.Both());
  EXPECT_THAT(device_->CheckLeaf(shown, log.OfSecond(gate_.note)), IsOk());
  EXPECT_THAT(device_->CheckLeaf(shown, other.OfSecond(gate_.note)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("")));
  const auto stranger = Device::Create(&key_wrap_, &clock_).value();
  EXPECT_THAT(stranger->CheckLeaf(shown, log.OfSecond(gate_.note)),
              ReasonIs(Reason::kMalformed));
  LeafProof elsewhere = log.OfSecond(gate_.note);
  elsewhere.index = 0;
  EXPECT_THAT(device_->CheckLeaf(shown, elsewhere),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another leaf")));
  gate_.SetHead(other.Both());
  EXPECT_THAT(
      device_->CheckLeaf(shown, other.OfSecond(gate_.note)),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another request")));
}

}  // namespace
}  // namespace parcelveil::testing
