// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "parcelveil/postgres.h"
#include "parcelveil/postgres_gate.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_parcel_sql.h"
#include "src/store/postgres/postgres_pool.h"

namespace parcelveil {
namespace {

// Of a column that may be NULL, as text.
std::string_view TextAt(const PostgresStatement& row, int column) {
  return row.IsNull(column) ? std::string_view() : row.Bytes(column);
}

uint32_t NumberOr0(std::string_view text) {
  int64_t number = 0;
  const bool fits = gate::IsInteger(text, &number) && number >= 0 &&
                    number <= std::numeric_limits<uint32_t>::max();
  return fits ? static_cast<uint32_t>(number) : 0;
}

// As the server writes a boolean, or a number that is not 0.
bool IsTrue(std::string_view text) {
  int64_t number = 0;
  return text == "true" || (gate::IsInteger(text, &number) && number != 0);
}

absl::StatusOr<std::vector<Parcel>> ReadParcels(
    const gate::ParcelColumns& columns, PostgresStatement* row,
    absl::Span<const Slot> known_slots) {
  using Sql = PostgresParcelSql;
  std::vector<Parcel> parcels;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return parcels;
    Parcel& parcel = parcels.emplace_back();
    parcel.record_id =
        columns.map().record_prefix + std::string(TextAt(*row, Sql::kKey));
    parcel.assigned_to = gate::PrincipalNamed(TextAt(*row, Sql::kAssignedTo));
    if (!row->IsNull(Sql::kState)) {
      parcel.state = columns.StateOf(row->Bytes(Sql::kState));
    }
    parcel.outlet = Scope{NumberOr0(TextAt(*row, Sql::kOutlet))};
    parcel.version = NumberOr0(TextAt(*row, Sql::kVersion));
    parcel.no_coverage = IsTrue(TextAt(*row, Sql::kNoCoverage));
    for (size_t i = 0; i < known_slots.size(); ++i) {
      const int column = Sql::kCells + static_cast<int>(i);
      if (row->IsNull(column)) continue;
      parcel.cells.push_back({known_slots[i], std::string(row->Bytes(column))});
    }
  }
}

// Prepares every kind of statement once: a table that lacks a column is found
// at start.
absl::Status CheckTable(const PostgresParcelSql& sql,
                        PostgresSession* session) {
  const gate::ParcelColumns& columns = sql.columns();
  std::vector<std::string> texts = {sql.Find(columns.AllSlots()),
                                    sql.CountAssigned()};
  for (const auto& column : columns.map().columns) {
    for (const auto& index : column.indexes) {
      texts.push_back(sql.FindByIndex(index.column, {}));
    }
  }
  for (const std::string& text : texts) {
    PARCELVEIL_RETURN_IF_ERROR(session->Bind(text).status());
  }
  return absl::OkStatus();
}

}  // namespace

class PostgresParcels::State {
 public:
  State(const std::string& address, PostgresParcelSql sql)
      : sql(std::move(sql)), pool(address, this->sql.columns().What(), "") {}

  const gate::ParcelColumns& columns() const { return sql.columns(); }
  // The row's key in the table; nullopt where no row can have that id.
  std::optional<std::string> KeyOf(std::string_view record_id) const {
    std::optional<std::string> key = columns().KeyOf(record_id);
    const bool may_be =
        key.has_value() && sql.MayHold(columns().map().record_id, *key);
    return may_be ? key : std::nullopt;
  }

  const PostgresParcelSql sql;
  PostgresPool pool;
};

PostgresParcels::PostgresParcels(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
PostgresParcels::~PostgresParcels() = default;

absl::StatusOr<std::unique_ptr<PostgresParcels>> PostgresParcels::Create(
    const std::string& address, const TableMap& map, const Schema& schema) {
  const gate::ParcelColumns columns(map, schema);
  PARCELVEIL_RETURN_IF_ERROR(columns.Check());
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto session, PostgresSession::Open(address, columns.What(), ""));
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresParcelSql sql, PostgresParcelSql::Create(columns, session.get()));
  PARCELVEIL_RETURN_IF_ERROR(CheckTable(sql, session.get()));
  return std::unique_ptr<PostgresParcels>(
      new PostgresParcels(std::make_unique<State>(address, std::move(sql))));
}

