// SPDX-License-Identifier: Apache-2.0
// Finding rows by what is sealed in them: by a phone, or its last four digits.
//
// An index value is only a hint: ask the database for the rows that have one of
// Values(), then let Matches() open them and tell the true ones. No opened text
// comes out. SPEC.md section 8.

#ifndef PARCELVEIL_FINDER_H_
#define PARCELVEIL_FINDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"
#include "parcelveil/view.h"

namespace parcelveil {

// What is looked for: `Search{Slot::kRecipientPhone, phone}`.
struct Search {
  Slot slot;  // the field's
  // Normalised first: "+86 138 1234 1234" finds 13812341234. For kLast4 a whole
  // number, or its last four digits. Borrowed.
  std::string_view text;
  IndexRule by = IndexRule::kPhone;
  // The outlet, where the index is kept by outlet (last four digits are);
  // Scope::kNational for rows without one. An outlet's role has its own.
  std::optional<Scope> scope = std::nullopt;
};

// A sealed field and the record that it belongs to. Borrows both.
struct SealedCell {
  std::string_view record_id;
  std::string_view sealed;
  uint32_t version = 0;
};

// Positions in what was given, ascending.
struct Found {
  std::vector<size_t> positions;  // they hold what is looked for
  std::vector<size_t> closed;     // they do not open: expired, or damaged
};
struct FoundViews {
  std::vector<size_t> positions;
  std::vector<View> views;  // one a position
  std::vector<size_t> closed;
};

// Thread-safety: const methods may run concurrently.
// Ownership: borrows the keyring, which must outlive it.
class Finder {
 public:
  static constexpr size_t kMaxCandidates = 2048;  // a call
  static constexpr int kMaxDays = 366;

  // Takes the schema's indexes as they are now; make a new one after the
  // schema was changed. Errors: MALFORMED for a null keyring.
  static absl::StatusOr<std::unique_ptr<Finder>> Create(const Keyring* keyring);
  ~Finder();

  // Returns the index values, 12 bytes each, of every row that was sealed in
  // the last `back` and may hold what is looked for: one a day and key.
  // Query the index column with `IN (...)`.
  // A value on the hot list of whoever seals is found by none of them.
  // Errors:
  //   kInvalidArgument    MALFORMED: a text without a normal form, no such
  //                       index, no outlet where one is needed, `back` negative
  //                       or over 366 days
  //   kNotFound, kPermissionDenied, kFailedPrecondition  where the role may use
  //                       no key of these days: as Opener::Open
  //   kUnavailable        KEY_UNAVAILABLE: used in a forked child
  absl::StatusOr<std::vector<std::string>> Values(const Search& search,
                                                  absl::Duration back) const;

  // Opens `cells` of the field and tells which hold what is looked for; their
  // texts are wiped.
  // Errors: MALFORMED: as Values, or over kMaxCandidates cells;
  // KEY_UNAVAILABLE.
  absl::StatusOr<Found> Matches(const Search& search,
                                absl::Span<const SealedCell> cells) const;

  // As Matches, for a role that opens views only: tells by the last four
  // digits that the mask of `search.slot` shows. `view` is the views' slot.
  absl::StatusOr<FoundViews> MatchesViews(
      const Search& search, Slot view,
      absl::Span<const SealedView> views) const;

 private:
  class State;
  explicit Finder(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_FINDER_H_
