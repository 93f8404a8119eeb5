// SPDX-License-Identifier: Apache-2.0
#include "src/wire/index_value.h"

#include <string>

#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/keyring/derive.h"
#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::FromHex;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

// The index value of a vector's normalised text, from its epoch key on.
IndexValue ValueOf(const Vector& vector) {
  const FieldHeader key{static_cast<uint8_t>(vector.Number("gen")),
                        Epoch{static_cast<uint16_t>(vector.Number("epoch"))},
                        Scope{static_cast<uint32_t>(vector.Number("scope"))}};
  uint8_t scope_key[32];
  keyring::DeriveScopeKey(AsBytes(vector.Bytes("ek")), key.scope,
                          absl::MakeSpan(scope_key));
  EXPECT_EQ(ToHex(scope_key), vector.Text("sk"));
  std::string message(kIndexMessagePrefixSize, '\0');
  EncodeIndexMessagePrefix(static_cast<uint8_t>(vector.Number("rule")),
                           Slot{static_cast<uint16_t>(vector.Number("slot"))},
                           reinterpret_cast<uint8_t*>(message.data()));
  message += vector.Bytes("normalised");
  uint8_t hash[16];
  crypto::Prf(scope_key, crypto::kLabelIndex, AsBytes(message),
              absl::MakeSpan(hash));
  return {key, TruncateHash(hash, static_cast<int>(vector.Number("bits")))};
}

TEST(IndexValueTest, GivesEveryVectorAtEveryLength) {
  const auto cases = LoadVectors("index").List("cases");
  ASSERT_EQ(cases.size(), 16u);
  for (const Vector& vector : cases) {
    const IndexValue value = ValueOf(vector);
    EXPECT_EQ(value.value, vector.Number("value"));
    EXPECT_EQ(ToHex(EncodeIndexValue(value)), vector.Text("blob"));
  }
}

TEST(IndexValueTest, ComesBackFromEveryVector) {
  for (const Vector& vector : LoadVectors("index").List("cases")) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const IndexValue value,
                                    ParseIndexValue(vector.Bytes("blob")));
    EXPECT_EQ(value.key.gen, vector.Number("gen"));
    EXPECT_EQ(ToInt(value.key.epoch), vector.Number("epoch"));
    EXPECT_EQ(ToInt(value.key.scope), vector.Number("scope"));
    EXPECT_EQ(value.value, vector.Number("value"));
  }
}

TEST(IndexValueTest, HasOneSizeAndOneType) {
  const std::string blob = FromHex("310009c400000000000297b1");
  ForEveryWrongSize(blob, [](const std::string& damaged) {
    EXPECT_THAT(ParseIndexValue(damaged), ReasonIs(Reason::kMalformed));
  });
  ForEveryFlippedBit(blob, [](const std::string& damaged, size_t byte) {
    const auto value = ParseIndexValue(damaged);
    if (byte == 0) {
      EXPECT_THAT(value, ReasonIs(Reason::kMalformed));
      return;
    }
    // Nothing authenticates an index value: it names other candidates.
    ASSERT_THAT(value, IsOk());
    EXPECT_EQ(AsText(EncodeIndexValue(*value)), damaged);
  });
}

TEST(TruncateHashTest, KeepsTheFirstBits) {
  const std::string hash = FromHex("ffffffff00000000ffffffffffffffff");
  EXPECT_EQ(TruncateHash(AsBytes(hash), 1), 1u);
  EXPECT_EQ(TruncateHash(AsBytes(hash), 9), 511u);
  EXPECT_EQ(TruncateHash(AsBytes(hash), 32), 0xffffffffu);
  const std::string low = FromHex("00000001800000000000000000000000");
  EXPECT_EQ(TruncateHash(AsBytes(low), 31), 0u);
  EXPECT_EQ(TruncateHash(AsBytes(low), 32), 1u);
}

}  // namespace
}  // namespace parcelveil::wire
