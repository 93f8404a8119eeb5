// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/payload.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/wire/keyring_file.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::keyring {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::Vector;

crypto::SigningKey Signer(char fill) {
  std::string seed(32, fill);
  return crypto::SigningKey::FromSeed(
             Secret::Take({reinterpret_cast<uint8_t*>(seed.data()), 32})
                 .value())
      .value();
}

// A main file with one key of one wrap.
v1::KeyringPayload MainPayload() {
  v1::KeyringPayload payload;
  payload.set_tenant(7);
  payload.set_keyring_id(std::string(16, 'i'));
  payload.set_serial(1);
  payload.set_prev_sha256(std::string(32, '\0'));
  payload.set_min_reader(1);
  payload.set_schema_sha256(std::string(32, 'h'));
  payload.set_utc_offset_s(28800);
  v1::RoleKey* role = payload.add_roles();
  role->set_role(3);
  role->set_kek_version(80);
  role->set_public_key(std::string(32, 'p'));
  v1::Key* key = payload.add_keys();
  key->set_slot(5);
  key->set_epoch(2500);
  key->set_kcv(std::string(32, 'c'));
  key->set_state(v1::Key::PLANNED);
  key->set_activate_ms(1);
  key->set_seal_until_ms(2);
  v1::Wrap* wrap = key->add_wraps();
  wrap->set_role(3);
  wrap->set_kek_version(80);
  wrap->set_blob(std::string(80, 'b'));
  return payload;
}

v1::KeyringPayload ShardPayload() {
  v1::KeyringPayload payload = MainPayload();
  payload.set_shard_scope(5712);
  payload.mutable_keys(0)->set_level(1);
  payload.mutable_keys(0)->set_scope(5712);
  return payload;
}

absl::Status Read(const std::string& file) {
  v1::KeyringPayload payload;
  return ReadKeyring(file, {Signer('s').public_key()}, &payload);
}

absl::Status ReadBack(const v1::KeyringPayload& payload) {
  return Read(WriteKeyring(payload, Signer('s')).value());
}

TEST(KeyringPayloadTest, WhatIsWrittenReadsBack) {
  for (const v1::KeyringPayload& payload : {MainPayload(), ShardPayload()}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                    WriteKeyring(payload, Signer('s')));
    v1::KeyringPayload back;
    ASSERT_THAT(ReadKeyring(file, {Signer('s').public_key()}, &back), IsOk());
    EXPECT_EQ(back.SerializeAsString(), payload.SerializeAsString());
  }
}

TEST(KeyringPayloadTest, AnyOfFourPinnedSignersWillDo) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                  WriteKeyring(MainPayload(), Signer('s')));
  std::vector<SignerPublicKey> signers;
  v1::KeyringPayload payload;
  EXPECT_THAT(ReadKeyring(file, signers, &payload),
              ReasonIs(Reason::kMalformed));
  for (char fill : {'a', 'b', 'c'}) {
    signers.push_back(Signer(fill).public_key());
  }
  EXPECT_THAT(ReadKeyring(file, signers, &payload),
              ReasonIs(Reason::kUnauthenticated));
  signers.push_back(Signer('s').public_key());
  EXPECT_THAT(ReadKeyring(file, signers, &payload), IsOk());
  signers.push_back(Signer('e').public_key());
  EXPECT_THAT(ReadKeyring(file, signers, &payload),
              ReasonIs(Reason::kMalformed));
}

TEST(KeyringPayloadTest, EveryOtherSizeAndFlippedBitOfAFileIsRefused) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                  WriteKeyring(MainPayload(), Signer('s')));
  ForEveryWrongSize(file, [](const std::string& damaged) {
    EXPECT_THAT(Read(damaged), ReasonIs(Reason::kMalformed));
  });
  ForEveryFlippedBit(file, [](const std::string& damaged, size_t byte) {
    EXPECT_THAT(Read(damaged), ReasonIs(byte < 16 ? Reason::kMalformed
                                                  : Reason::kUnauthenticated));
  });
}

// Signed and whole, but no payload: only then is it parsed.
TEST(KeyringPayloadTest, ASignedFileWithAnotherPayloadIsMalformed) {
  const Vector vector = LoadVectors("keyring_file").List("cases").at(0);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::KeyringFile parts,
                                  wire::ParseKeyringFile(vector.Bytes("file")));
  v1::KeyringPayload payload;
  EXPECT_THAT(ReadKeyring(vector.Bytes("file"), {parts.signer}, &payload),
              ReasonIs(Reason::kMalformed));
}

TEST(KeyringPayloadTest, EveryDamagedVectorIsRefusedForItsReason) {
  const Vector vectors = LoadVectors("keyring_file");
  const std::string golden = vectors.List("cases").at(0).Bytes("file");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::KeyringFile parts,
                                  wire::ParseKeyringFile(golden));
  for (const Vector& vector : vectors.List("refused")) {
    v1::KeyringPayload payload;
    const absl::Status status =
        ReadKeyring(vector.Bytes("file"), {parts.signer}, &payload);
    EXPECT_EQ(ReasonName(ReasonOf(status)), vector.Text("reason"))
        << vector.Text("what");
  }
}

// One change each that SPEC.md section 7 refuses.
struct PayloadRow {
  const char* what;
  std::function<void(v1::KeyringPayload*)> change;
};
using P = v1::KeyringPayload;

