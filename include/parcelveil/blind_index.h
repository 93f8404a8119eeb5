// SPDX-License-Identifier: Apache-2.0
// Blind indexes: equality lookup on sealed fields without opening them.
//
// Index values are truncated on purpose: a lookup yields candidates, which the
// caller opens and filters; Finder (finder.h) does both. SPEC.md section 8.

#ifndef PARCELVEIL_BLIND_INDEX_H_
#define PARCELVEIL_BLIND_INDEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"

namespace parcelveil {

// Computes the index values of one slot.
// Source: BLAKE2b (RFC 7693) under the slot's scope key.
// Thread-safety: const methods may run concurrently.
// Ownership: borrows `keyring`, which must outlive it.
class BlindIndex {
 public:
  static constexpr size_t kValueSize = 12;  // bytes; fits a BLOB column

  // `slot` is an index's: Slot::kRecipientPhoneIndex. What the schema says of
  // it is taken now; make a new one after the schema was changed.
  // Errors: kInvalidArgument MALFORMED where the schema has no such index.
  static absl::StatusOr<std::unique_ptr<BlindIndex>> Create(
      const Keyring* keyring, Slot slot);

  // Returns the index value of `text` (UTF-8, at most 4095 bytes, normalised
  // first) in `epoch` and `scope`, under the newest key of that day that this
  // role may use. An index of last four digits takes these four alone, too.
  // `scope` is Scope::kNational unless the index is kept by outlet.
  // Errors:
  //   kInvalidArgument     `text` is too long, not UTF-8, or has no normal
  //                        form; a scope for an index that has none
  //   kNotFound            the keyring never had a key for this slot and epoch
  //   kPermissionDenied    that key is not wrapped for this role
  //   kFailedPrecondition  that key was destroyed
  //   kUnavailable         KEY_UNAVAILABLE: used in a forked child
  absl::StatusOr<std::string> Value(std::string_view text, Epoch epoch,
                                    Scope scope) const;

  // Both ends belong to it.
  struct Days {
    Epoch first;
    Epoch last;
  };
  // Returns every value that rows of `days` may have: one for each key that
  // this role may use, the newest day first. Query with `IN (...)`.
  // Errors: as Value, where no key is left.
  absl::StatusOr<std::vector<std::string>> Values(std::string_view text,
                                                  Days days, Scope scope) const;

 private:
  BlindIndex(const Keyring* keyring, Slot slot, bool is_scoped,
             std::string calling_code)
      : keyring_(keyring),
        slot_(slot),
        is_scoped_(is_scoped),
        calling_code_(std::move(calling_code)) {}

  const Keyring* keyring_;
  Slot slot_;
  bool is_scoped_;
  std::string calling_code_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_BLIND_INDEX_H_
