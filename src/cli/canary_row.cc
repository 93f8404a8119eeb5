// SPDX-License-Identifier: Apache-2.0
#include "src/cli/canary_row.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"
#include "src/trace/canary.h"

namespace parcelveil::cli {
namespace {

constexpr int kMaxNeighbours = 200;
// So few that all differ say nothing.
constexpr size_t kMinNeighbours = 5;
constexpr int kMaxTries = 100;

using Values = std::vector<SqliteValue>;

struct Neighbours {
  std::vector<std::string> columns;
  std::vector<Values> rows;  // the newest first
};

absl::StatusOr<Neighbours> ReadNeighbours(SqliteDatabase* db,
                                          const CanaryRow& row) {
  const std::string what = absl::StrCat("table \"", row.map->table, "\"");
  Neighbours found;
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement columns,
      db->Prepare("SELECT name FROM pragma_table_info(?)", what));
  columns.BindText(0, row.map->table);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_row, columns.Step());
    if (!is_row) break;
    found.columns.emplace_back(columns.Bytes(0));
  }
  const std::string where =
      row.map->scope.empty()
          ? ""
          : absl::StrCat(" WHERE ", migrate::Quote(row.map->scope), " = ?");
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement rows,
      db->Prepare(
          absl::StrCat("SELECT * FROM ", migrate::Quote(row.map->table), where,
                       " ORDER BY ", migrate::Quote(row.map->epoch_from),
                       " DESC LIMIT ", kMaxNeighbours),
          what));
  if (!where.empty()) rows.BindInt(0, row.outlet);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_row, rows.Step());
    if (!is_row) break;
    Values values;
    for (int i = 0; i < rows.NumColumns(); ++i) {
      values.push_back(rows.Value(i));
    }
    found.rows.push_back(std::move(values));
  }
  if (!found.rows.empty()) return found;
  return absl::NotFoundError(
      "add canary: the outlet has no row that it could look like; name another "
      "outlet");
}

bool AllDiffer(const Neighbours& neighbours, size_t column) {
  std::set<std::string> seen;
  for (const Values& values : neighbours.rows) {
    if (values[column].is_null()) return false;
    if (!seen.insert(values[column].ToText()).second) return false;
  }
  return neighbours.rows.size() >= kMinNeighbours;
}

// Now, as `like` is written: ISO 8601, or seconds or milliseconds.
SqliteValue NowLike(const SqliteValue& like, const TableMap& map,
                    absl::TimeZone tenant_zone) {
  SqliteValue value = like;
  const absl::Time now = absl::Now();
  if (like.type == SqliteValue::Type::kInteger) {
    constexpr int64_t kMillis = 100'000'000'000;
    value.integer = like.integer >= kMillis ? absl::ToUnixMillis(now)
                                            : absl::ToUnixSeconds(now);
    return value;
  }
  absl::TimeZone zone = tenant_zone;
  if (!map.time_zone.empty()) absl::LoadTimeZone(map.time_zone, &zone);
  if (like.bytes.size() >= 19 && like.bytes.back() == 'Z') {
    zone = absl::UTCTimeZone();
  }
  const std::string text = absl::FormatTime("%Y-%m-%d %H:%M:%S", now, zone);
  for (size_t i = 0; i < std::min(text.size(), value.bytes.size()); ++i) {
    if (i != 10) value.bytes[i] = text[i];  // a T or a space
  }
  return value;
}

absl::StatusOr<bool> IsTaken(SqliteDatabase* db, const TableMap& map,
                             const std::string& key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement find,
      db->Prepare(
          absl::StrCat("SELECT 1 FROM ", migrate::Quote(map.table), " WHERE ",
                       migrate::Quote(map.record_id), " = ?"),
          absl::StrCat("table \"", map.table, "\"")));
  find.BindText(0, key);
  return find.Step();
}

// A waybill number that none has.
absl::StatusOr<std::string> NewKey(SqliteDatabase* db, const TableMap& map,
                                   const std::string& like, Chance* chance) {
  for (int i = 0; i < kMaxTries; ++i) {
    std::string key = trace::LikeIt(
        like, [chance](int bound) { return chance->Below(bound); });
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_taken, IsTaken(db, map, key));
    if (!is_taken) return key;
  }
  return absl::ResourceExhaustedError(
      "add canary: no waybill number of this table's shape is free; end some");
}

const std::string& TextOf(const CanaryRow& row, Slot slot) {
  switch (slot) {
    case Slot::kSenderName:
      return row.sender.name;
    case Slot::kSenderPhone:
      return row.sender.phone;
    case Slot::kSenderAddress:
      return row.sender.address;
    case Slot::kRecipientName:
      return row.recipient.name;
    case Slot::kRecipientPhone:
      return row.recipient.phone;
    default:
      return row.recipient.address;
  }
}

