// SPDX-License-Identifier: Apache-2.0
#include "src/wire/dial_token.h"

#include <string>

#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using testing::IsOk;
using testing::ReasonIs;

std::string Encode(const DialText& text) {
  std::string bytes(kDialTextSize, 'x');
  EXPECT_THAT(EncodeDialText(text, {reinterpret_cast<uint8_t*>(bytes.data()),
                                    bytes.size()}),
              IsOk());
  return bytes;
}

DialText Example() {
  DialText text;
  text.expires_s = 1795486200;
  text.principal = 1007;
  text.purpose = Purpose::kDeliver;
  text.max_calls = 3;
  text.number = "8613812345678";
  text.extension = "1234";
  text.record_ref.fill(0xAB);
  return text;
}

TEST(DialTokenTest, AgreesWithTheVectors) {
  for (const testing::Vector& vector :
       testing::LoadVectors("dial_token").List("cases")) {
    const std::string number = vector.Text("number");
    const std::string extension = vector.Text("extension");
    DialText text;
    text.expires_s = static_cast<uint32_t>(vector.Number("expires_s"));
    text.principal = vector.Number("principal");
    text.purpose = static_cast<Purpose>(vector.Number("purpose"));
    text.max_calls = static_cast<uint8_t>(vector.Number("max_calls"));
    text.number = number;
    text.extension = extension;
    const std::string record_ref = vector.Bytes("record_ref");
    text.record_ref = Reader(record_ref).GetArray<16>();
    EXPECT_EQ(testing::ToHex(Encode(text)), vector.Text("text"));
    const std::string bytes = vector.Bytes("token");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const DialToken token,
                                    ParseDialToken(bytes));
    EXPECT_EQ(testing::ToHex(AsText(token.token_id)), vector.Text("token_id"));
    EXPECT_EQ(EncodeDialToken(token), bytes);
  }
}

TEST(DialTokenTest, RefusesWhatTheVectorsRefuse) {
  for (const testing::Vector& vector :
       testing::LoadVectors("dial_token").List("malformed")) {
    EXPECT_THAT(ParseDialText(vector.Bytes("text")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(DialTokenTest, ReadsBackWhatItWrites) {
  const std::string bytes = Encode(Example());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const DialText text, ParseDialText(bytes));
  EXPECT_EQ(text.expires_s, 1795486200u);
  EXPECT_EQ(text.principal, 1007u);
  EXPECT_EQ(text.purpose, Purpose::kDeliver);
  EXPECT_EQ(text.max_calls, 3);
  EXPECT_EQ(text.number, "8613812345678");
  EXPECT_EQ(text.extension, "1234");
  EXPECT_EQ(text.record_ref, Example().record_ref);
}

TEST(DialTokenTest, RefusesTextsOfAnotherSize) {
  testing::ForEveryWrongSize(Encode(Example()), [](const std::string& bytes) {
    EXPECT_THAT(ParseDialText(bytes), ReasonIs(Reason::kMalformed));
  });
}

TEST(DialTokenTest, ReadsNoTextThatItWouldWriteOtherwise) {
  const std::string whole = Encode(Example());
  testing::ForEveryFlippedBit(whole, [](const std::string& bytes, size_t) {
    const auto text = ParseDialText(bytes);
    if (!text.ok()) return;
    EXPECT_EQ(Encode(*text), bytes);
  });
}

TEST(DialTokenTest, RefusesNumbersThatDoNotFit) {
  for (const auto& [number, extension] :
       {std::pair("", "1"), std::pair("1234567890123456", ""),
        std::pair("123456789012345", "12345678"), std::pair("12a", ""),
        std::pair("123", "#")}) {
    DialText text = Example();
    text.number = number;
    text.extension = extension;
    std::array<uint8_t, kDialTextSize> out;
    EXPECT_THAT(EncodeDialText(text, absl::MakeSpan(out)),
                ReasonIs(Reason::kMalformed));
  }
  DialText text = Example();
  text.max_calls = 0;
  std::array<uint8_t, kDialTextSize> out;
  EXPECT_THAT(EncodeDialText(text, absl::MakeSpan(out)),
              ReasonIs(Reason::kMalformed));
}

TEST(DialTokenTest, RefusesTokensOfAnotherSizeTypeOrScope) {
  const std::string token =
      testing::LoadVectors("dial_token").List("cases")[0].Bytes("token");
  ASSERT_EQ(token.size(), kDialTokenSize);
  testing::ForEveryWrongSize(token, [](const std::string& bytes) {
    EXPECT_THAT(ParseDialToken(bytes), ReasonIs(Reason::kMalformed));
  });
  for (size_t at : {size_t{0}, size_t{17}, size_t{24}}) {
    std::string damaged = token;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_THAT(ParseDialToken(damaged), ReasonIs(Reason::kMalformed)) << at;
  }
}

}  // namespace
}  // namespace parcelveil::wire
