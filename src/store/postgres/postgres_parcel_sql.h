// SPDX-License-Identifier: Apache-2.0
// The SQL that answers for parcels from a wrapped table. Text only; values
// never stand in it, they are bound.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_PARCEL_SQL_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_PARCEL_SQL_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "src/gate/parcel_columns.h"
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

// Thread-safety: const methods may run concurrently.
class PostgresParcelSql {
 public:
  // Where the columns of Find and FindByIndex stand. After kCells: those of
  // KnownSlots.
  enum Column {
    kKey,
    kAssignedTo,
    kState,
    kOutlet,
    kVersion,
    kNoCoverage,
    kCells
  };

  // Asks the table for the types of its columns: a comparison is written so
  // that an index on the column serves it.
  static absl::StatusOr<PostgresParcelSql> Create(
      const gate::ParcelColumns& columns, PostgresSession* session);

  const gate::ParcelColumns& columns() const { return columns_; }
  // Whether the column may hold this text. False spares the server a value that
  // is none of the column's type.
  bool MayHold(const std::string& column, const std::string& text) const;

  // Parameters: the key, twice.
  std::string Find(absl::Span<const Slot> known_slots) const;
  // Parameters: the values, the limit.
  std::string FindByIndex(const std::string& column,
                          absl::Span<const Slot> known_slots) const;
  // Parameters: the principal, twice; the states that count.
  std::string CountAssigned() const;
  // Gives a row for each column of the table.
  static absl::StatusOr<std::set<std::string>> ColumnsThere(
      PostgresSession* session, const std::string& table);
  // Parameters: the key, twice. Empty where there is nothing to clear.
  std::string Erase(absl::Span<const Slot> slots,
                    const std::set<std::string>& there) const;

 private:
  PostgresParcelSql(const gate::ParcelColumns& columns, std::string table,
                    std::set<std::string> integers)
      : columns_(columns),
        table_(std::move(table)),
        integers_(std::move(integers)) {}

  std::string SelectFrom(absl::Span<const Slot> known_slots) const;
  // The column holds exactly this text. Parameters: $1 as the column's type,
  // $2 as text.
  std::string Is(const std::string& column) const;

  gate::ParcelColumns columns_;
  std::string table_;               // quoted
  std::set<std::string> integers_;  // columns of integer types
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_PARCEL_SQL_H_
