// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_day.h"

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::migrate {
namespace {

using ::parcelveil::testing::ReasonIs;

const absl::TimeZone kChina = absl::FixedTimeZone(8 * 3600);

std::optional<absl::CivilDay> DayOf(const std::string& zone,
                                    const SqliteValue& value) {
  const auto row_day = RowDay::Create(zone, kChina);
  EXPECT_TRUE(row_day.ok()) << row_day.status();
  return row_day.ok() ? row_day->Of(value) : std::nullopt;
}

SqliteValue Text(const std::string& text) {
  return {SqliteValue::Type::kText, 0, 0, text};
}
SqliteValue Integer(int64_t integer) {
  return {SqliteValue::Type::kInteger, integer, 0, ""};
}

const absl::CivilDay kDay(2026, 11, 24);

TEST(RowDayTest, TurnsAtTheTenantsMidnight) {
  EXPECT_EQ(DayOf("", Text("2026-11-23T16:00:00Z")), kDay);
  EXPECT_EQ(DayOf("", Text("2026-11-23T15:59:59.999Z")), kDay - 1);
  EXPECT_EQ(DayOf("", Text("2026-11-24 23:59:59+08:00")), kDay);
  EXPECT_EQ(DayOf("", Text("2026-11-24T00:30:00+09:00")), kDay - 1);
}

TEST(RowDayTest, ReadsUnixSecondsAndMilliseconds) {
  EXPECT_EQ(DayOf("", Integer(1795449600)), kDay);  // 2026-11-23T16:00:00Z
  EXPECT_EQ(DayOf("", Integer(1795449599)), kDay - 1);
  EXPECT_EQ(DayOf("", Integer(1795449600000)), kDay);
  EXPECT_EQ(DayOf("", Integer(1795449599999)), kDay - 1);
}

TEST(RowDayTest, TakesTheMapsZoneWhereTextHasNone) {
  EXPECT_EQ(DayOf("+09:00", Text("2026-11-24T00:30:00")), kDay - 1);
  EXPECT_EQ(DayOf("-05:00", Text("2026-11-23 11:00:00")), kDay);
  EXPECT_EQ(DayOf("+08:00", Text("2026-11-24")), kDay);
  EXPECT_EQ(DayOf("UTC", Text("2026-11-23 16:00:00.5")), kDay);
}

TEST(RowDayTest, NeverGuessesAZone) {
  EXPECT_EQ(DayOf("", Text("2026-11-24T10:00:00")), std::nullopt);
  EXPECT_EQ(DayOf("", Text("2026-11-24")), std::nullopt);
}

TEST(RowDayTest, HasNoDayForWhatIsNoDate) {
  for (const char* text : {"", "yesterday", "2026-13-01T00:00:00Z",
                           "24.11.2026", "2026-11-24T10:00:00Z and more"}) {
    EXPECT_EQ(DayOf("+08:00", Text(text)), std::nullopt) << text;
  }
  EXPECT_EQ(DayOf("+08:00", SqliteValue()), std::nullopt);
}

TEST(RowDayTest, RefusesAnUnknownZone) {
  EXPECT_THAT(RowDay::Create("Asia/Nowhere", kChina),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(RowDay::Create("+8", kChina), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil::migrate
