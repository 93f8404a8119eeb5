// SPDX-License-Identifier: Apache-2.0
// The generated table as a whole: columns, days, couriers, refusals.

#include "src/cli/generate.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/generated_rows.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::cli {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(GenerateTest, SameSeedAndDayGiveTheSameBytes) {
  ASSERT_THAT(Generate(Options(3000, "a.db")), IsOk());
  ASSERT_THAT(Generate(Options(3000, "b.db")), IsOk());
  EXPECT_TRUE(FileBytes(Path("a.db")) == FileBytes(Path("b.db")));
}

// Other compilers and standard libraries must come to the same rows. A change
// of the stock or of a share changes this number.
TEST_F(GenerateTest, RowsOfSeedSevenAreTheSameEverywhere) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const Row& row : Rows(3000)) {
    for (const std::string& value : row) {
      for (unsigned char byte : value) hash = (hash ^ byte) * 1099511628211u;
    }
  }
  EXPECT_EQ(hash, 9973425897463733361u);
}

TEST_F(GenerateTest, AnotherSeedGivesOtherRows) {
  ASSERT_THAT(Generate(Options(50, "a.db")), IsOk());
  GenerateOptions options = Options(50, "b.db");
  options.seed = 8;
  ASSERT_THAT(Generate(options), IsOk());
  const char kNumbers[] = "SELECT waybill_no FROM waybill ORDER BY 1";
  EXPECT_NE(Query(Path("a.db"), kNumbers), Query(Path("b.db"), kNumbers));
}

TEST_F(GenerateTest, MakesTheTableAndItsIndexes) {
  ASSERT_THAT(Generate(Options(10, "a.db")), IsOk());
  EXPECT_EQ(Query(Path("a.db"),
                  "SELECT name, type, \"notnull\", pk FROM "
                  "pragma_table_info('waybill')"),
            (std::vector<Row>{{"waybill_no", "TEXT", "1", "1"},
                              {"order_id", "TEXT", "1", "0"},
                              {"created_at", "TEXT", "1", "0"},
                              {"outlet_id", "INTEGER", "1", "0"},
                              {"courier_id", "INTEGER", "1", "0"},
                              {"status", "TEXT", "1", "0"},
                              {"route_code", "TEXT", "1", "0"},
                              {"sender_name", "TEXT", "0", "0"},
                              {"sender_phone", "TEXT", "0", "0"},
                              {"sender_address", "TEXT", "0", "0"},
                              {"recipient_name", "TEXT", "0", "0"},
                              {"recipient_phone", "TEXT", "0", "0"},
                              {"recipient_address", "TEXT", "0", "0"}}));
  EXPECT_EQ(
      Query(Path("a.db"),
            "SELECT group_concat(i.name) FROM pragma_index_list('waybill') l, "
            "pragma_index_info(l.name) i WHERE l.origin = 'c' "
            "GROUP BY l.name ORDER BY 1"),
      (std::vector<Row>{{"courier_id,status"}, {"outlet_id,created_at"}}));
  EXPECT_EQ(Query(Path("a.db"), "PRAGMA integrity_check"),
            std::vector<Row>{{"ok"}});
}

TEST_F(GenerateTest, RowsLieOnTheDaysAskedForAndMostlyOnTheLast) {
  std::map<std::string, int> per_day;
  std::string last_time;
  for (const Row& row : Rows(20000)) {
    const std::string& time = row[kCreatedAt];
    ASSERT_EQ(time.size(), 25u) << time;
    ASSERT_EQ(time.substr(19), "+08:00") << time;
    ASSERT_GE(time, last_time);
    last_time = time;
    ++per_day[time.substr(0, 10)];
  }
  EXPECT_EQ(per_day.size(), 30u);
  EXPECT_EQ(per_day.begin()->first, "2026-10-26");
  EXPECT_EQ(per_day.rbegin()->first, "2026-11-24");
  EXPECT_EQ(per_day.rbegin()->second, 2000);
  EXPECT_GT(per_day["2026-11-23"], per_day["2026-10-26"] * 3 / 2);
}

TEST_F(GenerateTest, EarlyCourierHasParcelsOutForDeliveryOnTheLastDay) {
  for (int64_t num_rows : {1, 10, 20000}) {
    const std::string name = std::to_string(num_rows);
    ASSERT_THAT(Generate(Options(num_rows, name)), IsOk());
    EXPECT_FALSE(Query(Path(name),
                       "SELECT 1 FROM waybill WHERE courier_id = 1007 AND "
                       "status = '30' AND created_at LIKE '2026-11-24%'")
                     .empty())
        << num_rows;
  }
}

