// SPDX-License-Identifier: Apache-2.0

#include <sqlite3.h>

#include <utility>

#include "parcelveil/sqlite.h"
#include "src/base/status.h"
#include "src/store/sqlite/sqlite_error.h"

namespace parcelveil {

std::string SqliteValue::ToText() const {
  switch (type) {
    case Type::kNull:
      return "";
    case Type::kInteger:
      return std::to_string(integer);
    case Type::kReal:
      return std::to_string(real);
    case Type::kText:
    case Type::kBlob:
      return bytes;
  }
  return "";
}

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, std::string what)
    : statement_(statement), what_(std::move(what)) {}

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      what_(std::move(other.what_)) {}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::BindNull(int parameter) {
  sqlite3_bind_null(statement_, parameter + 1);
}

void SqliteStatement::BindInt(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_, parameter + 1, value);
}

// A null pointer would bind NULL, hence the literals for empty values.
void SqliteStatement::BindText(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_, parameter + 1,
                      text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void SqliteStatement::BindBlob(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(statement_, parameter + 1,
                      bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
}

void SqliteStatement::BindValue(int parameter, const SqliteValue& value) {
  switch (value.type) {
    case SqliteValue::Type::kNull:
      return BindNull(parameter);
    case SqliteValue::Type::kInteger:
      return BindInt(parameter, value.integer);
    case SqliteValue::Type::kReal:
      sqlite3_bind_double(statement_, parameter + 1, value.real);
      return;
    case SqliteValue::Type::kText:
      return BindText(parameter, value.bytes);
    case SqliteValue::Type::kBlob:
      return BindBlob(parameter, value.bytes);
  }
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(code, sqlite3_db_handle(statement_), what_);
}

absl::Status SqliteStatement::Run() {
  const absl::Status status = Step().status();
  Reset();
  return status;
}

void SqliteStatement::Reset() { sqlite3_reset(statement_); }

int SqliteStatement::NumColumns() const {
  return sqlite3_column_count(statement_);
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t SqliteStatement::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteStatement::Bytes(int column) const {
  // Text is asked for as text, so that a UTF-16 database gives UTF-8.
  const void* bytes =
      sqlite3_column_type(statement_, column) == SQLITE_BLOB
          ? sqlite3_column_blob(statement_, column)
          : static_cast<const void*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

SqliteValue SqliteStatement::Value(int column) const {
  SqliteValue value;
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER:
      value.type = SqliteValue::Type::kInteger;
      value.integer = Int(column);
      break;
    case SQLITE_FLOAT:
      value.type = SqliteValue::Type::kReal;
      value.real = sqlite3_column_double(statement_, column);
      break;
    case SQLITE_TEXT:
      value.type = SqliteValue::Type::kText;
      value.bytes = std::string(Bytes(column));
      break;
    case SQLITE_BLOB:
      value.type = SqliteValue::Type::kBlob;
      value.bytes = std::string(Bytes(column));
      break;
    default:
      break;
  }
  return value;
}

}  // namespace parcelveil
