// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tests/device/device_fixture.h"

namespace parcelveil::testing {
namespace {

TEST(MaskedListTest, ShowsTheRowsOfTheDay) {
  const std::string bytes =
      wire::EncodeMaskedList({1793838600000,
                              {{"W1",
                                {{Slot::kRecipientName, "张**"},
                                 {Slot::kRecipientPhone, "138****1234"}}},
                               {"W2", {}}}})
          .value();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MaskedList list, ParseList(bytes));
  EXPECT_EQ(list.served, absl::FromUnixMillis(1793838600000));
  ASSERT_EQ(list.rows.size(), 2u);
  EXPECT_EQ(list.rows[0].waybill, "W1");
  EXPECT_EQ(list.rows[0][Slot::kRecipientName], "张**");
  EXPECT_EQ(list.rows[0][Slot::kRecipientPhone], "138****1234");
  EXPECT_EQ(list.rows[0][Slot::kRecipientAddress], "");
  EXPECT_EQ(list.rows[1].waybill, "W2");
  EXPECT_EQ(list.rows[1][Slot::kRecipientName], "");
}

TEST(MaskedListTest, WhatIsNoListIsRefused) {
  EXPECT_THAT(ParseList(""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(ParseList("{\"rows\":[]}"), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::testing
