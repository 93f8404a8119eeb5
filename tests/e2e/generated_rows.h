// SPDX-License-Identifier: Apache-2.0
// Generated tables as the tests see them: a fixture that makes and reads them.

#ifndef PARCELVEIL_TESTS_E2E_GENERATED_ROWS_H_
#define PARCELVEIL_TESTS_E2E_GENERATED_ROWS_H_

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "src/cli/generate.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::cli {

// Columns in the order of the table.
enum Column {
  kWaybillNo,
  kOrderId,
  kCreatedAt,
  kOutletId,
  kCourierId,
  kStatus,
  kRouteCode,
  kSenderName,
  kSenderPhone,
  kSenderAddress,
  kRecipientName,
  kRecipientPhone,
  kRecipientAddress,
  kNumColumns
};
constexpr int kFirstPersonal = kSenderName;
using Row = std::vector<std::string>;

inline bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline bool HoldsAny(std::string_view text,
                     std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return Holds(text, part); });
}

inline std::vector<Row> Query(const std::string& path, const std::string& sql) {
  std::vector<Row> rows;
  sqlite3* db = nullptr;
  sqlite3_stmt* select = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &select, nullptr),
            SQLITE_OK);
  while (sqlite3_step(select) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(select); ++i) {
      const auto* text =
          reinterpret_cast<const char*>(sqlite3_column_text(select, i));
      row.push_back(text == nullptr ? "(null)" : text);
    }
  }
  sqlite3_finalize(select);
  sqlite3_close(db);
  return rows;
}

// A folder that goes when the test ends.
class GenerateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/generate_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  GenerateOptions Options(int64_t rows, const std::string& name) const {
    GenerateOptions options;
    options.rows = rows;
    options.seed = 7;
    options.sqlite_path = Path(name);
    options.until = absl::CivilDay(2026, 11, 24);
    return options;
  }
  std::vector<Row> Rows(int64_t rows) const {
    EXPECT_THAT(Generate(Options(rows, "rows.db")), testing::IsOk());
    return Query(Path("rows.db"), "SELECT * FROM waybill ORDER BY rowid");
  }

 private:
  std::string folder_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_TESTS_E2E_GENERATED_ROWS_H_
