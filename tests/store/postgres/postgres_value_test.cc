// SPDX-License-Identifier: Apache-2.0
// Values and names, there and back.

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/store/postgres/postgres_test.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::OpenOrDie;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Cell = PostgresStatement::Cell;

constexpr char kHan[] = "运单\xF0\xA0\xAE\xB7";  // the last beyond 16 bits

class PostgresValueTest : public PostgresTest {
 protected:
  PostgresStatement Prepare(const std::string& sql) {
    auto statement = db_->Prepare(sql, "value");
    EXPECT_THAT(statement, IsOk());
    return *std::move(statement);
  }
};

TEST_F(PostgresValueTest, GivesBackTextsAsTheyWere) {
  PostgresStatement echo = Prepare("SELECT $1::text");
  for (const std::string text : {kHan, "", "a'b\\c\"d\n", "\\x00", "NULL"}) {
    echo.BindText(0, text);
    ASSERT_THAT(echo.Step(), IsOk());
    EXPECT_FALSE(echo.IsNull(0));
    EXPECT_EQ(echo.Bytes(0), text);
    echo.Reset();
  }
}

TEST_F(PostgresValueTest, GivesBackBlobsAsTheyWere) {
  PostgresStatement echo = Prepare("SELECT $1::bytea");
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  for (const std::string& bytes : {every, std::string("\0a\0", 3),
                                   std::string(), std::string(100000, '\0')}) {
    echo.BindBlob(0, bytes);
    ASSERT_THAT(echo.Step(), IsOk());
    EXPECT_FALSE(echo.IsNull(0));
    EXPECT_EQ(echo.Bytes(0), bytes);
    echo.Reset();
  }
}

TEST_F(PostgresValueTest, GivesBackIntegersOfEveryWidth) {
  PostgresStatement echo = Prepare("SELECT $1::bigint, $2::int, $3::smallint");
  using Wide = std::numeric_limits<int64_t>;
  for (const int64_t value : {Wide::min(), int64_t{-1}, Wide::max()}) {
    echo.BindInt(0, value);
    echo.BindInt(1, -2147483648);
    echo.BindInt(2, 32767);
    ASSERT_THAT(echo.Step(), IsOk());
    EXPECT_EQ(echo.Int(0), value);
    EXPECT_EQ(echo.Int(1), -2147483648);
    EXPECT_EQ(echo.Int(2), 32767);
    echo.Reset();
  }
}

TEST_F(PostgresValueTest, TellsNullFromEmpty) {
  PostgresStatement echo = Prepare("SELECT $1::text, $2::bytea, $3::int");
  echo.BindText(0, "gone");
  echo.BindNull(0);
  echo.BindInt(2, 0);
  ASSERT_THAT(echo.Step(), IsOk());
  EXPECT_TRUE(echo.IsNull(0));
  EXPECT_TRUE(echo.IsNull(1));
  EXPECT_FALSE(echo.IsNull(2));
}

TEST_F(PostgresValueTest, ReadsOtherTypesAsText) {
  PostgresStatement select = Prepare(
      "SELECT timestamptz '2026-03-01 08:00:00.25+08', date '2026-03-01', "
      "numeric '12.50', true, false, $1::timestamptz");
  select.BindText(0, "2026-03-01T00:00:00Z");
  ASSERT_THAT(select.Step(), IsOk());
  EXPECT_EQ(select.Bytes(0), "2026-03-01 00:00:00.25+00");
  EXPECT_EQ(select.Bytes(1), "2026-03-01");
  EXPECT_EQ(select.Bytes(2), "12.50");
  EXPECT_EQ(select.Int(3), 1);
  EXPECT_EQ(select.Int(4), 0);
  EXPECT_EQ(select.Bytes(5), "2026-03-01 00:00:00+00");
}

TEST_F(PostgresValueTest, RefusesATextWithAZeroByte) {
  PostgresStatement echo = Prepare("SELECT $1::text");
  echo.BindText(0, std::string("canary\0tail", 11));
  EXPECT_THAT(echo.Step(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("value: parameter 0 holds a zero byte"),
                             Not(HasSubstr("canary")))));
  const Cell cells[] = {std::string_view("a\0b", 3)};
  echo.BindTexts(0, cells);
  EXPECT_THAT(echo.Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("zero byte")));
}

