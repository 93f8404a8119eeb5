// SPDX-License-Identifier: Apache-2.0
#include "src/wire/key_id.h"

#include <string>

#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

TEST(KeyIdTest, EncodesBothLevelsOfEveryVector) {
  const auto keys = LoadVectors("cell").List("keys");
  ASSERT_FALSE(keys.empty());
  for (const Vector& vector : keys) {
    KeyId id{static_cast<uint32_t>(vector.Number("tenant")),
             Slot{static_cast<uint16_t>(vector.Number("slot"))},
             Epoch{static_cast<uint16_t>(vector.Number("epoch"))},
             static_cast<uint8_t>(vector.Number("gen")),
             KeyLevel::kEpoch,
             Scope::kNational};
    EXPECT_EQ(ToHex(EncodeKeyId(id)), vector.Text("kid0"));
    id.level = KeyLevel::kScope;
    id.scope = Scope{static_cast<uint32_t>(vector.Number("scope"))};
    EXPECT_EQ(ToHex(EncodeKeyId(id)), vector.Text("kid1"));
  }
}

TEST(WrapBindingTest, IsWhatFollowsThePrefixInTheInfoOfEveryVector) {
  for (const Vector& vector : LoadVectors("wrap").List("cases")) {
    const bool is_epoch_key = vector.Number("level") == 0;
    const Scope role_scope{static_cast<uint32_t>(vector.Number("role_scope"))};
    const KeyId id{7,
                   Slot::kSenderPhone,
                   Epoch{2500},
                   0,
                   is_epoch_key ? KeyLevel::kEpoch : KeyLevel::kScope,
                   role_scope};
    EXPECT_EQ(ToHex(EncodeKeyId(id)), vector.Text("kid"));
    const RoleKeyId role_key{
        Role{static_cast<uint16_t>(vector.Number("role"))}, role_scope,
        static_cast<uint16_t>(vector.Number("kek_version"))};
    EXPECT_EQ(ToHex(crypto::kInfoWrap) + ToHex(EncodeWrapBinding(id, role_key)),
              vector.Text("info"));
  }
}

}  // namespace
}  // namespace parcelveil::wire
