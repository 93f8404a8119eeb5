// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/role_secret.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "src/wire/sealed_secret.h"
#include "tests/testing/child.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::InChild;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::HasSubstr;
using ::testing::Not;

Secret Take(std::string bytes) {
  return Secret::Take({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()})
      .value();
}

std::string BytesOf(const Secret& secret) {
  return secret.Use([](absl::Span<const uint8_t> bytes) {
    return std::string(wire::AsText(bytes));
  });
}

Unlock RawKey(std::string bytes) {
  return {Unlock::Kind::kRawKey, Take(std::move(bytes))};
}
Unlock Passphrase(std::string bytes) {
  return {Unlock::Kind::kPassphrase, Take(std::move(bytes))};
}
Unlock UnlockOf(const Vector& vector) {
  return vector.Number("kdf") == 1 ? Passphrase(vector.Bytes("unlock"))
                                   : RawKey(vector.Bytes("unlock"));
}

// The raw-key case of the vectors.
Vector Golden() { return LoadVectors("sealed_secret").List("cases").at(0); }

TEST(UnsealSecretTest, OpensEveryVector) {
  for (const Vector& vector : LoadVectors("sealed_secret").List("cases")) {
    SCOPED_TRACE(vector.Text("what"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const Secret payload,
        UnsealSecret(vector.Bytes("file"), UnlockOf(vector)));
    EXPECT_EQ(ToHex(BytesOf(payload)), vector.Text("payload"));
  }
}

TEST(UnsealSecretTest, EveryDamagedVectorIsRefusedForItsReason) {
  const auto refused = LoadVectors("sealed_secret").List("refused");
  ASSERT_EQ(refused.size(), 15u);
  const Unlock unlock = UnlockOf(Golden());
  for (const Vector& vector : refused) {
    const auto secret = UnsealSecret(vector.Bytes("file"), unlock);
    EXPECT_EQ(ReasonName(ReasonOf(secret.status())), vector.Text("reason"))
        << vector.Text("what");
  }
}

TEST(UnsealSecretTest, ACostOutOfRangeIsRefusedBeforeItIsSpent) {
  const auto refused = LoadVectors("sealed_secret").List("refused_costs");
  ASSERT_EQ(refused.size(), 4u);
  const Unlock unlock = Passphrase("any passphrase");
  for (const Vector& vector : refused) {
    const auto secret = UnsealSecret(vector.Bytes("file"), unlock);
    EXPECT_THAT(secret, ReasonIs(Reason::kMalformed)) << vector.Text("what");
    EXPECT_THAT(std::string(secret.status().message()),
                HasSubstr("cost is outside"));
  }
}

TEST(UnsealSecretTest, EveryOtherSizeIsMalformed) {
  const Vector vector = Golden();
  const Unlock unlock = UnlockOf(vector);
  ForEveryWrongSize(vector.Bytes("file"), [&](const std::string& damaged) {
    EXPECT_THAT(UnsealSecret(damaged, unlock), ReasonIs(Reason::kMalformed));
  });
}

// SPEC.md section 6: the first check that fails is the answer.
Reason ReasonForByte(size_t byte) {
  if (byte < 24 || (byte >= 96 && byte < 100)) return Reason::kMalformed;
  if (byte < 72) return Reason::kWrongPassphrase;  // salt, commit
  return Reason::kDecryptFailed;                   // nonce, ciphertext
}

TEST(UnsealSecretTest, EveryFlippedBitIsRefusedForItsReason) {
  const Vector vector = Golden();
  const Unlock unlock = UnlockOf(vector);
  ForEveryFlippedBit(vector.Bytes("file"), [&](const std::string& damaged,
                                               size_t byte) {
    EXPECT_THAT(UnsealSecret(damaged, unlock), ReasonIs(ReasonForByte(byte)));
  });
}

TEST(UnsealSecretTest, ToldWrongKeyFromDamage) {
  const Vector vector = Golden();
  const auto wrong =
      UnsealSecret(vector.Bytes("file"), RawKey(std::string(32, 'w')));
  EXPECT_THAT(wrong, ReasonIs(Reason::kWrongPassphrase));
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kUnauthenticated);
  for (const Vector& sealed : LoadVectors("sealed_secret").List("cases")) {
    if (sealed.Number("kdf") != 1) continue;
    EXPECT_THAT(UnsealSecret(sealed.Bytes("file"), Passphrase("wrong")),
                ReasonIs(Reason::kWrongPassphrase));
    std::string damaged = sealed.Bytes("file");
    damaged.back() ^= 1;
    EXPECT_THAT(UnsealSecret(damaged, UnlockOf(sealed)),
                ReasonIs(Reason::kDecryptFailed));
  }
}

