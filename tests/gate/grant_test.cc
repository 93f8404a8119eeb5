// SPDX-License-Identifier: Apache-2.0
// What is durable before a value is shown, and what a crash leaves behind.
#include <string>
#include <vector>

#include "src/gate/record_ref.h"
#include "src/wire/dial_token.h"
#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

using Accident = MemoryGateStore::Accident;

size_t CountGrants(GateWorld* world) {
  return world->LeavesOf(LeafType::kGrant).size();
}

uint64_t CountCharged(GateWorld* world) {
  return world->store()
      .CountCharged(SubjectKind::kPrincipal, GateWorld::kCourier,
                    QuotaClass::kAddress, world->gate_keyring().Today())
      .value();
}

TEST(GrantTest, ShowsNothingWithoutADurableLeaf) {
  GateWorld world;
  world.AddParcel("W1");
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  world.clock().Advance(absl::Seconds(5));  // a checkpoint is due
  // Fails at every step of a grant in turn.
  int num_failed = 0;
  for (int step = 1; step < 40; ++step) {
    const std::string request = world.courier().Reveal(world.gate(), "W1");
    const size_t num_before = CountGrants(&world);
    world.store().Plan(Accident::kFailure, step);
    const std::string bytes = world.gate().Handle(request);
    world.store().Revive();
    const RawDevice::Reply reply =
        world.courier().Open(world.gate(), request, bytes);
    if (reply.code == Reason::kNone) {
      EXPECT_EQ(CountGrants(&world), num_before + 1);
      continue;
    }
    ++num_failed;
    EXPECT_EQ(reply.code, Reason::kAuditUnavailable);
    EXPECT_TRUE(reply.fields.empty());
    EXPECT_EQ(bytes.find("door of"), std::string::npos);
  }
  EXPECT_GE(num_failed, 6);
}

TEST(GrantTest, GivesTheSameBytesForTheSameRequestAndChargesOnce) {
  GateWorld world;
  world.AddParcel("W1");
  const std::string request = world.courier().Reveal(world.gate(), "W1");
  const std::string reply = world.gate().Handle(request);
  for (int i = 0; i < 3; ++i) {
    world.clock().Advance(absl::Minutes(3));
    EXPECT_EQ(world.gate().Handle(request), reply);
  }
  EXPECT_EQ(CountGrants(&world), 1u);
  EXPECT_EQ(CountCharged(&world), 1u);
  EXPECT_EQ(world.gate().Stats().retried, 3u);
}

TEST(GrantTest, AnswersARetryAfterSignOffWithWhatItGot) {
  GateWorld world;
  world.AddParcel("W1");
  const std::string request = world.courier().Reveal(world.gate(), "W1");
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  world.SetState("W1", ParcelState::kSignedOff);
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(world.Reveal("W1").code, Reason::kWrongState);
}

// Dies at every step of a request, is started anew and asked the same again.
TEST(GrantTest, SurvivesDeathAtEveryStep) {
  for (RequestKind kind : {RequestKind::kReveal, RequestKind::kDial}) {
    const Slot slot = kind == RequestKind::kDial ? Slot::kRecipientPhone
                                                 : Slot::kRecipientAddress;
    const LeafType type =
        kind == RequestKind::kDial ? LeafType::kDialIssued : LeafType::kGrant;
    int num_deaths = 0;
    for (int step = 1; step < 60; ++step) {
      SCOPED_TRACE("death at step " + std::to_string(step));
      GateWorld world;
      world.AddParcel("W1");
      const std::string request =
          world.courier().Sign(world.New("W1", kind, slot));
      world.store().Plan(Accident::kDeath, step);
      const std::string dying = world.gate().Handle(request);
      const bool has_died = !world.store().NumLeaves().ok();
      num_deaths += has_died;
      if (!has_died) {
        EXPECT_EQ(world.courier().Open(world.gate(), request, dying).code,
                  Reason::kNone);
      }
      world.store().Revive();
      world.Start();
      const RawDevice::Reply reply = world.Send(request);
      ASSERT_EQ(reply.code, Reason::kNone);
      EXPECT_EQ(reply.fields.size(), 1u);
      EXPECT_EQ(world.LeavesOf(type).size(), 1u);
      EXPECT_EQ(world.Leaves().at(reply.leaf_index).object_hash,
                crypto::Sha256(request));
      if (kind == RequestKind::kReveal) {
        EXPECT_EQ(CountCharged(&world), 1u);
      }
      if (!has_died) break;
    }
    EXPECT_GE(num_deaths, 10);
  }
}

