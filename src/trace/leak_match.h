// SPDX-License-Identifier: Apache-2.0
// LeakMatcher: which records a leaked row may be. Candidates come from blind
// indexes, are opened here as DISPUTE, compared, and wiped.

#ifndef PARCELVEIL_SRC_TRACE_LEAK_MATCH_H_
#define PARCELVEIL_SRC_TRACE_LEAK_MATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/blind_index.h"
#include "parcelveil/field.h"
#include "parcelveil/schema.h"
#include "parcelveil/secret.h"
#include "parcelveil/trace.h"
#include "src/trace/leak_list.h"
#include "src/trace/leaked_text.h"

namespace parcelveil::trace {

// What a row's phone or waybill number is known by: a keyed hash, never the
// number. Rows of one key are one.
using RowKey = uint64_t;

struct RowMatch {
  enum class Kind : uint8_t { kMatched, kUnmatched, kTooCommon, kProblem };

  Kind kind = Kind::kUnmatched;
  LeakRowProblem problem{};          // of kProblem
  bool is_masked = false;            // found by a masked number
  std::vector<TraceRecord> records;  // of kMatched, without cells
};

// Thread-safety: none.
class LeakMatcher {
 public:
  static constexpr size_t kMaxRecords = 2048;  // of a row

  // The days and the party (by `field`, recipients where there is none) of
  // `options` are taken. Errors: MALFORMED: the schema has no such field;
  // LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<LeakMatcher>> Create(
      const TraceOptions& options);

  // The key of the row's number, and that of all it says.
  struct Keys {
    RowKey number;
    RowKey whole;
  };
  Keys KeysOf(const LeakList::Row& row) const;
  // `last`: the day on which the row was seen. Errors: the table's;
  // KEY_UNAVAILABLE.
  absl::StatusOr<RowMatch> Match(const LeakList::Row& row, Epoch last);

 private:
  // Of the party whose data leaked; a slot that the schema lacks is none.
  struct Fields {
    std::optional<Slot> name;
    std::optional<Slot> phone;
    std::optional<Slot> address;
  };
  // A number to look for, whole or masked.
  struct Sought {
    Slot index{};
    std::string_view text;  // as it leaked, or the last four digits
    std::optional<MaskedPhone> mask;
    std::vector<Scope> outlets;
  };

  LeakMatcher(const TraceOptions& options, Schema schema, Secret key)
      : options_(options), schema_(std::move(schema)), key_(std::move(key)) {}

  absl::Status FindFields();
  RowKey Hash(std::string_view kind, std::string_view text) const;
  absl::StatusOr<RowMatch> MatchPhone(const LeakList::Row& row, Epoch last);
  absl::StatusOr<RowMatch> MatchMasked(const LeakList::Row& row, Epoch last);
  absl::StatusOr<RowMatch> FindNumber(const LeakList::Row& row,
                                      const Sought& sought, Epoch last);
  // Adds the records of some index values that hold the number.
  absl::Status AddRecords(const Sought& sought,
                          absl::Span<const std::string> values,
                          RowMatch* match);
  bool Holds(const TraceRecord& record, const Sought& sought);
  // Leaves those records that also fit name, address and time, if any do.
  void Narrow(const LeakList::Row& row, Epoch last,
              std::vector<TraceRecord>* records);
  void NarrowBy(std::optional<Slot> slot, std::string_view text,
                std::vector<TraceRecord>* records);
  // The text of a field, in text_; false where it does not open.
  bool Open(const TraceRecord& record, Slot slot);

  const TraceOptions& options_;
  const Schema schema_;
  const Secret key_;
  Fields fields_;
  std::unique_ptr<Opener> opener_;
  std::unique_ptr<BlindIndex> phone_index_;  // null where there is none
  std::unique_ptr<BlindIndex> last4_index_;
  std::vector<Slot> slots_;  // that are opened
  Plaintext text_;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_LEAK_MATCH_H_
