// SPDX-License-Identifier: Apache-2.0
// A real device against a real gate: what API users write.
#include "parcelveil/device.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

class NoWrap : public KeyWrap {
 public:
  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override {
    return std::string(state.begin(), state.end());
  }
  absl::StatusOr<Secret> Unwrap(std::string_view wrapped) override {
    std::vector<uint8_t> bytes(wrapped.begin(), wrapped.end());
    return Secret::Take(absl::MakeSpan(bytes));
  }
};

class DeviceTest : public ::testing::Test {
 protected:
  DeviceTest() : device_(MakeDevice(51, 5001, Role::kList)) {
    for (const char* id : {"W1", "W2"}) world_.AddParcel(id, 5001);
  }

  std::unique_ptr<Device> MakeDevice(uint64_t number, uint64_t principal,
                                     Role role) {
    auto device = Device::Create(&wrap_, &world_.clock()).value();
    Enrolment enrolment;
    enrolment.device = number;
    enrolment.principal = {principal, role, Scope::kNational, true};
    enrolment.key = device->public_key();
    enrolment.expires = world_.clock().Now() + absl::Hours(1000);
    const std::string card = world_.gate().Enrol(enrolment).value();
    EXPECT_THAT(device->Enrol(card), IsOk());
    return device;
  }
  std::string Post(const std::string& bytes) {
    return world_.gate().Handle(bytes, "radio");
  }
  absl::StatusOr<Shown> Reveal(const std::string& id) {
    absl::StatusOr<Ask> ask =
        device_->Reveal(id, {Slot::kRecipientAddress}, Purpose::kDeliver);
    if (!ask.ok()) return ask.status();
    Post(ask->bytes());  // the reply is lost on the way
    const std::string reply = Post(ask->bytes());
    return device_->Open(*std::move(ask), reply);
  }

  NoWrap wrap_;
  GateWorld world_;
  std::unique_ptr<Device> device_;
};

TEST_F(DeviceTest, ShowsAnAddressAtTheDoorAndNoneAfterSignOff) {
  absl::StatusOr<Shown> shown = Reveal("W1");
  ASSERT_THAT(shown, IsOk());
  shown->text().Use([](std::string_view text) {
    EXPECT_EQ(text, GateWorld::AddressOf("W1"));
  });
  EXPECT_EQ(world_.LeavesOf(LeafType::kGrant).size(), 1u);
  world_.SetState("W1", ParcelState::kSignedOff);
  EXPECT_THAT(Reveal("W1"), ReasonIs(Reason::kWrongState));
  EXPECT_THAT(Reveal("W9"), ReasonIs(Reason::kNotAssigned));
  EXPECT_FALSE(device_->Checkpoint().empty());
  EXPECT_EQ(world_.CountAlerts(GateAlert::Kind::kFork), 0u);
}

TEST_F(DeviceTest, CorrectsItsClockByARefusal) {
  world_.clock().Advance(absl::Hours(1));
  absl::StatusOr<Ask> ask =
      device_->Reveal("W1", {Slot::kRecipientAddress}, Purpose::kDeliver);
  ASSERT_THAT(ask, IsOk());
  world_.clock().Advance(absl::Minutes(3));
  const std::string reply = Post(ask->bytes());
  EXPECT_THAT(device_->Open(*std::move(ask), reply), ReasonIs(Reason::kStale));
  EXPECT_THAT(Reveal("W1"), IsOk());
}

TEST_F(DeviceTest, GetsADialToken) {
  absl::StatusOr<Ask> ask = device_->Dial("W1");
  ASSERT_THAT(ask, IsOk());
  const std::string reply = Post(ask->bytes());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string token,
                                  device_->OpenDial(*std::move(ask), reply));
  EXPECT_EQ(token.size(), 151u);
  EXPECT_EQ(world_.LeavesOf(LeafType::kDialIssued).size(), 1u);
}

TEST_F(DeviceTest, OpensASheetOneEntryAtATime) {
  for (const char* id : {"W1", "W2"}) {
    world_.parcels().Edit(id,
                          [](Parcel* parcel) { parcel->no_coverage = true; });
  }
  absl::StatusOr<Ask> ask = device_->Sheet(
      {"W1", "W2"}, {Slot::kRecipientAddress}, Purpose::kDeliver);
  ASSERT_THAT(ask, IsOk());
  const std::string reply = Post(ask->bytes());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(RouteSheet sheet,
                                  device_->OpenSheet(*std::move(ask), reply));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Shown * entry, sheet.Entry("W2"));
  entry->text().Use([](std::string_view text) {
    EXPECT_EQ(text, GateWorld::AddressOf("W2"));
  });
}

TEST_F(DeviceTest, FindsMaskedRows) {
  const auto agent = MakeDevice(52, 5002, Role{64});
  SearchFor what;
  what.phone = "138-1234-5678";
  what.back = absl::Hours(48);
  what.ticket = "T-7";
  absl::StatusOr<Ask> ask = agent->Search(what);
  ASSERT_THAT(ask, IsOk());
  const std::string reply = Post(ask->bytes());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::vector<MaskedRow> rows,
                                  agent->OpenSearch(*std::move(ask), reply));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0][Slot::kRecipientPhone], "138****5678");
}

TEST_F(DeviceTest, EchoesTheLogThatItHasSeen) {
  ASSERT_THAT(Reveal("W1"), IsOk());
  world_.clock().Advance(absl::Seconds(2));  // a checkpoint later
  ASSERT_THAT(Reveal("W2"), IsOk());
  ASSERT_THAT(Reveal("W1"), IsOk());
  EXPECT_EQ(world_.CountAlerts(GateAlert::Kind::kFork), 0u);
  EXPECT_FALSE(device_->Fork().has_value());
}

}  // namespace
}  // namespace parcelveil::testing