TEST(GrantTest, KeepsATokensIdAndEndWhenItIsMadeAgain) {
  GateWorld world;
  world.AddParcel("W1");
  const std::string request = world.courier().Sign(
      world.New("W1", RequestKind::kDial, Slot::kRecipientPhone));
  std::vector<std::string> ids;
  std::vector<uint32_t> ends;
  const auto telephony = world.keys().Load(Role::kTelephony);
  const auto opener = Opener::Create(telephony.get()).value();
  for (int i = 0; i < 2; ++i) {
    const RawDevice::Reply reply = world.Send(request);
    ASSERT_EQ(reply.code, Reason::kNone);
    const std::string& bytes = reply.fields.at(Slot::kDial);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::DialToken token,
                                    wire::ParseDialToken(bytes));
    ids.emplace_back(wire::AsText(token.token_id));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const Plaintext opened,
        opener->Open({Slot::kDial, ids.back(), 0}, token.sealed));
    opened.Use([&](std::string_view text) {
      const wire::DialText dial = wire::ParseDialText(text).value();
      EXPECT_EQ(dial.number, "8613812345678");
      EXPECT_EQ(dial.extension, "");
      EXPECT_EQ(dial.principal, GateWorld::kCourier);
      EXPECT_EQ(dial.purpose, Purpose::kDeliver);
      EXPECT_EQ(dial.max_calls, 3);
      const Leaf leaf = world.Leaves().at(reply.leaf_index);
      EXPECT_EQ(dial.record_ref, leaf.record_ref);
      EXPECT_EQ(leaf.detail, ids.back());
      ends.push_back(dial.expires_s);
    });
    world.clock().Advance(absl::Minutes(2));
    world.Start();
  }
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_EQ(ends[0], ends[1]);
}

TEST(GrantTest, NeitherLosesNorDoublesALeafOfAnUnsureCommit) {
  GateWorld world;
  world.AddParcel("W1");
  const std::string request = world.courier().Reveal(world.gate(), "W1");
  world.store().Plan(Accident::kUnsureCommit, 0);
  EXPECT_EQ(world.Send(request).code, Reason::kAuditUnavailable);
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(CountGrants(&world), 1u);
  EXPECT_EQ(CountCharged(&world), 1u);
  EXPECT_EQ(world.Reveal("W1").code, Reason::kNone);
  EXPECT_EQ(world.log().Head().size, world.store().NumLeaves().value());
  world.Start();  // and the tree is whole
  EXPECT_EQ(world.log().Head().size, world.store().NumLeaves().value());
}

TEST(GrantTest, RecordsAGrantThatCouldNotBeOpened) {
  GateWorld world;
  world.AddParcel("W1");
  std::string kept;
  world.parcels().Edit("W1", [&](Parcel* parcel) {
    for (Parcel::SealedCell& cell : parcel->cells) {
      if (cell.slot != Slot::kRecipientAddress) continue;
      kept = cell.sealed;
      cell.sealed.back() = static_cast<char>(cell.sealed.back() ^ 1);
    }
  });
  const std::string request = world.courier().Reveal(world.gate(), "W1");
  const RawDevice::Reply reply = world.Send(request);
  EXPECT_EQ(reply.code, Reason::kUnavailable);
  const std::vector<Leaf> failed = world.LeavesOf(LeafType::kGrantFailed);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].detail, std::string("\0\x20", 2)) << "DECRYPT_FAILED";
  EXPECT_EQ(CountGrants(&world), 1u);
  EXPECT_EQ(CountCharged(&world), 1u) << "no refund";
  // Mended, the same request gets its value.
  world.parcels().Edit("W1", [&](Parcel* parcel) {
    for (Parcel::SealedCell& cell : parcel->cells) {
      if (cell.slot == Slot::kRecipientAddress) cell.sealed = kept;
    }
  });
  EXPECT_EQ(world.Send(request).code, Reason::kNone);
  EXPECT_EQ(CountGrants(&world), 1u);
}

TEST(GrantTest, OpensNoOtherRowThanTheOneAsked) {
  GateWorld world;
  world.AddParcel("W1");
  world.AddParcel("W2");
  Parcel other = **world.parcels().Find("W2", {Slot::kRecipientAddress});
  world.parcels().Edit("W1", [&](Parcel* parcel) { *parcel = other; });
  EXPECT_EQ(world.Reveal("W1").code, Reason::kUnavailable);
}

TEST(GrantTest, KeepsWaybillNumbersAndTextsOutOfTheLog) {
  GateWorld world;
  world.AddParcel("WAYBILL-CANARY");
  EXPECT_EQ(world.Reveal("WAYBILL-CANARY").code, Reason::kNone);
  EXPECT_EQ(world.Reveal("WAYBILL-CANARX").code, Reason::kNotAssigned);
  ASSERT_THAT(world.store().DeleteRequestsBefore(Epoch{static_cast<uint16_t>(
                  ToInt(world.gate_keyring().Today()) + 1)}),
              IsOk());
  const std::string dump = world.store().Dump();
  EXPECT_EQ(dump.find("CANAR"), std::string::npos);
  EXPECT_EQ(dump.find("door of"), std::string::npos);
}

TEST(GrantTest, CallsARecordByWhatItsAuditorComputes) {
  GateWorld world;
  world.AddParcel("W1");
  const RawDevice::Reply reply = world.Reveal("W1");
  const auto auditor = world.keys().Load(Role::kAuditor);
  const Leaf leaf = world.Leaves().at(reply.leaf_index);
  EXPECT_EQ(gate::RecordRefs(&world.gate_keyring(), {"W1"}).value()[0].bytes,
            leaf.record_ref);
  EXPECT_EQ(gate::RecordRefs(auditor.get(), {"W1"}).value()[0].bytes,
            leaf.record_ref);
}

}  // namespace
}  // namespace parcelveil::testing
