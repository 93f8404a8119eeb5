// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/table_database.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace parcelveil::migrate {

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
