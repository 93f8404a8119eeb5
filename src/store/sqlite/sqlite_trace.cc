// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/sqlite_trace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/sqlite.h"
#include "src/base/status.h"
#include "src/gate/parcel_columns.h"
#include "src/store/sqlite/parcel_sql.h"
#include "src/store/sqlite/statement_cache.h"
#include "src/trace/trace_table.h"

namespace parcelveil {
namespace {

using trace::TraceTable;

constexpr size_t kMaxMarks = 30000;  // SQLite takes 32766 parameters

// With the table's name in front, SQLite never takes the name of a column that
// is not there for a text.
std::string Of(const std::string& column) { return "t." + QuoteName(column); }

std::string OfOr(const std::string& column, const char* none) {
  return column.empty() ? none : Of(column);
}

std::string Marks(size_t count) {
  return absl::StrJoin(std::vector<std::string>(count, "?"), ", ");
}

// Where the columns of a record stand; its cells behind them.
enum Column { kKey, kStratum, kSegment, kMerchant, kVersion, kCells };

}  // namespace

class SqliteTraceRecords::State {
 public:
  State(TraceTable table, std::unique_ptr<SqliteDatabase> db)
      : table(std::move(table)),
        db_(std::move(db)),
        sql(db_.get(), this->table.What()) {}

  std::string Part(int at, int size) const {
    return absl::StrCat("substr(", Of(table.stratum_column()), ", ", at, ", ",
                        size, ")");
  }
  std::string Stratum() const {
    return Part(TraceTable::kDayAt, TraceTable::kStratumSize);
  }
  std::string From() const {
    return absl::StrCat(" FROM ", QuoteName(table.map().table), " AS t WHERE ",
                        Of(table.stratum_column()), " IS NOT NULL AND ");
  }
  std::string OnDays() const {
    return Part(TraceTable::kDayAt, 2) + " BETWEEN ? AND ?";
  }
  std::string Select(const std::vector<std::string>& cells) const {
    std::string text =
        absl::StrCat("SELECT ", Of(table.map().record_id), ", ", Stratum(),
                     ", ", OfOr(table.columns().segment, "''"), ", ",
                     OfOr(table.columns().merchant, "''"), ", ",
                     OfOr(table.map().version, "0"));
    for (const std::string& cell : cells) {
      absl::StrAppend(&text, ", ", Of(cell));
    }
    return text + From();
  }
  // Slots that the table has, and their columns.
  std::pair<std::vector<Slot>, std::vector<std::string>> Cells(
      absl::Span<const Slot> slots) const {
    std::pair<std::vector<Slot>, std::vector<std::string>> cells;
    for (const Slot slot : slots) {
      std::string column = table.ColumnOf(slot);
      if (column.empty()) continue;
      cells.first.push_back(slot);
      cells.second.push_back(std::move(column));
    }
    return cells;
  }
  // Calls f with each record that has a stratum.
  absl::Status Read(SqliteStatement* row, const std::vector<Slot>& slots,
                    const std::function<absl::Status(TraceRecord&&)>& f) const;

  const TraceTable table;

 private:
  const std::unique_ptr<SqliteDatabase> db_;

 public:
  StatementCache sql;
};

absl::Status SqliteTraceRecords::State::Read(
    SqliteStatement* row, const std::vector<Slot>& slots,
    const std::function<absl::Status(TraceRecord&&)>& f) const {
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return absl::OkStatus();
    TraceRecord record;
    if (!TraceTable::ReadStratum(row->Bytes(kStratum), &record.stratum)) {
      continue;  // no sealed field
    }
    record.record_id = table.map().record_prefix + row->Value(kKey).ToText();
    record.stratum.segment = row->Value(kSegment).ToText();
    record.merchant = row->Value(kMerchant).ToText();
    record.version = static_cast<uint32_t>(row->Int(kVersion));
    for (size_t i = 0; i < slots.size(); ++i) {
      const int column = kCells + static_cast<int>(i);
      if (row->IsNull(column)) continue;
      record.cells.push_back({slots[i], std::string(row->Bytes(column))});
    }
    PARCELVEIL_RETURN_IF_ERROR(f(std::move(record)));
  }
}

