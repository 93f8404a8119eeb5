// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"
#include "src/base/status.h"
#include "src/store/sqlite/parcel_sql.h"
#include "src/store/sqlite/statement_cache.h"

namespace parcelveil {
namespace {

using Access = SqliteDatabase::Access;

constexpr size_t kMaxConnections = 4;
constexpr size_t kMaxStatements = 64;  // of a connection: slots vary

uint64_t PrincipalOf(const SqliteValue& value) {
  const bool may_be = value.type == SqliteValue::Type::kInteger ||
                      value.type == SqliteValue::Type::kText;
  return may_be ? gate::PrincipalNamed(value.ToText()) : 0;
}

uint32_t NumberOr0(const SqliteValue& value) {
  const bool fits = value.type == SqliteValue::Type::kInteger &&
                    value.integer >= 0 &&
                    value.integer <= std::numeric_limits<uint32_t>::max();
  return fits ? static_cast<uint32_t>(value.integer) : 0;
}

// `text` as an integer where it is the decimal form of one, else NULL.
SqliteValue IntegerOrNull(const std::string& text) {
  SqliteValue value;
  value.type = gate::IsInteger(text, &value.integer)
                   ? SqliteValue::Type::kInteger
                   : SqliteValue::Type::kNull;
  return value;
}

// One connection with its statements.
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(
      const std::string& path, Access access, const std::string& what) {
    PARCELVEIL_ASSIGN_OR_RETURN(auto db, SqliteDatabase::Open(path, access));
    return std::unique_ptr<Connection>(new Connection(std::move(db), what));
  }
  StatementCache* sql() { return &sql_; }

 private:
  Connection(std::unique_ptr<SqliteDatabase> db, const std::string& what)
      : db_(std::move(db)), sql_(db_.get(), what) {}

  const std::unique_ptr<SqliteDatabase> db_;
  StatementCache sql_;
};

}  // namespace

class SqliteParcels::State {
 public:
  State(const std::string& path, const TableMap& map, const Schema& schema)
      : path_(path), sql_(map, schema) {}

  // Prepares every kind of statement once: a table that lacks a column is
  // found at start.
  absl::Status Check();
  // Runs `read` with a connection that no other thread uses meanwhile.
  template <typename F>
  auto WithConnection(F read) -> decltype(read(nullptr));
  absl::StatusOr<std::vector<Parcel>> ReadParcels(
      SqliteStatement* row, absl::Span<const Slot> known_slots) const;
  absl::StatusOr<std::unique_ptr<Connection>> OpenToWrite() const {
    return Connection::Open(path_, Access::kReadWrite, What());
  }

  const ParcelSql& sql() const { return sql_; }
  const gate::ParcelColumns& columns() const { return sql_.columns(); }
  std::string What() const { return columns().What(); }

 private:
  absl::StatusOr<std::unique_ptr<Connection>> Take();
  void GiveBack(std::unique_ptr<Connection> connection);

  const std::string path_;
  const ParcelSql sql_;

  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Connection>> free_;
  size_t num_taken_ = 0;
};

absl::StatusOr<std::unique_ptr<Connection>> SqliteParcels::State::Take() {
  std::unique_lock<std::mutex> lock(mutex_);
  given_back_.wait(lock, [&] { return num_taken_ < kMaxConnections; });
  ++num_taken_;
  if (!free_.empty()) {
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }
  lock.unlock();
  auto opened = Connection::Open(path_, Access::kReadOnly, What());
  if (!opened.ok()) GiveBack(nullptr);
  return opened;
}

void SqliteParcels::State::GiveBack(std::unique_ptr<Connection> connection) {
  if (connection != nullptr && connection->sql()->size() > kMaxStatements) {
    connection->sql()->Clear();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --num_taken_;
    if (connection != nullptr) free_.push_back(std::move(connection));
  }
  given_back_.notify_one();
}

template <typename F>
auto SqliteParcels::State::WithConnection(F read) -> decltype(read(nullptr)) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto connection, Take());
  auto result = read(connection->sql());
  GiveBack(std::move(connection));
  return result;
}