TEST(UnsealSecretTest, AKeyOfTheOtherKindIsRefusedByName) {
  const auto cases = LoadVectors("sealed_secret").List("cases");
  for (const Vector& vector : cases) {
    const bool has_passphrase = vector.Number("kdf") == 1;
    const auto secret = UnsealSecret(
        vector.Bytes("file"),
        has_passphrase ? RawKey(std::string(32, 'k')) : Passphrase("phrase"));
    EXPECT_THAT(secret, ReasonIs(Reason::kMalformed));
    EXPECT_THAT(
        std::string(secret.status().message()),
        HasSubstr(has_passphrase ? "give the passphrase" : "give that file"));
  }
}

TEST(SealSecretTest, WhatARawKeySealsItUnsealsAtEverySize) {
  const Unlock unlock = RawKey(std::string(32, 'k'));
  for (size_t size : {1, 46, 80, 16384}) {
    const Secret payload = Take(std::string(size, 'p'));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                    SealSecret(payload, unlock));
    EXPECT_EQ(file.size(), 116 + size);
    EXPECT_THAT(file, Not(HasSubstr("pppp")));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret back,
                                    UnsealSecret(file, unlock));
    EXPECT_TRUE(back == payload) << size;
  }
}

TEST(SealSecretTest, WhatAPassphraseSealsItUnsealsAtTheWritersCost) {
  const Unlock unlock = Passphrase("correct horse");
  const Secret payload = Take("payload");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                  SealSecret(payload, unlock));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::SealedSecret parts,
                                  wire::ParseSealedSecret(file));
  EXPECT_EQ(parts.passes, 3u);
  EXPECT_EQ(parts.memory_size, 268435456u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret back,
                                  UnsealSecret(file, unlock));
  EXPECT_TRUE(back == payload);
}

TEST(SealSecretTest, UsesAFreshSaltAndNonceEachTime) {
  const Unlock unlock = RawKey(std::string(32, 'k'));
  const Secret payload = Take("payload");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string first,
                                  SealSecret(payload, unlock));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string second,
                                  SealSecret(payload, unlock));
  EXPECT_NE(first.substr(24, 16), second.substr(24, 16));
  EXPECT_NE(first.substr(40, 32), second.substr(40, 32));
  EXPECT_NE(first.substr(72, 24), second.substr(72, 24));
}

TEST(SealSecretTest, RefusesPayloadsAndKeysOfWrongSizes) {
  const Unlock unlock = RawKey(std::string(32, 'k'));
  EXPECT_THAT(SealSecret(Secret(), unlock), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(SealSecret(Take(std::string(16385, 'p')), unlock),
              ReasonIs(Reason::kMalformed));
  for (size_t size : {1, 31, 33}) {
    EXPECT_THAT(SealSecret(Take("p"), RawKey(std::string(size, 'k'))),
                ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(SealSecret(Take("p"), {Unlock::Kind::kPassphrase, Secret()}),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(
      UnsealSecret(Golden().Bytes("file"), {Unlock::Kind::kRawKey, Secret()}),
      ReasonIs(Reason::kMalformed));
}

TEST(SealSecretTest, SealsAndUnsealsNothingInAForkedChild) {
  const Unlock unlock = RawKey(std::string(32, 'k'));
  const Secret payload = Take("payload");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string file,
                                  SealSecret(payload, unlock));
  EXPECT_EQ(InChild([&] {
              return std::string(
                  ReasonName(ReasonOf(SealSecret(payload, unlock).status())));
            }),
            "KEY_UNAVAILABLE");
  EXPECT_EQ(InChild([&] {
              return std::string(
                  ReasonName(ReasonOf(UnsealSecret(file, unlock).status())));
            }),
            "KEY_UNAVAILABLE");
  // The key may have been loaded after the fork, the payload before it: a
  // payload of zeros must not be sealed over the real one.
  EXPECT_EQ(InChild([&] {
              return std::string(ReasonName(ReasonOf(
                  SealSecret(payload, RawKey(std::string(32, 'k'))).status())));
            }),
            "KEY_UNAVAILABLE");
}

}  // namespace
}  // namespace parcelveil
