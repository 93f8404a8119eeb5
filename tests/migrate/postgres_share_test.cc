// SPDX-License-Identifier: Apache-2.0
// Runs beside others: other runs, long transactions, a server that ends
// connections.

#include <atomic>
#include <thread>

#include "tests/migrate/postgres_wrap_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kSealedRows;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

using PostgresShareTest = ::parcelveil::testing::PostgresWrapTest;

// Every write of a sealed field, as a trigger of the test's saw it.
constexpr char kCountWrites[] = R"(
CREATE TABLE writes (waybill_no text);
CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO writes VALUES (NEW.waybill_no); RETURN NEW; END $$;
CREATE TRIGGER count_write AFTER UPDATE ON waybill FOR EACH ROW
  EXECUTE FUNCTION count_write())";

TEST_F(PostgresShareTest, WorkersOfTwoRunsSealEachRowOnce) {
  MakeTable(5000);
  Execute(kCountWrites);
  RunOptions options = Options();
  options.workers = 2;
  options.batch_rows = 20;
  options.make_keys = nullptr;
  ASSERT_THAT(keyring_.editor().Backfill(EpochOf(absl::CivilDay(2026, 11, 15))),
              IsOk());
  keyring_.Publish();
  int64_t num_sealed[2];
  std::thread other([&] { num_sealed[0] = Run(options).num_sealed; });
  num_sealed[1] = Run(options).num_sealed;
  other.join();
  EXPECT_EQ(num_sealed[0] + num_sealed[1], 5000);
  EXPECT_EQ(Count(kSealedRows), 5000);
  EXPECT_EQ(Count("SELECT count(*) FROM writes"), 5000);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(PostgresShareTest, GoesOnWhenItsConnectionsAreEnded) {
  MakeTable(3000);
  Execute(kCountWrites);
  RunOptions options = Options();
  options.workers = 2;
  options.batch_rows = 20;
  int num_ended = 0;
  options.progress = [&](int64_t done, int64_t) {
    if (done < 500 * (num_ended + 1) || num_ended == 3) return;
    ++num_ended;
    Text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
        "datname = current_database() AND pid <> pg_backend_pid()");
  };
  EXPECT_THAT(TryRun(options), IsOk());
  EXPECT_EQ(num_ended, 3);
  EXPECT_EQ(Count(kSealedRows), 3000);
  EXPECT_EQ(Count("SELECT count(*) FROM writes"), 3000);
  EXPECT_TRUE(Verify().counts);
}

TEST_F(PostgresShareTest, WaitsForALongReaderAndLetsOthersPass) {
  MakeTable(10);
  const auto reader = Connect();
  Execute(reader.get(), "BEGIN; SELECT FROM waybill LIMIT 1");
  RunOptions options = Options();
  options.lock_timeout = absl::Milliseconds(20);
  // The reader holds ACCESS SHARE, which no column can be added beside.
  EXPECT_THAT(TryRun(options), StatusIs(absl::StatusCode::kUnavailable,
                                        HasSubstr("somebody else holds")));
  Execute("INSERT INTO waybill (waybill_no) VALUES ('others pass')");
  options.lock_timeout = absl::Milliseconds(100);
  std::thread end([&] { Execute(reader.get(), "COMMIT"); });
  EXPECT_THAT(TryRun(options), IsOk());
  end.join();
  EXPECT_EQ(Count(kSealedRows), 10);
}

TEST_F(PostgresShareTest, PassesByRowsThatALongTransactionHolds) {
  MakeTable(100);
  const auto other = Connect();
  RunOptions options = Options();
  options.batch_rows = 10;
  std::atomic<bool> has_begun{false};
  options.progress = [&](int64_t done, int64_t) {
    if (!has_begun.exchange(true)) {
      Execute(other.get(),
              "BEGIN; UPDATE waybill SET recipient_name = '慢' WHERE "
              "waybill_no IN ('SF000055', 'SF000077')");
    }
    if (done == 98) Execute(other.get(), "COMMIT");
  };
  EXPECT_THAT(TryRun(options), IsOk());
  EXPECT_EQ(Count(kSealedRows), 100);
  EXPECT_EQ(
      OpenField("SF000077", Slot::kRecipientName, "recipient_name_sealed"),
      "慢");
  EXPECT_TRUE(Verify().counts);
}

