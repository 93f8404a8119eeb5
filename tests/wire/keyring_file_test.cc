// SPDX-License-Identifier: Apache-2.0
#include "src/wire/keyring_file.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
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
using ::parcelveil::testing::StatusIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::HasSubstr;

constexpr size_t kHeaderSize = 16;

Vector Golden() { return LoadVectors("keyring_file").List("cases").at(0); }

// MALFORMED, UNAUTHENTICATED or NONE: what SPEC.md section 7 checks before it
// parses a payload, for a reader that pins the signer of the vectors.
Reason Judge(const std::string& file) {
  const auto parts = ParseKeyringFile(file);
  if (!parts.ok()) return ReasonOf(parts.status());
  const bool is_pinned = ToHex(parts->signer) == Golden().Text("signer");
  const bool is_signed =
      crypto::VerifySignature(parts->signer, crypto::kSignedKeyring,
                              parts->signed_bytes, parts->signature);
  return is_pinned && is_signed ? Reason::kNone : Reason::kUnauthenticated;
}

TEST(KeyringFileTest, ComesApartAsTheVectorSays) {
  const Vector vector = Golden();
  const std::string file = vector.Bytes("file");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const KeyringFile parts,
                                  ParseKeyringFile(file));
  EXPECT_EQ(ToHex(parts.payload), vector.Text("payload"));
  EXPECT_EQ(ToHex(parts.signer), vector.Text("signer"));
  EXPECT_EQ(parts.signed_bytes, file.substr(0, file.size() - 96));
  EXPECT_EQ(ToHex(parts.signature), ToHex(file.substr(file.size() - 64)));
  EXPECT_EQ(Judge(file), Reason::kNone);
}

TEST(KeyringFileTest, IsWrittenAsTheVectorSays) {
  const Vector vector = Golden();
  const std::string file = vector.Bytes("file");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const KeyringFile parts,
                                  ParseKeyringFile(file));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(std::string written,
                                  StartKeyringFile(vector.Bytes("payload")));
  FinishKeyringFile(parts.signer, parts.signature, &written);
  EXPECT_EQ(ToHex(written), vector.Text("file"));
}

TEST(KeyringFileTest, EveryDamagedVectorIsRefusedForItsReason) {
  const auto refused = LoadVectors("keyring_file").List("refused");
  ASSERT_EQ(refused.size(), 15u);
  for (const Vector& vector : refused) {
    EXPECT_EQ(ReasonName(Judge(vector.Bytes("file"))), vector.Text("reason"))
        << vector.Text("what");
  }
}

TEST(KeyringFileTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(Golden().Bytes("file"), [](const std::string& damaged) {
    EXPECT_THAT(ParseKeyringFile(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(KeyringFileTest, EveryFlippedBitIsRefused) {
  ForEveryFlippedBit(Golden().Bytes("file"), [](const std::string& damaged,
                                                size_t byte) {
    EXPECT_EQ(Judge(damaged), byte < kHeaderSize ? Reason::kMalformed
                                                 : Reason::kUnauthenticated);
  });
}

TEST(KeyringFileTest, HoldsAPayloadOf64MiBAndNoMore) {
  std::string payload(kMaxKeyringPayloadSize, 'p');
  {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(std::string file,
                                    StartKeyringFile(payload));
    FinishKeyringFile({}, {}, &file);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const KeyringFile parts,
                                    ParseKeyringFile(file));
    EXPECT_TRUE(parts.payload == payload);
  }
  payload += 'p';
  EXPECT_THAT(
      StartKeyringFile(payload),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("64 MiB")));
}

TEST(KeyringFileTest, HoldsAnEmptyPayload) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(std::string file, StartKeyringFile(""));
  FinishKeyringFile({}, {}, &file);
  EXPECT_EQ(file.size(), 112u);
  EXPECT_THAT(ParseKeyringFile(file), IsOk());
}

}  // namespace
}  // namespace parcelveil::wire
