// SPDX-License-Identifier: Apache-2.0
#include "src/wire/reveal_reply.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"
#include "tests/wire/reveal_vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ArrayOf;
using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::Signed;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

// `note` lends its bytes to the reply.
RevealReply ReplyOf(const Vector& vector, const std::string& note) {
  RevealReply reply;
  reply.status = static_cast<uint8_t>(vector.Number("status"));
  reply.served_ms = vector.Number("served_ms");
  reply.ttl_s = static_cast<uint32_t>(vector.Number("ttl_s"));
  reply.leaf_index = vector.Number("leaf_index");
  reply.request_hash = ArrayOf<32>(vector, "request_hash");
  reply.note = note;
  return reply;
}

// Seals `text` to the vector's key under its ephemeral one: enc, then the rest.
std::string Seal(const Vector& vector, std::string_view aad) {
  const std::string text = vector.Bytes("plaintext");
  std::string sealed(32 + text.size() + crypto::kHpkeTagSize, '\0');
  const absl::Span<uint8_t> out(reinterpret_cast<uint8_t*>(sealed.data()),
                                sealed.size());
  const auto pk = crypto::X25519Public(AsBytes(vector.Bytes("skR")));
  crypto::HpkeKeys keys;
  EXPECT_THAT(keys.SetUpSender(pk, AsBytes(vector.Bytes("skE")),
                               std::string(crypto::kInfoReply) +
                                   vector.Bytes("request_hash"),
                               out.subspan(0, 32)),
              IsOk());
  keys.Seal(0, aad, AsBytes(text), out.subspan(32));
  return sealed;
}

std::vector<RevealedField> Fields(std::initializer_list<Slot> slots) {
  std::vector<RevealedField> fields;
  for (Slot slot : slots) fields.push_back({slot, "x"});
  return fields;
}

absl::StatusOr<std::string> Write(const std::vector<RevealedField>& fields) {
  std::vector<uint8_t> out(RevealedSize(fields));
  const absl::Status status = EncodeRevealed(fields, absl::MakeSpan(out));
  if (!status.ok()) return status;
  return std::string(AsText(out));
}

TEST(RevealReplyTest, AGrantIsWrittenSealedAndSignedAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("reveal_reply").List("cases")) {
    SCOPED_TRACE(vector.Text("what"));
    const std::string note = vector.Bytes("note");
    RevealReply reply = ReplyOf(vector, note);
    const std::string sealed = Seal(vector, EncodeReplyHead(reply));
    reply.enc = std::string_view(sealed).substr(0, 32);
    reply.sealed = std::string_view(sealed).substr(32);
    EXPECT_EQ(ToHex(Signed(vector.Bytes("gate_seed"), crypto::kSignedReply,
                           EncodeUnsignedReply(reply))),
              vector.Text("reply"));
  }
}

TEST(RevealReplyTest, ARefusalIsWrittenAndSignedAsEveryVectorSays) {
  const auto refusals = LoadVectors("reveal_reply").List("refusals");
  ASSERT_EQ(refusals.size(), 10u);
  for (const Vector& vector : refusals) {
    EXPECT_EQ(ToHex(Signed(vector.Bytes("gate_seed"), crypto::kSignedReply,
                           EncodeUnsignedReply(ReplyOf(vector, "")))),
              vector.Text("reply"));
  }
}

TEST(RevealReplyTest, IsReadAsEveryVectorSays) {
  for (const char* list : {"cases", "refusals"}) {
    for (const Vector& vector : LoadVectors("reveal_reply").List(list)) {
      SCOPED_TRACE(vector.Text("what"));
      const std::string bytes = vector.Bytes("reply");
      PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ParsedReply parsed,
                                      ParseRevealReply(bytes));
      EXPECT_FALSE(parsed.is_short);
      EXPECT_EQ(parsed.reply.status, vector.Number("status"));
      EXPECT_EQ(parsed.reply.served_ms, vector.Number("served_ms"));
      EXPECT_EQ(parsed.reply.ttl_s, vector.Number("ttl_s"));
      EXPECT_EQ(parsed.reply.leaf_index, vector.Number("leaf_index"));
      EXPECT_EQ(ToHex(parsed.reply.request_hash), vector.Text("request_hash"));
      EXPECT_EQ(ToHex(parsed.reply.note), vector.Text("note"));
      EXPECT_EQ(parsed.head, bytes.substr(0, 58 + parsed.reply.note.size()));
      EXPECT_EQ(parsed.signed_part, bytes.substr(0, bytes.size() - 64));
      EXPECT_EQ(parsed.signature, bytes.substr(bytes.size() - 64));
      EXPECT_EQ(EncodeUnsignedReply(parsed.reply), parsed.signed_part);
    }
  }
}

