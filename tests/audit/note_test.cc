// SPDX-License-Identifier: Apache-2.0
#include "src/audit/note.h"

#include "gtest/gtest.h"
#include "parcelveil/audit_export.h"
#include "parcelveil/audit_verify.h"
#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using wire::NoteKeyType;

crypto::SigningKey KeyOf(const std::string& seed_bytes) {
  std::string bytes = seed_bytes;
  const Secret seed = *Secret::Take(
      absl::MakeSpan(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()));
  return *crypto::SigningKey::FromSeed(seed);
}

TEST(NoteTest, SignsEveryVector) {
  const Vector vectors = LoadVectors("signed_note");
  const crypto::SigningKey key = KeyOf(vectors.Bytes("seed"));
  const wire::VerifierKey log = MakeVerifierKey(
      vectors.Bytes("origin"), NoteKeyType::kEd25519, key.public_key());
  EXPECT_EQ(wire::EncodeVerifierKey(log), vectors.Bytes("verifier_key"));
  for (const Vector& vector : vectors.List("notes")) {
    TreeHead head;
    head.size = vector.Number("size");
    head.root = wire::Reader(vector.Bytes("root")).GetArray<32>();
    EXPECT_EQ(*SignCheckpoint(head, log, key), vector.Bytes("note"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const TreeHead opened,
        parcelveil::OpenCheckpoint(vector.Bytes("cosigned"),
                                   vectors.Bytes("verifier_key")));
    EXPECT_EQ(opened.size, head.size);
    EXPECT_EQ(opened.root, head.root);
  }
}

TEST(NoteTest, KnowsTheKeyOfAPublishedNote) {
  const Vector published = LoadVectors("signed_note").List("published")[0];
  const std::string bytes = published.Bytes("note");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const wire::VerifierKey key,
      LoadVerifierKey(published.Bytes("verifier_key"), NoteKeyType::kEd25519));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::SignedNote note,
                                  wire::ParseSignedNote(bytes));
  ASSERT_EQ(note.signatures.size(), 1u);
  EXPECT_EQ(note.signatures[0].key_id, key.key_id);
  // It is a note, though no checkpoint.
  EXPECT_THAT(OpenCheckpoint(bytes, key), ReasonIs(Reason::kMalformed));
}

TEST(NoteTest, NoFlippedBitVerifies) {
  const Vector vectors = LoadVectors("signed_note");
  ForEveryFlippedBit(vectors.List("notes")[1].Bytes("note"),
                     [&](const std::string& damaged, size_t) {
                       EXPECT_FALSE(parcelveil::OpenCheckpoint(
                                        damaged, vectors.Bytes("verifier_key"))
                                        .ok());
                     });
}

TEST(NoteTest, LinesOfOthersAreIgnoredAndSpoiltOnesAreNot) {
  const Vector vectors = LoadVectors("signed_note");
  const std::string key = vectors.Bytes("verifier_key");
  const std::string one = vectors.List("notes")[1].Bytes("note");
  const std::string other = vectors.List("notes")[2].Bytes("note");
  const std::string witness = vectors.List("notes")[2].Bytes("cosignature");
  // A witness's line over another note says nothing of this one.
  EXPECT_THAT(parcelveil::OpenCheckpoint(one + witness, key), IsOk());
  // The log's own must verify, every one of them.
  const std::string line = other.substr(other.find("\n\n") + 2);
  EXPECT_THAT(parcelveil::OpenCheckpoint(one + line, key),
              ReasonIs(Reason::kUnauthenticated));
  EXPECT_THAT(parcelveil::OpenCheckpoint(
                  one.substr(0, one.find("\n\n") + 2) + witness, key),
              ReasonIs(Reason::kUnauthenticated));
}

TEST(NoteTest, AKeyOfAnotherNameIsAnotherKey) {
  const Vector vectors = LoadVectors("signed_note");
  const crypto::SigningKey key = KeyOf(vectors.Bytes("seed"));
  const wire::VerifierKey other =
      MakeVerifierKey("courier.example/audit/7/gate-2", NoteKeyType::kEd25519,
                      key.public_key());
  EXPECT_THAT(OpenCheckpoint(vectors.List("notes")[1].Bytes("note"), other),
              ReasonIs(Reason::kUnauthenticated));
  std::string text = vectors.Bytes("verifier_key");
  text.replace(text.find("gate-1"), 6, "gate-2");
  EXPECT_THAT(LoadVerifierKey(text, NoteKeyType::kEd25519),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(
      LoadVerifierKey(vectors.Bytes("witness_key"), NoteKeyType::kEd25519),
      ReasonIs(Reason::kMalformed));
}

TEST(CosignatureTest, IsAddedOnceIfItIsTheWitnesssOverThisCheckpoint) {
  const Vector vectors = LoadVectors("signed_note");
  const std::string witness = vectors.Bytes("witness_key");
  for (const Vector& vector : vectors.List("notes")) {
    const std::string line = vector.Bytes("cosignature");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const std::string cosigned,
        AddCosignature(vector.Bytes("note"), line, witness));
    EXPECT_EQ(cosigned, vector.Bytes("cosigned"));
    EXPECT_EQ(*AddCosignature(cosigned, line, witness), cosigned);
  }
  const std::string note = vectors.List("notes")[1].Bytes("note");
  const std::string other = vectors.List("notes")[2].Bytes("cosignature");
  EXPECT_THAT(AddCosignature(note, other, witness),
              ReasonIs(Reason::kUnauthenticated));
  ForEveryFlippedBit(
      vectors.List("notes")[1].Bytes("cosignature"),
      [&](const std::string& damaged, size_t) {
        EXPECT_FALSE(AddCosignature(note, damaged, witness).ok());
      });
}

}  // namespace
}  // namespace parcelveil::audit