v1::Key* Key(P* payload) { return payload->mutable_keys(0); }
v1::Wrap* Wrap(P* payload) { return Key(payload)->mutable_wraps(0); }

const PayloadRow kRefused[] = {
    {"a newer reader needed", [](P* p) { p->set_min_reader(2); }},
    {"keyring id of 15 bytes",
     [](P* p) { p->set_keyring_id(std::string(15, 'i')); }},
    {"serial 0", [](P* p) { p->set_serial(0); }},
    {"previous hash of 31 bytes",
     [](P* p) { p->set_prev_sha256(std::string(31, 'h')); }},
    {"no schema hash", [](P* p) { p->clear_schema_sha256(); }},
    {"role over 16 bits", [](P* p) { p->mutable_roles(0)->set_role(65536); }},
    {"kek version over 16 bits",
     [](P* p) { p->mutable_roles(0)->set_kek_version(65536); }},
    {"public key of 33 bytes",
     [](P* p) { p->mutable_roles(0)->set_public_key(std::string(33, 'p')); }},
    {"slot over 16 bits", [](P* p) { Key(p)->set_slot(65541); }},
    {"epoch over 16 bits", [](P* p) { Key(p)->set_epoch(65536); }},
    {"gen over 8 bits", [](P* p) { Key(p)->set_gen(256); }},
    {"level 2", [](P* p) { Key(p)->set_level(2); }},
    {"an epoch key with a scope", [](P* p) { Key(p)->set_scope(1); }},
    {"a scope key in a main file", [](P* p) { Key(p)->set_level(1); }},
    {"an epoch key in a shard", [](P* p) { p->set_shard_scope(5712); }},
    {"a key of another shard",
     [](P* p) {
       *p = ShardPayload();
       Key(p)->set_scope(5713);
     }},
    {"check value of 31 bytes",
     [](P* p) { Key(p)->set_kcv(std::string(31, 'c')); }},
    {"no state", [](P* p) { Key(p)->clear_state(); }},
    {"a state of the future",
     [](P* p) { Key(p)->set_state(static_cast<v1::Key::State>(4)); }},
    {"activation after the end", [](P* p) { Key(p)->set_activate_ms(3); }},
    {"a tombstone with a wrap",
     [](P* p) { Key(p)->set_state(v1::Key::DESTROYED); }},
    {"wrap of 79 bytes", [](P* p) { Wrap(p)->set_blob(std::string(79, 'b')); }},
    {"wrap of 81 bytes", [](P* p) { Wrap(p)->set_blob(std::string(81, 'b')); }},
    {"role of a wrap over 16 bits", [](P* p) { Wrap(p)->set_role(65539); }},
    {"two wraps for one role", [](P* p) { *Key(p)->add_wraps() = *Wrap(p); }},
    {"a key twice", [](P* p) { *p->add_keys() = v1::Key(*Key(p)); }},
    {"an index key without rule and bits",
     [](P* p) { Key(p)->set_slot(0x4001); }},
    {"an index key of 33 bits",
     [](P* p) {
       Key(p)->set_slot(0x4001);
       Key(p)->set_index_rule(1);
       Key(p)->set_index_bits(33);
     }},
    {"an index key of rule 4",
     [](P* p) {
       Key(p)->set_slot(0x4FFF);
       Key(p)->set_index_rule(4);
       Key(p)->set_index_bits(19);
     }},
    {"an offset over a day", [](P* p) { p->set_utc_offset_s(86401); }},
};

TEST(KeyringPayloadTest, EveryValueThatNoPayloadHasIsMalformed) {
  for (const PayloadRow& row : kRefused) {
    v1::KeyringPayload payload = MainPayload();
    row.change(&payload);
    EXPECT_THAT(ReadBack(payload), ReasonIs(Reason::kMalformed)) << row.what;
  }
}

const PayloadRow kAccepted[] = {
    {"a tombstone",
     [](P* p) {
       Key(p)->set_state(v1::Key::DESTROYED);
       Key(p)->clear_wraps();
     }},
    {"an index key",
     [](P* p) {
       Key(p)->set_slot(0x4001);
       Key(p)->set_index_rule(1);
       Key(p)->set_index_bits(32);
     }},
    {"wraps for two outlets of one role",
     [](P* p) {
       v1::Wrap* other = Key(p)->add_wraps();
       *other = v1::Wrap(*Wrap(p));
       other->set_role_scope(1);
     }},
    {"two gens of one day",
     [](P* p) {
       const v1::Key key = *Key(p);
       *p->add_keys() = key;
       p->mutable_keys(1)->set_gen(1);
     }},
    {"a key that seals for a moment", [](P* p) { Key(p)->set_activate_ms(2); }},
    {"a field of the future",
     [](P* p) {
       p->GetReflection()->MutableUnknownFields(p)->AddVarint(1000, 1);
     }},
};

TEST(KeyringPayloadTest, EveryValueThatAPayloadMayHaveIsRead) {
  for (const PayloadRow& row : kAccepted) {
    v1::KeyringPayload payload = MainPayload();
    row.change(&payload);
    EXPECT_THAT(ReadBack(payload), IsOk()) << row.what;
  }
}

}  // namespace
}  // namespace parcelveil::keyring
