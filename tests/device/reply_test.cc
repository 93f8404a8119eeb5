// SPDX-License-Identifier: Apache-2.0
// What a device takes for an answer.

#include <string>
#include <utility>

#include "tests/device/device_fixture.h"
#include "tests/testing/damage.h"

namespace parcelveil::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

using ReplyTest = DeviceTest;

TEST_F(ReplyTest, ShowsWhatTheGateGranted) {
  Ask ask = AskAddress();
  const std::string reply = GrantAddress(ask);
  EXPECT_THAT(reply, Not(HasSubstr(kAddress)));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Shown shown,
                                  device_->Open(std::move(ask), reply));
  EXPECT_EQ(TextOf(shown.text()), kAddress);
}

TEST_F(ReplyTest, ShowsEverySlotThatWasAskedFor) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      Ask ask, device_->Reveal(kWaybill,
                               {Slot::kRecipientName, Slot::kRecipientPhone,
                                Slot::kRecipientAddress},
                               Purpose::kDeliver));
  // The row has no phone.
  const std::string reply = gate_.Grant(
      ask.bytes(),
      {{Slot::kRecipientName, "张三丰"}, {Slot::kRecipientAddress, kAddress}});
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Shown shown,
                                  device_->Open(std::move(ask), reply));
  EXPECT_EQ(TextOf(shown[Slot::kRecipientName]), "张三丰");
  EXPECT_EQ(TextOf(shown[Slot::kRecipientPhone]), "");
  EXPECT_EQ(TextOf(shown[Slot::kRecipientAddress]), kAddress);
  EXPECT_EQ(TextOf(shown.text()), "张三丰");
}

TEST_F(ReplyTest, EveryRefusalComesBackWithItsReason) {
  for (int code = 5; code <= 14; ++code) {
    Ask ask = AskAddress();
    const Reason reason{static_cast<uint16_t>(code)};
    const absl::Status status =
        OpenStatus(&ask, gate_.Refuse(ask.bytes(), reason));
    EXPECT_THAT(status, ReasonIs(reason));
    EXPECT_THAT(std::string(status.message()), HasSubstr("reveal at gate: "));
    EXPECT_THAT(std::string(status.message()), HasSubstr("; "));
    EXPECT_EQ(RetryAfter(status), absl::ZeroDuration());
  }
}

TEST_F(ReplyTest, AQuotaSaysWhenToAskAgain) {
  Ask ask = AskAddress();
  EXPECT_EQ(
      RetryAfter(OpenStatus(
          &ask, gate_.Refuse(ask.bytes(), Reason::kQuota, absl::Minutes(10)))),
      absl::Minutes(10));
  EXPECT_EQ(RetryAfter(absl::OkStatus()), absl::ZeroDuration());
}

TEST_F(ReplyTest, AnUnsignedRefusalIsAHintAndTheAskGoesOn) {
  Ask ask = AskAddress();
  for (Reason reason : {Reason::kMalformed, Reason::kWrongGate,
                        Reason::kRateLimited, Reason::kUnauthenticated}) {
    const absl::Status status =
        OpenStatus(&ask, wire::EncodeShortReply(reason));
    EXPECT_THAT(status, ReasonIs(reason));
    EXPECT_THAT(std::string(status.message()), HasSubstr("unsigned"));
  }
  EXPECT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
}

TEST_F(ReplyTest, TheSameBytesMayBePostedUntilTheAnswerIsOpened) {
  Ask ask = AskAddress();
  const std::string posted = ask.bytes();
  const std::string reply = GrantAddress(ask);
  EXPECT_THAT(OpenStatus(&ask, reply.substr(0, 100)),
              ReasonIs(Reason::kMalformed));
  EXPECT_EQ(ask.bytes(), posted);
  EXPECT_THAT(OpenStatus(&ask, reply), IsOk());
  EXPECT_EQ(ask.bytes(), "");
  EXPECT_THAT(OpenStatus(&ask, reply), ReasonIs(Reason::kMalformed));
}

TEST_F(ReplyTest, EveryFlippedBitIsNoticed) {
  Ask ask = AskAddress();
  gate_.SetCheckpoint(5, 0xAA);
  ForEveryFlippedBit(
      GrantAddress(ask), [&](const std::string& damaged, size_t) {
        const absl::Status status = OpenStatus(&ask, damaged);
        EXPECT_THAT(status, AnyOf(ReasonIs(Reason::kMalformed),
                                  ReasonIs(Reason::kUnauthenticated)));
        EXPECT_THAT(std::string(status.ToString()), Not(HasSubstr("粤海")));
      });
  EXPECT_EQ(device_->Checkpoint(), "");
}

