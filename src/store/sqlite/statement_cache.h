// SPDX-License-Identifier: Apache-2.0
// StatementCache: each SQL text of a connection is prepared once.

#ifndef PARCELVEIL_SRC_STORE_SQLITE_STATEMENT_CACHE_H_
#define PARCELVEIL_SRC_STORE_SQLITE_STATEMENT_CACHE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/sqlite.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil {

// A parameter that is text to SQL; a bare string_view is a blob.
struct SqlText {
  std::string_view text;
};

struct ResetStatement {
  void operator()(SqliteStatement* statement) const { statement->Reset(); }
};
// A statement with its parameters bound; reset when it dies, so that none
// lingers in a transaction.
using BoundStatement = std::unique_ptr<SqliteStatement, ResetStatement>;

// Thread-safety: none, as its connection. Ownership: borrows the connection;
// dies before it.
class StatementCache {
 public:
  // `what` names the thing in errors: `gate store "g"`.
  StatementCache(SqliteDatabase* db, std::string what)
      : db_(db), what_(std::move(what)) {}

  SqliteDatabase* db() const { return db_; }
  const std::string& what() const { return what_; }
  size_t size() const { return cached_.size(); }
  // None may be bound.
  void Clear() { cached_.clear(); }

  // Binds integers, identifiers, times (in ms since 1970), SqlText and blobs,
  // which are borrowed until the statement is reset.
  template <typename... Values>
  absl::StatusOr<BoundStatement> Bind(std::string_view sql,
                                      Values&&... values) {
    static_assert((!std::is_same_v<Values, std::string> && ...),
                  "what is bound is borrowed: give it a name");
    PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement * statement, Get(sql));
    int parameter = 0;
    (BindOne(statement, parameter++, values), ...);
    return BoundStatement(statement);
  }
  // Runs a statement that gives no rows.
  template <typename... Values>
  absl::Status Run(std::string_view sql, const Values&... values) {
    PARCELVEIL_ASSIGN_OR_RETURN(const BoundStatement statement,
                                Bind(sql, values...));
    return statement->Step().status();
  }
  // Runs a query; true where it gives a row.
  template <typename... Values>
  absl::StatusOr<bool> HasRow(std::string_view sql, const Values&... values) {
    PARCELVEIL_ASSIGN_OR_RETURN(const BoundStatement statement,
                                Bind(sql, values...));
    return statement->Step();
  }

 private:
  absl::StatusOr<SqliteStatement*> Get(std::string_view sql);

  template <typename T>
  static void BindOne(SqliteStatement* statement, int parameter,
                      const T& value) {
    if constexpr (std::is_same_v<T, absl::Time>) {
      statement->BindInt(parameter, absl::ToUnixMillis(value));
    } else if constexpr (std::is_same_v<T, SqlText>) {
      statement->BindText(parameter, value.text);
    } else if constexpr (std::is_same_v<T, SqliteValue>) {
      statement->BindValue(parameter, value);
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      statement->BindInt(parameter, static_cast<int64_t>(value));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      statement->BindBlob(parameter, value);
    } else {
      statement->BindBlob(parameter, wire::AsText(value));
    }
  }

  SqliteDatabase* const db_;
  const std::string what_;
  absl::flat_hash_map<std::string, std::unique_ptr<SqliteStatement>> cached_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_SQLITE_STATEMENT_CACHE_H_
