// SPDX-License-Identifier: Apache-2.0
#include "src/wire/signed_note.h"

#include "gtest/gtest.h"
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

std::string Encode(const SignedNote& note) {
  std::string text(note.text);
  text += '\n';
  for (const NoteSignature& signature : note.signatures) {
    text += EncodeNoteSignature(signature);
  }
  return text;
}

TEST(SignedNoteTest, ComesBackFromEveryVector) {
  for (const Vector& vector : LoadVectors("signed_note").List("notes")) {
    const std::string bytes = vector.Bytes("cosigned");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SignedNote note,
                                    ParseSignedNote(bytes));
    EXPECT_EQ(note.text, vector.Bytes("text"));
    ASSERT_EQ(note.signatures.size(), 2u);
    EXPECT_EQ(note.signatures[0].signature.size(), 64u);
    EXPECT_EQ(note.signatures[1].signature.size(), 72u);
    EXPECT_EQ(Encode(note), bytes);

    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const CheckpointText checkpoint,
                                    ParseCheckpointText(note.text));
    EXPECT_EQ(checkpoint.size, vector.Number("size"));
    EXPECT_EQ(ToHex(checkpoint.root), vector.Text("root"));
    EXPECT_EQ(EncodeCheckpointText(checkpoint), note.text);
  }
}

TEST(SignedNoteTest, KeepsEmptyLinesOfTheText) {
  const std::string published =
      LoadVectors("signed_note").Bytes("published_text");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SignedNote note,
                                  ParseSignedNote(published));
  EXPECT_EQ(note.text,
            "Ognuno sta solo sul cuor della terra\n"
            "trafitto da un raggio di sole:\n"
            "\n"
            "ed \u00e8 subito sera.\n");
  ASSERT_EQ(note.signatures.size(), 1u);
  EXPECT_EQ(note.signatures[0].name, "quasimodo.example/salvatore");
  EXPECT_EQ(Encode(note), published);
}

TEST(SignedNoteTest, RefusesWhatTheVectorsRefuse) {
  const Vector vectors = LoadVectors("signed_note");
  ASSERT_EQ(vectors.List("refused").size(), 16u);
  for (const Vector& vector : vectors.List("refused")) {
    EXPECT_THAT(ParseSignedNote(vector.Bytes("note")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
  ASSERT_EQ(vectors.List("refused_texts").size(), 10u);
  for (const Vector& vector : vectors.List("refused_texts")) {
    EXPECT_THAT(ParseCheckpointText(vector.Bytes("text")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(SignedNoteTest, HasOneSpelling) {
  const std::string whole =
      LoadVectors("signed_note").List("notes")[1].Bytes("cosigned");
  const auto check = [](const std::string& damaged) {
    const auto note = ParseSignedNote(damaged);
    if (note.ok()) {
      EXPECT_EQ(Encode(*note), damaged);
    } else {
      EXPECT_THAT(note, ReasonIs(Reason::kMalformed));
    }
  };
  ForEveryWrongSize(whole, check);
  ForEveryFlippedBit(
      whole, [&](const std::string& damaged, size_t) { check(damaged); });
}

TEST(SignedNoteTest, LimitsSignatures) {
  const Vector vector = LoadVectors("signed_note").List("notes")[0];
  std::string note = vector.Bytes("note");
  for (int i = 1; i < 100; ++i) note += vector.Bytes("cosignature");
  EXPECT_THAT(ParseSignedNote(note), IsOk());
  note += vector.Bytes("cosignature");
  EXPECT_THAT(ParseSignedNote(note), ReasonIs(Reason::kMalformed));
}

TEST(VerifierKeyTest, HasOneSpelling) {
  const Vector vectors = LoadVectors("signed_note");
  for (const char* name : {"verifier_key", "witness_key"}) {
    const std::string whole = vectors.Bytes(name);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const VerifierKey key,
                                    ParseVerifierKey(whole));
    EXPECT_EQ(EncodeVerifierKey(key), whole);
    ForEveryWrongSize(whole, [](const std::string& damaged) {
      EXPECT_THAT(ParseVerifierKey(damaged), ReasonIs(Reason::kMalformed));
    });
    ForEveryFlippedBit(whole, [](const std::string& damaged, size_t) {
      const auto other = ParseVerifierKey(damaged);
      if (!other.ok()) return;
      EXPECT_EQ(EncodeVerifierKey(*other), damaged);
    });
  }
}

TEST(NoteNameTest, HasNoSpaceAndNoPlus) {
  EXPECT_TRUE(IsNoteName("courier.example/audit/7/gate-1"));
  EXPECT_TRUE(IsNoteName("\u5feb\u9012.example"));
  for (const char* name :
       {"", "a b", "a+b", "a\nb", "a\tb", "a\u00a0b", "a\u3000b", "\xff"}) {
    EXPECT_FALSE(IsNoteName(name)) << name;
  }
}

}  // namespace
}  // namespace parcelveil::wire
