// SPDX-License-Identifier: Apache-2.0
// Each check of a request, its code and its leaf; and their order.
#include <string>
#include <vector>

#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

class ChecksTest : public ::testing::Test {
 protected:
  ChecksTest() { world_.AddParcel("W1"); }

  // Sends a request that must be refused with `code`, and checks that no value
  // came and what the log says: a DENY for a device that is known.
  void ExpectRefused(const std::string& request, Reason code) {
    const size_t num_denials = world_.LeavesOf(LeafType::kDeny).size();
    const size_t num_grants = world_.LeavesOf(LeafType::kGrant).size();
    const RawDevice::Reply reply = world_.Send(request);
    EXPECT_EQ(reply.code, code);
    EXPECT_TRUE(reply.fields.empty());
    EXPECT_EQ(world_.LeavesOf(LeafType::kGrant).size(), num_grants);
    const std::vector<Leaf> denials = world_.LeavesOf(LeafType::kDeny);
    if (code < Reason::kSuspended || code > Reason::kQuota) {
      EXPECT_EQ(denials.size(), num_denials);
      return;
    }
    ASSERT_EQ(denials.size(), num_denials + 1);
    EXPECT_EQ(denials.back().result, ToInt(code));
    EXPECT_EQ(denials.back().device, world_.courier().device());
    EXPECT_EQ(denials.back().object_hash, crypto::Sha256(request));
  }
  void ExpectRefused(const wire::RevealRequest& request, Reason code) {
    ExpectRefused(world_.courier().Sign(request), code);
  }

  GateWorld world_;
};

TEST_F(ChecksTest, GrantsOneFieldOfAnAssignedParcel) {
  const std::string request = world_.courier().Reveal(world_.gate(), "W1");
  const RawDevice::Reply reply = world_.Send(request);
  ASSERT_EQ(reply.code, Reason::kNone);
  EXPECT_EQ(reply.fields.size(), 1u);
  EXPECT_EQ(reply.fields.at(Slot::kRecipientAddress),
            GateWorld::AddressOf("W1"));
  EXPECT_EQ(reply.ttl_s, 900u);
  EXPECT_FALSE(reply.note.empty());
  const Leaf leaf = world_.Leaves().at(reply.leaf_index);
  EXPECT_EQ(leaf.type, LeafType::kGrant);
  EXPECT_EQ(leaf.tenant, 7u);
  EXPECT_EQ(leaf.principal, GateWorld::kCourier);
  EXPECT_EQ(leaf.device, 11u);
  EXPECT_EQ(leaf.role, Role::kList);
  EXPECT_EQ(leaf.purpose, static_cast<uint16_t>(Purpose::kDeliver));
  EXPECT_EQ(leaf.slots, std::vector<Slot>{Slot::kRecipientAddress});
  EXPECT_EQ(leaf.object_hash, crypto::Sha256(request));
  EXPECT_NE(leaf.record_ref, (std::array<uint8_t, 16>{}));
  EXPECT_EQ(world_.store().FindRequest(reply.leaf_index).value(), request);
}

TEST_F(ChecksTest, LeavesOutAFieldThatTheRecordDoesNotHave) {
  world_.parcels().Edit("W1", [](Parcel* parcel) { parcel->cells.clear(); });
  const RawDevice::Reply reply = world_.Reveal("W1");
  EXPECT_EQ(reply.code, Reason::kNone);
  EXPECT_TRUE(reply.fields.empty());
}

TEST_F(ChecksTest, RefusesWhatIsNoRequest) {
  const std::string good = world_.courier().Reveal(world_.gate(), "W1");
  for (const std::string& bad :
       {std::string(), std::string("x"), good + "x",
        good.substr(0, good.size() - 1), std::string(9000, 'x')}) {
    EXPECT_EQ(world_.gate().Handle(bad), std::string("\x22\x01"));
  }
  EXPECT_EQ(world_.gate().Stats().refused[1], 5u);
  EXPECT_TRUE(world_.LeavesOf(LeafType::kDeny).empty());
}

TEST_F(ChecksTest, RefusesWhatIsForAnotherGateOrTenant) {
  wire::RevealRequest request = world_.New("W1");
  request.tenant = 8;
  ExpectRefused(request, Reason::kWrongGate);
  request = world_.New("W1");
  request.gate_id[15] ^= 1;
  ExpectRefused(request, Reason::kWrongGate);
}

