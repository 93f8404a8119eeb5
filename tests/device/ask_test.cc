// SPDX-License-Identifier: Apache-2.0
// What a device asks, and how.

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/device/device_fixture.h"

namespace parcelveil::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

static_assert(!std::is_copy_constructible_v<Ask>);
static_assert(std::is_nothrow_move_constructible_v<Ask>);

constexpr std::string_view kPhone = "+86 138 0000 1234";

using AskTest = DeviceTest;

TEST_F(AskTest, ARevealOfOneSlotIs223Bytes) {
  EXPECT_EQ(AskAddress().bytes().size(), 223u);
}

TEST_F(AskTest, SaysWhoAsksWhomForWhat) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Ask ask,
      device_->Reveal(kWaybill, {Slot::kRecipientAddress, Slot::kRecipientName},
                      Purpose::kComplaint, "T-1"));
  const wire::RevealRequest request = RequestOf(ask);
  EXPECT_EQ(request.kind, RequestKind::kReveal);
  EXPECT_EQ(request.purpose, Purpose::kComplaint);
  EXPECT_EQ(request.tenant, gate_.card.tenant);
  EXPECT_EQ(request.principal, gate_.card.principal);
  EXPECT_EQ(request.device, gate_.card.device);
  EXPECT_EQ(request.time_ms, 1793838600000u);
  EXPECT_EQ(request.gate_id, GateIdOf(gate_.card.gate_key));
  EXPECT_EQ(request.seen_size, 0u);
  EXPECT_THAT(request.slots,
              ElementsAre(Slot::kRecipientName, Slot::kRecipientAddress));
  EXPECT_THAT(request.record_ids, ElementsAre(std::string(kWaybill)));
  EXPECT_EQ(request.ticket, "T-1");
}

TEST_F(AskTest, NoTwoAsksShareANonceOrAKey) {
  const Ask first = AskAddress(), second = AskAddress();
  EXPECT_NE(RequestOf(first).nonce, RequestOf(second).nonce);
  EXPECT_NE(RequestOf(first).reply_key, RequestOf(second).reply_key);
}

TEST_F(AskTest, EchoesTheNewestCheckpoint) {
  gate_.SetCheckpoint(5, 0xAA);
  Ask ask = AskAddress();
  ASSERT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
  const wire::RevealRequest request = RequestOf(AskAddress());
  EXPECT_EQ(request.seen_size, 5u);
  EXPECT_THAT(request.seen_root, ::testing::Each(0xAA));
}

TEST_F(AskTest, ADialNamesThePhoneAndNothingElse) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Ask ask, device_->Dial(kWaybill));
  EXPECT_EQ(RequestOf(ask).kind, RequestKind::kDial);
  EXPECT_EQ(RequestOf(ask).purpose, Purpose::kDeliver);
  EXPECT_THAT(RequestOf(ask).slots, ElementsAre(Slot::kRecipientPhone));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Ask sender,
      device_->Dial(kWaybill, Slot::kSenderPhone, Purpose::kReturn));
  EXPECT_THAT(RequestOf(sender).slots, ElementsAre(Slot::kSenderPhone));
}

TEST_F(AskTest, ASheetNamesItsWaybillsInTheirOrder) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Ask ask,
      device_->Sheet({"B", "A"}, {Slot::kRecipientAddress}, Purpose::kDeliver));
  EXPECT_EQ(RequestOf(ask).kind, RequestKind::kSheet);
  EXPECT_THAT(RequestOf(ask).record_ids, ElementsAre("B", "A"));
}

TEST_F(AskTest, ASearchTellsThePhoneToTheGateAlone) {
  SearchFor what;
  what.phone = kPhone;
  what.back = absl::Hours(7 * 24);
  what.ticket = "T-1";
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Ask ask, device_->Search(what));
  EXPECT_THAT(ask.bytes(), Not(HasSubstr("138")));
  EXPECT_EQ(RequestOf(ask).kind, RequestKind::kSearch);
  EXPECT_EQ(RequestOf(ask).ticket, "T-1");
  EXPECT_THAT(RequestOf(ask).slots, ElementsAre(Slot::kRecipientView));
  std::string phone;
  const wire::SearchQuery query = gate_.OpenQuery(ask.bytes(), &phone);
  EXPECT_EQ(phone, kPhone);
  EXPECT_EQ(query.index, Slot::kRecipientPhoneIndex);
  // A day more at both ends: the device does not know the tenant's midnight.
  EXPECT_EQ(query.first, EpochOf(absl::CivilDay(2026, 10, 28)));
  EXPECT_EQ(query.last, EpochOf(absl::CivilDay(2026, 11, 6)));
}

TEST_F(AskTest, ASealedQueryOpensInNoOtherRequest) {
  SearchFor what;
  what.phone = kPhone;
  const Ask ask = device_->Search(what).value();
  const Ask other = device_->Search(what).value();
  wire::RevealRequest lifted = RequestOf(other);
  lifted.sealed_query = RequestOf(ask).sealed_query;
  std::string phone;
  gate_.OpenQuery(
      wire::EncodeUnsignedRequest(lifted).value() + std::string(64, 's'),
      &phone);
  EXPECT_EQ(phone, "");
}

TEST_F(AskTest, WhatNoGateWouldReadIsNotAsked) {
  const auto reveal = [this](std::string_view waybill, std::vector<Slot> slots,
                             std::string_view ticket) {
    return device_->Reveal(waybill, slots, Purpose::kDeliver, ticket).status();
  };
  const std::string too_long(65, '1');
  const Slot slot = Slot::kRecipientName;
  EXPECT_THAT(reveal(kWaybill, {slot}, ""), IsOk());
  EXPECT_THAT(reveal("", {slot}, ""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(reveal(too_long, {slot}, ""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(reveal(kWaybill, {}, ""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(reveal(kWaybill, {slot, slot}, ""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(reveal(kWaybill, {slot}, too_long), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(device_->Sheet({"A", "A"}, {slot}, Purpose::kDeliver),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(device_->Sheet({}, {slot}, Purpose::kDeliver),
              ReasonIs(Reason::kMalformed));
  const std::string long_phone(256, '1');
  SearchFor what;
  EXPECT_THAT(device_->Search(what), ReasonIs(Reason::kMalformed));
  what.phone = long_phone;
  EXPECT_THAT(device_->Search(what), ReasonIs(Reason::kMalformed));
  what.phone = std::string_view(long_phone).substr(0, 255);
  EXPECT_THAT(device_->Search(what), IsOk());
  what.index = Slot::kRecipientPhone;
  EXPECT_THAT(device_->Search(what), ReasonIs(Reason::kMalformed));
}

TEST_F(AskTest, NoErrorRepeatsWhatItWasGiven) {
  const std::string canary(65, 'C');
  SearchFor what;
  const std::string long_phone(256, 'C');
  what.phone = long_phone;
  for (const absl::Status& status :
       {device_->Reveal(canary, {Slot::kRecipientName}, Purpose::kDeliver)
            .status(),
        device_->Search(what).status()}) {
    EXPECT_THAT(std::string(status.ToString()), Not(HasSubstr("CC")));
  }
}

}  // namespace
}  // namespace parcelveil::testing
