// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/derive.h"

#include <array>
#include <string>

#include "gtest/gtest.h"
#include "src/crypto/prf.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "tests/testing/vectors.h"

namespace parcelveil::keyring {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using Key32 = std::array<uint8_t, 32>;

wire::KeyId EpochKeyId(const Vector& vector, Slot slot) {
  return {static_cast<uint32_t>(vector.Number("tenant")),
          slot,
          Epoch{static_cast<uint16_t>(vector.Number("epoch"))},
          static_cast<uint8_t>(vector.Number("gen")),
          wire::KeyLevel::kEpoch,
          Scope::kNational};
}

TEST(DeriveTest, GivesTheKeysAndCheckValuesOfEveryVector) {
  const auto keys = LoadVectors("cell").List("keys");
  ASSERT_EQ(keys.size(), 4u);
  for (const Vector& vector : keys) {
    const std::string epoch_key = vector.Bytes("ek");
    wire::KeyId id =
        EpochKeyId(vector, Slot{static_cast<uint16_t>(vector.Number("slot"))});
    EXPECT_EQ(ToHex(DeriveKeyCheck(wire::AsBytes(epoch_key), id)),
              vector.Text("kcv0"));

    id.level = wire::KeyLevel::kScope;
    id.scope = Scope{static_cast<uint32_t>(vector.Number("scope"))};
    Key32 scope_key;
    DeriveScopeKey(wire::AsBytes(epoch_key), id.scope,
                   absl::MakeSpan(scope_key));
    EXPECT_EQ(ToHex(scope_key), vector.Text("sk"));
    EXPECT_EQ(ToHex(DeriveKeyCheck(scope_key, id)), vector.Text("kcv1"));

    std::array<uint8_t, 64> cell_keys;
    DeriveCellKeys(scope_key, id, absl::MakeSpan(cell_keys));
    EXPECT_EQ(ToHex(cell_keys),
              vector.Text("fk") + vector.Text("tk") + vector.Text("nk"));
  }
}

TEST(DeriveTest, GivesTheIntakeSecretOfEveryVector) {
  const auto cases = LoadVectors("intake_key").List("cases");
  ASSERT_EQ(cases.size(), 3u);
  for (const Vector& vector : cases) {
    Key32 secret;
    DeriveIntakeSecret(wire::AsBytes(vector.Bytes("ek")),
                       EpochKeyId(vector, Slot::kIntake),
                       absl::MakeSpan(secret));
    EXPECT_EQ(ToHex(secret), vector.Text("sk"));
  }
}

// The label is reserved; the key and the context under it are this library's.
TEST(DeriveTest, GivesTheRecordReferenceOfEveryVector) {
  const auto cases = LoadVectors("record_ref").List("cases");
  ASSERT_EQ(cases.size(), 4u);
  for (const Vector& vector : cases) {
    Key32 scope_key;
    DeriveScopeKey(wire::AsBytes(vector.Bytes("ek")), Scope::kNational,
                   absl::MakeSpan(scope_key));
    EXPECT_EQ(ToHex(scope_key), vector.Text("sk"));
    const std::string record_id = vector.Bytes("record_id");
    const wire::CellBinding binding(
        {0, Epoch{0}, Scope::kNational},
        static_cast<uint32_t>(vector.Number("tenant")),
        {Slot::kAuditRef, record_id, 0});
    std::array<uint8_t, 16> reference;
    crypto::Prf(scope_key, "pv1/record-ref",
                binding.bytes().subspan(wire::kFieldHeaderSize),
                absl::MakeSpan(reference));
    EXPECT_EQ(ToHex(reference), vector.Text("record_ref"));
  }
}

TEST(DeriveTest, EveryPartOfAKeysNameChangesItsCheckValue) {
  const Key32 key{};
  const wire::KeyId id{
      7, Slot{2}, Epoch{2500}, 0, wire::KeyLevel::kScope, Scope{5712}};
  wire::KeyId tenant = id, slot = id, epoch = id, gen = id, level = id,
              scope = id;
  tenant.tenant = 8;
  slot.slot = Slot{5};
  epoch.epoch = Epoch{2501};
  gen.gen = 1;
  level.level = wire::KeyLevel::kEpoch;
  scope.scope = Scope{5713};
  for (const wire::KeyId& other : {tenant, slot, epoch, gen, level, scope}) {
    EXPECT_NE(DeriveKeyCheck(key, other), DeriveKeyCheck(key, id));
  }
}

}  // namespace
}  // namespace parcelveil::keyring
