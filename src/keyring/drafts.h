// SPDX-License-Identifier: Apache-2.0
// The files of a keyring while they are being changed.

#ifndef PARCELVEIL_SRC_KEYRING_DRAFTS_H_
#define PARCELVEIL_SRC_KEYRING_DRAFTS_H_

#include <cstdint>
#include <map>

#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/v1/keyring.pb.h"
#include "src/crypto/hash.h"
#include "src/keyring/calendar.h"

namespace parcelveil::keyring {

struct Draft {
  v1::KeyringPayload payload;
  crypto::Sha256Hash sha256{};  // of the file it was loaded from; zeros if none
  bool is_changed = false;
};

struct Drafts {
  Draft main;
  std::map<Scope, Draft> shards;
  Schema schema;
  Calendar calendar;

  // Calls f(Scope, Draft&) for the main file, then for every shard.
  template <typename F>
  void ForEach(F&& f) {
    f(Scope::kNational, main);
    for (auto& [scope, shard] : shards) f(scope, shard);
  }
};

inline bool IsLive(const v1::Key& key) {
  return key.state() != v1::Key::DESTROYED;
}
inline Slot KeySlot(const v1::Key& key) {
  return Slot{static_cast<uint16_t>(key.slot())};
}
inline Epoch KeyEpoch(const v1::Key& key) {
  return Epoch{static_cast<uint16_t>(key.epoch())};
}
inline uint8_t KeyGen(const v1::Key& key) {
  return static_cast<uint8_t>(key.gen());
}

// Whether `role` may open `slot`: STEWARD may open all.
bool MayOpen(const Schema::RoleAccess& role, Slot slot);

// The last day with keys that are or will be sealed under; `if_none` without.
Epoch LastDay(const v1::KeyringPayload& payload, Epoch if_none);

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_DRAFTS_H_
