// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/sign.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "tests/testing/child.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::FromHex;
using ::parcelveil::testing::InChild;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

template <typename Array>
Array ToArray(std::string_view bytes) {
  Array array{};
  EXPECT_EQ(bytes.size(), array.size());
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

absl::StatusOr<SigningKey> KeyFromSeed(std::string seed) {
  auto secret =
      Secret::Take({reinterpret_cast<uint8_t*>(seed.data()), seed.size()});
  if (!secret.ok()) return secret.status();
  return SigningKey::FromSeed(*secret);
}

TEST(VerifySignatureTest, JudgesEveryVectorAsItShould) {
  int num_valid = 0;
  int num_judged = 0;
  for (const Vector& vector : LoadVectors("negatives").List("ed25519")) {
    const std::string signature = vector.Bytes("signature");
    // Another size has no type here: SPEC.md section 3 refuses it, and so
    // does ParseKeyringFile.
    if (signature.size() != 64) continue;
    EXPECT_EQ(
        VerifySignature(ToArray<SignPublicKey>(vector.Bytes("public")), "",
                        vector.Bytes("message"), ToArray<Signature>(signature)),
        vector.Flag("valid"))
        << vector.Text("what");
    num_valid += vector.Flag("valid") ? 1 : 0;
    ++num_judged;
  }
  EXPECT_EQ(num_valid, 1);
  EXPECT_EQ(num_judged, 17);
}

TEST(SigningKeyTest, SignsAKeyringAsTheVectorSays) {
  const Vector vector = LoadVectors("keyring_file").List("cases").at(0);
  const std::string file = vector.Bytes("file");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SigningKey key,
                                  KeyFromSeed(vector.Bytes("seed")));
  EXPECT_EQ(ToHex(key.public_key()), vector.Text("signer"));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Signature signature,
      key.Sign(kSignedKeyring, file.substr(0, file.size() - 96)));
  EXPECT_EQ(ToHex(signature), ToHex(file.substr(file.size() - 64)));
}

TEST(SigningKeyTest, SignatureHoldsForItsOwnPrefixAndMessageOnly) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SigningKey key,
                                  KeyFromSeed(std::string(32, 's')));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Signature signature,
                                  key.Sign(kSignedKeyring, "message"));
  EXPECT_TRUE(
      VerifySignature(key.public_key(), kSignedKeyring, "message", signature));
  EXPECT_FALSE(
      VerifySignature(key.public_key(), kInfoWrap, "message", signature));
  EXPECT_FALSE(
      VerifySignature(key.public_key(), kSignedKeyring, "messagf", signature));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SigningKey other,
                                  KeyFromSeed(std::string(32, 't')));
  EXPECT_FALSE(VerifySignature(other.public_key(), kSignedKeyring, "message",
                               signature));
}

TEST(SigningKeyTest, EveryFlippedBitOfASignatureIsRefused) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SigningKey key,
                                  KeyFromSeed(std::string(32, 's')));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Signature signature,
                                  key.Sign(kSignedKeyring, "message"));
  const std::string bytes(signature.begin(), signature.end());
  ForEveryFlippedBit(bytes, [&](const std::string& damaged, size_t) {
    EXPECT_FALSE(VerifySignature(key.public_key(), kSignedKeyring, "message",
                                 ToArray<Signature>(damaged)));
  });
}

TEST(SigningKeyTest, RefusesASeedThatIsNot32Bytes) {
  for (size_t size : {1, 31, 33, 64}) {
    EXPECT_THAT(KeyFromSeed(std::string(size, 's')),
                ReasonIs(Reason::kMalformed))
        << size;
  }
}

TEST(SigningKeyTest, SignsNothingInAForkedChild) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SigningKey key,
                                  KeyFromSeed(std::string(32, 's')));
  EXPECT_EQ(InChild([&] {
              return std::string(
                  ReasonName(ReasonOf(key.Sign("", "message").status())));
            }),
            "KEY_UNAVAILABLE");
}

}  // namespace
}  // namespace parcelveil::crypto