SqliteTraceRecords::SqliteTraceRecords(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SqliteTraceRecords::~SqliteTraceRecords() = default;

absl::StatusOr<std::unique_ptr<SqliteTraceRecords>> SqliteTraceRecords::Create(
    const std::string& path, const TableMap& map, const Schema& schema,
    const TraceColumns& columns) {
  PARCELVEIL_ASSIGN_OR_RETURN(TraceTable table,
                              TraceTable::Create(map, schema, columns));
  PARCELVEIL_ASSIGN_OR_RETURN(
      auto db, SqliteDatabase::Open(path, SqliteDatabase::Access::kReadOnly));
  auto state = std::make_unique<State>(std::move(table), std::move(db));
  // A table that lacks a column is found at once.
  PARCELVEIL_RETURN_IF_ERROR(
      state->sql.Bind(state->Select({}) + "FALSE").status());
  return std::unique_ptr<SqliteTraceRecords>(
      new SqliteTraceRecords(std::move(state)));
}

bool SqliteTraceRecords::HasSegments() const {
  return !state_->table.columns().segment.empty();
}

absl::StatusOr<std::optional<TraceRecord>> SqliteTraceRecords::Find(
    std::string_view record_id, absl::Span<const Slot> slots) {
  const auto [known, cells] = state_->Cells(slots);
  const std::string key = state_->table.KeyOf(record_id);
  const std::string column = Of(state_->table.map().record_id);
  SqliteValue number;
  if (gate::IsInteger(key, &number.integer)) {
    number.type = SqliteValue::Type::kInteger;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      state_->sql.Bind(
          absl::StrCat(state_->Select(cells), column, " IN (?1, ?2, ?3) AND ",
                       "CAST(", column, " AS TEXT) COLLATE BINARY = ?1"),
          SqlText{key}, key, number));
  std::optional<TraceRecord> found;
  PARCELVEIL_RETURN_IF_ERROR(
      state_->Read(row.get(), known, [&](TraceRecord&& record) {
        found = std::move(record);
        return absl::OkStatus();
      }));
  return found;
}

absl::StatusOr<std::vector<TraceRecord>> SqliteTraceRecords::FindByIndex(
    Slot index, absl::Span<const std::string> values,
    absl::Span<const Slot> slots, size_t limit) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string column,
                              state_->table.IndexColumn(index));
  std::vector<TraceRecord> records;
  if (values.empty()) return records;
  // A few lengths, so that statements are prepared once: the last value fills
  // the rest.
  size_t num_marks = 8;
  while (num_marks < values.size()) num_marks *= 2;
  const auto [known, cells] = state_->Cells(slots);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      state_->sql.Bind(absl::StrCat(state_->Select(cells), Of(column), " IN (",
                                    Marks(num_marks), ") LIMIT ?")));
  for (size_t i = 0; i < num_marks; ++i) {
    row->BindBlob(static_cast<int>(i), values[std::min(i, values.size() - 1)]);
  }
  row->BindInt(static_cast<int>(num_marks), static_cast<int64_t>(limit));
  PARCELVEIL_RETURN_IF_ERROR(
      state_->Read(row.get(), known, [&](TraceRecord&& record) {
        records.push_back(std::move(record));
        return absl::OkStatus();
      }));
  return records;
}

absl::Status SqliteTraceRecords::ReadGroups(
    Days days, const std::function<absl::Status(const Group&)>& f) {
  const TraceColumns& columns = state_->table.columns();
  const std::string first = TraceTable::BytesOf(days.first);  // stay bound
  const std::string last = TraceTable::BytesOf(days.last);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      state_->sql.Bind(
          absl::StrCat("SELECT ", state_->Stratum(), ", ",
                       OfOr(columns.segment, "''"), ", ",
                       OfOr(columns.merchant, "''"), ", COUNT(*)",
                       state_->From(), state_->OnDays(), " GROUP BY 1, 2, 3"),
          first, last));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return absl::OkStatus();
    Group group;
    if (!TraceTable::ReadStratum(row->Bytes(0), &group.stratum)) continue;
    group.stratum.segment = row->Value(1).ToText();
    group.merchant = row->Value(2).ToText();
    group.count = static_cast<uint64_t>(row->Int(3));
    PARCELVEIL_RETURN_IF_ERROR(f(group));
  }
}

absl::Status SqliteTraceRecords::ReadRecords(
    Days days, absl::Span<const Scope> outlets,
    const std::function<absl::Status(const TraceRecord&)>& f) {
  std::string text = state_->Select({}) + state_->OnDays();
  const bool names_outlets = outlets.size() <= kMaxMarks;
  if (names_outlets) {
    absl::StrAppend(&text, " AND ", state_->Part(TraceTable::kOutletAt, 4),
                    " IN (", Marks(outlets.size()), ")");
  }
  const std::string first = TraceTable::BytesOf(days.first);  // stay bound
  const std::string last = TraceTable::BytesOf(days.last);
  PARCELVEIL_ASSIGN_OR_RETURN(const BoundStatement row,
                              state_->sql.Bind(text, first, last));
  std::vector<std::string> bytes;  // as long as they are bound
  bytes.reserve(outlets.size());
  for (const Scope outlet : outlets) {
    bytes.push_back(TraceTable::BytesOf(outlet));
  }
  for (size_t i = 0; i < bytes.size() && names_outlets; ++i) {
    row->BindBlob(static_cast<int>(2 + i), bytes[i]);
  }
  return state_->Read(row.get(), {}, [&](TraceRecord&& record) {
    const bool is_asked =
        names_outlets || std::binary_search(outlets.begin(), outlets.end(),
                                            record.stratum.outlet);
    return is_asked ? f(record) : absl::OkStatus();
  });
}

}  // namespace parcelveil
