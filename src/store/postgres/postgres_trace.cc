// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/postgres_trace.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/gate/parcel_columns.h"
#include "src/store/postgres/postgres_session.h"
#include "src/trace/trace_table.h"

namespace parcelveil {
namespace {

using trace::TraceTable;
using Cells = std::vector<PostgresStatement::Cell>;

std::string Of(const std::string& column) {
  return "t." + QuotePostgresName(column);
}

std::string TextOf(const std::string& column) {
  return column.empty() ? "''::text"
                        : absl::StrCat("coalesce(", Of(column), "::text, '')");
}

// Where the columns of a record stand; its cells behind them.
enum Column { kKey, kStratum, kSegment, kMerchant, kVersion, kCells };

}  // namespace

class PostgresTraceRecords::State {
 public:
  State(TraceTable table, std::string name,
        std::unique_ptr<PostgresSession> session)
      : table(std::move(table)),
        session(std::move(session)),
        name_(std::move(name)) {}

  // Whether keys are integers, so that a comparison is written which an index
  // on the column serves.
  absl::Status LookAtKey() {
    PARCELVEIL_ASSIGN_OR_RETURN(
        has_integer_keys,
        session->HasRow(
            "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = "
            "pg_catalog.to_regclass($1) AND attname = $2 AND atttypid IN "
            "('int2'::regtype, 'int4'::regtype, 'int8'::regtype)",
            PostgresText{name_}, PostgresText{table.map().record_id}));
    return session->Bind(Select({}) + "FALSE").status();
  }
  std::string Part(int at, int size) const {
    return absl::StrCat("substring(", Of(table.stratum_column()), " from ", at,
                        " for ", size, ")");
  }
  std::string Stratum() const {
    return Part(TraceTable::kDayAt, TraceTable::kStratumSize);
  }
  std::string From() const {
    return absl::StrCat(" FROM ", name_, " AS t WHERE ",
                        Of(table.stratum_column()), " IS NOT NULL AND ");
  }
  std::string OnDays() const {
    return Part(TraceTable::kDayAt, 2) + " BETWEEN $1 AND $2";
  }
  std::string Select(absl::Span<const Slot> known) const {
    std::string text = absl::StrCat(
        "SELECT ", TextOf(table.map().record_id), ", ", Stratum(), ", ",
        TextOf(table.columns().segment), ", ", TextOf(table.columns().merchant),
        ", ", TextOf(table.map().version));
    for (const Slot slot : known) {
      absl::StrAppend(&text, ", ", Of(table.ColumnOf(slot)));
    }
    return text + From();
  }
  std::vector<Slot> Known(absl::Span<const Slot> slots) const {
    std::vector<Slot> known;
    for (const Slot slot : slots) {
      if (!table.ColumnOf(slot).empty()) known.push_back(slot);
    }
    return known;
  }
  // Calls f with each record that has a stratum.
  absl::Status Read(PostgresStatement* row, absl::Span<const Slot> slots,
                    const std::function<absl::Status(TraceRecord&&)>& f) const;

  const TraceTable table;
  const std::unique_ptr<PostgresSession> session;
  bool has_integer_keys = false;

 private:
  const std::string name_;  // quoted
};

absl::Status PostgresTraceRecords::State::Read(
    PostgresStatement* row, absl::Span<const Slot> slots,
    const std::function<absl::Status(TraceRecord&&)>& f) const {
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return absl::OkStatus();
    TraceRecord record;
    if (!TraceTable::ReadStratum(row->Bytes(kStratum), &record.stratum)) {
      continue;  // no sealed field
    }
    record.record_id =
        absl::StrCat(table.map().record_prefix, std::string(row->Bytes(kKey)));
    record.stratum.segment = std::string(row->Bytes(kSegment));
    record.merchant = std::string(row->Bytes(kMerchant));
    int64_t version = 0;
    if (gate::IsInteger(row->Bytes(kVersion), &version)) {
      record.version = static_cast<uint32_t>(version);
    }
    for (size_t i = 0; i < slots.size(); ++i) {
      const int column = kCells + static_cast<int>(i);
      if (row->IsNull(column)) continue;
      record.cells.push_back({slots[i], std::string(row->Bytes(column))});
    }
    PARCELVEIL_RETURN_IF_ERROR(f(std::move(record)));
  }
}

