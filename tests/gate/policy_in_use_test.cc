// SPDX-License-Identifier: Apache-2.0
// What a policy makes of a gate; keyrings, forks and alerts.
#include <string>
#include <vector>

#include "src/crypto/hash.h"
#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

RawDevice::Reply Dial(GateWorld* world, const std::string& id) {
  return world->Send(world->New(id, RequestKind::kDial, Slot::kRecipientPhone));
}

TEST(PolicyInUseTest, CountsPhonesAsAddressesWhereNobodyDials) {
  GateWorld world(
      GateWorld::Edits{{"profile: DIAL_THROUGH", "profile: NO_DIAL"}});
  for (int i = 0; i < 30; ++i) world.AddParcel("P" + std::to_string(i));
  EXPECT_EQ(Dial(&world, "P0").code, Reason::kForbidden);
  int num_granted = 0;
  for (int i = 0; i < 30; ++i) {
    num_granted +=
        world.Reveal("P" + std::to_string(i), Slot::kRecipientPhone).code ==
        Reason::kNone;
  }
  EXPECT_EQ(num_granted, 10) << "a quarter of 30 + 10";
}

TEST(PolicyInUseTest, OnlyWritesDownWhatAQuotaWouldRefuseWhileItObserves) {
  GateWorld world(
      GateWorld::Edits{{"observe_quotas: false", "observe_quotas: true"}});
  for (int i = 0; i < 8; ++i) {
    world.AddParcel("P" + std::to_string(i));
    EXPECT_EQ(world.Reveal("P" + std::to_string(i), Slot::kRecipientPhone).code,
              Reason::kNone);
  }
  const std::vector<Leaf> would_deny = world.LeavesOf(LeafType::kWouldDeny);
  EXPECT_EQ(would_deny.size(), 3u) << "5 in ten minutes are let through";
  EXPECT_EQ(would_deny[0].detail, std::string("\0\x0c", 2));
  world.SetState("P0", ParcelState::kSignedOff);
  EXPECT_EQ(world.Reveal("P0").code, Reason::kWrongState)
      << "nothing else is observed only";
}

TEST(PolicyInUseTest, LiftsADayByTheWorkAndKeepsItThroughTheDay) {
  GateWorld world(GateWorld::Edits{
      {"over_assigned: 10 }", "over_assigned: 10 burst: 1000 }"}});
  for (int i = 0; i < 30; ++i) world.AddParcel("P" + std::to_string(i));
  for (int i = 0; i < 30; ++i) {
    const std::string id = "P" + std::to_string(i);
    EXPECT_EQ(world.Reveal(id).code, Reason::kNone);
    world.SetState(id, ParcelState::kSignedOff);
  }
  world.Start();  // a gate that starts anew does not forget the morning
  // Handed one parcel after the other, nobody gets more than 10 beyond.
  int num_granted = 0;
  for (int i = 0; i < 30; ++i) {
    const std::string id = "Q" + std::to_string(i);
    world.AddParcel(id);
    num_granted += world.Reveal(id).code == Reason::kNone;
    world.parcels().Remove(id);
  }
  EXPECT_LE(num_granted, 11);
  EXPECT_GE(num_granted, 10);
}

TEST(PolicyInUseTest, StopsAnOutletAtItsBreakerAndSaysSo) {
  GateWorld world(
      GateWorld::Edits{{"of: OUTLET  counts: RECORDS  day: 20000",
                        "of: OUTLET  counts: RECORDS  day: 3 burst: 3"}});
  for (int i = 0; i < 4; ++i) {
    const std::string id = "P" + std::to_string(i);
    world.AddParcel(id);
    EXPECT_EQ(world.Reveal(id).code, i < 3 ? Reason::kNone : Reason::kQuota);
  }
  EXPECT_EQ(Dial(&world, "P3").code, Reason::kQuota);
  EXPECT_EQ(Dial(&world, "P2").code, Reason::kNone) << "counted before";
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kBreaker), 1u);
}

