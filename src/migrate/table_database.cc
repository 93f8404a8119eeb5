// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/table_database.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {

// SQLite takes the name of a column that is not there for a text, so every name
// is looked up first.
absl::Status CheckWrapped(const TableDatabase& db, const TableMap& map) {
  std::vector<std::string> needed = map.show;
  needed.push_back(map.record_id);
  needed.push_back(map.epoch_from);
  for (const auto* column : {&map.scope, &map.version}) {
    if (!column->empty()) needed.push_back(*column);
  }
  for (const std::string& column : needed) {
    if (db.Has(column)) continue;
    return MakeStatus(Reason::kMalformed, "open " + db.what() +
                                              ": it has no column \"" + column +
                                              "\"; correct the table map");
  }
  for (const std::string& column : AddedColumns(map)) {
    if (db.Has(column)) continue;
    return MakeStatus(Reason::kWrongState,
                      "open " + db.what() + ": it has no column \"" + column +
                          "\" yet; run `parcelveil wrap run` first");
  }
  return absl::OkStatus();
}

std::string Parameters(size_t first, size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&list, i == 0 ? "$" : ", $", first + i);
  }
  return list;
}

SqliteValue TextValue(std::string_view text) {
  SqliteValue value;
  value.type = SqliteValue::Type::kText;
  value.bytes = text;
  return value;
}

SqliteValue BlobValue(std::string_view bytes) {
  SqliteValue value;
  value.type = SqliteValue::Type::kBlob;
  value.bytes = bytes;
  return value;
}

SqliteValue IntegerValue(int64_t integer) {
  SqliteValue value;
  value.type = SqliteValue::Type::kInteger;
  value.integer = integer;
  return value;
}

std::optional<uint32_t> ToU32(const SqliteValue& value) {
  if (value.is_null()) return 0;
  int64_t number = value.integer;
  const bool is_number = value.type == SqliteValue::Type::kInteger ||
                         (value.type == SqliteValue::Type::kText &&
                          absl::SimpleAtoi(value.bytes, &number));
  if (!is_number || number < 0 ||
      number > std::numeric_limits<uint32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(number);
}

}  // namespace parcelveil::migrate
