// SPDX-License-Identifier: Apache-2.0

#include "tests/migrate/wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class PlanTest : public ::parcelveil::testing::WrapTest {
 protected:
  MigrationPlan Plan() {
    const auto keyring = keyring_.Load(Role::kConverter);
    auto plan = OpenMigration()->Plan(*keyring);
    EXPECT_THAT(plan, IsOk());
    return plan.value_or(MigrationPlan());
  }
};

TEST_F(PlanTest, ChangesNothing) {
  InsertMany(20);
  const std::string before = AllBytes();
  Plan();
  EXPECT_EQ(AllBytes(), before);
}

TEST_F(PlanTest, CountsRowsDaysReasonsAndSharedPhones) {
  InsertMany(20);
  Insert({"A1", "2026-11-24", "***"});
  Insert({"A2", "2026-11-24", "刘备", "13800000005"});
  Insert({"A3", "2026-11-25"});
  const MigrationPlan plan = Plan();
  EXPECT_EQ(plan.num_rows, 23);
  EXPECT_EQ(plan.num_sealable, 21);
  EXPECT_EQ(plan.first_day, absl::CivilDay(2026, 11, 15));
  EXPECT_EQ(plan.last_day, absl::CivilDay(2026, 11, 25));
  EXPECT_EQ(plan.unsealable.at(UnsealedReason::kAlreadyMasked), 1);
  EXPECT_EQ(plan.unsealable.at(UnsealedReason::kInFuture), 1);
  ASSERT_EQ(plan.shared_phones.size(), 1u);
  EXPECT_EQ(plan.shared_phones[0].column, "recipient_phone");
  EXPECT_EQ(plan.shared_phones[0].numbers, 2);
  EXPECT_EQ(plan.shared_phones[0].rows, 4);
}

TEST_F(PlanTest, ForetellsTheBytesThatARunAdds) {
  InsertMany(50);
  const MigrationPlan plan = Plan();
  Run();
  const int64_t added = Count(
      "SELECT SUM(length(recipient_name_sealed) + "
      "length(recipient_phone_sealed) + length(recipient_address_sealed) "
      "+ length(recipient_view) + length(recipient_phone_by_phone) + "
      "length(recipient_phone_by_last4)) FROM waybill");
  // Beside the columns: two database indexes of 12 + 16 bytes a row.
  EXPECT_EQ(plan.bytes_added, added + 50 * 2 * 28);
}

TEST_F(PlanTest, NamesWhatElseReadsTheColumns) {
  Execute("CREATE INDEX by_phone ON waybill (recipient_phone)");
  Execute("CREATE INDEX by_status ON waybill (status)");
  Execute("CREATE VIEW names AS SELECT Recipient_Name FROM waybill");
  Execute("CREATE TABLE history (text)");
  Execute(
      "CREATE TRIGGER note AFTER UPDATE ON waybill BEGIN INSERT INTO "
      "history VALUES (OLD.recipient_address); END");
  std::string mentions;
  for (const auto& mention : Plan().mentions) {
    mentions += mention.type + " " + mention.name + " " + mention.column + "\n";
  }
  EXPECT_EQ(mentions,
            "index by_phone recipient_phone\n"
            "trigger note recipient_address\n"
            "view names recipient_name\n");
}

TEST_F(PlanTest, ListsTheStatementsThatRunAndFinishTake) {
  Execute("CREATE INDEX by_phone ON waybill (recipient_phone)");
  const MigrationPlan plan = Plan();
  EXPECT_THAT(plan.run_statements,
              Contains("ALTER TABLE \"waybill\" ADD COLUMN "
                       "\"recipient_phone_by_last4\" BLOB"));
  EXPECT_THAT(plan.run_statements,
              Contains(HasSubstr("CREATE INDEX IF NOT EXISTS "
                                 "\"waybill_recipient_phone_by_phone\"")));
  EXPECT_THAT(plan.finish_statements, Contains("DROP INDEX \"by_phone\""));
  EXPECT_THAT(plan.finish_statements,
              Contains("ALTER TABLE \"waybill\" DROP COLUMN "
                       "\"recipient_name\""));
  EXPECT_THAT(plan.finish_statements, Not(Contains(HasSubstr("status"))));
}

}  // namespace
}  // namespace parcelveil
