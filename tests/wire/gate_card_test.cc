// SPDX-License-Identifier: Apache-2.0
#include "src/wire/gate_card.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

Vector Golden() { return LoadVectors("gate_card").List("cases").at(0); }

TEST(GateCardTest, IsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("gate_card").List("cases")) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const GateCard card,
                                    ParseGateCard(vector.Bytes("card")));
    EXPECT_EQ(card.tenant, vector.Number("tenant"));
    EXPECT_EQ(card.principal, vector.Number("principal"));
    EXPECT_EQ(card.device, vector.Number("device"));
    EXPECT_EQ(ToHex(card.gate_key), vector.Text("gate_key"));
    EXPECT_EQ(ToHex(card.query_key), vector.Text("query_key"));
    EXPECT_EQ(ToHex(card.log_key), vector.Text("log_key"));
    EXPECT_EQ(card.log_origin, vector.Bytes("log_origin"));
    EXPECT_EQ(ToHex(EncodeGateCard(card).value()), vector.Text("card"));
  }
}

TEST(GateCardTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("gate_card").List("refused");
  ASSERT_EQ(refused.size(), 10u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseGateCard(vector.Bytes("card")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(GateCardTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(Golden().Bytes("card"), [](const std::string& damaged) {
    EXPECT_THAT(ParseGateCard(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(GateCardTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  int num_accepted = 0;
  ForEveryFlippedBit(Golden().Bytes("card"),
                     [&](const std::string& damaged, size_t) {
                       const auto card = ParseGateCard(damaged);
                       if (!card.ok()) return;
                       ++num_accepted;
                       EXPECT_EQ(EncodeGateCard(*card).value(), damaged);
                     });
  EXPECT_GT(num_accepted, 500);
}

TEST(GateCardTest, WritesNoOriginThatItWouldRefuseToRead) {
  GateCard card = ParseGateCard(Golden().Bytes("card")).value();
  for (const std::string& origin :
       {std::string(), std::string("a b"), std::string("a+b"),
        std::string("\xff"), std::string(256, 'o')}) {
    card.log_origin = origin;
    EXPECT_THAT(EncodeGateCard(card), ReasonIs(Reason::kMalformed)) << origin;
  }
}

}  // namespace
}  // namespace parcelveil::wire