TEST(RevealReplyTest, AShortReplyIsACodeFromOneToFour) {
  for (const Vector& vector : LoadVectors("reveal_reply").List("short")) {
    const Reason code{static_cast<uint16_t>(vector.Number("status"))};
    EXPECT_EQ(ToHex(EncodeShortReply(code)), vector.Text("reply"));
  }
  for (int code = 0; code <= 255; ++code) {
    const std::string reply = EncodeShortReply(Reason(code));
    const auto parsed = ParseRevealReply(reply);
    EXPECT_EQ(parsed.ok(), code >= 1 && code <= 4) << code;
    if (!parsed.ok()) continue;
    EXPECT_TRUE(parsed->is_short);
    EXPECT_EQ(parsed->reply.status, code);
  }
}

TEST(RevealReplyTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("reveal_reply").List("refused");
  ASSERT_EQ(refused.size(), 15u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseRevealReply(vector.Bytes("reply")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(RevealReplyTest, EveryOtherSizeIsMalformed) {
  const Vector vector = LoadVectors("reveal_reply").List("cases").at(0);
  ForEveryWrongSize(vector.Bytes("reply"), [](const std::string& damaged) {
    EXPECT_THAT(ParseRevealReply(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(RevealReplyTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  const Vector vector = LoadVectors("reveal_reply").List("cases").at(0);
  int num_accepted = 0;
  ForEveryFlippedBit(
      vector.Bytes("reply"), [&](const std::string& damaged, size_t) {
        const auto parsed = ParseRevealReply(damaged);
        if (!parsed.ok()) return;
        ++num_accepted;
        EXPECT_EQ(
            EncodeUnsignedReply(parsed->reply) + std::string(parsed->signature),
            damaged);
      });
  EXPECT_GT(num_accepted, 1000);
}

TEST(RevealReplyTest, FieldsComeBackAsTheyWere) {
  const std::string longest(4095, '9');
  const std::vector<RevealedField> fields = {
      {Slot::kRecipientName, ""}, {Slot::kRecipientAddress, longest}};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string written, Write(fields));
  EXPECT_EQ(written.size() % kReplyPad, 0u);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto back,
                                  ParseRevealed(AsBytes(written)));
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].slot, Slot::kRecipientName);
  EXPECT_EQ(back[0].text, "");
  EXPECT_EQ(back[1].slot, Slot::kRecipientAddress);
  EXPECT_EQ(back[1].text, longest);
}

TEST(RevealReplyTest, EveryMalformedListOfFieldsIsRefused) {
  const auto refused = LoadVectors("reveal_reply").List("refused_fields");
  ASSERT_EQ(refused.size(), 8u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseRevealed(AsBytes(vector.Bytes("plaintext"))),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(RevealReplyTest, WritesNoFieldsThatItWouldRefuseToRead) {
  const std::string too_long(4096, '9');
  EXPECT_THAT(Write(Fields({Slot{1}, Slot{2}})), IsOk());
  EXPECT_THAT(Write(Fields({Slot{2}, Slot{1}})), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Write(Fields({Slot{2}, Slot{2}})), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Write(Fields({Slot{0}})), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Write({{Slot{1}, too_long}}), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Write(Fields({Slot{1}, Slot{2}, Slot{3}, Slot{4}, Slot{5},
                            Slot{6}, Slot{64}, Slot{65}, Slot{66}})),
              ReasonIs(Reason::kMalformed));
  uint8_t too_small[64];
  EXPECT_THAT(EncodeRevealed(Fields({Slot{1}}), absl::MakeSpan(too_small)),
              ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::wire