absl::StatusOr<std::optional<Parcel>> PostgresParcels::Find(
    std::string_view record_id, absl::Span<const Slot> slots) {
  const auto key = state_->KeyOf(record_id);
  if (!key.has_value()) return std::nullopt;
  const std::vector<Slot> known = state_->columns().KnownSlots(slots);
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::vector<Parcel> found,
      state_->pool.With(
          [&](PostgresSession* session) -> absl::StatusOr<std::vector<Parcel>> {
            PARCELVEIL_ASSIGN_OR_RETURN(
                const BoundPostgresStatement row,
                session->Bind(state_->sql.Find(known), PostgresText{*key},
                              PostgresText{*key}));
            return ReadParcels(state_->columns(), row.get(), known);
          }));
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    return absl::FailedPreconditionError(
        "find parcel in " + state_->columns().What() +
        ": two rows have one record id; make the column unique");
  }
  return std::move(found.front());
}

absl::StatusOr<std::vector<Parcel>> PostgresParcels::FindByIndex(
    Slot index, absl::Span<const std::string> values,
    absl::Span<const Slot> slots, size_t limit) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string column,
                              state_->columns().IndexColumn(index));
  const std::vector<Slot> known = state_->columns().KnownSlots(slots);
  const std::vector<PostgresStatement::Cell> wanted(values.begin(),
                                                    values.end());
  return state_->pool.With(
      [&](PostgresSession* session) -> absl::StatusOr<std::vector<Parcel>> {
        PARCELVEIL_ASSIGN_OR_RETURN(
            const BoundPostgresStatement row,
            session->Bind(state_->sql.FindByIndex(column, known), wanted,
                          limit));
        return ReadParcels(state_->columns(), row.get(), known);
      });
}

absl::StatusOr<uint64_t> PostgresParcels::CountAssigned(uint64_t principal) {
  const std::string text = std::to_string(principal);
  const std::vector<std::string> open = state_->columns().OpenStates();
  if (principal == 0 || open.empty() ||
      !state_->sql.MayHold(state_->columns().map().assigned_to, text)) {
    return 0;
  }
  const std::vector<PostgresStatement::Cell> states(open.begin(), open.end());
  return state_->pool.With(
      [&](PostgresSession* session) -> absl::StatusOr<uint64_t> {
        PARCELVEIL_ASSIGN_OR_RETURN(
            const BoundPostgresStatement row,
            session->Bind(state_->sql.CountAssigned(), PostgresText{text},
                          PostgresText{text}));
        row->BindTexts(2, states);
        PARCELVEIL_RETURN_IF_ERROR(row->Step().status());
        return static_cast<uint64_t>(row->Int(0));
      });
}

absl::Status PostgresParcels::Erase(std::string_view record_id,
                                    absl::Span<const Slot> slots) {
  const absl::Status not_there = absl::NotFoundError(
      "erase parcel in " + state_->columns().What() +
      ": there is no such record; look for it in other tables");
  const auto key = state_->KeyOf(record_id);
  if (!key.has_value()) return not_there;
  return state_->pool.With([&](PostgresSession* session) -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::set<std::string> there,
                                PostgresParcelSql::ColumnsThere(
                                    session, state_->columns().map().table));
    const std::string text = state_->sql.Erase(slots, there);
    if (text.empty()) return absl::OkStatus();
    PARCELVEIL_RETURN_IF_ERROR(
        session->Run(text, PostgresText{*key}, PostgresText{*key}));
    return session->db()->Changes() > 0 ? absl::OkStatus() : not_there;
  });
}

}  // namespace parcelveil
