// SPDX-License-Identifier: Apache-2.0

#include "parcelveil/table_map.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kHead[] =
    "table: \"t\"\nrecord_id: \"id\"\nepoch_from: \"at\"\n";
constexpr char kColumn[] = "column { name: \"name\" slot: SENDER_NAME }\n";

void ExpectRefused(const std::string& text, const std::string& why) {
  const auto map = TableMap::Parse(text);
  EXPECT_THAT(map, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)))
      << text;
  EXPECT_THAT(map, ReasonIs(Reason::kMalformed));
}

TEST(TableMapTest, FillsInTheNamesOfAddedColumns) {
  const std::string text = std::string(kHead) + R"(
column { name: "p" slot: RECIPIENT_PHONE index: PHONE index: LAST4 }
column { name: "note" slot: 64 }
view { slot: RECIPIENT_VIEW preset: HANDHELD }
view { slot: SENDER_VIEW preset: LABEL }
view { slot: 32784 preset: REGION }
)";
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const TableMap map, TableMap::Parse(text));
  ASSERT_EQ(map.columns.size(), 2u);
  EXPECT_EQ(map.columns[0].sealed_column, "p_sealed");
  ASSERT_EQ(map.columns[0].indexes.size(), 2u);
  EXPECT_EQ(map.columns[0].indexes[0].column, "p_by_phone");
  EXPECT_EQ(map.columns[0].indexes[1].column, "p_by_last4");
  EXPECT_EQ(map.columns[1].slot, Slot{64});
  ASSERT_EQ(map.views.size(), 3u);
  EXPECT_EQ(map.views[0].column, "recipient_view");
  EXPECT_EQ(map.views[1].column, "sender_view");
  EXPECT_EQ(map.views[1].preset, MaskPreset::kLabel);
  EXPECT_EQ(map.views[2].column, "view_32784");
}

TEST(TableMapTest, ReadsTheExample) {
  std::ifstream in(PARCELVEIL_SOURCE_DIR "/examples/waybill.textproto");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const TableMap map, TableMap::Parse(text));
  EXPECT_EQ(map.table, "waybill");
  EXPECT_EQ(map.scope, "outlet_id");
  EXPECT_EQ(map.columns.size(), 6u);
  EXPECT_EQ(map.views.size(), 2u);
  EXPECT_EQ(map.state_values[2].state, "OUT_FOR_DELIVERY");
  EXPECT_EQ(map.state_values[2].text, "30");
}

TEST(TableMapTest, NamesTheColumnOfWaybillsWithoutCoverage) {
  const std::string text = std::string(kHead) + kColumn;
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const TableMap map, TableMap::Parse(text + "no_coverage: \"offline\""));
  EXPECT_EQ(map.no_coverage, "offline");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const TableMap without,
                                  TableMap::Parse(text));
  EXPECT_EQ(without.no_coverage, "");
}

TEST(TableMapTest, HasADefaultOfSixFields) {
  const TableMap map = TableMap::Default();
  EXPECT_EQ(map.columns.size(), 6u);
  EXPECT_EQ(map.views.size(), 2u);
  EXPECT_EQ(map.scope, "");
}

TEST(TableMapTest, NamesTheLineOfASyntaxError) {
  ExpectRefused("table: \"t\"\nrecord_id: id", "line 2:");
  ExpectRefused("table: \"t\"\n\ncolour: \"red\"", "line 3:");
}

TEST(TableMapTest, RefusesWhatIsMissing) {
  ExpectRefused("", "table is missing");
  ExpectRefused("table: \"t\"", "record_id is missing");
  ExpectRefused("table: \"t\" record_id: \"id\"", "epoch_from is missing");
  ExpectRefused(kHead, "no column is named");
  ExpectRefused(std::string(kHead) + "column { slot: SENDER_NAME }",
                "line 4: column has no name");
  ExpectRefused(std::string(kHead) + "column { name: \"x\" }",
                "line 4: the slot is missing");
  ExpectRefused(std::string(kHead) + kColumn + "view { slot: SENDER_VIEW }",
                "line 5: the view's preset is missing");
}