absl::Status Insert(SqliteDatabase* db, const TableMap& map,
                    const Neighbours& neighbours, const Values& values) {
  const std::string marks =
      absl::StrJoin(std::vector<std::string>(values.size(), "?"), ", ");
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement insert,
      db->Prepare(
          absl::StrCat(
              "INSERT INTO ", migrate::Quote(map.table), " (",
              absl::StrJoin(neighbours.columns, ", ",
                            [](std::string* out, const std::string& name) {
                              out->append(migrate::Quote(name));
                            }),
              ") VALUES (", marks, ")"),
          absl::StrCat("table \"", map.table, "\"")));
  for (size_t i = 0; i < values.size(); ++i) {
    insert.BindValue(static_cast<int>(i), values[i]);
  }
  return insert.Run();
}

// What `sealer` seals; its columns' names are the sealer's.
absl::StatusOr<SealedRow> SealCanary(const Sealer& sealer, const CanaryRow& row,
                                     const std::string& record_id,
                                     uint32_t version) {
  Record record(record_id);
  for (const TableMap::Column& column : row.map->columns) {
    record.Set(column.slot, TextOf(row, column.slot));
  }
  if (!row.map->scope.empty()) record.set_scope(Scope{row.outlet});
  record.set_version(version);
  return sealer.Seal(record);
}

using Positions = std::map<std::string, size_t>;

Positions PositionsOf(const Neighbours& neighbours) {
  Positions positions;
  for (size_t i = 0; i < neighbours.columns.size(); ++i) {
    positions[neighbours.columns[i]] = i;
  }
  return positions;
}

// Cells, and the plaintext where the neighbour still has some. Returns the
// columns that are settled by that.
std::set<size_t> SetFields(const CanaryRow& row, const SealedRow& sealed,
                           const Positions& positions, Values* values) {
  std::set<size_t> settled;
  for (const SealedRow::ColumnBytes& cell : sealed.cells()) {
    const auto found = positions.find(std::string(cell.column));
    if (found == positions.end()) continue;
    (*values)[found->second].type = SqliteValue::Type::kBlob;
    (*values)[found->second].bytes = cell.bytes;
    settled.insert(found->second);
  }
  for (const TableMap::Column& column : row.map->columns) {
    const auto found = positions.find(column.name);
    if (found == positions.end()) continue;
    settled.insert(found->second);
    SqliteValue& value = (*values)[found->second];
    if (!value.is_null()) value.bytes = TextOf(row, column.slot);
  }
  return settled;
}

void SetKey(const std::string& key, SqliteValue* value) {
  if (value->type == SqliteValue::Type::kInteger) {
    value->integer = std::stoll(key);
  } else {
    value->bytes = key;
  }
}

}  // namespace

absl::StatusOr<std::string> InsertCanary(SqliteDatabase* db,
                                         const CanaryRow& row, Chance* chance) {
  const TableMap& map = *row.map;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      SqliteTransaction::Begin(db, SqliteTransaction::Kind::kWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const Neighbours neighbours,
                              ReadNeighbours(db, row));
  const Positions positions = PositionsOf(neighbours);
  Values values = chance->Of(neighbours.rows);
  SqliteValue& key = values[positions.at(map.record_id)];
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string new_key,
                              NewKey(db, map, key.ToText(), chance));
  SetKey(new_key, &key);
  const std::string record_id = map.record_prefix + new_key;
  const uint32_t version =
      map.version.empty()
          ? 0
          : static_cast<uint32_t>(values[positions.at(map.version)].integer);
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Sealer> sealer,
                              Sealer::Create(row.keyring, map));
  PARCELVEIL_ASSIGN_OR_RETURN(const SealedRow sealed,
                              SealCanary(*sealer, row, record_id, version));
  std::set<size_t> settled = SetFields(row, sealed, positions, &values);
  settled.insert(positions.at(map.record_id));
  SqliteValue& day = values[positions.at(map.epoch_from)];
  day = NowLike(day, map, row.keyring->time_zone());
  settled.insert(positions.at(map.epoch_from));
  for (size_t i = 0; i < values.size(); ++i) {
    if (settled.count(i) != 0 || values[i].type != SqliteValue::Type::kText ||
        !AllDiffer(neighbours, i)) {
      continue;
    }
    values[i].bytes = trace::LikeIt(
        values[i].bytes, [chance](int bound) { return chance->Below(bound); });
  }
  PARCELVEIL_RETURN_IF_ERROR(Insert(db, map, neighbours, values));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return record_id;
}

}  // namespace parcelveil::cli