PostgresTraceRecords::PostgresTraceRecords(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
PostgresTraceRecords::~PostgresTraceRecords() = default;

absl::StatusOr<std::unique_ptr<PostgresTraceRecords>>
PostgresTraceRecords::Create(const std::string& address, const TableMap& map,
                             const Schema& schema,
                             const TraceColumns& columns) {
  PARCELVEIL_ASSIGN_OR_RETURN(TraceTable table,
                              TraceTable::Create(map, schema, columns));
  PARCELVEIL_ASSIGN_OR_RETURN(std::string name, QuotePostgresTable(map.table));
  PARCELVEIL_ASSIGN_OR_RETURN(auto session,
                              PostgresSession::Open(address, table.What(), ""));
  auto state = std::make_unique<State>(std::move(table), std::move(name),
                                       std::move(session));
  PARCELVEIL_RETURN_IF_ERROR(state->LookAtKey());
  return std::unique_ptr<PostgresTraceRecords>(
      new PostgresTraceRecords(std::move(state)));
}

bool PostgresTraceRecords::HasSegments() const {
  return !state_->table.columns().segment.empty();
}

absl::StatusOr<std::optional<TraceRecord>> PostgresTraceRecords::Find(
    std::string_view record_id, absl::Span<const Slot> slots) {
  const std::vector<Slot> known = state_->Known(slots);
  const std::string key = state_->table.KeyOf(record_id);
  const std::string& column = state_->table.map().record_id;
  std::optional<TraceRecord> found;
  int64_t number = 0;
  if (state_->has_integer_keys && !gate::IsInteger(key, &number)) return found;
  if (!base::IsUtf8(key) || key.find('\0') != std::string::npos) return found;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      state_->session->Bind(
          absl::StrCat(state_->Select(known), Of(column), " = $1",
                       state_->has_integer_keys ? "::int8" : "", " AND ",
                       Of(column), "::text COLLATE \"C\" = $2::text"),
          PostgresText{key}, PostgresText{key}));
  PARCELVEIL_RETURN_IF_ERROR(
      state_->Read(row.get(), known, [&](TraceRecord&& record) {
        found = std::move(record);
        return absl::OkStatus();
      }));
  return found;
}

absl::StatusOr<std::vector<TraceRecord>> PostgresTraceRecords::FindByIndex(
    Slot index, absl::Span<const std::string> values,
    absl::Span<const Slot> slots, size_t limit) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string column,
                              state_->table.IndexColumn(index));
  const std::vector<Slot> known = state_->Known(slots);
  const Cells wanted(values.begin(), values.end());
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      state_->session->Bind(absl::StrCat(state_->Select(known), Of(column),
                                         " = ANY($1::bytea[]) LIMIT $2"),
                            wanted, limit));
  std::vector<TraceRecord> records;
  PARCELVEIL_RETURN_IF_ERROR(
      state_->Read(row.get(), known, [&](TraceRecord&& record) {
        records.push_back(std::move(record));
        return absl::OkStatus();
      }));
  return records;
}

absl::Status PostgresTraceRecords::ReadGroups(
    Days days, const std::function<absl::Status(const Group&)>& f) {
  const TraceColumns& columns = state_->table.columns();
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      state_->session->Bind(
          absl::StrCat("SELECT ", state_->Stratum(), ", ",
                       TextOf(columns.segment), ", ", TextOf(columns.merchant),
                       ", count(*)", state_->From(), state_->OnDays(),
                       " GROUP BY 1, 2, 3"),
          TraceTable::BytesOf(days.first), TraceTable::BytesOf(days.last)));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return absl::OkStatus();
    Group group;
    if (!TraceTable::ReadStratum(row->Bytes(0), &group.stratum)) continue;
    group.stratum.segment = std::string(row->Bytes(1));
    group.merchant = std::string(row->Bytes(2));
    group.count = static_cast<uint64_t>(row->Int(3));
    PARCELVEIL_RETURN_IF_ERROR(f(group));
  }
}

absl::Status PostgresTraceRecords::ReadRecords(
    Days days, absl::Span<const Scope> outlets,
    const std::function<absl::Status(const TraceRecord&)>& f) {
  std::vector<std::string> bytes;
  bytes.reserve(outlets.size());
  for (const Scope outlet : outlets) {
    bytes.push_back(TraceTable::BytesOf(outlet));
  }
  const Cells wanted(bytes.begin(), bytes.end());
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundPostgresStatement row,
      state_->session->Bind(
          absl::StrCat(state_->Select({}), state_->OnDays(), " AND ",
                       state_->Part(TraceTable::kOutletAt, 4),
                       " = ANY($3::bytea[])"),
          TraceTable::BytesOf(days.first), TraceTable::BytesOf(days.last),
          wanted));
  return state_->Read(row.get(), {},
                      [&](TraceRecord&& record) { return f(record); });
}

}  // namespace parcelveil
