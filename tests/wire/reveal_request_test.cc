// SPDX-License-Identifier: Apache-2.0
#include "src/wire/reveal_request.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"
#include "tests/wire/reveal_vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::FromHex;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::RequestOf;
using ::parcelveil::testing::Signed;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

std::vector<Vector> Cases() {
  return LoadVectors("reveal_request").List("cases");
}

RevealRequest Golden() { return RequestOf(Cases().at(0)); }

// A request for a sheet, without records; and one for a search, with a query.
RevealRequest OfKind(RequestKind kind) {
  for (const Vector& vector : Cases()) {
    const RevealRequest request = RequestOf(vector);
    if (request.kind == kind) return request;
  }
  return {};
}

TEST(RevealRequestTest, ARevealOfOneSlotTakes223Bytes) {
  EXPECT_EQ(Cases().at(0).Bytes("request").size(), 223u);
}

TEST(RevealRequestTest, IsWrittenAndSignedAsEveryVectorSays) {
  for (const Vector& vector : Cases()) {
    SCOPED_TRACE(vector.Text("what"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string part,
                                    EncodeUnsignedRequest(RequestOf(vector)));
    const std::string written =
        Signed(vector.Bytes("seed"), crypto::kSignedRequest, part);
    EXPECT_EQ(ToHex(written), vector.Text("request"));
    EXPECT_EQ(ToHex(crypto::Sha256(written)), vector.Text("request_hash"));
  }
}

TEST(RevealRequestTest, IsReadAsEveryVectorSays) {
  for (const Vector& vector : Cases()) {
    SCOPED_TRACE(vector.Text("what"));
    const std::string bytes = vector.Bytes("request");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ParsedRequest parsed,
                                    ParseRevealRequest(bytes));
    const RevealRequest expected = RequestOf(vector);
    EXPECT_EQ(parsed.request.kind, expected.kind);
    EXPECT_EQ(parsed.request.purpose, expected.purpose);
    EXPECT_EQ(parsed.request.tenant, expected.tenant);
    EXPECT_EQ(parsed.request.principal, expected.principal);
    EXPECT_EQ(parsed.request.device, expected.device);
    EXPECT_EQ(parsed.request.time_ms, expected.time_ms);
    EXPECT_EQ(parsed.request.nonce, expected.nonce);
    EXPECT_EQ(parsed.request.reply_key, expected.reply_key);
    EXPECT_EQ(parsed.request.gate_id, expected.gate_id);
    EXPECT_EQ(parsed.request.seen_size, expected.seen_size);
    EXPECT_EQ(parsed.request.seen_root, expected.seen_root);
    EXPECT_EQ(parsed.request.slots, expected.slots);
    EXPECT_EQ(parsed.request.record_ids, expected.record_ids);
    EXPECT_EQ(parsed.request.ticket, expected.ticket);
    EXPECT_EQ(parsed.request.sealed_query, expected.sealed_query);
    EXPECT_EQ(parsed.signed_part, bytes.substr(0, bytes.size() - 64));
    EXPECT_EQ(parsed.signature, bytes.substr(bytes.size() - 64));
  }
}

