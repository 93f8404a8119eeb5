// SPDX-License-Identifier: Apache-2.0
// TraceRecords: what a trace asks of the table that leaked rows may be of.

#ifndef PARCELVEIL_TRACE_RECORDS_H_
#define PARCELVEIL_TRACE_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"

namespace parcelveil {

// Where a record belongs: rows that leaked are compared with others of the
// same stratum, so that a stolen area or a busy day accuses nobody. Outlet and
// day are those its cells are sealed under.
struct TraceStratum {
  Scope outlet = Scope::kNational;
  Epoch day{};
  std::string segment;  // of routing; empty without such a column
};

// One record of the table.
struct TraceRecord {
  struct SealedCell {
    Slot slot{};
    std::string sealed;
  };
  std::string record_id;
  uint32_t version = 0;
  TraceStratum stratum;
  std::string merchant;           // empty without such a column
  std::vector<SealedCell> cells;  // of the slots asked for; NULL ones left out
};

// Columns of the table's own that tell records apart, both among those that its
// map shows; empty where there is none.
struct TraceColumns {
  std::string segment;   // of routing
  std::string merchant;  // who sent it
};

// The table that the leaked rows may be of. SqliteTraceRecords
// (sqlite_trace.h) and PostgresTraceRecords (postgres_trace.h) read a wrapped
// one by its map.
class TraceRecords {
 public:
  // Both ends belong to it.
  struct Days {
    Epoch first{};
    Epoch last{};
  };
  // How many records have this stratum and merchant.
  struct Group {
    TraceStratum stratum;
    std::string merchant;
    uint64_t count = 0;
  };

  virtual ~TraceRecords() = default;
  virtual bool HasSegments() const = 0;
  // nullopt where there is no such record.
  virtual absl::StatusOr<std::optional<TraceRecord>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) = 0;
  // Those whose `index` column holds one of `values`; at most `limit`.
  virtual absl::StatusOr<std::vector<TraceRecord>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) = 0;
  // Every group of these days, once each, in any order.
  virtual absl::Status ReadGroups(
      Days days, const std::function<absl::Status(const Group&)>& f) = 0;
  // Every record of these days and outlets, without cells, in any order.
  virtual absl::Status ReadRecords(
      Days days, absl::Span<const Scope> outlets,
      const std::function<absl::Status(const TraceRecord&)>& f) = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_TRACE_RECORDS_H_