// Two transactions that lock the same rows in opposite order: the run gives
// way, the program's does not fail.
TEST_F(PostgresShareTest, NeverMakesAProgramTheVictimOfADeadlock) {
  MakeTable(400);
  std::atomic<bool> is_done{false};
  std::atomic<int> num_failed{0};
  std::thread program([&] {
    const auto db = Connect();
    while (!is_done) {
      const bool worked =
          db->Execute("BEGIN", "test").ok() &&
          db->Execute(
                "UPDATE waybill SET status = '1' WHERE waybill_no = "
                "'SF000390'",
                "test")
              .ok() &&
          db->Execute(
                "UPDATE waybill SET status = '1' WHERE waybill_no = "
                "'SF000010'",
                "test")
              .ok() &&
          db->Execute("COMMIT", "test").ok();
      if (worked) continue;
      ++num_failed;
      db->Execute("ROLLBACK", "test").IgnoreError();
    }
  });
  RunOptions options = Options();
  options.batch_rows = 400;
  EXPECT_THAT(TryRun(options), IsOk());
  is_done = true;
  program.join();
  EXPECT_EQ(num_failed, 0);
  EXPECT_EQ(Count(kSealedRows), 400);
}

TEST_F(PostgresShareTest, KeepsToItsRate) {
  MakeTable(400);
  RunOptions options = Options();
  options.batch_rows = 100;
  options.rows_per_second = 400;
  const absl::Time start = absl::Now();
  Run(options);
  // The first batch goes at once, the other three wait.
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(740));
  EXPECT_EQ(Count(kSealedRows), 400);
}

TEST_F(PostgresShareTest, TakesAPartitionedParentAsOneTable) {
  Execute(
      "CREATE TABLE waybill (waybill_no text, created_at timestamptz, "
      "outlet_id bigint, status text, recipient_name text, recipient_phone "
      "text, recipient_address text, PRIMARY KEY (waybill_no, created_at)) "
      "PARTITION BY RANGE (created_at)");
  Execute(
      "CREATE TABLE w_old PARTITION OF waybill FOR VALUES FROM (MINVALUE) TO "
      "('2026-11-20') PARTITION BY HASH (waybill_no)");
  Execute(
      "CREATE TABLE w_old0 PARTITION OF w_old FOR VALUES WITH (MODULUS 2, "
      "REMAINDER 0)");
  Execute(
      "CREATE TABLE w_old1 PARTITION OF w_old FOR VALUES WITH (MODULUS 2, "
      "REMAINDER 1)");
  Execute(
      "CREATE TABLE w_new PARTITION OF waybill FOR VALUES FROM ('2026-11-20') "
      "TO (MAXVALUE)");
  InsertRows(1, 300);
  RunOptions options = Options();
  options.batch_rows = 20;
  EXPECT_EQ(Run(options).num_sealed, 300);
  Execute("UPDATE w_new SET recipient_name = '改名'");
  Execute(
      "UPDATE waybill SET created_at = '2026-11-24 01:00+00' WHERE waybill_no "
      "= 'SF000009'");
  Run();
  EXPECT_EQ(Count("SELECT count(*) FROM pg_index i JOIN pg_attribute a ON "
                  "a.attrelid = indrelid AND attnum = indkey[0] WHERE attname "
                  "= 'recipient_phone_by_phone' AND indisvalid"),
            5);
  EXPECT_TRUE(Verify().counts);
  EXPECT_THAT(Finish(), IsOk());
  EXPECT_EQ(
      OpenField("SF000009", Slot::kRecipientPhone, "recipient_phone_sealed"),
      "13800000009");
}

TEST_F(PostgresShareTest, RefusesOneKeyInTwoPartitions) {
  MakeTable(0, "");
  Execute("DROP TABLE waybill");
  Execute(
      "CREATE TABLE waybill (waybill_no text, created_at timestamptz, "
      "outlet_id bigint, status text, recipient_name text, recipient_phone "
      "text, recipient_address text, PRIMARY KEY (waybill_no, created_at)) "
      "PARTITION BY RANGE (created_at)");
  Execute("CREATE TABLE w_all PARTITION OF waybill DEFAULT");
  InsertRows(1, 5);
  Execute(
      "INSERT INTO waybill (waybill_no, created_at) VALUES ('SF000001', "
      "'2026-01-01')");
  EXPECT_THAT(TryRun(Options()), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("two rows have the same")));
}

}  // namespace
}  // namespace parcelveil