TEST(RevealRequestTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("reveal_request").List("refused");
  ASSERT_EQ(refused.size(), 28u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseRevealRequest(vector.Bytes("request")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(RevealRequestTest, EveryOtherSizeIsMalformed) {
  for (const Vector& vector : Cases()) {
    ForEveryWrongSize(vector.Bytes("request"), [](const std::string& damaged) {
      EXPECT_THAT(ParseRevealRequest(damaged), ReasonIs(Reason::kMalformed));
    });
  }
}

TEST(RevealRequestTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  int num_accepted = 0;
  for (const Vector& vector : Cases()) {
    ForEveryFlippedBit(
        vector.Bytes("request"), [&](const std::string& damaged, size_t) {
          const auto parsed = ParseRevealRequest(damaged);
          if (!parsed.ok()) return;
          ++num_accepted;
          EXPECT_EQ(EncodeUnsignedRequest(parsed->request).value() +
                        std::string(parsed->signature),
                    damaged);
        });
  }
  EXPECT_GT(num_accepted, 1000);
}

TEST(RevealRequestTest, WritesNothingThatItWouldRefuseToRead) {
  const auto refuses = [](const RevealRequest& request) {
    return ReasonOf(EncodeUnsignedRequest(request).status()) ==
           Reason::kMalformed;
  };
  const auto with = [](RequestKind kind, auto change) {
    RevealRequest request = OfKind(kind);
    change(&request);
    return request;
  };
  constexpr auto kReveal = RequestKind::kReveal;
  constexpr auto kSheet = RequestKind::kSheet;
  constexpr auto kSearch = RequestKind::kSearch;
  EXPECT_FALSE(refuses(Golden()));
  using Request = RevealRequest*;
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) {
    r->kind = {};
    r->slots = {};
  })));
  EXPECT_TRUE(
      refuses(with(kReveal, [](Request r) { r->kind = RequestKind{4}; })));
  EXPECT_TRUE(
      refuses(with(kReveal, [](Request r) { r->purpose = Purpose{0}; })));
  EXPECT_TRUE(
      refuses(with(kReveal, [](Request r) { r->purpose = Purpose{8}; })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) {
    r->slots = {Slot{6}, Slot{4}};
  })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) {
    r->slots = {Slot{6}, Slot{6}};
  })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) { r->slots = {Slot{0}}; })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) { r->record_ids = {}; })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) { r->record_ids = {""}; })));
  EXPECT_TRUE(refuses(with(
      kReveal, [](Request r) { r->record_ids = {std::string(65, '1')}; })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) {
    r->record_ids = {"1", "2"};
  })));
  EXPECT_TRUE(refuses(
      with(kReveal, [](Request r) { r->ticket = std::string(33, 't'); })));
  EXPECT_TRUE(refuses(with(
      kReveal, [](Request r) { r->sealed_query = std::string(112, 'q'); })));
  EXPECT_TRUE(refuses(with(kReveal, [](Request r) { r->seen_root[0] ^= 1; })));
  EXPECT_TRUE(refuses(with(kSheet, [](Request r) {
    r->record_ids = {"1", "2", "1"};
  })));
  EXPECT_TRUE(refuses(with(kSheet, [](Request r) { r->record_ids = {}; })));
  EXPECT_TRUE(refuses(with(kSearch, [](Request r) { r->sealed_query = {}; })));
  EXPECT_TRUE(
      refuses(with(kSearch, [](Request r) { r->sealed_query.pop_back(); })));
  EXPECT_TRUE(refuses(with(kSearch, [](Request r) { r->record_ids = {"1"}; })));
}

TEST(RevealRequestTest, ASheetHas64RecordsAndNoMore) {
  RevealRequest request = OfKind(RequestKind::kSheet);
  request.record_ids.clear();
  for (int i = 0; i < 64; ++i) {
    std::string id(64, 'x');
    id += std::to_string(i);
    request.record_ids.push_back(id.substr(id.size() - 64));
  }
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string largest,
                                  EncodeUnsignedRequest(request));
  EXPECT_LT(largest.size() + kSignatureSize, kMaxRequestSize);
  request.record_ids.push_back("one more");
  EXPECT_THAT(EncodeUnsignedRequest(request), ReasonIs(Reason::kMalformed));
}

TEST(RevealRequestTest, TheEmptyTreesRootIsTheHashOfNothing) {
  EXPECT_EQ(kEmptyTreeRoot, crypto::Sha256(""));
}

TEST(RevealRequestTest, AQueryIsBoundToAllThatStandsBeforeIt) {
  const Vector sealed = LoadVectors("search_query").List("sealed").at(0);
  RevealRequest request = OfKind(RequestKind::kSearch);
  const size_t size = request.sealed_query.size();
  request.sealed_query.clear();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string binding,
                                  EncodeQueryBinding(request, size));
  EXPECT_EQ(ToHex(binding), sealed.Text("aad"));
  EXPECT_THAT(EncodeQueryBinding(request, size + 1),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(EncodeQueryBinding(Golden(), size), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::wire
