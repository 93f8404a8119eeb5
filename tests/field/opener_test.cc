// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "parcelveil/field.h"
#include "tests/field/waybill_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::Columns;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kAddress;
using ::parcelveil::testing::kName;
using ::parcelveil::testing::kPhone;
using ::parcelveil::testing::kWaybill;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using OpenerTest = testing::WaybillFixture;

TEST_F(OpenerTest, ListSeesTheMaskAndCannotOpenTheNumber) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row,
                                  sealer_->Seal(Waybill()));
  auto columns = Columns(row);
  const SealedView view{kWaybill, columns["recipient_view"]};
  const auto views = list_opener_->OpenViews(Slot::kRecipientView, {view});
  ASSERT_THAT(views[0], IsOk());
  EXPECT_EQ((*views[0])[Slot::kRecipientPhone].text(), "138****5678");
  EXPECT_EQ((*views[0])[Slot::kRecipientName].text(), "欧阳*");
  EXPECT_EQ((*views[0])[Slot::kRecipientAddress].text(),
            "江苏省苏州市姑苏区平江路***");
  EXPECT_EQ((*views[0])[Slot::kSenderPhone].text(), "");

  const auto opened = list_opener_->Open({Slot::kRecipientPhone, kWaybill},
                                         columns["recipient_phone_sealed"]);
  EXPECT_THAT(opened, ReasonIs(Reason::kForbidden));
  EXPECT_THAT(opened,
              StatusIs(absl::StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("slot 5 (recipient phone) as LIST"),
                             Not(HasSubstr(std::string(kPhone))))));
}

TEST_F(OpenerTest, OpensOnlyInItsOwnCell) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell own{Slot::kRecipientPhone, kWaybill};
  EXPECT_THAT(gate_opener_->Open(own, sealed), IsOk());
  for (const Cell& other : {Cell{Slot::kSenderPhone, kWaybill},
                            Cell{Slot::kRecipientPhone, "SF1234567890124"},
                            Cell{Slot::kRecipientPhone, kWaybill, 1}}) {
    EXPECT_THAT(gate_opener_->Open(other, sealed),
                ReasonIs(Reason::kDecryptFailed));
  }
}

TEST_F(OpenerTest, DoesNotOpenWhatWasSealedForAnotherOutlet) {
  std::string sealed;
  ASSERT_THAT(sealer_->SealField({Slot::kRecipientPhone, kWaybill}, Scope{5712},
                                 kPhone, &sealed),
              IsOk());
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  EXPECT_THAT(gate_opener_->Open(cell, sealed), IsOk());
  sealed[7] ^= 1;  // outlet 5713
  EXPECT_THAT(gate_opener_->Open(cell, sealed),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(OpenerTest, DoesNotOpenAnotherTenantsCell) {
  testing::TestKeyring other(Schema::Default(), 8);
  const auto other_gate = other.Load(Role::kGate);
  const auto other_opener = Opener::Create(other_gate.get()).value();
  EXPECT_THAT(other_opener->Open({Slot::kRecipientPhone, kWaybill},
                                 SealText(Slot::kRecipientPhone, kPhone)),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(OpenerTest, RefusesEveryTruncationAndEveryFlippedBit) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THAT(gate_opener_->Open(cell, sealed.substr(0, size)), Not(IsOk()));
  }
  EXPECT_THAT(gate_opener_->Open(cell, sealed + "x"),
              ReasonIs(Reason::kMalformed));
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string flipped = sealed;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_THAT(gate_opener_->Open(cell, flipped), Not(IsOk())) << bit;
  }
}

TEST_F(OpenerTest, EndsEachRolesTimeByTheClock) {
  const SealedRow row = sealer_->Seal(Waybill()).value();
  auto columns = Columns(row);
  const SealedView view{kWaybill, columns["recipient_view"]};
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  keys_.clock().Advance(absl::Hours(24 * 7));
  EXPECT_THAT(list_opener_->OpenViews(Slot::kRecipientView, {view})[0], IsOk());
  keys_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(list_opener_->OpenViews(Slot::kRecipientView, {view})[0],
              ReasonIs(Reason::kForbidden));
  EXPECT_THAT(gate_opener_->Open(cell, columns["recipient_phone_sealed"]),
              IsOk());
  keys_.clock().Advance(absl::Hours(24 * 90));
  EXPECT_THAT(gate_opener_->Open(cell, columns["recipient_phone_sealed"]),
              ReasonIs(Reason::kForbidden));
}

TEST_F(OpenerTest, SaysThatADestroyedDayIsGone) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Epoch day = keys_.today();
  keys_.clock().Advance(absl::Hours(48));
  ASSERT_THAT(keys_.editor().DestroyDay(day), IsOk());
  keys_.Publish();
  ASSERT_THAT(gate_->Reload(), IsOk());
  const auto opened =
      gate_opener_->Open({Slot::kRecipientPhone, kWaybill}, sealed);
  EXPECT_THAT(opened, ReasonIs(Reason::kKeyDestroyed));
  EXPECT_THAT(opened,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("2026-11-24 was destroyed on 2026-11-26")));
}

