// SPDX-License-Identifier: Apache-2.0
#include "src/wire/route_sheet.h"

#include <deque>
#include <string>

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
using ::parcelveil::testing::SlotsOf;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

Vector Golden() { return LoadVectors("route_sheet").List("cases").at(0); }

RouteSheet HeadOf(const Vector& vector) {
  RouteSheet sheet;
  sheet.tenant = static_cast<uint32_t>(vector.Number("tenant"));
  sheet.principal = vector.Number("principal");
  sheet.device = vector.Number("device");
  sheet.issued_ms = vector.Number("issued_ms");
  sheet.deadline_ms = vector.Number("deadline_ms");
  sheet.leaf_index = vector.Number("leaf_index");
  sheet.request_hash = ArrayOf<32>(vector, "request_hash");
  return sheet;
}

TEST(RouteSheetTest, IsSealedEntryByEntryAndSignedAsTheVectorSays) {
  const Vector vector = Golden();
  const auto entries = vector.List("entries");
  RouteSheet sheet = HeadOf(vector);
  const auto pk = crypto::X25519Public(AsBytes(vector.Bytes("skR")));
  crypto::X25519PublicKey enc;
  crypto::HpkeKeys keys;
  ASSERT_THAT(keys.SetUpSender(pk, AsBytes(vector.Bytes("skE")),
                               std::string(crypto::kInfoSheet) +
                                   EncodeSheetHead(sheet, entries.size()),
                               absl::MakeSpan(enc)),
              IsOk());
  sheet.enc = AsText(enc);
  std::deque<std::string> lent;  // what the entries borrow
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string text = entries[i].Bytes("plaintext");
    const std::string& id = lent.emplace_back(entries[i].Bytes("record_id"));
    SheetEntry entry = {id, SlotsOf(entries[i]), {}, {}};
    std::string& sealed = lent.emplace_back(text.size() + 16, '\0');
    keys.Seal(i, EncodeSheetEntryHead(entry, sealed.size()), AsBytes(text),
              {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()});
    entry.sealed = sealed;
    sheet.entries.push_back(entry);
  }
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string part,
                                  EncodeUnsignedSheet(sheet));
  EXPECT_EQ(
      ToHex(Signed(vector.Bytes("gate_seed"), crypto::kSignedSheet, part)),
      vector.Text("sheet"));
}

TEST(RouteSheetTest, IsReadAsTheVectorSays) {
  const Vector vector = Golden();
  const std::string bytes = vector.Bytes("sheet");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const ParsedSheet parsed,
                                  ParseRouteSheet(bytes));
  const RouteSheet& sheet = parsed.sheet;
  EXPECT_EQ(sheet.tenant, vector.Number("tenant"));
  EXPECT_EQ(sheet.principal, vector.Number("principal"));
  EXPECT_EQ(sheet.device, vector.Number("device"));
  EXPECT_EQ(sheet.issued_ms, vector.Number("issued_ms"));
  EXPECT_EQ(sheet.deadline_ms, vector.Number("deadline_ms"));
  EXPECT_EQ(sheet.leaf_index, vector.Number("leaf_index"));
  EXPECT_EQ(ToHex(sheet.request_hash), vector.Text("request_hash"));
  EXPECT_EQ(parsed.head, bytes.substr(0, 80));
  EXPECT_EQ(sheet.enc, bytes.substr(80, 32));
  const auto entries = vector.List("entries");
  ASSERT_EQ(sheet.entries.size(), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const SheetEntry& entry = sheet.entries[i];
    EXPECT_EQ(entry.record_id, entries[i].Bytes("record_id"));
    EXPECT_EQ(entry.slots, SlotsOf(entries[i]));
    EXPECT_EQ(entry.sealed.size(), entries[i].Bytes("plaintext").size() + 16);
    EXPECT_EQ(entry.head, EncodeSheetEntryHead(entry, entry.sealed.size()));
  }
  EXPECT_EQ(parsed.signed_part, bytes.substr(0, bytes.size() - 64));
  EXPECT_EQ(parsed.signature, bytes.substr(bytes.size() - 64));
}

TEST(RouteSheetTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("route_sheet").List("refused");
  ASSERT_EQ(refused.size(), 15u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseRouteSheet(vector.Bytes("sheet")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(RouteSheetTest, EveryOtherSizeIsMalformed) {
  ForEveryWrongSize(Golden().Bytes("sheet"), [](const std::string& damaged) {
    EXPECT_THAT(ParseRouteSheet(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(RouteSheetTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  int num_accepted = 0;
  ForEveryFlippedBit(Golden().Bytes("sheet"),
                     [&](const std::string& damaged, size_t) {
                       const auto parsed = ParseRouteSheet(damaged);
                       if (!parsed.ok()) return;
                       ++num_accepted;
                       EXPECT_EQ(EncodeUnsignedSheet(parsed->sheet).value() +
                                     std::string(parsed->signature),
                                 damaged);
                     });
  EXPECT_GT(num_accepted, 1000);
}

TEST(RouteSheetTest, WritesNothingThatItWouldRefuseToRead) {
  const std::string bytes = Golden().Bytes("sheet");
  const RouteSheet good = ParseRouteSheet(bytes)->sheet;
  const auto refuses = [&](auto change) {
    RouteSheet sheet = good;
    change(&sheet);
    return ReasonOf(EncodeUnsignedSheet(sheet).status()) == Reason::kMalformed;
  };
  using Sheet = RouteSheet*;
  const std::string long_id(65, '1');
  const std::string odd(145, 's');
  EXPECT_FALSE(refuses([](Sheet) {}));
  EXPECT_TRUE(refuses([](Sheet s) { s->deadline_ms = s->issued_ms - 1; }));
  EXPECT_TRUE(refuses(
      [](Sheet s) { s->deadline_ms = s->issued_ms + kMaxSheetMs + 1; }));
  EXPECT_TRUE(refuses([](Sheet s) { s->enc.remove_suffix(1); }));
  EXPECT_TRUE(refuses([](Sheet s) { s->entries.clear(); }));
  EXPECT_TRUE(refuses([](Sheet s) { s->entries[1] = s->entries[0]; }));
  EXPECT_TRUE(refuses([](Sheet s) { s->entries[0].record_id = ""; }));
  EXPECT_TRUE(refuses([&](Sheet s) { s->entries[0].record_id = long_id; }));
  EXPECT_TRUE(refuses([](Sheet s) { s->entries[0].slots.clear(); }));
  EXPECT_TRUE(refuses([](Sheet s) { s->entries[0].slots = {Slot{0}}; }));
  EXPECT_TRUE(refuses([&](Sheet s) { s->entries[0].sealed = odd; }));
}

}  // namespace
}  // namespace parcelveil::wire