TEST(PolicyInUseTest, WritesALeafForANewPolicyOnly) {
  GateWorld world;
  EXPECT_EQ(world.LeavesOf(LeafType::kPolicy).size(), 1u);
  EXPECT_EQ(world.LeavesOf(LeafType::kPolicy)[0].object_hash,
            GatePolicy::Default().Hash());
  world.Start();
  EXPECT_EQ(world.LeavesOf(LeafType::kPolicy).size(), 1u);
  GateOptions options = world.Options();
  options.policy =
      GatePolicy::Parse(GatePolicy::Default().ToText() + "# changed\n").value();
  EXPECT_THAT(Gate::Create(std::move(options)), IsOk());
  EXPECT_EQ(world.LeavesOf(LeafType::kPolicy).size(), 2u);
}

TEST(PolicyInUseTest, WritesALeafForEachKeyringBeforeItIsUsed) {
  GateWorld world;
  world.AddParcel("W1");
  ASSERT_EQ(world.LeavesOf(LeafType::kKeyring).size(), 1u);
  ASSERT_THAT(world.keys().editor().Rotate(Slot::kSenderName), IsOk());
  world.keys().Publish();
  world.clock().Advance(absl::Seconds(6));
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(world.Leaves().back().type, LeafType::kGrant);
  const std::vector<Leaf> leaves = world.LeavesOf(LeafType::kKeyring);
  ASSERT_EQ(leaves.size(), 2u) << "the first request finds it on record";
  EXPECT_LT(leaves[0].detail, leaves[1].detail) << "serials";
  EXPECT_EQ(leaves[1].object_hash, crypto::Sha256(world.keys().file()->bytes));
  EXPECT_EQ(leaves[1].time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(world.clock().Now())));
}

TEST(PolicyInUseTest, RefusesAKeyringOlderThanTheLogHasSeen) {
  GateWorld world;
  const auto old_keyring = world.keys().Load(Role::kGate);
  GateOptions options = world.Options();
  options.keyring = old_keyring.get();
  const std::string old_file = world.keys().file()->bytes;
  ASSERT_THAT(world.keys().editor().Rotate(Slot::kSenderName), IsOk());
  world.keys().Publish();
  world.Start();
  world.keys().file()->bytes = old_file;  // restored from a backup
  EXPECT_THAT(Gate::Create(std::move(options)),
              ReasonIs(Reason::kKeyringRolledBack));
}

TEST(PolicyInUseTest, RefusesAKeyringOfAnotherRole) {
  GateWorld world;
  const auto list = world.keys().Load(Role::kList);
  GateOptions options = world.Options();
  options.keyring = list.get();
  EXPECT_THAT(Gate::Create(std::move(options)), ReasonIs(Reason::kForbidden));
}

TEST(PolicyInUseTest, RaisesAnAlarmForAnEchoOfAnotherLogAndGoesOn) {
  GateWorld world;
  world.AddParcel("W1");
  const TreeHead head = world.log().Head();
  wire::RevealRequest request = world.New("W1");
  request.seen_size = head.size;
  request.seen_root = head.root;
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kFork), 0u);
  request = world.New("W1");
  request.seen_size = head.size;
  request.seen_root = head.root;
  request.seen_root[0] ^= 1;
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kFork), 1u);
  world.clock().Advance(absl::Minutes(2));
  request = world.New("W1");
  request.seen_size = 1000000;
  request.seen_root = head.root;
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kFork), 2u);
}

TEST(PolicyInUseTest, StopsWhenItsOwnLogProvesAFork) {
  GateWorld world;
  world.AddParcel("W1");
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_THAT(world.gate().CheckNote(world.log().StoredCheckpoint()), IsOk());
  const std::string note = world.NoteOfAFork();
  EXPECT_THAT(world.gate().CheckNote("nonsense"), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone) << "only proof stops it";
  EXPECT_THAT(world.gate().CheckNote(note), ReasonIs(Reason::kLogRolledBack));
  EXPECT_EQ(world.Reveal("W1").code, Reason::kAuditUnavailable);
  world.Start();
  EXPECT_EQ(world.Reveal("W1").code, Reason::kAuditUnavailable)
      << "a restart unproves nothing";
  EXPECT_THAT(world.gate().Erase({1, "W1", {Slot::kRecipientName}}),
              ReasonIs(Reason::kAuditUnavailable));
}

