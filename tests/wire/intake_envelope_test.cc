// SPDX-License-Identifier: Apache-2.0
#include "src/wire/intake_envelope.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "src/wire/padding.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

std::vector<Vector> Cases() {
  return LoadVectors("intake_envelope").List("cases");
}

std::string Encoded(const std::vector<OrderText>& texts) {
  std::string bytes(OrderSize(texts), '\0');
  EncodeOrder(texts, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

TEST(IntakeEnvelopeTest, IsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : Cases()) {
    const std::string bytes = vector.Bytes("envelope");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IntakeEnvelope envelope,
                                    ParseIntakeEnvelope(bytes));
    EXPECT_EQ(envelope.gen, vector.Number("gen"));
    EXPECT_EQ(ToInt(envelope.epoch), vector.Number("epoch"));
    EXPECT_EQ(envelope.tenant, vector.Number("tenant"));
    EXPECT_EQ(EncodeEnvelopeHead(envelope) + std::string(envelope.sealed),
              bytes);
  }
}

TEST(IntakeEnvelopeTest, IsBoundToRecordSourceAndVersion) {
  for (const Vector& vector : Cases()) {
    const std::string record_id = vector.Bytes("record_id");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const std::string binding,
        EncodeOrderBinding({record_id, vector.Number("source"),
                            static_cast<uint32_t>(vector.Number("version"))}));
    EXPECT_EQ(ToHex(binding), vector.Text("aad"));
  }
}

TEST(IntakeEnvelopeTest, IsBoundToNoRecordIdThatIsNone) {
  EXPECT_THAT(EncodeOrderBinding({"", 1, 0}), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(EncodeOrderBinding({std::string(65, 'W'), 1, 0}),
              ReasonIs(Reason::kMalformed));
}

TEST(IntakeEnvelopeTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("intake_envelope").List("refused");
  ASSERT_EQ(refused.size(), 6u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseIntakeEnvelope(vector.Bytes("envelope")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(IntakeEnvelopeTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(
      Cases().at(1).Bytes("envelope"), [](const std::string& damaged) {
        EXPECT_THAT(ParseIntakeEnvelope(damaged), ReasonIs(Reason::kMalformed));
      });
}

TEST(IntakeEnvelopeTest, IsAtMost64Blocks) {
  const std::string head = Cases().at(0).Bytes("envelope").substr(0, 8);
  EXPECT_THAT(ParseIntakeEnvelope(head + std::string(48 + 16384, 'x')), IsOk());
  EXPECT_THAT(ParseIntakeEnvelope(head + std::string(48 + 16640, 'x')),
              ReasonIs(Reason::kMalformed));
}

TEST(OrderTest, IsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : Cases()) {
    const std::string bytes = vector.Bytes("order");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::vector<OrderText> texts,
                                    ParseOrder(bytes));
    const std::vector<Vector> expected = vector.List("texts");
    ASSERT_EQ(texts.size(), expected.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(ToInt(texts[i].slot), expected[i].Number("slot"));
      EXPECT_EQ(ToHex(texts[i].text), expected[i].Text("text"));
    }
    EXPECT_EQ(Encoded(texts), bytes);
  }
}

TEST(OrderTest, EveryMalformedVectorIsRefused) {
  const auto malformed = LoadVectors("intake_envelope").List("malformed");
  ASSERT_EQ(malformed.size(), 10u);
  for (const Vector& vector : malformed) {
    EXPECT_THAT(ParseOrder(vector.Bytes("order")), ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(OrderTest, WhatDamageLeavesWellFormedHasOneSpelling) {
  int num_accepted = 0;
  const auto check = [&](const std::string& damaged) {
    const auto texts = ParseOrder(damaged);
    if (!texts.ok()) return;
    ++num_accepted;
    EXPECT_EQ(Encoded(*texts), damaged);
  };
  const std::string whole = Cases().at(0).Bytes("order");
  ForEveryFlippedBit(
      whole, [&](const std::string& damaged, size_t) { check(damaged); });
  EXPECT_GT(num_accepted, 50);
  ForEveryWrongSize(whole, check);
}

TEST(OrderTest, HasTextsOfAtMost4095BytesAndFits16KiB) {
  const std::string longest(4095, 'x');
  const std::string longer(4096, 'x');
  EXPECT_THAT(CheckOrder({{Slot{64}, longest}}), IsOk());
  EXPECT_THAT(CheckOrder({{Slot{64}, longer}}), ReasonIs(Reason::kMalformed));
  // 4 heads and texts, and one byte of padding: exactly 16 KiB.
  const std::string most(4092, 'x');
  std::vector<OrderText> texts = {{Slot{64}, most},
                                  {Slot{65}, most},
                                  {Slot{66}, most},
                                  {Slot{67}, std::string_view(most).substr(1)}};
  EXPECT_EQ(PaddedSize(OrderSize(texts), kEnvelopePad), kMaxPaddedOrderSize);
  EXPECT_THAT(CheckOrder(texts), IsOk());
  EXPECT_THAT(ParseOrder(Encoded(texts)), IsOk());
  texts[3].text = most;
  EXPECT_THAT(CheckOrder(texts), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(ParseOrder(Encoded(texts)), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::wire