TEST_F(PostgresValueTest, TakesWholeArrays) {
  const std::string zero("\0\xFF", 2);
  const std::vector<Cell> keys = {"7", "8", "9"};
  const std::vector<Cell> texts = {"a\"b\\c,{}", std::nullopt, kHan};
  const std::vector<Cell> blobs = {zero, "", std::nullopt};
  PostgresStatement insert = Prepare(
      "INSERT INTO t SELECT * FROM unnest($1::bigint[], $2::text[], "
      "$3::bytea[])");
  insert.BindTexts(0, keys);
  insert.BindTexts(1, texts);
  insert.BindBlobs(2, blobs);
  ASSERT_THAT(insert.Run(), IsOk());
  EXPECT_EQ(db_->Changes(), 3);

  PostgresStatement select = Prepare("SELECT k, v, b FROM t ORDER BY k");
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto row = select.Step();
    ASSERT_THAT(row, IsOk());
    ASSERT_TRUE(*row);
    EXPECT_EQ(select.Bytes(0), *keys[i]);
    EXPECT_EQ(select.IsNull(1), !texts[i].has_value());
    EXPECT_EQ(select.Bytes(1), texts[i].value_or(""));
    EXPECT_EQ(select.IsNull(2), !blobs[i].has_value());
    EXPECT_EQ(select.Bytes(2), blobs[i].value_or(""));
  }
  for (const int parameter : {0, 1}) insert.BindTexts(parameter, {});
  insert.BindBlobs(2, {});
  ASSERT_THAT(insert.Run(), IsOk());
  EXPECT_EQ(db_->Changes(), 0);
}

TEST_F(PostgresValueTest, SpeaksUtf8WithADatabaseOfAnotherEncoding) {
  db_ = OpenOrDie(cluster_.Address(cluster_.MakeDatabase("EUC_CN")));
  Must("CREATE TABLE t (k bigint, v text)");
  PostgresStatement insert = Prepare("INSERT INTO t VALUES (1, $1)");
  insert.BindText(0, "运单");
  ASSERT_THAT(insert.Run(), IsOk());
  EXPECT_EQ(Ask("SELECT v FROM t"), "运单");
  EXPECT_EQ(Ask("SELECT octet_length(v) FROM t"), "4");
  insert.BindText(0, kHan);
  EXPECT_THAT(insert.Run(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a character that the database's encoding")));
}

TEST_F(PostgresValueTest, FindsNamesWithQuotesSpacesAndHan) {
  for (const std::string name : {"a\"b", "运单 表", "Waybill", "select", "a.b",
                                 "x'; DROP TABLE t; --"}) {
    SCOPED_TRACE(name);
    const std::string quoted = QuotePostgresName(name);
    Must("CREATE TABLE " + quoted + " (" + quoted + " text)");
    Must("INSERT INTO " + quoted + " (" + quoted + ") VALUES ('kept')");
    EXPECT_EQ(Ask("SELECT " + quoted + " FROM " + quoted), "kept");
    PostgresStatement count =
        Prepare("SELECT count(*) FROM pg_class WHERE relname = $1");
    count.BindText(0, name);
    ASSERT_THAT(count.Step(), IsOk());
    EXPECT_EQ(count.Int(0), 1);
  }
}

TEST_F(PostgresValueTest, ReadsATablesNameWithItsSchema) {
  const struct {
    std::string_view name, quoted;
  } cases[] = {
      {"waybill", R"("waybill")"},      {"Public.运单", R"("Public"."运单")"},
      {R"("a.b")", R"("a.b")"},         {R"("a.b"."c d")", R"("a.b"."c d")"},
      {R"(s."a""b")", R"("s"."a""b")"}, {"two words", R"("two words")"}};
  for (const auto& c : cases) {
    const auto quoted = QuotePostgresTable(c.name);
    ASSERT_THAT(quoted, IsOk());
    EXPECT_EQ(*quoted, c.quoted);
  }
  for (const std::string_view name :
       {"", ".", "a.", ".a", "a..b", R"("a)", R"("")", R"(a"b)", R"("a"b)",
        R"("a"".b)"}) {
    EXPECT_THAT(QuotePostgresTable(name),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("read table name " + std::string(name))));
  }
}

}  // namespace
}  // namespace parcelveil
