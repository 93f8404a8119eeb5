// SPDX-License-Identifier: Apache-2.0
// A tour without coverage: one entry open at a time, nothing after the
// deadline.

#include <string>
#include <utility>

#include "tests/device/device_fixture.h"
#include "tests/testing/child.h"
#include "tests/testing/damage.h"

namespace parcelveil::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RouteSheetTest : public DeviceTest {
 protected:
  Ask AskSheet() {
    return device_
        ->Sheet({"W1", "W2", "W3"},
                {Slot::kRecipientName, Slot::kRecipientAddress},
                Purpose::kDeliver)
        .value();
  }
  std::string Grant(const Ask& ask) {
    return gate_.Sheet(
        ask.bytes(),
        {{Slot::kRecipientName, "张三丰"}, {Slot::kRecipientAddress, kAddress}},
        absl::Hours(10));
  }
  RouteSheet Take() {
    Ask ask = AskSheet();
    return device_->OpenSheet(std::move(ask), Grant(ask)).value();
  }
  absl::Status TakeStatus(Ask* ask, std::string_view reply) {
    return device_->OpenSheet(std::move(*ask), reply).status();
  }
};

TEST_F(RouteSheetTest, OpensEachWaybillOfTheTour) {
  RouteSheet sheet = Take();
  EXPECT_THAT(sheet.waybills(), ElementsAre("W1", "W2", "W3"));
  EXPECT_EQ(sheet.deadline(), clock_.Now() + absl::Hours(10));
  for (const std::string& waybill : sheet.waybills()) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(Shown * shown, sheet.Entry(waybill));
    EXPECT_EQ(TextOf((*shown)[Slot::kRecipientName]), "张三丰");
    EXPECT_EQ(TextOf((*shown)[Slot::kRecipientAddress]),
              kAddress + " of " + waybill);
    EXPECT_EQ(shown->until(), sheet.deadline());
  }
  EXPECT_THAT(sheet.Entry("W4"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("not on it")));
}

TEST_F(RouteSheetTest, OneEntryIsOpenAtATime) {
  RouteSheet sheet = Take();
  Shown* const shown = sheet.Entry("W1").value();
  const size_t size = kAddress.size();
  const char* const at = (*shown)[Slot::kRecipientAddress].Use(
      [](std::string_view text) { return text.data(); });
  ASSERT_EQ(std::string(at, size), kAddress);
  ASSERT_THAT(sheet.Entry("W4"), Not(IsOk()));
  EXPECT_EQ(std::string(at, size), std::string(size, '\0'));
  EXPECT_EQ(TextOf(shown->text()), "");
}

TEST_F(RouteSheetTest, NothingOpensAfterTheDeadline) {
  RouteSheet sheet = Take();
  Shown* const shown = sheet.Entry("W1").value();
  clock_.Advance(absl::Hours(10) - absl::Milliseconds(1));
  EXPECT_EQ(TextOf(shown->text()), "张三丰");
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(TextOf(shown->text()), "");
  EXPECT_THAT(sheet.Entry("W1"), ReasonIs(Reason::kStale));
  clock_.Advance(-absl::Hours(1));  // its key is gone for good
  EXPECT_THAT(sheet.Entry("W1"), ReasonIs(Reason::kStale));
}

TEST_F(RouteSheetTest, AClockTurnedBackEndsIt) {
  RouteSheet sheet = Take();
  clock_.Advance(-absl::Hours(1));
  EXPECT_THAT(sheet.Entry("W1"), ReasonIs(Reason::kStale));
}

TEST_F(RouteSheetTest, CanBeForgottenAtOnce) {
  RouteSheet sheet = Take();
  Shown* const shown = sheet.Entry("W1").value();
  sheet.Forget();
  EXPECT_EQ(TextOf(shown->text()), "");
  EXPECT_THAT(sheet.Entry("W1"), ReasonIs(Reason::kStale));
}

TEST_F(RouteSheetTest, ASheetPastItsDeadlineIsNotTaken) {
  Ask ask = AskSheet();
  const std::string reply = Grant(ask);
  clock_.Advance(absl::Hours(10));
  EXPECT_THAT(TakeStatus(&ask, reply), ReasonIs(Reason::kStale));
}

