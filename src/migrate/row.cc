// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row.h"

#include <algorithm>
#include <limits>

#include "parcelveil/mask.h"
#include "src/base/utf8.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil::migrate {
namespace {

constexpr size_t kMaxRecordIdSize = 64;

bool IsU32OrNull(const SqliteValue& value) {
  if (value.is_null()) return true;
  return value.type == SqliteValue::Type::kInteger && value.integer >= 0 &&
         value.integer <= std::numeric_limits<uint32_t>::max();
}

// Whether `role` opens any field or view of the map for more than sealing.
bool Reads(const Schema::RoleAccess& role, const TableMap& map) {
  if (role.id == Role::kSteward || role.while_sealing) return false;
  const auto has = [&](Slot slot) {
    return std::binary_search(role.slots.begin(), role.slots.end(), slot);
  };
  for (const auto& column : map.columns) {
    if (has(column.slot)) return true;
  }
  for (const auto& view : map.views) {
    if (has(view.slot)) return true;
  }
  return false;
}

}  // namespace

bool Row::HasText() const {
  return std::any_of(texts.begin(), texts.end(),
                     [](const SqliteValue& text) { return !text.is_null(); });
}

std::optional<wire::FieldHeader> Row::sealed_header() const {
  for (size_t i = 0; i < texts.size(); ++i) {
    if (added[i].is_null()) continue;
    const auto header = wire::ParseFieldHeader(added[i].bytes);
    if (header.ok()) return *header;
  }
  return std::nullopt;
}

void ReadRow(const SqliteStatement& statement, const TableMap& map,
             const RowDay& row_day, Row* row) {
  row->key = statement.Value(SqliteText::kKey);
  row->record_id = map.record_prefix + row->key.ToText();
  row->day = row_day.Of(statement.Value(SqliteText::kDate));
  row->scope = statement.Value(SqliteText::kScope);
  row->version = statement.Value(SqliteText::kVersion);
  int at = SqliteText::kTexts;
  row->texts.resize(map.columns.size());
  for (SqliteValue& text : row->texts) {
    text = statement.Value(at++);
    // A phone kept as a number is sealed as its digits.
    if (text.type == SqliteValue::Type::kInteger) {
      text = {SqliteValue::Type::kText, 0, 0, text.ToText()};
    }
  }
  row->added.resize(AddedColumns(map).size());
  for (SqliteValue& added : row->added) added = statement.Value(at++);
}

Record ToRecord(const Row& row, const TableMap& map) {
  Record record(row.record_id);
  record.set_scope(row.scope_id());
  record.set_version(row.version_id());
  record.set_day(*row.day);
  for (size_t i = 0; i < row.texts.size(); ++i) {
    if (row.texts[i].is_null()) continue;
    record.Set(map.columns[i].slot, row.texts[i].bytes);
  }
  return record;
}

DayRange SealableDays(const Schema& schema, const TableMap& map, Epoch today,
                      OldRows old_rows) {
  const absl::CivilDay last = DayOf(today);
  absl::CivilDay oldest = DayOf(Epoch{0});
  if (schema.destroy_after_days() > 0) {
    oldest = std::max(oldest, last - schema.destroy_after_days());
  }
  absl::CivilDay readable = last;
  for (const Schema::RoleAccess& role : schema.roles()) {
    if (!Reads(role, map)) continue;
    readable = std::min(readable,
                        role.open_days == 0 ? oldest : last - role.open_days);
  }
  readable = std::max(readable, oldest);
  return {old_rows == OldRows::kSeal ? oldest : readable, readable, last};
}

RowCheck::RowCheck(const TableMap& map, const Schema& schema,
                   const DayRange& days)
    : map_(map), days_(days) {
  for (const auto& column : map.columns) {
    const Schema::SealedSlot* slot = schema.FindSlot(column.slot);
    kinds_.push_back(slot == nullptr ? FieldKind::kText : slot->kind);
  }
}