absl::Status SqliteParcels::State::Check() {
  return WithConnection([&](StatementCache* sql) -> absl::Status {
    std::vector<std::string> texts = {sql_.Find(columns().AllSlots()),
                                      sql_.CountAssigned(1)};
    for (const auto& column : columns().map().columns) {
      for (const auto& index : column.indexes) {
        texts.push_back(sql_.FindByIndex(index.column, 1, {}));
      }
    }
    for (const std::string& text : texts) {
      PARCELVEIL_RETURN_IF_ERROR(sql->Bind(text).status());
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<Parcel>> SqliteParcels::State::ReadParcels(
    SqliteStatement* row, absl::Span<const Slot> known_slots) const {
  std::vector<Parcel> parcels;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return parcels;
    Parcel& parcel = parcels.emplace_back();
    parcel.record_id =
        columns().map().record_prefix + row->Value(ParcelSql::kKey).ToText();
    parcel.assigned_to = PrincipalOf(row->Value(ParcelSql::kAssignedTo));
    if (!row->IsNull(ParcelSql::kState)) {
      parcel.state = columns().StateOf(row->Bytes(ParcelSql::kState));
    }
    parcel.outlet = Scope{NumberOr0(row->Value(ParcelSql::kOutlet))};
    parcel.version = NumberOr0(row->Value(ParcelSql::kVersion));
    parcel.no_coverage = row->Int(ParcelSql::kNoCoverage) != 0;
    for (size_t i = 0; i < known_slots.size(); ++i) {
      const int column = ParcelSql::kCells + static_cast<int>(i);
      if (row->IsNull(column)) continue;
      parcel.cells.push_back({known_slots[i], std::string(row->Bytes(column))});
    }
  }
}

SqliteParcels::SqliteParcels(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SqliteParcels::~SqliteParcels() = default;

absl::StatusOr<std::unique_ptr<SqliteParcels>> SqliteParcels::Create(
    const std::string& path, const TableMap& map, const Schema& schema) {
  auto state = std::make_unique<State>(path, map, schema);
  PARCELVEIL_RETURN_IF_ERROR(state->columns().Check());
  PARCELVEIL_RETURN_IF_ERROR(state->Check());
  return std::unique_ptr<SqliteParcels>(new SqliteParcels(std::move(state)));
}

absl::StatusOr<std::optional<Parcel>> SqliteParcels::Find(
    std::string_view record_id, absl::Span<const Slot> slots) {
  const auto key = state_->columns().KeyOf(record_id);
  if (!key.has_value()) return std::nullopt;
  const std::vector<Slot> known = state_->columns().KnownSlots(slots);
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::vector<Parcel> found,
      state_->WithConnection(
          [&](StatementCache* sql) -> absl::StatusOr<std::vector<Parcel>> {
            PARCELVEIL_ASSIGN_OR_RETURN(
                const BoundStatement row,
                sql->Bind(state_->sql().Find(known), SqlText{*key}, *key,
                          IntegerOrNull(*key)));
            return state_->ReadParcels(row.get(), known);
          }));
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    return absl::FailedPreconditionError(
        "find parcel in " + state_->What() +
        ": two rows have one record id; make the column unique");
  }
  return std::move(found.front());
}

absl::StatusOr<std::vector<Parcel>> SqliteParcels::FindByIndex(
    Slot index, absl::Span<const std::string> values,
    absl::Span<const Slot> slots, size_t limit) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string column,
                              state_->columns().IndexColumn(index));
  if (values.empty()) return std::vector<Parcel>();
  // A few lengths, so that statements are prepared once: the last value fills
  // the rest.
  size_t num_marks = 8;
  while (num_marks < values.size()) num_marks *= 2;
  const std::vector<Slot> known = state_->columns().KnownSlots(slots);
  return state_->WithConnection(
      [&](StatementCache* sql) -> absl::StatusOr<std::vector<Parcel>> {
        PARCELVEIL_ASSIGN_OR_RETURN(
            const BoundStatement row,
            sql->Bind(state_->sql().FindByIndex(column, num_marks, known)));
        for (size_t i = 0; i < num_marks; ++i) {
          row->BindBlob(static_cast<int>(i),
                        values[std::min(i, values.size() - 1)]);
        }
        row->BindInt(static_cast<int>(num_marks), static_cast<int64_t>(limit));
        return state_->ReadParcels(row.get(), known);
      });
}

absl::StatusOr<uint64_t> SqliteParcels::CountAssigned(uint64_t principal) {
  const std::vector<std::string> open = state_->columns().OpenStates();
  if (principal == 0 || open.empty()) return 0;
  const std::string text = std::to_string(principal);
  return state_->WithConnection(
      [&](StatementCache* sql) -> absl::StatusOr<uint64_t> {
        PARCELVEIL_ASSIGN_OR_RETURN(
            const BoundStatement row,
            sql->Bind(state_->sql().CountAssigned(open.size()),
                      IntegerOrNull(text), SqlText{text}));
        for (size_t i = 0; i < open.size(); ++i) {
          row->BindText(2 + static_cast<int>(i), open[i]);
        }
        PARCELVEIL_RETURN_IF_ERROR(row->Step().status());
        return static_cast<uint64_t>(row->Int(0));
      });
}

absl::Status SqliteParcels::Erase(std::string_view record_id,
                                  absl::Span<const Slot> slots) {
  const absl::Status not_there = absl::NotFoundError(
      "erase parcel in " + state_->What() +
      ": there is no such record; look for it in other tables");
  const auto key = state_->columns().KeyOf(record_id);
  if (!key.has_value()) return not_there;
  PARCELVEIL_ASSIGN_OR_RETURN(const auto connection, state_->OpenToWrite());
  StatementCache* const sql = connection->sql();
  PARCELVEIL_RETURN_IF_ERROR(
      sql->db()->Execute("PRAGMA secure_delete = ON", state_->What()));
  std::set<std::string> names;
  {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const BoundStatement row,
        sql->Bind("SELECT name FROM pragma_table_info(?)",
                  SqlText{state_->columns().map().table}));
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
      if (!has_row) break;
      names.insert(absl::AsciiStrToLower(std::string(row->Bytes(0))));
    }
  }
  const std::string text = state_->sql().Erase(slots, names);
  if (text.empty()) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(
      sql->Run(text, SqlText{*key}, *key, IntegerOrNull(*key)));
  return sql->db()->Changes() > 0 ? absl::OkStatus() : not_there;
}

}  // namespace parcelveil
