// SPDX-License-Identifier: Apache-2.0
#include "src/wire/masked_rows.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "src/wire/view_layout.h"
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

void ExpectRows(const std::vector<MaskedRow>& rows, const Vector& vector) {
  const auto expected = vector.List("rows");
  ASSERT_EQ(rows.size(), expected.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].record_id, expected[i].Bytes("record_id"));
    const auto fields = expected[i].List("fields");
    ASSERT_EQ(rows[i].fields.size(), fields.size());
    for (size_t j = 0; j < fields.size(); ++j) {
      EXPECT_EQ(ToInt(rows[i].fields[j].slot), fields[j].Number("slot"));
      EXPECT_EQ(rows[i].fields[j].text, fields[j].Bytes("text"));
    }
  }
}

TEST(MaskedRowsTest, AListIsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("masked_rows").List("cases")) {
    const std::string bytes = vector.Bytes("list");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MaskedList list,
                                    ParseMaskedList(bytes));
    EXPECT_EQ(list.served_ms, vector.Number("served_ms"));
    ExpectRows(list.rows, vector);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string written,
                                    EncodeMaskedList(list));
    EXPECT_EQ(ToHex(written), vector.Text("list"));
  }
}

TEST(MaskedRowsTest, AListOfOpenedViewsIsTheSameBytes) {
  for (const Vector& vector : LoadVectors("masked_rows").List("cases")) {
    const std::string bytes = vector.Bytes("list");
    const MaskedList list = ParseMaskedList(bytes).value();
    std::vector<std::string> views(list.rows.size());
    std::vector<ViewRow> rows;
    for (size_t i = 0; i < list.rows.size(); ++i) {
      for (const MaskedRow::Field& field : list.rows[i].fields) {
        AppendViewEntry({field.slot, 1, field.text}, &views[i]);
      }
      rows.push_back({list.rows[i].record_id, views[i]});
    }
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string written,
                                    EncodeListOfViews(list.served_ms, rows));
    EXPECT_EQ(ToHex(written), vector.Text("list"));
  }
}

TEST(MaskedRowsTest, AListOfOpenedViewsHasWhatItsLayoutHolds) {
  const std::string long_id(65, '1');
  std::string full;
  for (uint16_t slot = 1; slot <= 256; ++slot) {
    AppendViewEntry({Slot{slot}, 1, ""}, &full);
  }
  for (const ViewRow& row :
       std::vector<ViewRow>{{"", {}}, {long_id, {}}, {"1", full}}) {
    EXPECT_THAT(EncodeListOfViews(1, {row}), ReasonIs(Reason::kMalformed));
  }
  const std::string_view most = std::string_view(full).substr(0, 255 * 5);
  EXPECT_THAT(EncodeListOfViews(1, {ViewRow{"1", most}}), IsOk());
}

TEST(MaskedRowsTest, WhatASearchFoundIsReadAndWrittenAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("masked_rows").List("cases")) {
    const std::string bytes = vector.Bytes("search");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto rows, ParseSearchRows(bytes));
    ExpectRows(rows, vector);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string written,
                                    EncodeSearchRows(rows));
    EXPECT_EQ(ToHex(written), vector.Text("search"));
  }
}

TEST(MaskedRowsTest, EveryMalformedVectorIsRefused) {
  const auto refused = LoadVectors("masked_rows").List("refused");
  ASSERT_EQ(refused.size(), 14u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseMaskedList(vector.Bytes("list")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
  const auto searches = LoadVectors("masked_rows").List("refused_search");
  ASSERT_EQ(searches.size(), 3u);
  for (const Vector& vector : searches) {
    EXPECT_THAT(ParseSearchRows(vector.Bytes("search")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(MaskedRowsTest, EveryOtherSizeIsMalformed) {
  const Vector vector = LoadVectors("masked_rows").List("cases").at(0);
  ForEveryWrongSize(vector.Bytes("list"), [](const std::string& damaged) {
    EXPECT_THAT(ParseMaskedList(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(MaskedRowsTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  const Vector vector = LoadVectors("masked_rows").List("cases").at(0);
  int num_accepted = 0;
  ForEveryFlippedBit(vector.Bytes("list"),
                     [&](const std::string& damaged, size_t) {
                       const auto list = ParseMaskedList(damaged);
                       if (!list.ok()) return;
                       ++num_accepted;
                       EXPECT_EQ(EncodeMaskedList(*list).value(), damaged);
                     });
  EXPECT_GT(num_accepted, 100);
}

TEST(MaskedRowsTest, WritesNothingThatItWouldRefuseToRead) {
  const std::string long_id(65, '1');
  const std::vector<MaskedRow> refused = {{"", {}},
                                          {long_id, {}},
                                          {"1", {{Slot{0}, ""}}},
                                          {"1", {{Slot{0x4000}, ""}}},
                                          {"1", {{Slot{5}, ""}, {Slot{4}, ""}}},
                                          {"1", {{Slot{5}, ""}, {Slot{5}, ""}}},
                                          {"1", {{Slot{5}, "\xff"}}}};
  for (size_t i = 0; i < refused.size(); ++i) {
    EXPECT_THAT(EncodeSearchRows({refused[i]}), ReasonIs(Reason::kMalformed))
        << i;
    EXPECT_THAT(EncodeMaskedList({1, {refused[i]}}),
                ReasonIs(Reason::kMalformed))
        << i;
  }
}

TEST(MaskedRowsTest, HoldsAsManyRowsAsItsCountHasRoomFor) {
  const MaskedRow row = {"1", {{Slot::kRecipientName, "x"}}};
  EXPECT_THAT(EncodeSearchRows(std::vector<MaskedRow>(255, row)), IsOk());
  EXPECT_THAT(EncodeSearchRows(std::vector<MaskedRow>(256, row)),
              ReasonIs(Reason::kMalformed));
  const MaskedList largest = {1, std::vector<MaskedRow>(65535, row)};
  EXPECT_EQ(ParseMaskedList(EncodeMaskedList(largest).value())->rows.size(),
            65535u);
  EXPECT_THAT(EncodeMaskedList({1, std::vector<MaskedRow>(65536, row)}),
              ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::wire