std::optional<Fault> RowCheck::FindFault(const Row& row) const {
  if (row.key.is_null() || row.record_id.size() == map_.record_prefix.size() ||
      row.record_id.size() > kMaxRecordIdSize ||
      row.key.type == SqliteValue::Type::kReal) {
    return Fault{map_.record_id, UnsealedReason::kBadRecordId};
  }
  if (!IsU32OrNull(row.scope)) {
    return Fault{map_.scope, UnsealedReason::kBadOutlet};
  }
  if (!IsU32OrNull(row.version)) {
    return Fault{map_.version, UnsealedReason::kBadVersion};
  }
  if (const auto reason = DayFault(row)) return Fault{map_.epoch_from, *reason};
  for (size_t i = 0; i < row.texts.size(); ++i) {
    if (const auto reason = TextFault(row, i)) {
      return Fault{map_.columns[i].name, *reason};
    }
  }
  return std::nullopt;
}

std::optional<UnsealedReason> RowCheck::DayFault(const Row& row) const {
  if (!row.day.has_value()) return UnsealedReason::kNoDay;
  if (*row.day < DayOf(Epoch{0})) return UnsealedReason::kBeforeFirstDay;
  if (*row.day > days_.today) return UnsealedReason::kInFuture;
  if (*row.day < days_.first) return UnsealedReason::kTooOld;
  return std::nullopt;
}

std::optional<UnsealedReason> RowCheck::TextFault(const Row& row,
                                                  size_t column) const {
  const SqliteValue& text = row.texts[column];
  if (text.is_null()) {
    // Sealed by somebody else, and now the row's other texts changed: sealing
    // the row anew would lose it.
    if (!row.added[column].is_null()) return UnsealedReason::kHalfSealed;
    return std::nullopt;
  }
  if (text.type != SqliteValue::Type::kText) return UnsealedReason::kNotText;
  if (text.bytes.size() > kMaxFieldTextSize) return UnsealedReason::kTooLong;
  if (!base::IsUtf8(text.bytes)) return UnsealedReason::kNotUtf8;
  if (LooksMasked(kinds_[column], text.bytes)) {
    return UnsealedReason::kAlreadyMasked;
  }
  return std::nullopt;
}

}  // namespace parcelveil::migrate

namespace parcelveil {

std::string_view UnsealedReasonName(UnsealedReason reason) {
  switch (reason) {
    case UnsealedReason::kTooLong:
      return "TOO_LONG";
    case UnsealedReason::kNotUtf8:
      return "NOT_UTF8";
    case UnsealedReason::kNotText:
      return "NOT_TEXT";
    case UnsealedReason::kAlreadyMasked:
      return "ALREADY_MASKED";
    case UnsealedReason::kBadRecordId:
      return "BAD_RECORD_ID";
    case UnsealedReason::kBadOutlet:
      return "BAD_OUTLET";
    case UnsealedReason::kBadVersion:
      return "BAD_VERSION";
    case UnsealedReason::kNoDay:
      return "NO_DAY";
    case UnsealedReason::kBeforeFirstDay:
      return "BEFORE_2020";
    case UnsealedReason::kInFuture:
      return "IN_FUTURE";
    case UnsealedReason::kTooOld:
      return "TOO_OLD";
    case UnsealedReason::kHalfSealed:
      return "HALF_SEALED";
    case UnsealedReason::kRefused:
      return "REFUSED";
  }
  return "UNKNOWN";
}

std::string_view Describe(UnsealedReason reason) {
  switch (reason) {
    case UnsealedReason::kTooLong:
      return "longer than 4095 bytes";
    case UnsealedReason::kNotUtf8:
      return "not UTF-8";
    case UnsealedReason::kNotText:
      return "not text";
    case UnsealedReason::kAlreadyMasked:
      return "masked already, so not the real value";
    case UnsealedReason::kBadRecordId:
      return "row key is empty, over 64 bytes or a fraction";
    case UnsealedReason::kBadOutlet:
      return "outlet is not a number from 0 to 4294967295";
    case UnsealedReason::kBadVersion:
      return "row version is not a number from 0 to 4294967295";
    case UnsealedReason::kNoDay:
      return "no date, or one that cannot be read (without a zone the map "
             "needs "
             "time_zone)";
    case UnsealedReason::kBeforeFirstDay:
      return "dated before 2020";
    case UnsealedReason::kInFuture:
      return "dated in the future";
    case UnsealedReason::kTooOld:
      return "older than anybody may read";
    case UnsealedReason::kHalfSealed:
      return "a field is sealed, and its text is gone";
    case UnsealedReason::kRefused:
      return "its masks together are over 4095 bytes";
  }
  return "unknown reason";
}

}  // namespace parcelveil
