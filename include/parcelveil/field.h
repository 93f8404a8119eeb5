// SPDX-License-Identifier: Apache-2.0
// Sealing and opening fields: the everyday calls.
//
// A sealed field opens only in its own cell (tenant, slot, record, version),
// only for a role that its key is wrapped for, and only until that role's time
// is over. SPEC.md section 5.

#ifndef PARCELVEIL_FIELD_H_
#define PARCELVEIL_FIELD_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/mask.h"
#include "parcelveil/secret.h"
#include "parcelveil/table_map.h"
#include "parcelveil/view.h"

namespace parcelveil {

inline constexpr size_t kMaxFieldTextSize = 4095;  // bytes

// The texts of one waybill, ready to be sealed.
// Ownership: borrows every text until Seal returns.
class Record {
 public:
  // `id`: the row's key, 1 to 64 bytes; integers as their decimal text.
  explicit Record(std::string_view id) : id_(id) {}

  // Sets one field. Not set means no cell (NULL); an empty text is sealed.
  void Set(Slot slot, std::string_view text);
  // Masked text is not the value: this does not compile.
  void Set(Slot slot, const Masked& masked) = delete;

  // The outlet that the parcel is routed to; national without it.
  void set_scope(Scope scope) { scope_ = scope; }
  // The row's version, bound into its cells; 0 without it.
  void set_version(uint32_t version) { version_ = version; }
  // The row's own past day, for a migration: needs BACKFILL keys of that day.
  void set_day(absl::CivilDay day) { day_ = day; }

 private:
  friend class RecordSealer;  // src/field/record_sealer.h

  struct FieldText {
    Slot slot;
    std::string_view text;
  };

  std::string_view id_;
  std::vector<FieldText> fields_;
  Scope scope_ = Scope::kNational;
  uint32_t version_ = 0;
  std::optional<absl::CivilDay> day_;
};

// What to store: one cell a column, all to be written together.
class SealedRow {
 public:
  struct ColumnBytes {
    std::string_view column;  // lives as long as the Sealer
    std::string bytes;
  };
  // In the map's order: sealed fields, views, index values.
  absl::Span<const ColumnBytes> cells() const {
    return absl::MakeConstSpan(cells_).first(used_);
  }

 private:
  friend class Sealer;

  std::vector<ColumnBytes> cells_;  // kept longer than used_, for reuse
  size_t used_ = 0;
};

// A value that so many rows share (a merchant's return number) that its index
// values would stand out. Borrowed until the Sealer is made.
struct HotValue {
  Slot slot;  // the field's
  // Normalised first. A whole number is hot in every index of its field; four
  // digits alone are hot as last four digits, whatever the number.
  std::string_view text;
};

struct SealerOptions {
  // Rows with such a value get random index values: they cannot be found by it.
  // Kept in memory as keyed hashes only.
  std::vector<HotValue> hot_values;
};

// Seals whole records with their views and index values, or one cell.
//
// Source: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), SipHash-2-4, BLAKE2b
// (RFC 7693), through libsodium.
// Thread-safety: const methods may run concurrently.
// Ownership: borrows the keyring, which must outlive it.
class Sealer {
 public:
  // Errors: kInvalidArgument MALFORMED where the map names a slot, view or
  // index that the keyring's schema lacks, or a hot value has no index or no
  // normal form; kResourceExhausted LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<Sealer>> Create(
      const Keyring* keyring, const TableMap& map,
      const SealerOptions& options = {});
  ~Sealer();

  // Seals every field of `record`, its views and its index values, or nothing.
  // Errors:
  //   kInvalidArgument    MALFORMED: a text over 4095 bytes or not UTF-8, a
  //                       slot that the map lacks, a bad record id;
  //                       ALREADY_MASKED: a text that a mask has made
  //   kFailedPrecondition NO_ACTIVE_KEY, KEYRING_STALE
  //   kPermissionDenied   FORBIDDEN: the role may not seal
  //   kUnavailable        KEY_UNAVAILABLE: used in a forked child
  absl::StatusOr<SealedRow> Seal(const Record& record) const;
  // As Seal, reusing the buffers of `row`; on error `row` holds no cells.
  absl::Status SealInto(const Record& record, SealedRow* row) const;

  // Seals one text of one cell under today's key. `sealed` is reused.
  // Errors: as Seal.
  absl::Status SealField(const Cell& cell, Scope scope, std::string_view text,
                         std::string* sealed) const;

 private:
  class State;
  explicit Sealer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// A sealed view and the record that it belongs to. Borrows both.
struct SealedView {
  std::string_view record_id;
  std::string_view sealed;
  uint32_t version = 0;
};

// Opens one cell, or many masked views; never many full values.
//
// Thread-safety: const methods may run concurrently.
// Ownership: borrows the keyring, which must outlive it.
class Opener {
 public:
  static absl::StatusOr<std::unique_ptr<Opener>> Create(const Keyring* keyring);

  // Opens one field and returns exactly the bytes that were sealed.
  // Errors:
  //   kInvalidArgument    MALFORMED: not a sealed field, or a view's slot
  //   kNotFound           KEY_UNKNOWN: the keyring never had its key
  //   kPermissionDenied   FORBIDDEN: not wrapped for this role, no longer, or
  //                       another outlet's
  //   kFailedPrecondition KEY_DESTROYED: treat the field as expired
  //   kDataLoss           DECRYPT_FAILED: changed, or another cell's;
  //                       KEY_MISMATCH
  //   kUnavailable        KEY_UNAVAILABLE: used in a forked child
  absl::StatusOr<Plaintext> Open(const Cell& cell,
                                 std::string_view sealed) const;
  // As Open, reusing the buffer of `text`; on error `text` is empty.
  absl::Status OpenInto(const Cell& cell, std::string_view sealed,
                        Plaintext* text) const;

  // Opens the views `slot` (a view's slot) of many records: one result each, in
  // their order. Errors of a result: as Open.
  std::vector<absl::StatusOr<View>> OpenViews(
      Slot slot, absl::Span<const SealedView> views) const;

  // Makes what opens just this one cell, for a service that holds no key of
  // its own: 41 bytes (SPEC.md section 5). It can also forge that cell, so it
  // goes to services, never to handhelds. Errors: as Open, but without proof
  // that `sealed` is intact.
  absl::StatusOr<Secret> MakeCapability(const Cell& cell,
                                        std::string_view sealed) const;

 private:
  explicit Opener(const Keyring* keyring) : keyring_(keyring) {}

  const Keyring* keyring_;
};

// Opens the one cell that `capability` is for.
// Errors: MALFORMED, DECRYPT_FAILED (also where the cell has been resealed
// under another key since).
absl::StatusOr<Plaintext> OpenWithCapability(const Secret& capability,
                                             uint32_t tenant, const Cell& cell,
                                             std::string_view sealed);

}  // namespace parcelveil

#endif  // PARCELVEIL_FIELD_H_
