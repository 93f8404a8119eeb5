// SPDX-License-Identifier: Apache-2.0
#include "src/wire/intake_card.h"

#include <string>

#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
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

std::string Golden() {
  return LoadVectors("intake_card").List("cases").at(0).Bytes("card");
}

TEST(IntakeCardTest, IsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("intake_card").List("cases")) {
    const std::string bytes = vector.Bytes("card");
    ASSERT_EQ(bytes.size(), kIntakeCardSize);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ParsedCard parsed,
                                    ParseIntakeCard(bytes));
    EXPECT_EQ(parsed.card.gen, vector.Number("gen"));
    EXPECT_EQ(ToInt(parsed.card.epoch), vector.Number("epoch"));
    EXPECT_EQ(parsed.card.tenant, vector.Number("tenant"));
    EXPECT_EQ(parsed.card.not_after_ms, vector.Number("not_after_ms"));
    EXPECT_EQ(ToHex(parsed.card.public_key), vector.Text("public_key"));
    EXPECT_EQ(ToHex(parsed.card.signer), vector.Text("signer"));
    EXPECT_EQ(EncodeUnsignedCard(parsed.card), parsed.signed_part);
    EXPECT_EQ(std::string(parsed.signed_part) + std::string(parsed.signature),
              bytes);
  }
}

TEST(IntakeCardTest, IsSignedAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("intake_card").List("cases")) {
    std::string seed = vector.Bytes("signer_seed");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const Secret secret,
        Secret::Take({reinterpret_cast<uint8_t*>(seed.data()), seed.size()}));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto key,
                                    crypto::SigningKey::FromSeed(secret));
    const std::string bytes = vector.Bytes("card");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ParsedCard parsed,
                                    ParseIntakeCard(bytes));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const crypto::Signature signature,
        key.Sign(crypto::kSignedIntakeCard, parsed.signed_part));
    EXPECT_EQ(AsText(signature), parsed.signature);
  }
}

TEST(IntakeCardTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("intake_card").List("refused");
  ASSERT_EQ(refused.size(), 4u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseIntakeCard(vector.Bytes("card")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(IntakeCardTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(Golden(), [](const std::string& damaged) {
    EXPECT_THAT(ParseIntakeCard(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(IntakeCardTest, OnlyTheTypeHasBitsThatMakeItMalformed) {
  ForEveryFlippedBit(Golden(), [](const std::string& damaged, size_t at) {
    EXPECT_EQ(ParseIntakeCard(damaged).ok(), at != 0);
  });
}

}  // namespace
}  // namespace parcelveil::wire
