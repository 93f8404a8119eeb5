// SPDX-License-Identifier: Apache-2.0
#include "src/wire/sealed_secret.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
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

std::string Encode(const SealedSecret& parts) {
  std::string file(kSealedSecretHeaderSize, '\0');
  EncodeSealedSecretHeader(parts,
                           static_cast<uint32_t>(parts.ciphertext.size()),
                           reinterpret_cast<uint8_t*>(file.data()));
  return file + std::string(AsText(parts.ciphertext));
}

TEST(SealedSecretLayoutTest, ComesApartAndTogetherAsEveryVectorSays) {
  const auto cases = LoadVectors("sealed_secret").List("cases");
  ASSERT_EQ(cases.size(), 3u);
  for (const Vector& vector : cases) {
    SCOPED_TRACE(vector.Text("what"));
    const std::string file = vector.Bytes("file");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedSecret parts,
                                    ParseSealedSecret(file));
    EXPECT_EQ(static_cast<uint64_t>(parts.kdf), vector.Number("kdf"));
    EXPECT_EQ(parts.passes, vector.Number("ops"));
    EXPECT_EQ(parts.memory_size, vector.Number("mem"));
    EXPECT_EQ(ToHex(parts.salt), vector.Text("salt"));
    EXPECT_EQ(ToHex(parts.nonce), vector.Text("nonce"));
    EXPECT_EQ(AsText(parts.header), file.substr(0, 100));
    EXPECT_EQ(parts.ciphertext.size(), vector.Bytes("payload").size() + 16);
    EXPECT_EQ(Encode(parts), file);
  }
}

TEST(SealedSecretLayoutTest, EveryOtherSizeIsMalformed) {
  for (const Vector& vector : LoadVectors("sealed_secret").List("cases")) {
    ForEveryWrongSize(vector.Bytes("file"), [](const std::string& damaged) {
      EXPECT_THAT(ParseSealedSecret(damaged), ReasonIs(Reason::kMalformed));
    });
  }
}

// Whatever is accepted has one encoding.
TEST(SealedSecretLayoutTest, WhatAFlippedBitLeavesWellFormedEncodesBack) {
  for (const Vector& vector : LoadVectors("sealed_secret").List("cases")) {
    std::set<size_t> accepted;
    ForEveryFlippedBit(vector.Bytes("file"),
                       [&](const std::string& damaged, size_t byte) {
                         const auto parts = ParseSealedSecret(damaged);
                         if (!parts.ok()) {
                           EXPECT_THAT(parts, ReasonIs(Reason::kMalformed));
                           EXPECT_TRUE(byte < 24 || (byte >= 96 && byte < 100));
                           return;
                         }
                         accepted.insert(byte);
                         EXPECT_EQ(Encode(*parts), damaged);
                       });
    // Magic, version, kdf, zeros and ct_len are not negotiable.
    for (size_t byte : {0, 7, 8, 9, 10, 11, 96, 97, 98, 99}) {
      EXPECT_EQ(accepted.count(byte), 0u) << byte;
    }
  }
}

TEST(SealedSecretLayoutTest, TakesCiphertextsOf16To32768Bytes) {
  std::string file =
      LoadVectors("sealed_secret").List("cases").at(0).Bytes("file");
  const auto with_size = [&](size_t size) {
    std::string resized = file.substr(0, 100) + std::string(size, 'c');
    Writer(reinterpret_cast<uint8_t*>(resized.data()) + 96)
        .Put(static_cast<uint32_t>(size));
    return resized;
  };
  EXPECT_THAT(ParseSealedSecret(with_size(15)), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(ParseSealedSecret(with_size(16)), IsOk());
  EXPECT_THAT(ParseSealedSecret(with_size(32768)), IsOk());
  EXPECT_THAT(ParseSealedSecret(with_size(32769)),
              ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::wire
