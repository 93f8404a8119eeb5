// SPDX-License-Identifier: Apache-2.0
#include "src/cli/canary_row.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/migrate/row_day.h"
#include "src/migrate/sql_name.h"
#include "src/trace/canary.h"

namespace parcelveil::cli {
namespace {

using migrate::Quote;
using migrate::TableDatabase;
using Values = TableDatabase::Values;

constexpr int kMaxNeighbours = 200;
// So few that all differ say nothing.
constexpr size_t kMinNeighbours = 5;
constexpr int kMaxTries = 100;

struct Neighbours {
  std::vector<TableDatabase::Column> columns;
  std::vector<Values> rows;  // the newest first

  // Where the column stands; SQLite's map may name it in another case.
  std::optional<size_t> Find(absl::string_view name) const;
};

std::optional<size_t> Neighbours::Find(absl::string_view name) const {
  std::optional<size_t> found;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
    if (absl::EqualsIgnoreCase(columns[i].name, name)) found = i;
  }
  return found;
}

absl::StatusOr<size_t> Need(const TableDatabase& db,
                            const Neighbours& neighbours,
                            const std::string& name) {
  const std::optional<size_t> found = neighbours.Find(name);
  if (found.has_value()) return *found;
  return MakeStatus(Reason::kWrongState,
                    absl::StrCat("add canary to ", db.what(),
                                 ": the database computes its column \"", name,
                                 "\"; insert one by a program of your own"));
}

absl::StatusOr<Neighbours> ReadNeighbours(TableDatabase* db,
                                          const CanaryRow& row) {
  Neighbours found;
  PARCELVEIL_ASSIGN_OR_RETURN(found.columns, db->Columns());
  const std::string day = Quote(row.map->epoch_from);
  std::string where = absl::StrCat(" WHERE ", day, " IS NOT NULL");
  Values parameters;
  if (!row.map->scope.empty()) {
    absl::StrAppend(&where, " AND ", Quote(row.map->scope), " = $1");
    parameters.push_back(migrate::IntegerValue(row.outlet));
  }
  const std::string names = absl::StrJoin(
      found.columns, ", ", [](std::string* out, const auto& column) {
        out->append(Quote(column.name));
      });
  PARCELVEIL_RETURN_IF_ERROR(db->ForEach(
      absl::StrCat("SELECT ", names, " FROM ", db->table(), where, " ORDER BY ",
                   day, " DESC LIMIT ", kMaxNeighbours),
      parameters, [&found](const Values& values) {
        found.rows.push_back(values);
        return absl::OkStatus();
      }));
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

constexpr size_t kTimeSize = 19;  // "2026-11-24 10:00:00"

// The zone that `text` ends with; else the one that it is read in.
absl::StatusOr<absl::TimeZone> ZoneLike(const std::string& text,
                                        const TableMap& map,
                                        absl::TimeZone tenant_zone) {
  const size_t at = text.find_last_of("+-Zz");
  if (at != std::string::npos && at >= kTimeSize) {
    if (absl::ascii_tolower(text[at]) == 'z') return absl::UTCTimeZone();
    return migrate::ZoneOf(text.substr(at));
  }
  if (map.time_zone.empty()) return tenant_zone;
  return migrate::ZoneOf(map.time_zone);
}

// Now, as `like` is written: ISO 8601, or seconds or milliseconds.
absl::StatusOr<SqliteValue> NowLike(const SqliteValue& like,
                                    const TableMap& map,
                                    absl::TimeZone tenant_zone) {
  SqliteValue value = like;
  const absl::Time now = absl::Now();
  int64_t number = 0;
  if (absl::SimpleAtoi(like.ToText(), &number)) {
    constexpr int64_t kMillis = 100'000'000'000;
    value.integer =
        number >= kMillis ? absl::ToUnixMillis(now) : absl::ToUnixSeconds(now);
    if (!value.bytes.empty()) value.bytes = std::to_string(value.integer);
    return value;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const absl::TimeZone zone,
                              ZoneLike(like.bytes, map, tenant_zone));
  const std::string text = absl::FormatTime("%Y-%m-%d %H:%M:%E9S", now, zone);
  for (size_t i = 0; i < std::min(text.size(), value.bytes.size()); ++i) {
    const char c = value.bytes[i];
    if (absl::ascii_isdigit(c)) {
      value.bytes[i] = text[i];
    } else if (i >= kTimeSize && c != '.') {
      break;  // the zone
    }
  }
  return value;
}

absl::StatusOr<bool> IsTaken(TableDatabase* db, const TableMap& map,
                             const SqliteValue& key) {
  bool is_taken = false;
  PARCELVEIL_RETURN_IF_ERROR(
      db->ForEach(absl::StrCat("SELECT 1 FROM ", db->table(), " WHERE ",
                               Quote(map.record_id), " = $1"),
                  {key}, [&is_taken](const Values&) {
                    is_taken = true;
                    return absl::OkStatus();
                  }));
  return is_taken;
}

// The number that the database itself has for the next row: a made-up one
// would stand in the way of a row to come.
absl::StatusOr<SqliteValue> NextKey(TableDatabase* db,
                                    const TableDatabase::Column& column) {
  SqliteValue key;
  PARCELVEIL_RETURN_IF_ERROR(
      db->ForEach("SELECT " + column.next, {}, [&key](const Values& row) {
        key = row[0];
        return absl::OkStatus();
      }));
  return key;
}

// A waybill number that none has.
absl::StatusOr<SqliteValue> NewKey(TableDatabase* db, const TableMap& map,
                                   const TableDatabase::Column& column,
                                   const SqliteValue& like, Chance* chance) {
  if (!column.next.empty()) return NextKey(db, column);
  const bool is_number =
      like.type == SqliteValue::Type::kInteger || !column.is_text;
  for (int i = 0; i < kMaxTries; ++i) {
    const std::string text = trace::LikeIt(
        like.ToText(), [chance](int bound) { return chance->Below(bound); });
    SqliteValue key = like;
    key.bytes = text;
    // The record is named by the number as the database writes it.
    if (is_number && (text[0] == '0' || !absl::SimpleAtoi(text, &key.integer)))
      continue;
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

// What the row has of its own, by where its column stands; the rest it has of
// one neighbour.
using Changes = std::map<size_t, SqliteValue>;

// The database copies what is not changed, whatever its type.
absl::Status Insert(TableDatabase* db, const Neighbours& neighbours, size_t key,
                    const SqliteValue& neighbour, const Changes& changes) {
  std::vector<std::string> names, sources;
  Values parameters;
  for (size_t i = 0; i < neighbours.columns.size(); ++i) {
    const auto change = changes.find(i);
    if (change == changes.end() && !neighbours.columns[i].next.empty()) {
      continue;  // the database numbers it
    }
    names.push_back(Quote(neighbours.columns[i].name));
    sources.push_back(names.back());
    if (change == changes.end()) continue;
    parameters.push_back(change->second);
    sources.back() = absl::StrCat("$", parameters.size());
  }
  parameters.push_back(neighbour);
  return db
      ->Write(absl::StrCat("INSERT INTO ", db->table(), " (",
                           absl::StrJoin(names, ", "), ") SELECT ",
                           absl::StrJoin(sources, ", "), " FROM ", db->table(),
                           " WHERE ", Quote(neighbours.columns[key].name),
                           " = $", parameters.size(), " LIMIT 1"),
              {parameters})
      .status();
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

// Cells, and the plaintext where the neighbour still has some.
void SetFields(const CanaryRow& row, const SealedRow& sealed,
               const Neighbours& neighbours, const Values& like,
               Changes* changes) {
  for (const SealedRow::ColumnBytes& cell : sealed.cells()) {
    const auto found = neighbours.Find(std::string(cell.column));
    if (found.has_value()) (*changes)[*found] = migrate::BlobValue(cell.bytes);
  }
  for (const TableMap::Column& column : row.map->columns) {
    const auto found = neighbours.Find(column.name);
    if (!found.has_value() || like[*found].is_null()) continue;
    (*changes)[*found] = migrate::TextValue(TextOf(row, column.slot));
  }
}

absl::StatusOr<std::string> InsertOnce(TableDatabase* db, const CanaryRow& row,
                                       Chance* chance) {
  const TableMap& map = *row.map;
  PARCELVEIL_ASSIGN_OR_RETURN(const Neighbours neighbours,
                              ReadNeighbours(db, row));
  const Values& like = chance->Of(neighbours.rows);
  PARCELVEIL_ASSIGN_OR_RETURN(const size_t key,
                              Need(*db, neighbours, map.record_id));
  PARCELVEIL_ASSIGN_OR_RETURN(const size_t day,
                              Need(*db, neighbours, map.epoch_from));
  uint32_t version = 0;
  if (!map.version.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(const size_t at,
                                Need(*db, neighbours, map.version));
    version = migrate::ToU32(like[at]).value_or(0);
  }
  Changes changes;
  PARCELVEIL_ASSIGN_OR_RETURN(
      changes[key],
      NewKey(db, map, neighbours.columns[key], like[key], chance));
  PARCELVEIL_ASSIGN_OR_RETURN(
      changes[day], NowLike(like[day], map, row.keyring->time_zone()));
  std::string record_id = map.record_prefix + changes[key].ToText();
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Sealer> sealer,
                              Sealer::Create(row.keyring, map));
  PARCELVEIL_ASSIGN_OR_RETURN(const SealedRow sealed,
                              SealCanary(*sealer, row, record_id, version));
  SetFields(row, sealed, neighbours, like, &changes);
  for (size_t i = 0; i < like.size(); ++i) {
    if (changes.count(i) != 0 || !neighbours.columns[i].is_text ||
        like[i].type != SqliteValue::Type::kText || !AllDiffer(neighbours, i)) {
      continue;
    }
    changes[i] = migrate::TextValue(trace::LikeIt(
        like[i].bytes, [chance](int bound) { return chance->Below(bound); }));
  }
  PARCELVEIL_RETURN_IF_ERROR(Insert(db, neighbours, key, like[key], changes));
  return record_id;
}

}  // namespace

absl::StatusOr<std::string> InsertCanary(TableDatabase* db,
                                         const CanaryRow& row, Chance* chance) {
  std::string record_id;
  PARCELVEIL_RETURN_IF_ERROR(db->InTransaction([&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(record_id, InsertOnce(db, row, chance));
    return absl::OkStatus();
  }));
  return record_id;
}

}  // namespace parcelveil::cli
