// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/str_join.h"
#include "tests/migrate/postgres_wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;

class PostgresPlanTest : public ::parcelveil::testing::PostgresWrapTest {
 protected:
  MigrationPlan Plan() {
    const auto keyring = keyring_.Load(Role::kConverter);
    auto plan = OpenMigration()->Plan(*keyring);
    EXPECT_THAT(plan, IsOk());
    return plan.value_or(MigrationPlan());
  }
  std::string Mentions() {
    std::string text;
    for (const auto& mention : Plan().mentions) {
      absl::StrAppend(&text, mention.type, " ", mention.name, " ",
                      mention.column, "\n");
    }
    return text;
  }
};

TEST_F(PostgresPlanTest, CountsRowsAndChangesNothing) {
  MakeTable(40);
  Execute(
      "UPDATE waybill SET recipient_phone = '138****1234' WHERE waybill_no "
      "= 'SF000003'");
  const char* objects = "SELECT count(*) FROM pg_class";
  const int64_t before = Count(objects);
  const MigrationPlan plan = Plan();
  EXPECT_EQ(plan.num_rows, 40);
  EXPECT_EQ(plan.num_sealable, 39);
  EXPECT_EQ(plan.first_day, absl::CivilDay(2026, 11, 15));
  EXPECT_EQ(plan.last_day, absl::CivilDay(2026, 11, 24));
  EXPECT_EQ(plan.unsealable.at(UnsealedReason::kAlreadyMasked), 1);
  EXPECT_GT(plan.bytes_added, 39 * 200);
  EXPECT_GT(plan.file_size, 0);
  EXPECT_EQ(Count(objects), before);
}

TEST_F(PostgresPlanTest, NamesEachStatementWithTheLockItTakes) {
  MakeTable(1);
  const MigrationPlan plan = Plan();
  const std::string run = absl::StrJoin(plan.run_statements, "\n");
  EXPECT_THAT(run, HasSubstr("/* ACCESS EXCLUSIVE, for a moment */ ALTER TABLE "
                             "\"public\".\"waybill\" ADD COLUMN"));
  EXPECT_THAT(run, HasSubstr("/* SHARE UPDATE EXCLUSIVE: keeps nobody */ "
                             "CREATE INDEX CONCURRENTLY"));
  EXPECT_THAT(plan.finish_statements, Contains(HasSubstr("VACUUM (FULL")));
}

TEST_F(PostgresPlanTest, FindsWhatElseHoldsOrMovesThePlaintext) {
  MakeTable(1);
  Execute("CREATE VIEW labels AS SELECT recipient_name FROM waybill");
  Execute("CREATE INDEX by_phone ON waybill (recipient_phone)");
  Execute(
      "ALTER TABLE waybill ADD CONSTRAINT has_name CHECK (recipient_name "
      "<> '')");
  Execute("CREATE STATISTICS s ON recipient_name, status FROM waybill");
  Execute("CREATE PUBLICATION all_rows FOR TABLE waybill");
  Execute(
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT "
      "recipient_phone FROM waybill'");
  Execute(
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
      "RETURN NEW; END'");
  Execute(
      "CREATE TRIGGER audit AFTER UPDATE ON waybill FOR EACH ROW EXECUTE "
      "FUNCTION g()");
  const std::string mentions = Mentions();
  for (const char* line :
       {"view labels recipient_name\n", "index by_phone recipient_phone\n",
        "constraint has_name recipient_name\n", "publication all_rows *\n",
        "function f() recipient_phone\n", "trigger audit *\n"}) {
    EXPECT_THAT(mentions, HasSubstr(line));
  }
  EXPECT_THAT(mentions, HasSubstr("statistics statistics object"));
}

TEST_F(PostgresPlanTest, NeedsARoleThatOnlyReads) {
  MakeTable(3);
  Execute("ALTER DATABASE " + Text("SELECT current_database()") +
          " SET default_transaction_read_only = on");
  EXPECT_EQ(Plan().num_rows, 3);
}

}  // namespace
}  // namespace parcelveil
