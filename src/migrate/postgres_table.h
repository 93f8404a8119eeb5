// SPDX-License-Identifier: Apache-2.0
// A table in PostgreSQL as its catalogue describes it.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_TABLE_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/postgres.h"
#include "parcelveil/table_map.h"

namespace parcelveil::migrate {

struct PostgresTable {
  // What a column's values are to a row that is sealed.
  enum class Kind : uint8_t { kText, kInteger, kOther };
  struct Column {
    std::string type;  // as SQL writes it
    Kind kind;
  };
  // A partition, or the table itself; parents stand before their partitions.
  struct Part {
    std::string sql;     // quoted, with its schema
    std::string parent;  // quoted; empty for the table itself
    bool is_leaf;
  };

  // Errors: MALFORMED: no such table, or not a table.
  static absl::StatusOr<PostgresTable> Read(PostgresConnection* db,
                                            const std::string& name);

  bool Has(const std::string& column) const { return columns.count(column); }
  const Column& At(const std::string& column) const {
    return columns.at(column);
  }
  bool is_partitioned() const { return parts.size() > 1 || !parts[0].is_leaf; }

  int64_t oid = 0;
  std::string schema;
  std::string name;  // without the schema, not quoted
  std::map<std::string, Column> columns;
  std::vector<Part> parts;
};

// Every column that the map reads must be there, and the rows must have a key
// that they can be walked by. `is_wrapped`: the plaintext is gone.
// Errors: MALFORMED.
absl::Status CheckTable(PostgresConnection* db, const PostgresTable& table,
                        const TableMap& map, bool is_wrapped);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_TABLE_H_