TEST(TableMapTest, RefusesWhatIsNamedTwice) {
  ExpectRefused(std::string(kHead) + kColumn +
                    "column { name: \"NAME\" slot: RECIPIENT_NAME }",
                "line 5: \"NAME\" is named twice");
  ExpectRefused(std::string(kHead) + kColumn +
                    "column { name: \"other\" slot: SENDER_NAME }",
                "line 5: slot 1 is named twice");
  ExpectRefused(std::string(kHead) + kColumn +
                    "column { name: \"name_sealed\" slot: RECIPIENT_NAME }",
                "line 5: \"name_sealed\" is named twice");
  ExpectRefused(std::string(kHead) + kColumn + "show: \"s\"\nshow: \"S\"",
                "line 6: \"S\" is shown twice");
  ExpectRefused(std::string(kHead) +
                    "column { name: \"p\" slot: SENDER_PHONE index: PHONE "
                    "index: PHONE }",
                "line 4: an index is named twice");
  ExpectRefused("table: \"t\"\ntable: \"u\"", "line 2:");
}

TEST(TableMapTest, RefusesSlotsOfAnotherKind) {
  ExpectRefused(std::string(kHead) + "column { name: \"x\" slot: SENDER_VIEW }",
                "line 4: the slot is missing or none that a column may have");
  ExpectRefused(std::string(kHead) + "column { name: \"x\" slot: DIAL }",
                "none that a column may have");
  ExpectRefused(std::string(kHead) + "column { name: \"x\" slot: 7 }",
                "none that a column may have");
  ExpectRefused(std::string(kHead) + "column { name: \"x\" slot: 65601 }",
                "none that a column may have");
  ExpectRefused(std::string(kHead) + kColumn +
                    "view { slot: SENDER_PHONE preset: LABEL }",
                "line 5: the slot is missing or none that a view may have");
}

TEST(TableMapTest, RefusesAnIndexOnWhatIsNoPhone) {
  ExpectRefused(std::string(kHead) +
                    "column { name: \"x\" slot: SENDER_NAME index: "
                    "PHONE }",
                "line 4: an index on a column that holds no phone");
}

TEST(TableMapTest, RefusesToShowWhatIsSealed) {
  for (const char* field : {"record_id", "epoch_from"}) {
    std::string text = std::string(kHead) + kColumn;
    const size_t at = text.find(field);
    text.insert(text.find('"', at) + 1, "name\" # ");
    ExpectRefused(text,
                  std::string(field) + " names \"name\", which is sealed");
  }
  ExpectRefused(std::string(kHead) + kColumn + "show: \"Name\"",
                "line 5: show names \"Name\", which is sealed");
  ExpectRefused(std::string(kHead) + kColumn + "scope: \"name_sealed\"",
                "line 5: scope names \"name_sealed\"");
  ExpectRefused(std::string(kHead) + kColumn + "no_coverage: \"name\"",
                "line 5: no_coverage names \"name\", which is sealed");
}

TEST(TableMapTest, TakesQuotesSpacesAndChineseButNoControlCharacters) {
  EXPECT_THAT(
      TableMap::Parse("table: \"运单 \\\"x\\\"; --\" record_id: \"编号\" "
                      "epoch_from: \"at\" column { name: \"a b\" slot: "
                      "SENDER_NAME }"),
      IsOk());
  ExpectRefused("table: \"a\\000b\"", "line 1: table has no name");
  ExpectRefused("table: \"a\\nb\"", "control characters");
  ExpectRefused("table: \"" + std::string(256, 'x') + "\"", "too long");
}

TEST(TableMapTest, RefusesStatesThatSayNothing) {
  ExpectRefused(
      std::string(kHead) + kColumn + "state_value { is: ACCEPTED text: \"1\" }",
      "line 5: state_value without state");
  ExpectRefused(std::string(kHead) + kColumn +
                    "state: \"s\"\nstate_value { text: \"1\" }",
                "line 6: the state is missing");
  ExpectRefused(std::string(kHead) + kColumn +
                    "state: \"s\"\nstate_value { is: ACCEPTED text: \"1\" }\n"
                    "state_value { is: SIGNED_OFF text: \"1\" }",
                "line 7: two states have the same text");
}

}  // namespace
}  // namespace parcelveil
