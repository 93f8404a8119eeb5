// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/cli/generate_waybill.h"

namespace parcelveil::cli {
namespace {

constexpr int kMaxOutlets = 12;  // as many as the stock has
constexpr int kMaxCouriers = 99;

// The page size is named so that no build's default changes the bytes. A run
// that fails removes the file, so a journal would be for nothing.
constexpr char kBegin[] = R"sql(
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
BEGIN EXCLUSIVE;
CREATE TABLE waybill (
  waybill_no TEXT PRIMARY KEY NOT NULL,
  order_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  outlet_id INTEGER NOT NULL,
  courier_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  route_code TEXT NOT NULL,
  sender_name TEXT,
  sender_phone TEXT,
  sender_address TEXT,
  recipient_name TEXT,
  recipient_phone TEXT,
  recipient_address TEXT
);
)sql";
constexpr char kInsert[] =
    "INSERT INTO waybill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
// After the rows: faster, and the index pages come out full.
constexpr char kEnd[] = R"sql(
CREATE INDEX waybill_by_courier ON waybill (courier_id, status);
CREATE INDEX waybill_by_outlet ON waybill (outlet_id, created_at);
COMMIT;
)sql";

// Makes an empty file, or fails where something is there already.
absl::Status CreateFile(const std::string& path) {
  FILE* file = std::fopen(path.c_str(), "wx");
  if (file != nullptr) {
    std::fclose(file);
    return absl::OkStatus();
  }
  if (errno == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat("generate \"", path,
                     "\": the file exists; name a new one or remove it"));
  }
  return absl::UnavailableError(
      absl::StrCat("generate \"", path, "\": ", std::strerror(errno),
                   "; name a file in a folder you can write to"));
}

struct CloseSqlite {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
  }
};
using Connection = std::unique_ptr<sqlite3, CloseSqlite>;
using Statement = std::unique_ptr<sqlite3_stmt, CloseSqlite>;

absl::Status Check(int code, int wanted, const std::string& path) {
  if (code == wanted) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("generate \"", path, "\": ", sqlite3_errstr(code),
                   "; look at the disk, then run it again"));
}

// `row` outlives the step, so SQLite need not copy the text.
int Insert(const Waybill& row, sqlite3_stmt* insert) {
  int column = 0;
  const auto text = [&](const std::string& value) {
    sqlite3_bind_text(insert, ++column, value.data(),
                      static_cast<int>(value.size()), SQLITE_STATIC);
  };
  text(row.waybill_no);
  text(row.order_id);
  text(row.created_at);
  sqlite3_bind_int(insert, ++column, row.outlet_id);
  sqlite3_bind_int(insert, ++column, row.courier_id);
  text(row.status);
  text(row.route_code);
  for (const Party* party : {&row.sender, &row.recipient}) {
    text(party->name.text);
    text(party->phone.text);
    text(party->address.text);
  }
  const int code = sqlite3_step(insert);
  sqlite3_reset(insert);
  return code;
}

absl::Status InsertRows(const GenerateOptions& options, sqlite3_stmt* insert) {
  constexpr int64_t kProgressStep = 1000;
  WaybillSource source(options);
  for (int64_t done = 1; done <= options.rows; ++done) {
    const Waybill row = source.Next();
    PARCELVEIL_RETURN_IF_ERROR(
        Check(Insert(row, insert), SQLITE_DONE, options.sqlite_path));
    if (options.each) options.each(row);
    const bool tell = done % kProgressStep == 0 || done == options.rows;
    if (tell && options.progress) options.progress(done);
  }
  return absl::OkStatus();
}

absl::Status WriteTable(const GenerateOptions& options) {
  const std::string& path = options.sqlite_path;
  sqlite3* raw_db = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw_db, SQLITE_OPEN_READWRITE, nullptr);
  const Connection db(raw_db);
  PARCELVEIL_RETURN_IF_ERROR(Check(opened, SQLITE_OK, path));
  const auto run = [&](const char* sql) {
    return Check(sqlite3_exec(db.get(), sql, nullptr, nullptr, nullptr),
                 SQLITE_OK, path);
  };
  PARCELVEIL_RETURN_IF_ERROR(run(kBegin));
  sqlite3_stmt* raw_insert = nullptr;
  const int prepared =
      sqlite3_prepare_v2(db.get(), kInsert, -1, &raw_insert, nullptr);
  Statement insert(raw_insert);
  PARCELVEIL_RETURN_IF_ERROR(Check(prepared, SQLITE_OK, path));
  PARCELVEIL_RETURN_IF_ERROR(InsertRows(options, insert.get()));
  insert.reset();
  return run(kEnd);
}

}  // namespace

absl::Status CheckOptions(const GenerateOptions& options) {
  const auto refuse = [](std::string_view option, std::string_view range) {
    return absl::InvalidArgumentError(Concat(
        {"generate waybills: ", option, " is out of range; use ", range}));
  };
  // To SQLite this is no file.
  if (options.sqlite_path == ":memory:") return refuse("sqlite_path", "a file");
  if (options.rows < 1) return refuse("rows", "1 or more");
  if (options.days < 1) return refuse("days", "1 or more");
  if (options.outlets < 1 || options.outlets > kMaxOutlets) {
    return refuse("outlets", absl::StrCat("1 to ", kMaxOutlets));
  }
  if (options.couriers_per_outlet < 1 ||
      options.couriers_per_outlet > kMaxCouriers) {
    return refuse("couriers_per_outlet", absl::StrCat("1 to ", kMaxCouriers));
  }
  return absl::OkStatus();
}

absl::Status Generate(const GenerateOptions& options) {
  PARCELVEIL_RETURN_IF_ERROR(CheckOptions(options));
  PARCELVEIL_RETURN_IF_ERROR(CreateFile(options.sqlite_path));
  absl::Status status = WriteTable(options);
  if (!status.ok()) std::remove(options.sqlite_path.c_str());
  return status;
}

}  // namespace parcelveil::cli
