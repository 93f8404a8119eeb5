// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/wrap.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/crypto/hpke.h"
#include "src/keyring/derive.h"
#include "src/wire/bytes.h"
#include "tests/testing/child.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::keyring {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<RoleSecret> ParsePayload(std::string payload) {
  auto secret = Secret::Take(
      {reinterpret_cast<uint8_t*>(payload.data()), payload.size()});
  if (!secret.ok()) return secret.status();
  return RoleSecret::Parse(std::move(secret).value());
}

// A payload with one pair, or with several of the same secret.
std::string Payload(uint16_t role, uint32_t role_scope,
                    const std::vector<uint16_t>& versions,
                    std::string_view secret_key) {
  std::string payload(12 + 34 * versions.size(), '\0');
  wire::Writer writer(reinterpret_cast<uint8_t*>(payload.data()));
  writer.Put(uint32_t{7});
  writer.Put(role);
  writer.Put(role_scope);
  writer.Put(static_cast<uint16_t>(versions.size()));
  for (uint16_t version : versions) {
    writer.Put(version);
    writer.Put(secret_key);
  }
  return payload;
}

std::string BytesOf(const Secret& secret) {
  return secret.Use([](absl::Span<const uint8_t> bytes) {
    return std::string(wire::AsText(bytes));
  });
}

// One case of wrap.json: a key, and the role that may unwrap it.
struct WrapVector {
  explicit WrapVector(const Vector& vector)
      : key(vector.Bytes("key")),
        blob(vector.Bytes("blob")),
        role_key{Role{static_cast<uint16_t>(vector.Number("role"))},
                 Scope{static_cast<uint32_t>(vector.Number("role_scope"))},
                 static_cast<uint16_t>(vector.Number("kek_version"))},
        id{7,
           Slot::kSenderPhone,
           Epoch{2500},
           0,
           static_cast<wire::KeyLevel>(vector.Number("level")),
           role_key.role_scope},
        secret(ParsePayload(
                   Payload(ToInt(role_key.role), ToInt(role_key.role_scope),
                           {role_key.kek_version}, vector.Bytes("skR")))
                   .value()) {}

  // Unwraps `wrapped`; "zeros" where nothing but zeros is left on error.
  absl::Status Unwrap(std::string_view wrapped, const wire::KeyId& key_id,
                      std::string* out) const {
    out->assign(32, 'x');
    return secret.Unwrap(
        key_id, role_key.kek_version, wire::AsBytes(wrapped),
        {reinterpret_cast<uint8_t*>(out->data()), out->size()});
  }

  std::string key;
  std::string blob;
  wire::RoleKeyId role_key;
  wire::KeyId id;
  RoleSecret secret;
};

std::vector<Vector> Cases() {
  auto cases = LoadVectors("wrap").List("cases");
  EXPECT_EQ(cases.size(), 2u);
  return cases;
}

TEST(WrapTest, UnwrapsEveryVectorToTheKeyOfItsCheckValue) {
  for (const Vector& vector : Cases()) {
    const WrapVector wrap(vector);
    EXPECT_EQ(ToHex(wire::EncodeKeyId(wrap.id)), vector.Text("kid"));
    std::string key;
    ASSERT_THAT(wrap.Unwrap(wrap.blob, wrap.id, &key), IsOk());
    EXPECT_EQ(key, wrap.key);
    EXPECT_EQ(ToHex(DeriveKeyCheck(wire::AsBytes(key), wrap.id)),
              vector.Text("kcv"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const crypto::X25519PublicKey public_key,
        wrap.secret.PublicKey(wrap.role_key.kek_version));
    EXPECT_EQ(ToHex(public_key), vector.Text("pkR"));
  }
}

TEST(WrapTest, IsTheHpkeMessageOfEveryVector) {
  for (const Vector& vector : Cases()) {
    const WrapVector wrap(vector);
    std::string blob(kWrapSize, '\0');
    const absl::Span<uint8_t> out(reinterpret_cast<uint8_t*>(blob.data()),
                                  blob.size());
    crypto::HpkeKeys keys;
    ASSERT_THAT(keys.SetUpSender(wire::AsBytes(vector.Bytes("pkR")),
                                 wire::AsBytes(vector.Bytes("skE")),
                                 vector.Bytes("info"), out.first(32)),
                IsOk());
    keys.Seal(0, "", wire::AsBytes(wrap.key), out.subspan(32));
    EXPECT_EQ(ToHex(blob), vector.Text("blob"));
  }
}

TEST(WrapTest, WhatIsWrappedUnwrapsAndLooksDifferentEachTime) {
  for (const Vector& vector : Cases()) {
    const WrapVector wrap(vector);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const crypto::X25519PublicKey public_key,
        wrap.secret.PublicKey(wrap.role_key.kek_version));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const WrapBlob first,
        WrapKey(wire::AsBytes(wrap.key), wrap.id, wrap.role_key, public_key));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const WrapBlob second,
        WrapKey(wire::AsBytes(wrap.key), wrap.id, wrap.role_key, public_key));
    EXPECT_NE(first, second);
    std::string key;
    ASSERT_THAT(wrap.Unwrap(wire::AsText(first), wrap.id, &key), IsOk());
    EXPECT_EQ(key, wrap.key);
  }
}

