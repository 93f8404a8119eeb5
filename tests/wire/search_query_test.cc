// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "src/crypto/hpke.h"
#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

// `query` as it is written, or the refusal to.
absl::StatusOr<std::string> Write(const SearchQuery& query) {
  std::vector<uint8_t> out(SearchQuerySize(query));
  const absl::Status status = EncodeSearchQuery(query, absl::MakeSpan(out));
  if (!status.ok()) return status;
  return std::string(AsText(out));
}

SearchQuery Minimal() {
  return {Slot::kRecipientPhoneIndex, Epoch{1}, Epoch{2}, Scope::kNational,
          "1"};
}

TEST(SearchQueryTest, IsWrittenAndReadAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("search_query").List("cases")) {
    const std::string value = vector.Bytes("value");
    const SearchQuery query = {
        Slot{static_cast<uint16_t>(vector.Number("index"))},
        Epoch{static_cast<uint16_t>(vector.Number("first"))},
        Epoch{static_cast<uint16_t>(vector.Number("last"))},
        Scope{static_cast<uint32_t>(vector.Number("scope"))}, value};
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string written, Write(query));
    EXPECT_EQ(ToHex(written), vector.Text("plaintext"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SearchQuery back,
                                    ParseSearchQuery(AsBytes(written)));
    EXPECT_EQ(back.index, query.index);
    EXPECT_EQ(back.first, query.first);
    EXPECT_EQ(back.last, query.last);
    EXPECT_EQ(back.scope, query.scope);
    EXPECT_EQ(back.value, query.value);
  }
}

TEST(SearchQueryTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("search_query").List("refused");
  ASSERT_EQ(refused.size(), 7u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseSearchQuery(AsBytes(vector.Bytes("plaintext"))),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(SearchQueryTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string query, Write(Minimal()));
  int num_accepted = 0;
  ForEveryFlippedBit(query, [&](const std::string& damaged, size_t) {
    const auto parsed = ParseSearchQuery(AsBytes(damaged));
    if (!parsed.ok()) return;
    ++num_accepted;
    EXPECT_EQ(Write(*parsed).value(), damaged);
  });
  EXPECT_GT(num_accepted, 30);
}

TEST(SearchQueryTest, WritesNothingThatItWouldRefuseToRead) {
  EXPECT_THAT(Write(Minimal()), IsOk());
  SearchQuery query = Minimal();
  query.index = Slot::kRecipientPhone;
  EXPECT_THAT(Write(query), ReasonIs(Reason::kMalformed));
  query = Minimal();
  query.index = Slot{0x5000};
  EXPECT_THAT(Write(query), ReasonIs(Reason::kMalformed));
  query = Minimal();
  query.first = Epoch{3};
  EXPECT_THAT(Write(query), ReasonIs(Reason::kMalformed));
  query = Minimal();
  query.value = "";
  EXPECT_THAT(Write(query), ReasonIs(Reason::kMalformed));
  const std::string long_value(256, '1');
  query.value = long_value;
  EXPECT_THAT(Write(query), ReasonIs(Reason::kMalformed));
  uint8_t too_small[32];
  EXPECT_THAT(EncodeSearchQuery(Minimal(), absl::MakeSpan(too_small)),
              ReasonIs(Reason::kMalformed));
}

TEST(SearchQueryTest, IsSealedToTheGateAsTheVectorSays) {
  const Vector vector = LoadVectors("search_query").List("sealed").at(0);
  const std::string text = vector.Bytes("plaintext");
  std::string sealed(32 + text.size() + crypto::kHpkeTagSize, '\0');
  const absl::Span<uint8_t> out(reinterpret_cast<uint8_t*>(sealed.data()),
                                sealed.size());
  crypto::HpkeKeys keys;
  ASSERT_THAT(keys.SetUpSender(AsBytes(vector.Bytes("pkR")),
                               AsBytes(vector.Bytes("skE")),
                               vector.Bytes("info"), out.subspan(0, 32)),
              IsOk());
  keys.Seal(0, vector.Bytes("aad"), AsBytes(text), out.subspan(32));
  EXPECT_EQ(ToHex(sealed), vector.Text("sealed_query"));
}

}  // namespace
}  // namespace parcelveil::wire