TEST_F(ReplyTest, EveryOtherSizeIsNoticed) {
  Ask ask = AskAddress();
  ForEveryWrongSize(GrantAddress(ask), [&](const std::string& damaged) {
    EXPECT_THAT(OpenStatus(&ask, damaged),
                AnyOf(ReasonIs(Reason::kMalformed),
                      ReasonIs(Reason::kUnauthenticated)));
  });
}

TEST_F(ReplyTest, TheAnswerToAnotherAskIsRefused) {
  Ask first = AskAddress(), second = AskAddress();
  const std::string first_reply = GrantAddress(first);
  EXPECT_THAT(OpenStatus(&second, first_reply),
              ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(OpenStatus(&second, gate_.Refuse(first.bytes(), Reason::kQuota)),
              ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(OpenStatus(&first, first_reply), IsOk());
}

TEST_F(ReplyTest, AValueOfAnotherReplyDoesNotOpenUnderANewHead) {
  Ask ask = AskAddress();
  const std::string reply = GrantAddress(ask);
  auto parsed = wire::ParseRevealReply(reply).value();
  parsed.reply.ttl_s = 86400;  // longer life for the same value
  EXPECT_THAT(OpenStatus(&ask, gate_.SignReply(
                                   wire::EncodeUnsignedReply(parsed.reply))),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(ReplyTest, AnotherGatesAnswerIsRefused) {
  Ask ask = AskAddress();
  FakeGate other(2, &gate_clock_);
  EXPECT_THAT(OpenStatus(&ask, other.Grant(ask.bytes(), {})),
              ReasonIs(Reason::kUnauthenticated));
}

TEST_F(ReplyTest, ASlotThatWasNotAskedForIsRefused) {
  Ask ask = AskAddress();
  EXPECT_THAT(OpenStatus(&ask, gate_.Grant(ask.bytes(),
                                           {{Slot::kRecipientPhone, "138"}})),
              ReasonIs(Reason::kMalformed));
}

TEST_F(ReplyTest, WhatIsNoListOfFieldsIsRefused) {
  Ask ask = AskAddress();
  EXPECT_THAT(
      OpenStatus(&ask, gate_.GrantPadded(ask.bytes(), std::string(128, '\0'))),
      ReasonIs(Reason::kMalformed));
}

TEST_F(ReplyTest, AnotherDevicesAskIsRefused) {
  const auto stranger = Device::Create(&key_wrap_, &clock_).value();
  Ask ask = AskAddress();
  EXPECT_THAT(stranger->Open(std::move(ask), GrantAddress(ask)),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
}

TEST_F(ReplyTest, AnAskIsOpenedAsWhatItIs) {
  Ask reveal = AskAddress();
  const std::string reply = GrantAddress(reveal);
  EXPECT_THAT(device_->OpenDial(std::move(reveal), reply),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(device_->OpenSheet(std::move(reveal), reply),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(device_->OpenSearch(std::move(reveal), reply),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(OpenStatus(&reveal, reply), IsOk());
}

TEST_F(ReplyTest, ADialTokenIsTextForTheDialler) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Ask ask, device_->Dial(kWaybill));
  std::string token(113, '\xFB');
  token[0] = 0x03;
  token.replace(17, 8, std::string("\x01\0\x09\xC4\0\0\0\0", 8));
  const std::string reply = gate_.Grant(ask.bytes(), {{Slot::kDial, token}});
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string text,
                                  device_->OpenDial(std::move(ask), reply));
  EXPECT_EQ(text.size(), 151u);
  EXPECT_THAT(text, Not(HasSubstr("=")));
  EXPECT_EQ(text.substr(0, 8), "A_v7-_v7");  // 03 fb fb | fb fb fb
}

TEST_F(ReplyTest, WhatIsNoTokenIsNotDialled) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Ask ask, device_->Dial(kWaybill));
  for (const FakeGate::Values& values :
       {FakeGate::Values{}, FakeGate::Values{{Slot::kDial, "13800001234"}},
        FakeGate::Values{{Slot::kRecipientPhone, std::string(113, '\3')}}}) {
    EXPECT_THAT(
        device_->OpenDial(std::move(ask), gate_.Grant(ask.bytes(), values)),
        ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(
      device_->OpenDial(std::move(ask),
                        gate_.Refuse(ask.bytes(), Reason::kForbidden)),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("dial at gate")));
}

TEST_F(ReplyTest, ASearchShowsMaskedRows) {
  SearchFor what;
  what.phone = "13800001234";
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(Ask ask, device_->Search(what));
  const std::string rows =
      wire::EncodeSearchRows({{kWaybill, {{Slot::kRecipientName, "张**"}}}})
          .value();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto found,
      device_->OpenSearch(std::move(ask),
                          gate_.GrantPadded(ask.bytes(), rows)));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].waybill, kWaybill);
  EXPECT_EQ(found[0][Slot::kRecipientName], "张**");
  EXPECT_EQ(found[0][Slot::kRecipientPhone], "");
}

}  // namespace
}  // namespace parcelveil::testing