TEST(WrapTest, EveryFlippedBitAndOtherSizeIsRefusedAndLeavesNoKey) {
  for (const Vector& vector : Cases()) {
    const WrapVector wrap(vector);
    std::string key;
    ForEveryFlippedBit(wrap.blob, [&](const std::string& damaged, size_t) {
      EXPECT_THAT(wrap.Unwrap(damaged, wrap.id, &key),
                  ReasonIs(Reason::kDecryptFailed));
      EXPECT_NE(key, wrap.key);
    });
    ForEveryWrongSize(wrap.blob, [&](const std::string& damaged) {
      EXPECT_THAT(wrap.Unwrap(damaged, wrap.id, &key),
                  ReasonIs(Reason::kDecryptFailed));
      EXPECT_NE(key, wrap.key);
    });
  }
}

TEST(WrapTest, UnwrapsUnderItsOwnNameOnly) {
  const WrapVector wrap(Cases().at(0));
  wire::KeyId tenant = wrap.id, slot = wrap.id, epoch = wrap.id, gen = wrap.id,
              level = wrap.id, scope = wrap.id;
  tenant.tenant = 8;
  slot.slot = Slot{5};
  epoch.epoch = Epoch{2501};
  gen.gen = 1;
  level.level = wire::KeyLevel::kScope;
  scope.scope = Scope{1};
  std::string key;
  for (const wire::KeyId& other : {tenant, slot, epoch, gen, level, scope}) {
    EXPECT_THAT(wrap.Unwrap(wrap.blob, other, &key),
                ReasonIs(Reason::kDecryptFailed));
    EXPECT_EQ(key, std::string(32, '\0'));
  }
}

TEST(WrapTest, UnwrapsForItsOwnRoleScopeAndVersionOnly) {
  const Vector vector = Cases().at(0);
  const WrapVector wrap(vector);
  std::string key(32, 'x');
  const absl::Span<uint8_t> out(reinterpret_cast<uint8_t*>(key.data()), 32);
  // Others with the very same secret key, as no two roles have it.
  const std::string sk = vector.Bytes("skR");
  for (const std::string& payload :
       {Payload(4, 0, {80}, sk), Payload(3, 1, {80}, sk),
        Payload(3, 0, {80}, std::string(32, '\x12'))}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const RoleSecret other,
                                    ParsePayload(payload));
    EXPECT_THAT(other.Unwrap(wrap.id, 80, wire::AsBytes(wrap.blob), out),
                ReasonIs(Reason::kDecryptFailed));
    EXPECT_EQ(key, std::string(32, '\0'));
  }
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const RoleSecret versions,
                                  ParsePayload(Payload(3, 0, {80, 81}, sk)));
  EXPECT_THAT(versions.Unwrap(wrap.id, 81, wire::AsBytes(wrap.blob), out),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(versions.Unwrap(wrap.id, 82, wire::AsBytes(wrap.blob), out),
              ReasonIs(Reason::kKeyUnknown));
}

TEST(WrapTest, RefusesALowOrderPublicKey) {
  const WrapVector wrap(Cases().at(0));
  EXPECT_THAT(WrapKey(wire::AsBytes(wrap.key), wrap.id, wrap.role_key, {}),
              ReasonIs(Reason::kMalformed));
}

TEST(WrapTest, UnwrapsNothingInAForkedChild) {
  const WrapVector wrap(Cases().at(0));
  EXPECT_EQ(InChild([&] {
              std::string key;
              return std::string(
                  ReasonName(ReasonOf(wrap.Unwrap(wrap.blob, wrap.id, &key))));
            }),
            "KEY_UNAVAILABLE");
}

