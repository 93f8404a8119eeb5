// SPDX-License-Identifier: Apache-2.0
// How long text is shown, and whose clock says so.

#include <string>
#include <type_traits>
#include <utility>

#include "tests/base/cannot.h"
#include "tests/device/device_fixture.h"

namespace parcelveil::testing {
namespace {

static_assert(!std::is_copy_constructible_v<Shown>);
static_assert(!kIsStreamable<Shown>);
static_assert(!std::is_copy_constructible_v<RouteSheet>);

class ShownTest : public DeviceTest {
 protected:
  Shown Show(absl::Duration ttl) {
    Ask ask = AskAddress();
    return device_->Open(std::move(ask), GrantAddress(ask, ttl)).value();
  }
  // Time passes for both.
  void Wait(absl::Duration by) {
    clock_.Advance(by);
    gate_clock_.Advance(by);
  }
};

TEST_F(ShownTest, TextIsThereUntilItsTimeIsOver) {
  Shown shown = Show(absl::Minutes(2));
  EXPECT_EQ(shown.until(), clock_.Now() + absl::Minutes(2));
  Wait(absl::Minutes(2) - absl::Milliseconds(1));
  EXPECT_EQ(TextOf(shown.text()), kAddress);
  Wait(absl::Milliseconds(1));
  EXPECT_EQ(TextOf(shown.text()), "");
}

TEST_F(ShownTest, TextIsZeroedWhenFoundOver) {
  Shown shown = Show(absl::Minutes(2));
  const char* const at =
      shown.text().Use([](std::string_view text) { return text.data(); });
  ASSERT_EQ(std::string(at, kAddress.size()), kAddress);
  Wait(absl::Minutes(2));
  shown.text();
  EXPECT_EQ(std::string(at, kAddress.size()),
            std::string(kAddress.size(), '\0'));
}

TEST_F(ShownTest, WhatIsOverStaysOverWhenTheClockIsTurnedBack) {
  Shown shown = Show(absl::Minutes(2));
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(TextOf(shown.text()), "");
  clock_.Advance(-absl::Minutes(2));
  EXPECT_EQ(TextOf(shown.text()), "");
}

TEST_F(ShownTest, AClockTurnedBackEndsIt) {
  Shown shown = Show(absl::Minutes(2));
  clock_.Advance(
      -absl::Seconds(30));  // as a clock that is set from the network
  EXPECT_EQ(TextOf(shown.text()), kAddress);
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(TextOf(shown.text()), "");
}

TEST_F(ShownTest, CanBeForgottenAtOnce) {
  Shown shown = Show(absl::Minutes(2));
  shown.Forget();
  EXPECT_EQ(TextOf(shown.text()), "");
}

TEST_F(ShownTest, AReplyThatCameLateShowsForTheRestOfItsTime) {
  Ask ask = AskAddress();
  const std::string reply = GrantAddress(ask, absl::Minutes(2));
  Wait(absl::Minutes(1));  // the first copy of the reply was lost
  Shown shown = device_->Open(std::move(ask), reply).value();
  EXPECT_EQ(shown.until(), clock_.Now() + absl::Minutes(1));
}

TEST_F(ShownTest, AReplyPastItsTimeShowsNothing) {
  Ask ask = AskAddress();
  const std::string reply = GrantAddress(ask, absl::Minutes(2));
  Wait(absl::Minutes(2));
  EXPECT_THAT(OpenStatus(&ask, reply), ReasonIs(Reason::kStale));
}

TEST_F(ShownTest, ItsTimeIsThatOfTheDevicesClock) {
  clock_.Advance(absl::Hours(3));  // wrong by three hours
  Shown shown = Show(absl::Minutes(2));
  EXPECT_EQ(shown.until(), clock_.Now() + absl::Minutes(2));
}

TEST_F(ShownTest, AWrongClockIsRightAfterOneRefusal) {
  clock_.Advance(absl::Hours(3));
  Ask ask = AskAddress();
  EXPECT_EQ(RequestOf(ask).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(clock_.Now())));
  ASSERT_THAT(OpenStatus(&ask, gate_.Refuse(ask.bytes(), Reason::kStale)),
              ReasonIs(Reason::kStale));
  EXPECT_EQ(RequestOf(AskAddress()).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(gate_clock_.Now())));
  // And stays right when the device is loaded again.
  const auto loaded =
      Device::Load(device_->State().value(), &key_wrap_, &clock_).value();
  const Ask again =
      loaded->Reveal(kWaybill, {Slot::kRecipientName}, Purpose::kDeliver)
          .value();
  EXPECT_EQ(RequestOf(again).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(gate_clock_.Now())));
}

TEST_F(ShownTest, NobodyElseCorrectsTheClock) {
  FakeGate other(2, &gate_clock_);
  gate_clock_.Advance(absl::Hours(3));
  Ask ask = AskAddress();
  const std::string foreign = AskAddress().bytes();
  OpenStatus(&ask, other.Refuse(ask.bytes(), Reason::kStale)).IgnoreError();
  OpenStatus(&ask, gate_.Refuse(foreign, Reason::kStale)).IgnoreError();
  OpenStatus(&ask, wire::EncodeShortReply(Reason::kRateLimited)).IgnoreError();
  EXPECT_EQ(RequestOf(AskAddress()).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(clock_.Now())));
}

TEST_F(ShownTest, AnOldReplyTurnsNoClockBack) {
  Ask ask = AskAddress();
  const std::string reply = GrantAddress(ask);
  Wait(absl::Minutes(9));
  ASSERT_THAT(OpenStatus(&ask, reply), IsOk());
  EXPECT_EQ(RequestOf(AskAddress()).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(clock_.Now())));
}

TEST_F(ShownTest, NoReplyCarriesTheDeviceToAnotherWeek) {
  gate_clock_.Advance(absl::Hours(49));
  Ask ask = AskAddress();
  OpenStatus(&ask, gate_.Refuse(ask.bytes(), Reason::kStale)).IgnoreError();
  EXPECT_EQ(RequestOf(AskAddress()).time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(clock_.Now())));
}

}  // namespace
}  // namespace parcelveil::testing
