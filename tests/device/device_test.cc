// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/device.h"

#include <string>
#include <utility>

#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "tests/device/device_fixture.h"
#include "tests/testing/child.h"

namespace parcelveil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// True where the key of `device` signed the ask.
bool IsSignedBy(const Device& device, const Ask& ask) {
  const auto parsed = wire::ParseRevealRequest(ask.bytes()).value();
  crypto::Signature signature;
  std::copy(parsed.signature.begin(), parsed.signature.end(),
            signature.begin());
  return crypto::VerifySignature(device.public_key(), crypto::kSignedRequest,
                                 parsed.signed_part, signature);
}

TEST_F(DeviceTest, EveryNewDeviceHasAKeyOfItsOwn) {
  const auto other = Device::Create(&key_wrap_, &clock_).value();
  EXPECT_NE(other->public_key(), device_->public_key());
}

TEST_F(DeviceTest, AsksNobodyBeforeItIsEnrolled) {
  const auto fresh = Device::Create(&key_wrap_, &clock_).value();
  EXPECT_THAT(
      fresh->Reveal(kWaybill, {Slot::kRecipientName}, Purpose::kDeliver),
      ReasonIs(Reason::kWrongState));
  EXPECT_EQ(fresh->Checkpoint(), "");
}

TEST_F(DeviceTest, ADamagedCardChangesNothing) {
  const std::string state = device_->State().value();
  EXPECT_THAT(device_->Enrol(gate_.Card() + "x"), ReasonIs(Reason::kMalformed));
  EXPECT_FALSE(device_->HasNewState());
  EXPECT_EQ(RequestOf(AskAddress()).gate_id, GateIdOf(gate_.card.gate_key));
}

TEST_F(DeviceTest, IsTheSameAfterItsStateWasLoaded) {
  gate_.SetCheckpoint(5, 0xAA);
  Ask ask = AskAddress();
  ASSERT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string state, device_->State());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto loaded,
                                  Device::Load(state, &key_wrap_, &clock_));
  EXPECT_EQ(loaded->public_key(), device_->public_key());
  EXPECT_EQ(loaded->Checkpoint(), gate_.note);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      Ask again,
      loaded->Reveal(kWaybill, {Slot::kRecipientAddress}, Purpose::kDeliver));
  EXPECT_TRUE(IsSignedBy(*device_, again));
  EXPECT_EQ(RequestOf(again).seen_size, 5u);
  EXPECT_EQ(RequestOf(again).device, gate_.card.device);
  EXPECT_THAT(loaded->Open(std::move(again), GrantAddress(again)), IsOk());
}

TEST_F(DeviceTest, ItsStateIsNothingWithoutTheKeyThatWrappedIt) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string state, device_->State());
  TestKeyWrap stolen(2);
  EXPECT_THAT(Device::Load(state, &stolen, &clock_),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(Device::Load("", &key_wrap_, &clock_),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(DeviceTest, AStateOfAnotherLayoutIsRefused) {
  for (const std::string& plain :
       {std::string("x"), std::string(43, '\0'), std::string("\x27\0", 2)}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string state,
                                    key_wrap_.Wrap(wire::AsBytes(plain)));
    EXPECT_THAT(Device::Load(state, &key_wrap_, &clock_),
                ReasonIs(Reason::kMalformed));
  }
}

TEST_F(DeviceTest, SaysWhenItsStateIsToBeStoredAnew) {
  EXPECT_TRUE(device_->HasNewState());
  ASSERT_THAT(device_->State(), IsOk());
  EXPECT_FALSE(device_->HasNewState());
  Ask ask = AskAddress();
  ASSERT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
  EXPECT_FALSE(device_->HasNewState());  // nothing was learnt
  gate_.SetCheckpoint(5, 0xAA);
  ask = AskAddress();
  ASSERT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
  EXPECT_TRUE(device_->HasNewState());
}

TEST_F(DeviceTest, AsksTheGateItWasEnrolledAtLast) {
  FakeGate second(2, &gate_clock_);
  Ask first_ask = AskAddress();
  ASSERT_THAT(device_->Enrol(second.Card()), IsOk());
  EXPECT_EQ(RequestOf(AskAddress()).gate_id, GateIdOf(second.card.gate_key));
  // What was asked of the first is still its to answer, and not the second's.
  EXPECT_THAT(OpenStatus(&first_ask,
                         second.Grant(first_ask.bytes(),
                                      {{Slot::kRecipientAddress, kAddress}})),
              ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(OpenStatus(&first_ask, GrantAddress(first_ask)), IsOk());
}

TEST_F(DeviceTest, BackAtAGateItRemembersThatGatesCheckpoint) {
  gate_.SetCheckpoint(5, 0xAA);
  Ask ask = AskAddress();
  ASSERT_THAT(OpenStatus(&ask, GrantAddress(ask)), IsOk());
  FakeGate second(2, &gate_clock_);
  ASSERT_THAT(device_->Enrol(second.Card()), IsOk());
  EXPECT_EQ(device_->Checkpoint(), "");
  EXPECT_EQ(RequestOf(AskAddress()).seen_size, 0u);
  gate_.card.principal = 4712;  // enrolled anew, for another user
  ASSERT_THAT(device_->Enrol(gate_.Card()), IsOk());
  EXPECT_EQ(device_->Checkpoint(), gate_.note);
  EXPECT_EQ(RequestOf(AskAddress()).seen_size, 5u);
  EXPECT_EQ(RequestOf(AskAddress()).principal, 4712u);
}

TEST_F(DeviceTest, RemembersEightGatesInAStateThatLoads) {
  for (uint8_t i = 2; i <= 8; ++i) {
    FakeGate gate(i, &gate_clock_);
    gate.card.log_origin = std::string(255, static_cast<char>('a' + i));
    gate.SetCheckpoint(~uint64_t{0}, i);
    ASSERT_THAT(device_->Enrol(gate.Card()), IsOk());
    Ask ask = AskAddress();
    ASSERT_THAT(OpenStatus(&ask, gate.Grant(ask.bytes(), {})), IsOk());
    gate.SetCheckpoint(~uint64_t{0}, static_cast<uint8_t>(i + 100));
    ask = AskAddress();
    ASSERT_THAT(OpenStatus(&ask, gate.Grant(ask.bytes(), {})),
                ReasonIs(Reason::kLogRolledBack));
  }
  EXPECT_THAT(
      device_->Enrol(FakeGate(9, &gate_clock_).Card()),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("eight gates")));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string state, device_->State());
  EXPECT_LT(state.size(), 14u << 10);
  EXPECT_THAT(Device::Load(state, &key_wrap_, &clock_), IsOk());
}

TEST_F(DeviceTest, InAForkedChildItSignsAndSavesNothing) {
  const std::string seen = InChild([this] {
    const auto ask =
        device_->Reveal(kWaybill, {Slot::kRecipientName}, Purpose::kDeliver);
    return std::string(ReasonName(ReasonOf(ask.status()))) + " " +
           std::string(ReasonName(ReasonOf(device_->State().status())));
  });
  EXPECT_EQ(seen, "KEY_UNAVAILABLE KEY_UNAVAILABLE");
}

}  // namespace
}  // namespace parcelveil::testing