TEST_F(GenerateTest, EveryCourierBelongsToOneOutlet) {
  std::map<std::string, std::set<std::string>> outlets;
  for (const Row& row : Rows(5000)) {
    outlets[row[kCourierId]].insert(row[kOutletId]);
  }
  EXPECT_EQ(outlets.size(), 48u);
  EXPECT_EQ(outlets.begin()->first, "1001");
  EXPECT_EQ(outlets.rbegin()->first, "1048");
  for (const auto& [courier, where] : outlets) {
    EXPECT_EQ(where.size(), 1u) << courier;
  }
  EXPECT_EQ(outlets["1007"], std::set<std::string>{"5712"});
}

TEST_F(GenerateTest, OldParcelsAreSignedOffAndNewOnesAreNot) {
  const std::vector<Row> rows = Rows(20000);
  int num_old = 0, num_old_signed_off = 0, num_new = 0, num_new_signed_off = 0;
  for (const Row& row : rows) {
    ASSERT_TRUE(HoldsAny("10 20 30 80", {row[kStatus]})) << row[kStatus];
    const bool signed_off = row[kStatus] == "80";
    if (row[kCreatedAt] < "2026-11-20") {
      ++num_old;
      num_old_signed_off += signed_off;
    }
    if (row[kCreatedAt] > "2026-11-24") {
      ++num_new;
      num_new_signed_off += signed_off;
    }
  }
  EXPECT_GT(num_old_signed_off, num_old * 97 / 100);
  EXPECT_LT(num_new_signed_off, num_new / 10);
}

TEST_F(GenerateTest, TellsHowFarItIs) {
  std::vector<int64_t> told;
  GenerateOptions options = Options(2500, "a.db");
  options.progress = [&](int64_t done) { told.push_back(done); };
  ASSERT_THAT(Generate(options), IsOk());
  EXPECT_EQ(told, (std::vector<int64_t>{1000, 2000, 2500}));
}

TEST_F(GenerateTest, WorksWithEveryOutletAndWithOneCourier) {
  GenerateOptions options = Options(500, "most.db");
  options.outlets = 12;
  options.couriers_per_outlet = 99;
  EXPECT_THAT(Generate(options), IsOk());
  options = Options(500, "least.db");
  options.outlets = options.couriers_per_outlet = options.days = 1;
  EXPECT_THAT(Generate(options), IsOk());
  EXPECT_EQ(Query(Path("least.db"),
                  "SELECT DISTINCT courier_id, outlet_id, "
                  "substr(created_at, 1, 10) FROM waybill"),
            (std::vector<Row>{{"1001", "5712", "2026-11-24"}}));
}

TEST_F(GenerateTest, LeavesAnExistingFileAlone) {
  std::ofstream(Path("a.db")) << "mine";
  EXPECT_THAT(
      Generate(Options(10, "a.db")),
      StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("file exists")));
  EXPECT_EQ(FileBytes(Path("a.db")), "mine");
}

TEST_F(GenerateTest, RefusesAFolderThatIsNotThere) {
  EXPECT_THAT(Generate(Options(10, "no/a.db")),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no/a.db")));
}

TEST_F(GenerateTest, LeavesNothingBehindWhenTheDiskIsFull) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {64 << 10, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = Generate(Options(3000, "a.db"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("a.db")));
  EXPECT_FALSE(std::filesystem::exists(Path("a.db")));
}

TEST_F(GenerateTest, RefusesOptionsOutOfRangeAndMakesNoFile) {
  const auto refused = [&](const std::function<void(GenerateOptions&)>& change,
                           const char* option) {
    GenerateOptions options = Options(10, "a.db");
    change(options);
    EXPECT_THAT(Generate(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                            HasSubstr(option)));
    EXPECT_FALSE(std::filesystem::exists(options.sqlite_path));
  };
  refused([](GenerateOptions& o) { o.rows = 0; }, "rows");
  refused([](GenerateOptions& o) { o.days = 0; }, "days");
  refused([](GenerateOptions& o) { o.outlets = 13; }, "outlets");
  refused([](GenerateOptions& o) { o.couriers_per_outlet = 0; },
          "couriers_per_outlet");
  refused([](GenerateOptions& o) { o.sqlite_path = ":memory:"; },
          "sqlite_path");
}

}  // namespace
}  // namespace parcelveil::cli