TEST_F(RouteSheetTest, SurvivesAMove) {
  RouteSheet sheet = Take();
  RouteSheet moved = std::move(sheet);
  EXPECT_THAT(moved.Entry("W1"), IsOk());
  EXPECT_THAT(sheet.Entry("W1"),  // NOLINT(bugprone-use-after-move)
              ReasonIs(Reason::kStale));
  EXPECT_THAT(sheet.waybills(), ElementsAre());
}

TEST_F(RouteSheetTest, EveryFlippedBitIsNoticed) {
  Ask ask = AskSheet();
  ForEveryFlippedBit(Grant(ask), [&](const std::string& damaged, size_t) {
    EXPECT_THAT(TakeStatus(&ask, damaged),
                AnyOf(ReasonIs(Reason::kMalformed),
                      ReasonIs(Reason::kUnauthenticated)));
  });
}

TEST_F(RouteSheetTest, EveryOtherSizeIsNoticed) {
  Ask ask = AskSheet();
  ForEveryWrongSize(Grant(ask), [&](const std::string& damaged) {
    EXPECT_THAT(TakeStatus(&ask, damaged), Not(IsOk()));
  });
}

TEST_F(RouteSheetTest, AnotherAsksSheetIsRefused) {
  Ask first = AskSheet(), second = AskSheet();
  const std::string reply = Grant(first);
  EXPECT_THAT(TakeStatus(&second, reply), ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(TakeStatus(&first, reply), IsOk());
}

TEST_F(RouteSheetTest, WhatWasNotAskedForIsRefused) {
  Ask asked = AskSheet();
  // The gate answers another request as if it were this one.
  const auto answer = [&](const wire::RevealRequest& request) {
    const std::string other =
        wire::EncodeUnsignedRequest(request).value() + std::string(64, 's');
    return gate_.Sheet(other, {{Slot::kRecipientName, "张三丰"}},
                       absl::Hours(1), asked.bytes());
  };
  wire::RevealRequest request = RequestOf(asked);
  request.record_ids[1] = "W9";
  EXPECT_THAT(TakeStatus(&asked, answer(request)),
              ReasonIs(Reason::kMalformed));
  request = RequestOf(asked);
  request.slots = {Slot::kRecipientPhone};
  EXPECT_THAT(TakeStatus(&asked, answer(request)),
              ReasonIs(Reason::kMalformed));
  request = RequestOf(asked);
  request.record_ids.pop_back();  // less than asked will do
  EXPECT_THAT(TakeStatus(&asked, answer(request)), IsOk());
}

TEST_F(RouteSheetTest, AnEntryIsOnTheRecordBehindTheOneBefore) {
  RouteSheet sheet = Take();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Shown* shown, sheet.Entry("W2"));
  LeafProof proof;
  proof.index = 0;
  EXPECT_THAT(device_->CheckLeaf(*shown, proof),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another leaf")));
  proof.index = 1;  // the right leaf, but no proof
  EXPECT_THAT(device_->CheckLeaf(*shown, proof), ReasonIs(Reason::kMalformed));
}

TEST_F(RouteSheetTest, ARefusalComesBackWithItsReason) {
  Ask ask = AskSheet();
  EXPECT_THAT(TakeStatus(&ask, gate_.Refuse(ask.bytes(), Reason::kNotAssigned)),
              ReasonIs(Reason::kNotAssigned));
  EXPECT_THAT(TakeStatus(&ask, wire::EncodeShortReply(Reason::kRateLimited)),
              ReasonIs(Reason::kRateLimited));
  // A granted reply of another kind is no sheet.
  EXPECT_THAT(TakeStatus(&ask, gate_.Grant(ask.bytes(), {})),
              ReasonIs(Reason::kMalformed));
}

TEST_F(RouteSheetTest, InAForkedChildNothingOpens) {
  RouteSheet sheet = Take();
  EXPECT_EQ(
      InChild([&] {
        return std::string(ReasonName(ReasonOf(sheet.Entry("W1").status())));
      }),
      "KEY_UNAVAILABLE");
}

}  // namespace
}  // namespace parcelveil::testing