TEST(KekVersionTest, IsThatOfEveryVector) {
  const auto versions = LoadVectors("cell").List("kek_versions");
  ASSERT_EQ(versions.size(), 6u);
  for (const Vector& vector : versions) {
    EXPECT_EQ(KekVersion(Epoch{static_cast<uint16_t>(vector.Number("epoch"))},
                         Epoch{static_cast<uint16_t>(vector.Number("day"))},
                         static_cast<uint32_t>(vector.Number("bucket_days"))),
              vector.Number("kek_version"));
  }
}

TEST(RoleSecretTest, ReadsThePairsOfEveryVector) {
  for (const Vector& vector : LoadVectors("sealed_secret").List("cases")) {
    SCOPED_TRACE(vector.Text("what"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const RoleSecret secret,
                                    ParsePayload(vector.Bytes("payload")));
    EXPECT_EQ(secret.tenant(), vector.Number("tenant"));
    EXPECT_EQ(ToInt(secret.role()), vector.Number("role"));
    EXPECT_EQ(ToInt(secret.role_scope()), vector.Number("role_scope"));
    const auto pairs = vector.List("pairs");
    ASSERT_EQ(secret.kek_versions().size(), pairs.size());
    for (const Vector& pair : pairs) {
      PARCELVEIL_ASSERT_OK_AND_ASSIGN(
          const Secret key,
          secret.SecretKey(static_cast<uint16_t>(pair.Number("kek_version"))));
      EXPECT_EQ(ToHex(BytesOf(key)), pair.Text("sk"));
    }
  }
}

TEST(RoleSecretTest, RefusesEveryMalformedPayloadOfTheVectors) {
  for (const Vector& vector :
       LoadVectors("sealed_secret").List("malformed_payloads")) {
    EXPECT_THAT(ParsePayload(vector.Bytes("payload")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(RoleSecretTest, RoleZeroIsTheSignersShapeOrNothing) {
  const std::string sk(32, 's');
  EXPECT_THAT(ParsePayload(Payload(0, 0, {0}, sk)), IsOk());
  EXPECT_THAT(ParsePayload(Payload(0, 1, {0}, sk)),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(ParsePayload(Payload(0, 0, {1}, sk)),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(ParsePayload(Payload(0, 0, {0, 1}, sk)),
              ReasonIs(Reason::kMalformed));
}

TEST(RoleSecretTest, HasAsManyPairsAsASealedSecretHolds) {
  std::vector<uint16_t> versions;
  for (uint16_t version = 0; version < 481; ++version) {
    versions.push_back(version);
  }
  EXPECT_THAT(ParsePayload(Payload(3, 0, versions, std::string(32, 's'))),
              IsOk());
  versions.push_back(481);
  EXPECT_THAT(ParsePayload(Payload(3, 0, versions, std::string(32, 's'))),
              ReasonIs(Reason::kMalformed));
}

TEST(RoleSecretTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(Payload(3, 0, {80, 81}, std::string(32, 's')),
                    [](const std::string& damaged) {
                      EXPECT_THAT(ParsePayload(damaged),
                                  ReasonIs(Reason::kMalformed));
                    });
}

TEST(RoleSecretTest, CreateMakesAPairForEachVersion) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const RoleSecret secret,
      RoleSecret::Create(7, Role::kOutlet, Scope{5712}, {357, 358}));
  EXPECT_THAT(secret.kek_versions(), ElementsAre(357, 358));
  EXPECT_TRUE(secret.Has(357));
  EXPECT_FALSE(secret.Has(359));
  EXPECT_EQ(secret.role_scope(), Scope{5712});
  EXPECT_NE(secret.PublicKey(357).value(), secret.PublicKey(358).value());
  EXPECT_THAT(ParsePayload(BytesOf(secret.payload())), IsOk());
}

TEST(RoleSecretTest, RenewKeepsDropsAndAddsPairs) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const RoleSecret old_secret,
      RoleSecret::Create(7, Role::kList, Scope::kNational, {10, 11, 12}));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const RoleSecret secret,
                                  RoleSecret::Renew(old_secret, {11, 12, 13}));
  EXPECT_THAT(secret.kek_versions(), ElementsAre(11, 12, 13));
  for (uint16_t version : {11, 12}) {
    EXPECT_TRUE(secret.SecretKey(version).value() ==
                old_secret.SecretKey(version).value());
  }
  EXPECT_THAT(secret.SecretKey(10), ReasonIs(Reason::kKeyUnknown));
  EXPECT_THAT(std::string(secret.PublicKey(10).status().message()),
              HasSubstr("LIST: it has no key pair 10"));
}

}  // namespace
}  // namespace parcelveil::keyring
