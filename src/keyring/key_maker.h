// SPDX-License-Identifier: Apache-2.0
// Making day keys and wrapping them to roles. SPEC.md sections 4, 6 and 7.

#ifndef PARCELVEIL_SRC_KEYRING_KEY_MAKER_H_
#define PARCELVEIL_SRC_KEYRING_KEY_MAKER_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/schema.h"
#include "src/keyring/drafts.h"
#include "src/wire/key_id.h"

namespace parcelveil::keyring {

inline constexpr int64_t kOverlapMs = 15 * 60 * 1000;
inline constexpr int64_t kBackfillMs = 35 * kDayMs;

// Lives for one operation. A fresh epoch key exists only inside Make: there it
// is wrapped to everybody who will ever get it without STEWARD.
// Ownership: borrows the drafts.
class KeyMaker {
 public:
  KeyMaker(Drafts* drafts, uint64_t now_ms);

  // Whether (slot, epoch) has a key that is or will be sealed under in daily
  // use.
  bool HasPlanned(Slot slot, Epoch epoch) const;
  // The key that a migration may still seal under, or null.
  v1::Key* FindBackfill(Slot slot, Epoch epoch) const;

  // Makes the next gen of (slot, epoch), in the main file and in every shard.
  // Errors: kResourceExhausted after 256 gens.
  absl::Status Make(Slot slot, Epoch epoch, v1::Key::State state);

  // Wraps the key `bytes` to `role`, so that access lasts as if the key were of
  // `counted_from`. A wrap that is there already may only gain time; one whose
  // time would be over is not made. A role without a key pair for today is
  // noted in missing_pairs().
  absl::Status Wrap(absl::Span<const uint8_t> bytes,
                    const Schema::RoleAccess& role, Epoch counted_from,
                    Draft* draft, v1::Key* key);
  // Puts the scope key of main key `key` into a shard and wraps it to those of
  // `roles` that are scoped and may have it; others' wraps stay as they are.
  absl::Status AddToShard(absl::Span<const uint8_t> epoch_key,
                          const v1::Key& key, Epoch counted_from,
                          absl::Span<const Schema::RoleAccess> roles,
                          Draft* shard);

  // When `role`'s access to `key` ends, in milliseconds; 0 = never, as for
  // DISPUTE while the key is held.
  uint64_t OpenUntil(const Schema::RoleAccess& role, const v1::Key& key,
                     Epoch counted_from) const;

  uint64_t now_ms() const { return now_ms_; }
  Epoch today() const { return today_; }
  int num_made() const { return num_made_; }
  const std::vector<MaintainReport::MissingPair>& missing_pairs() const {
    return missing_pairs_;
  }

 private:
  struct SlotDay {
    int next_gen = 0;
    bool has_planned = false;
    v1::Key* backfill = nullptr;
  };

  void Note(v1::Key* key);
  void FillTimes(v1::Key* key) const;
  void NoteMissingPair(Role role, Scope role_scope, uint16_t kek_version);

  Drafts* const drafts_;
  const uint64_t now_ms_;
  const Epoch today_;
  absl::flat_hash_map<std::tuple<Slot, Epoch>, SlotDay> slot_days_;
  std::vector<MaintainReport::MissingPair> missing_pairs_;
  int num_made_ = 0;
};

// The name that a main file's key, or a shard's, is bound to.
wire::KeyId KeyIdOf(const v1::Key& key, uint32_t tenant);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_KEY_MAKER_H_
