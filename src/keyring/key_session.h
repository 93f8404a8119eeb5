// SPDX-License-Identifier: Apache-2.0
// How sealing and opening reach keys: a short look into a keyring, during which
// nothing in it changes.

#ifndef PARCELVEIL_SRC_KEYRING_KEY_SESSION_H_
#define PARCELVEIL_SRC_KEYRING_KEY_SESSION_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "src/keyring/key_table.h"
#include "src/keyring/keyring_state.h"

namespace parcelveil {

// Takes the time once and holds the keyring's reader lock while it lives, but
// for when a key must be unwrapped. One thread, one call at a time; a thread
// that makes a second one while its first lives would wait for itself.
class KeySession {
 public:
  explicit KeySession(const Keyring* keyring);
  KeySession(const KeySession&) = delete;
  KeySession& operator=(const KeySession&) = delete;
  ~KeySession();

  // A key ready for use. `bytes` is valid until the next call: 64 bytes, the
  // cell keys of a field or view; of an index, its scope key and zeros; of
  // INTAKE, the day's X25519 secret and zeros.
  struct Key {
    uint8_t gen;
    Epoch epoch;
    Scope scope;
    uint8_t index_bits;
    IndexRule index_rule;
    absl::Span<const uint8_t> bytes;
  };

  uint32_t tenant() const { return state_->secret.tenant(); }
  Epoch today() const { return today_; }

  // Fills in the key that seals `slot` in `scope` on `day`: today's ACTIVE key,
  // or a past day's BACKFILL key. It fills in, since a waybill takes a dozen
  // keys and a StatusOr's copy of one costs as much as finding it.
  // Errors: NO_ACTIVE_KEY, KEYRING_STALE, FORBIDDEN, KEY_UNAVAILABLE,
  // KEY_MISMATCH.
  absl::Status ForSealing(Slot slot, Scope scope, Epoch day, Key* key);

  // The key named by the header of a sealed field or an index value.
  // Errors: KEY_UNKNOWN, KEY_DESTROYED, FORBIDDEN, KEY_UNAVAILABLE,
  // KEY_MISMATCH.
  absl::StatusOr<Key> ForOpening(Slot slot, Epoch epoch, uint8_t gen,
                                 Scope scope);

  // The first gen of (slot, epoch) from `gen` on that the keyring lists a key
  // of, nullopt where there is none.
  std::optional<uint8_t> NextGen(Slot slot, Epoch epoch, int gen) const {
    const keyring::KeyEntry* entry = state_->table->FindFrom(slot, epoch, gen);
    if (entry == nullptr) return std::nullopt;
    return entry->id.gen;
  }

 private:
  bool MayOpen(const keyring::KeyEntry& entry, Scope scope) const {
    return is_alive_ && now_ms_ < entry.access_until_ms && IsOwn(scope);
  }
  bool IsOwn(Scope scope) const {
    return state_->options.role_scope == Scope::kNational ||
           state_->options.role_scope == scope;
  }
  // Why MayOpen is false.
  absl::Status MayNotOpen(const keyring::KeyEntry& entry, Scope scope) const;
  // False where the cache does not hold the key.
  bool FindCached(const keyring::KeyEntry& entry, Scope scope, Key* key) const;
  // Unwraps and derives the key and puts it into the cache.
  absl::Status Load(const keyring::KeyEntry& entry, Scope scope);
  // True where a newer keyring was taken up.
  bool ReloadForMissingKey();
  absl::Status NoSealingKey(Slot slot, Epoch day) const;
  std::string Operation(const char* verb, Slot slot) const;

  // The last key opened with: the rows of a list mostly share one.
  struct Opened {
    Slot slot{};
    Key key{};  // no bytes: none yet, or the lock was given up since
  };

  Keyring::State* const state_;
  std::mutex* const stripe_;
  const absl::Time now_;
  // Once is enough: no thread is in the middle of a session after a fork.
  const bool is_alive_;
  uint64_t now_ms_;
  Epoch today_;
  Opened opened_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_KEYRING_KEY_SESSION_H_
