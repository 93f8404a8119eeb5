// SPDX-License-Identifier: Apache-2.0
// SQLite for a trace: the records of a wrapped table.
//
// Target parcelveil::sqlite.

#ifndef PARCELVEIL_SQLITE_TRACE_H_
#define PARCELVEIL_SQLITE_TRACE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "parcelveil/trace_records.h"

namespace parcelveil {

// The records of a wrapped table, by its map. Reads only; ReadGroups and
// ReadRecords read the whole table.
// Thread-safety: none.
class SqliteTraceRecords : public TraceRecords {
 public:
  // `schema` is the keyring's: it says what index slots are of.
  // Errors: MALFORMED: the map seals nothing, or does not show one of
  // `columns`; kInvalidArgument: the table lacks a column; the database's.
  static absl::StatusOr<std::unique_ptr<SqliteTraceRecords>> Create(
      const std::string& path, const TableMap& map, const Schema& schema,
      const TraceColumns& columns);
  ~SqliteTraceRecords() override;

  bool HasSegments() const override;
  // By the record id, or by the waybill number alone.
  absl::StatusOr<std::optional<TraceRecord>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) override;
  absl::StatusOr<std::vector<TraceRecord>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) override;
  absl::Status ReadGroups(
      Days days, const std::function<absl::Status(const Group&)>& f) override;
  absl::Status ReadRecords(
      Days days, absl::Span<const Scope> outlets,
      const std::function<absl::Status(const TraceRecord&)>& f) override;

 private:
  class State;
  explicit SqliteTraceRecords(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SQLITE_TRACE_H_
