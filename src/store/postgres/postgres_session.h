// SPDX-License-Identifier: Apache-2.0
// PostgresSession: a connection with its statements, each prepared once.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_SESSION_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_SESSION_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil {

// A parameter that is text to SQL; a bare string_view is a blob.
struct PostgresText {
  std::string_view text;
};

struct ResetPostgresStatement {
  void operator()(PostgresStatement* statement) const { statement->Reset(); }
};
// A statement with its parameters bound; its rows are read away when it dies.
using BoundPostgresStatement =
    std::unique_ptr<PostgresStatement, ResetPostgresStatement>;

// Thread-safety: none, as its connection.
class PostgresSession {
 public:
  // `what` names the thing in errors; `set_up` is SQL without rows that every
  // new connection begins with. Errors: as PostgresConnection::Open.
  static absl::StatusOr<std::unique_ptr<PostgresSession>> Open(
      const std::string& address, const std::string& what,
      const std::string& set_up);

  PostgresConnection* db() const { return db_.get(); }
  const std::string& what() const { return what_; }
  size_t size() const { return statements_.size(); }
  // None may be bound.
  void Clear() { statements_.clear(); }

  // Binds integers, identifiers, times (in ms since 1970), PostgresText, blobs,
  // and vectors of integers or of blobs as arrays.
  template <typename... Values>
  absl::StatusOr<BoundPostgresStatement> Bind(std::string_view sql,
                                              const Values&... values) {
    PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement * statement, Get(sql));
    [[maybe_unused]] int parameter = 0;
    (BindOne(statement, parameter++, values), ...);
    return BoundPostgresStatement(statement);
  }
  // Runs a statement whose rows do not matter.
  template <typename... Values>
  absl::Status Run(std::string_view sql, const Values&... values) {
    PARCELVEIL_ASSIGN_OR_RETURN(const BoundPostgresStatement statement,
                                Bind(sql, values...));
    return statement->Run();
  }
  // Runs a query; true where it gives a row.
  template <typename... Values>
  absl::StatusOr<bool> HasRow(std::string_view sql, const Values&... values) {
    PARCELVEIL_ASSIGN_OR_RETURN(const BoundPostgresStatement statement,
                                Bind(sql, values...));
    return statement->Step();
  }

 private:
  PostgresSession(std::unique_ptr<PostgresConnection> db, std::string what)
      : db_(std::move(db)), what_(std::move(what)) {}

  absl::StatusOr<PostgresStatement*> Get(std::string_view sql);

  template <typename T>
  static void BindOne(PostgresStatement* statement, int parameter,
                      const T& value) {
    if constexpr (std::is_same_v<T, absl::Time>) {
      statement->BindInt(parameter, absl::ToUnixMillis(value));
    } else if constexpr (std::is_same_v<T, PostgresText>) {
      statement->BindText(parameter, value.text);
    } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
      statement->BindText(parameter,
                          absl::StrCat("{", absl::StrJoin(value, ","), "}"));
    } else if constexpr (std::is_same_v<T,
                                        std::vector<PostgresStatement::Cell>>) {
      statement->BindBlobs(parameter, value);
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      statement->BindInt(parameter, static_cast<int64_t>(value));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      statement->BindBlob(parameter, value);
    } else {
      statement->BindBlob(parameter, wire::AsText(value));
    }
  }

  const std::unique_ptr<PostgresConnection> db_;
  const std::string what_;
  absl::flat_hash_map<std::string, std::unique_ptr<PostgresStatement>>
      statements_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_SESSION_H_
