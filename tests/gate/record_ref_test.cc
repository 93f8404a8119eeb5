// SPDX-License-Identifier: Apache-2.0
#include "src/gate/record_ref.h"

#include "src/keyring/derive.h"
#include "src/wire/bytes.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"
#include "tests/testing/vectors.h"

namespace parcelveil::gate {
namespace {

TEST(RecordRefTest, AgreesWithTheVectors) {
  for (const testing::Vector& vector :
       testing::LoadVectors("record_ref").List("cases")) {
    const std::string key = vector.Bytes("sk");
    EXPECT_EQ(
        testing::ToHex(wire::AsText(keyring::DeriveRecordRef(
            wire::AsBytes(key), static_cast<uint32_t>(vector.Number("tenant")),
            vector.Bytes("record_id")))),
        vector.Text("record_ref"));
  }
}

TEST(RecordRefTest, DiffersFromDayToDay) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kGate);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto today, RecordRefs(keyring.get(), {"W1", "W1", "W2"}));
  EXPECT_EQ(today[0].bytes, today[1].bytes);
  EXPECT_NE(today[0].bytes, today[2].bytes);
  keys.clock().Advance(absl::Hours(24));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto tomorrow,
                                  RecordRefs(keyring.get(), {"W1"}));
  EXPECT_NE(today[0].bytes, tomorrow[0].bytes);
}

TEST(RecordRefTest, RefusesAnIdThatIsNone) {
  testing::TestKeyring keys;
  const auto keyring = keys.Load(Role::kGate);
  EXPECT_THAT(RecordRefs(keyring.get(), {""}),
              testing::ReasonIs(Reason::kMalformed));
  EXPECT_THAT(RecordRefs(keyring.get(), {std::string(65, 'x')}),
              testing::ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::gate