TEST_F(OpenerTest, KnowsNoKeyOfAnotherDatabase) {
  std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  sealed[1] = 9;  // a generation that never was
  EXPECT_THAT(gate_opener_->Open({Slot::kRecipientPhone, kWaybill}, sealed),
              ReasonIs(Reason::kKeyUnknown));
}

TEST_F(OpenerTest, ViewsAndFieldsAreOpenedByTheirOwnCalls) {
  auto columns = Columns(sealer_->Seal(Waybill()).value());
  EXPECT_THAT(list_opener_->Open({Slot::kRecipientView, kWaybill},
                                 columns["recipient_view"]),
              ReasonIs(Reason::kMalformed));
  const SealedView phone{kWaybill, columns["recipient_phone_sealed"]};
  EXPECT_THAT(gate_opener_->OpenViews(Slot::kRecipientPhone, {phone})[0],
              ReasonIs(Reason::kMalformed));
}

TEST_F(OpenerTest, AnIndexHoldsNoCell) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhoneIndex, kWaybill};
  EXPECT_THAT(gate_opener_->Open(cell, sealed), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(gate_opener_->MakeCapability(cell, sealed),
              ReasonIs(Reason::kMalformed));
}

TEST_F(OpenerTest, OneBadRowDoesNotEndAList) {
  auto columns = Columns(sealer_->Seal(Waybill()).value());
  const std::string& view = columns["recipient_view"];
  const auto views =
      list_opener_->OpenViews(Slot::kRecipientView, {{kWaybill, view},
                                                     {"SF9999999999999", view},
                                                     {kWaybill, "junk"},
                                                     {kWaybill, view}});
  ASSERT_EQ(views.size(), 4u);
  EXPECT_THAT(views[0], IsOk());
  EXPECT_THAT(views[1], ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(views[2], ReasonIs(Reason::kMalformed));
  EXPECT_THAT(views[3], IsOk());
}

TEST_F(OpenerTest, CapabilityOpensJustItsCell) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret capability,
                                  gate_opener_->MakeCapability(cell, sealed));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Plaintext opened,
      OpenWithCapability(capability, keys_.editor().tenant(), cell, sealed));
  opened.Use([](std::string_view text) { EXPECT_EQ(text, kPhone); });

  EXPECT_THAT(OpenWithCapability(capability, 8, cell, sealed),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(
      OpenWithCapability(capability, 7,
                         {Slot::kRecipientPhone, "SF1234567890124"}, sealed),
      ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(list_opener_->MakeCapability(cell, sealed),
              ReasonIs(Reason::kForbidden));
}

}  // namespace
}  // namespace parcelveil