// Looks up `ids` in their order, a second apart.
void LookUp(GateWorld* world, const std::vector<int>& ids) {
  for (int id : ids) {
    const std::string name = "L" + std::to_string(1000 + id);
    world->AddParcel(name);
    EXPECT_EQ(Dial(world, name).code, Reason::kNone);
    world->clock().Advance(absl::Seconds(1));
  }
}

TEST(PolicyInUseTest, WritesALeafForWhoMayActAndWhatIsHeld) {
  GateWorld world;
  world.AddParcel("W1");
  const Principal auditor = {77, Role::kDispute, Scope{5712}, true};
  ASSERT_THAT(world.gate().Admit(auditor), IsOk());
  ASSERT_THAT(world.gate().SetActive(77, false), IsOk());
  ASSERT_THAT(world.gate().Hold("W1"), IsOk());
  ASSERT_THAT(world.gate().Release("W1"), IsOk());
  const std::vector<Leaf> principals = world.LeavesOf(LeafType::kPrincipal);
  ASSERT_EQ(principals.size(), 2u);
  EXPECT_EQ(principals[0].principal, 77u);
  EXPECT_EQ(principals[0].role, Role::kDispute);
  EXPECT_EQ(principals[0].detail, std::string("\1\0\0\x16\x50", 5));
  EXPECT_EQ(principals[1].detail, std::string("\0\0\0\x16\x50", 5));
  const std::vector<Leaf> holds = world.LeavesOf(LeafType::kHold);
  ASSERT_EQ(holds.size(), 2u);
  EXPECT_EQ(holds[0].detail + holds[1].detail, std::string("\1\0", 2));
  ASSERT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(holds[0].record_ref, world.Leaves().back().record_ref);
  EXPECT_THAT(world.gate().Hold(""), ReasonIs(Reason::kMalformed));
}

TEST(PolicyInUseTest, NoticesLookUpsInTheOrderOfAList) {
  GateWorld world(GateWorld::Edits{{"over_assigned: 10 }", "burst: 1000 }"}});
  std::vector<int> list;
  for (int i = 0; i < 23; ++i) list.push_back(i);
  LookUp(&world, list);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kListDriven), 0u);
  LookUp(&world, {23, 24, 25});
  ASSERT_EQ(world.CountAlerts(GateAlert::Kind::kListDriven), 1u)
      << "once, not at each look-up";
  EXPECT_EQ(world.Alerts()[0].principal, GateWorld::kCourier);
  EXPECT_EQ(world.Alerts()[0].outlet, GateWorld::kOutlet);
}

TEST(PolicyInUseTest, NoticesAListReadFromItsEndWithAFewLookUpsBetween) {
  GateWorld world(GateWorld::Edits{{"over_assigned: 10 }", "burst: 1000 }"}});
  std::vector<int> list;
  for (int i = 40; i > 0; --i) {
    list.push_back(i);
    if (i % 12 == 0) list.push_back(500 + i);
  }
  LookUp(&world, list);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kListDriven), 1u);
}

TEST(PolicyInUseTest, LetsARoutePassUnnoticed) {
  GateWorld world(GateWorld::Edits{{"over_assigned: 10 }", "burst: 1000 }"}});
  std::vector<int> route;
  for (int i = 0; i < 200; ++i) route.push_back(i * 89 % 211);
  uint32_t random = 12345;  // a fixed order without a pattern
  for (size_t i = route.size() - 1; i > 0; --i) {
    random = random * 1664525 + 1013904223;
    std::swap(route[i], route[(random >> 8) % (i + 1)]);
  }
  LookUp(&world, route);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kListDriven), 0u);
}

TEST(PolicyInUseTest, NoticesLookUpsAfterHours) {
  GateWorld world;
  world.AddParcel("W1");
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kAfterHours), 0u);
  world.clock().Advance(absl::Hours(12));  // 22:00
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(world.CountAlerts(GateAlert::Kind::kAfterHours), 1u);
}

}  // namespace
}  // namespace parcelveil::testing