TEST_F(ChecksTest, LimitsHowFastAConnectionAsks) {
  int num_limited = 0;
  for (int i = 0; i < 50; ++i) {
    const std::string request = world_.courier().Reveal(world_.gate(), "W1");
    if (world_.gate().Handle(request, "c1") == "\x22\x03") ++num_limited;
  }
  EXPECT_EQ(num_limited, 10) << "40 at once";
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone) << "no connection";
  const std::string other = world_.courier().Reveal(world_.gate(), "W1");
  EXPECT_NE(world_.gate().Handle(other, "c2"), "\x22\x03");
  world_.clock().Advance(absl::Seconds(1));
  const std::string later = world_.courier().Reveal(world_.gate(), "W1");
  EXPECT_NE(world_.gate().Handle(later, "c1"), "\x22\x03");
}

TEST_F(ChecksTest, RefusesAnUnknownDeviceAndAForgedSignature) {
  RawDevice stranger(12, GateWorld::kCourier, &world_.clock());
  EXPECT_EQ(world_.gate().Handle(stranger.Reveal(world_.gate(), "W1")),
            std::string("\x22\x04"));
  std::string forged = world_.courier().Reveal(world_.gate(), "W1");
  forged.back() = static_cast<char>(forged.back() ^ 1);
  ExpectRefused(forged, Reason::kUnauthenticated);
  // Signed by a device that is enrolled, in the name of another.
  world_.Enrol(stranger, Role::kList);
  wire::RevealRequest request = world_.New("W1");
  EXPECT_EQ(world_.gate().Handle(stranger.Sign(request)),
            std::string("\x22\x04"));
}

TEST_F(ChecksTest, RefusesADeviceThatIsRevokedExpiredOrAnothers) {
  wire::RevealRequest request = world_.New("W1");
  request.principal = 1008;
  ExpectRefused(request, Reason::kSuspended);
  world_.clock().Advance(absl::Seconds(11));
  ASSERT_THAT(world_.gate().SetActive(GateWorld::kCourier, false), IsOk());
  ExpectRefused(world_.New("W1"), Reason::kSuspended);
  world_.clock().Advance(absl::Seconds(11));
  ASSERT_THAT(world_.gate().SetActive(GateWorld::kCourier, true), IsOk());
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);
  ASSERT_THAT(world_.gate().Revoke(11), IsOk());
  ExpectRefused(world_.New("W1"), Reason::kSuspended);
  EXPECT_EQ(world_.LeavesOf(LeafType::kDeviceRevoke).size(), 1u);
}

TEST_F(ChecksTest, RefusesADeviceWhoseTimeIsOver) {
  Enrolment enrolment;
  enrolment.device = 11;
  enrolment.principal = {GateWorld::kCourier, Role::kList, GateWorld::kOutlet,
                         true};
  enrolment.key = world_.courier().key();
  enrolment.expires = world_.clock().Now() + absl::Minutes(1);
  ASSERT_THAT(world_.gate().Enrol(enrolment), IsOk());
  world_.clock().Advance(absl::Minutes(1));
  ExpectRefused(world_.New("W1"), Reason::kSuspended);
}

TEST_F(ChecksTest, RefusesANonceOfAnotherRequest) {
  wire::RevealRequest request = world_.New("W1");
  EXPECT_EQ(world_.Send(request).code, Reason::kNone);
  request.purpose = Purpose::kAddressCheck;
  ExpectRefused(request, Reason::kReplay);
}

TEST_F(ChecksTest, RefusesTheSameRequestAfterTenMinutes) {
  const std::string request = world_.courier().Reveal(world_.gate(), "W1");
  EXPECT_EQ(world_.Send(request).code, Reason::kNone);
  world_.clock().Advance(absl::Minutes(10));
  EXPECT_EQ(world_.Send(request).code, Reason::kNone);
  world_.clock().Advance(absl::Milliseconds(1));
  ExpectRefused(request, Reason::kReplay);
  world_.clock().Advance(absl::Minutes(20));
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);  // and nonces are pruned
  ExpectRefused(request, Reason::kStale);
}

