// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/publication.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "src/crypto/hash.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"
#include "tests/keyring/editor_fixture.h"

namespace parcelveil::keyring {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class PublicationTest : public EditorTest {
 protected:
  KeyringFiles Published() { return {keys_.file()->bytes, {}}; }
  PublicationLeaves LeavesSince(const KeyringFiles& previous) {
    return LeavesOfPublication(previous, Published(), keys_.signers(),
                               keys_.clock().Now())
        .value();
  }
  // "slot 6 of 2026-11-24 for LIST", "... for all".
  static std::vector<std::string> Names(const std::vector<Leaf>& leaves) {
    std::vector<std::string> names;
    for (const Leaf& leaf : leaves) {
      EXPECT_THAT(wire::EncodeLeaf(leaf), IsOk());
      EXPECT_EQ(leaf.type, LeafType::kDestroy);
      wire::Reader detail(leaf.detail);
      EXPECT_EQ(detail.Get<uint32_t>(), 7u);
      const Slot slot{detail.Get<uint16_t>()};
      const Epoch epoch{detail.Get<uint16_t>()};
      detail.Take(6);
      const Role role{detail.Get<uint16_t>()};
      names.push_back("slot " + std::to_string(ToInt(slot)) + " of " +
                      Describe(epoch) + " for " +
                      (role == Role{} ? "all" : Describe(role)));
    }
    return names;
  }
};

TEST_F(PublicationTest, RecordsSerialAndHashOfWhatWasPublished) {
  const KeyringFiles previous = Published();
  AdvanceDays(1);
  MaintainAndPublish();
  const PublicationLeaves leaves = LeavesSince(previous);
  ASSERT_THAT(leaves.after, SizeIs(1));
  const Leaf& leaf = leaves.after[0];
  EXPECT_EQ(leaf.type, LeafType::kKeyring);
  EXPECT_EQ(wire::Reader(leaf.detail).Get<uint64_t>(), editor().serial());
  EXPECT_EQ(leaf.object_hash, crypto::Sha256(Published().main));
  EXPECT_EQ(leaf.time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(keys_.clock().Now())));
}

TEST_F(PublicationTest, RecordsWhoLostWhichKey) {
  const std::string day = Describe(Today());
  KeyringFiles previous = Published();
  AdvanceDays(1);
  MaintainAndPublish();
  const std::string view = "slot 32769 of " + day + " for LIST";
  EXPECT_THAT(Names(LeavesSince(previous).before), Not(Contains(view)));
  previous = Published();
  AdvanceDays(8);
  MaintainAndPublish();
  EXPECT_THAT(Names(LeavesSince(previous).before), Contains(view));
}

TEST_F(PublicationTest, RecordsADestroyedDayOnceForAll) {
  const Epoch day = Today();
  AdvanceDays(3);
  MaintainAndPublish();
  KeyringFiles previous = Published();
  const int num_keys = editor().DestroyDay(day).value();
  keys_.Publish();
  const std::vector<std::string> names = Names(LeavesSince(previous).before);
  const std::string all = " of " + Describe(day) + " for all";
  EXPECT_EQ(std::count_if(names.begin(), names.end(),
                          [&](const std::string& name) {
                            return name.find(all) != std::string::npos;
                          }),
            num_keys);
  EXPECT_THAT(names, SizeIs(static_cast<size_t>(num_keys)));
  previous = Published();
  editor().Rotate(Slot::kRecipientPhone).value();
  keys_.Publish();
  EXPECT_THAT(LeavesSince(previous).before, IsEmpty());  // not once more
}

TEST_F(PublicationTest, RecordsNothingWhereNothingIsPublished) {
  const PublicationLeaves leaves =
      LeavesOfPublication(Published(), {}, keys_.signers(), keys_.clock().Now())
          .value();
  EXPECT_THAT(leaves.before, IsEmpty());
  EXPECT_THAT(leaves.after, IsEmpty());
}

TEST_F(PublicationTest, TakesNoFileThatTheSignerDidNotSign) {
  KeyringFiles next = Published();
  next.main[100] = static_cast<char>(next.main[100] ^ 1);
  EXPECT_THAT(LeavesOfPublication(Published(), next, keys_.signers(),
                                  keys_.clock().Now()),
              ReasonIs(Reason::kUnauthenticated));
}

}  // namespace
}  // namespace parcelveil::keyring