TEST_F(ChecksTest, RefusesAClockThatIsNinetySecondsOffAndSaysTheTime) {
  for (int64_t off : {-90001, 90001}) {
    wire::RevealRequest request = world_.New("W1");
    request.time_ms =
        static_cast<uint64_t>(absl::ToUnixMillis(world_.clock().Now()) + off);
    const RawDevice::Reply reply = world_.Send(request);
    EXPECT_EQ(reply.code, Reason::kStale);
    EXPECT_EQ(reply.served_ms,
              static_cast<uint64_t>(absl::ToUnixMillis(world_.clock().Now())));
  }
  for (int64_t off : {-90000, 90000}) {
    wire::RevealRequest request = world_.New("W1");
    request.time_ms =
        static_cast<uint64_t>(absl::ToUnixMillis(world_.clock().Now()) + off);
    EXPECT_EQ(world_.Send(request).code, Reason::kNone);
  }
  wire::RevealRequest request = world_.New("W1");
  request.time_ms = UINT64_MAX;
  EXPECT_EQ(world_.Send(request).code, Reason::kStale);
}

TEST_F(ChecksTest, RefusesWhatNoRuleNamesInFull) {
  wire::RevealRequest request = world_.New("W1");
  request.purpose = Purpose::kComplaint;
  ExpectRefused(request, Reason::kForbidden);
  world_.clock().Advance(absl::Seconds(11));
  request = world_.New("W1");
  request.slots = {Slot::kSenderPhone, Slot::kRecipientAddress};
  ExpectRefused(request, Reason::kForbidden);
  world_.clock().Advance(absl::Seconds(11));
  request = world_.New("W1");
  request.slots = {Slot::kRecipientView};
  ExpectRefused(request, Reason::kForbidden);
  world_.clock().Advance(absl::Seconds(11));
  request = world_.New("W1", RequestKind::kDial, Slot::kRecipientAddress);
  ExpectRefused(request, Reason::kForbidden);
}

TEST_F(ChecksTest, SaysTheSameOfAForeignAndOfNoParcel) {
  world_.AddParcel("W2", 1008);
  world_.AddParcel("W3", 0);
  ExpectRefused(world_.New("W2"), Reason::kNotAssigned);
  world_.clock().Advance(absl::Seconds(11));
  ExpectRefused(world_.New("W3"), Reason::kNotAssigned);
  world_.clock().Advance(absl::Seconds(11));
  ExpectRefused(world_.New("W4"), Reason::kNotAssigned);
}

TEST_F(ChecksTest, RefusesEveryStateButThatOfTheDoor) {
  for (ParcelState state :
       {ParcelState::kUnknown, ParcelState::kAccepted, ParcelState::kInTransit,
        ParcelState::kSignedOff, ParcelState::kReturning}) {
    world_.SetState("W1", state);
    ExpectRefused(world_.New("W1"), Reason::kWrongState);
    world_.clock().Advance(absl::Seconds(11));
  }
  world_.SetState("W1", ParcelState::kException);
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);
}

TEST_F(ChecksTest, NeedsASecondPersonForAHeldRecord) {
  ASSERT_THAT(world_.gate().Hold("W1"), IsOk());
  ExpectRefused(world_.New("W1"), Reason::kNeedsApproval);
  EXPECT_THAT(world_.gate().Approve(GateWorld::kCourier, "W1", absl::Hours(1)),
              ReasonIs(Reason::kForbidden));
  RawDevice approver(21, 2001, &world_.clock());
  world_.Enrol(approver, Role::kDispute);
  ASSERT_THAT(world_.gate().Approve(2001, "W1", absl::Hours(1)), IsOk());
  EXPECT_EQ(world_.LeavesOf(LeafType::kApproval).size(), 1u);
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);
  world_.clock().Advance(absl::Hours(1));
  ExpectRefused(world_.New("W1"), Reason::kNeedsApproval);
  ASSERT_THAT(world_.gate().Release("W1"), IsOk());
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);
}

TEST_F(ChecksTest, DoesNotLetAPrincipalApproveTheirOwnLook) {
  RawDevice dispute(21, 2001, &world_.clock());
  world_.Enrol(dispute, Role::kDispute);
  world_.AddParcel("W5", 2001);
  ASSERT_THAT(world_.gate().Hold("W5"), IsOk());
  ASSERT_THAT(world_.gate().Approve(2001, "W5", absl::Hours(1)), IsOk());
  wire::RevealRequest request = dispute.New(world_.gate(), RequestKind::kReveal,
                                            {Slot::kRecipientAddress}, {"W5"});
  request.purpose = Purpose::kDispute;
  const std::string bytes = dispute.Sign(request);
  EXPECT_EQ(
      dispute.Open(world_.gate(), bytes, world_.gate().Handle(bytes)).code,
      Reason::kNeedsApproval);
}

TEST_F(ChecksTest, RefusesOverQuotaAndSaysWhenToAskAgain) {
  for (int i = 0; i < 5; ++i) world_.AddParcel("P" + std::to_string(i));
  // 20 phones a day, a quarter of them in ten minutes.
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(
        world_.Reveal("P" + std::to_string(i), Slot::kRecipientPhone).code,
        Reason::kNone);
  }
  const RawDevice::Reply refused = world_.Reveal("W1", Slot::kRecipientPhone);
  EXPECT_EQ(refused.code, Reason::kQuota);
  EXPECT_GT(refused.ttl_s, 0u);
  EXPECT_LE(refused.ttl_s, 11u * 60);
  EXPECT_EQ(world_.Reveal("P0", Slot::kRecipientPhone).code, Reason::kNone)
      << "a second look is free";
  world_.clock().Advance(absl::Seconds(refused.ttl_s));
  EXPECT_EQ(world_.Reveal("W1", Slot::kRecipientPhone).code, Reason::kNone);
}

TEST_F(ChecksTest, SaysTheFirstOfSeveralReasons) {
  // A request that fails every check from 2 on; one after the other is mended.
  RawDevice stranger(13, GateWorld::kCourier, &world_.clock());
  wire::RevealRequest request = stranger.New(
      world_.gate(), RequestKind::kReveal, {Slot::kRecipientAddress}, {"W2"});
  request.tenant = 8;
  request.time_ms = 0;
  request.purpose = Purpose::kComplaint;
  const auto code = [&] {
    const std::string bytes = stranger.Sign(request);
    return stranger.Open(world_.gate(), bytes, world_.gate().Handle(bytes))
        .code;
  };
  EXPECT_EQ(code(), Reason::kWrongGate);
  request.tenant = 7;
  EXPECT_EQ(code(), Reason::kUnauthenticated);
  world_.Enrol(stranger, Role::kList);
  ASSERT_THAT(world_.gate().SetActive(GateWorld::kCourier, false), IsOk());
  EXPECT_EQ(code(), Reason::kSuspended);
  ASSERT_THAT(world_.gate().SetActive(GateWorld::kCourier, true), IsOk());
  EXPECT_EQ(code(), Reason::kStale);
  request.time_ms =
      static_cast<uint64_t>(absl::ToUnixMillis(world_.clock().Now()));
  EXPECT_EQ(code(), Reason::kForbidden);
  request.purpose = Purpose::kDeliver;
  EXPECT_EQ(code(), Reason::kNotAssigned);
  world_.AddParcel("W2");
  world_.SetState("W2", ParcelState::kSignedOff);
  ASSERT_THAT(world_.gate().Hold("W2"), IsOk());
  EXPECT_EQ(code(), Reason::kWrongState);
  world_.SetState("W2", ParcelState::kOutForDelivery);
  EXPECT_EQ(code(), Reason::kNeedsApproval);
  ASSERT_THAT(world_.gate().Release("W2"), IsOk());
  EXPECT_EQ(code(), Reason::kNone);
  EXPECT_EQ(code(), Reason::kNone) << "again";
  request.purpose = Purpose::kComplaint;
  request.time_ms = 0;
  EXPECT_EQ(code(), Reason::kReplay) << "before the time and the policy";
}

TEST_F(ChecksTest, WritesOneDenialInTenSecondsAndCountsTheRest) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world_.Reveal("none").code, Reason::kNotAssigned);
  }
  world_.SetState("W1", ParcelState::kSignedOff);
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kWrongState);
  std::vector<Leaf> denials = world_.LeavesOf(LeafType::kDeny);
  ASSERT_EQ(denials.size(), 2u) << "one a code";
  EXPECT_EQ(denials[0].detail, std::string("\0\0\0\0", 4));
  world_.clock().Advance(absl::Seconds(10));
  EXPECT_EQ(world_.Reveal("none").code, Reason::kNotAssigned);
  denials = world_.LeavesOf(LeafType::kDeny);
  ASSERT_EQ(denials.size(), 3u);
  EXPECT_EQ(denials[2].detail, std::string("\0\0\0\3", 4));
}

TEST_F(ChecksTest, FailsClosedWhereTheDatabaseIsAway) {
  world_.parcels().set_fails(true);
  ExpectRefused(world_.New("W1"), Reason::kUnavailable);
  EXPECT_EQ(world_.CountAlerts(GateAlert::Kind::kTrouble), 1u);
  world_.parcels().set_fails(false);
  EXPECT_EQ(world_.Reveal("W1").code, Reason::kNone);
}

}  // namespace
}  // namespace parcelveil::testing
