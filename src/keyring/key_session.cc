// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/key_session.h"

#include <algorithm>
#include <string>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/derive.h"

namespace parcelveil {
namespace {

constexpr size_t kKeySize = 32;
constexpr uint32_t kEpochKeyMark = 0x80000000;

// The name of a key in the cache. Entries are numbered from 1.
uint64_t CacheId(uint32_t entry_number, Scope scope) {
  return uint64_t{entry_number} << 32 | ToInt(scope);
}

// Index values and record references are hashes under the scope key itself.
bool KeepsScopeKey(Slot slot) {
  return ToInt(slot) >> 12 == 4 || slot == Slot::kAuditRef;
}

std::string DayAt(uint64_t time_ms, const keyring::KeyTable& table) {
  return Describe(table.EpochAt(time_ms));
}

// Unwraps the key of `entry` into `key` and checks that it is the listed one.
absl::Status UnwrapChecked(const keyring::RoleSecret& secret,
                           const keyring::KeyEntry& entry,
                           absl::Span<uint8_t> key) {
  PARCELVEIL_RETURN_IF_ERROR(
      secret.Unwrap(entry.id, entry.kek_version, entry.blob, key));
  if (!crypto::EqualSecrets(keyring::DeriveKeyCheck(key, entry.id),
                            entry.check)) {
    return MakeStatus(Reason::kKeyMismatch,
                      "unwrap key of " + Describe(entry.id.slot) + " of " +
                          Describe(entry.id.epoch) +
                          ": it is not the key that the keyring lists; stop, "
                          "and check who signed the keyring");
  }
  return absl::OkStatus();
}

using CacheEntry = base::WipedBuffer<keyring::KeyCache::kEntrySize>;

// An epoch key on its way into or out of the cache: the key, then zeros.
struct EpochKey {
  EpochKey() { std::fill_n(bytes.data(), bytes.used(), uint8_t{0}); }

  CacheEntry bytes;
  bool is_known = false;
};

// Derives what the cache holds for `entry` in `scope`, unwrapping the epoch key
// unless it is known.
absl::Status DeriveKey(const keyring::RoleSecret& secret,
                       const keyring::KeyEntry& entry, Scope scope,
                       EpochKey* epoch_key, CacheEntry* key) {
  CacheEntry scope_key;
  std::fill_n(scope_key.data(), scope_key.used(), uint8_t{0});
  const absl::Span<uint8_t> sk = scope_key.span().first(kKeySize);
  if (entry.id.level == wire::KeyLevel::kScope) {
    PARCELVEIL_RETURN_IF_ERROR(UnwrapChecked(secret, entry, sk));
  } else {
    const absl::Span<uint8_t> ek = epoch_key->bytes.span().first(kKeySize);
    if (!epoch_key->is_known) {
      PARCELVEIL_RETURN_IF_ERROR(UnwrapChecked(secret, entry, ek));
      epoch_key->is_known = true;
    }
    keyring::DeriveScopeKey(ek, scope, sk);
  }
  if (entry.id.slot == Slot::kIntake &&
      entry.id.level == wire::KeyLevel::kEpoch) {
    std::fill_n(key->data(), key->used(), uint8_t{0});
    keyring::DeriveIntakeSecret(epoch_key->bytes.span().first(kKeySize),
                                entry.id, key->span().first(kKeySize));
    return absl::OkStatus();
  }
  if (KeepsScopeKey(entry.id.slot)) {
    std::copy(scope_key.data(), scope_key.data() + scope_key.used(),
              key->data());
    return absl::OkStatus();
  }
  keyring::DeriveCellKeys(sk,
                          {entry.id.tenant, entry.id.slot, entry.id.epoch,
                           entry.id.gen, wire::KeyLevel::kScope, scope},
                          key->span());
  return absl::OkStatus();
}

}  // namespace

KeySession::KeySession(const Keyring* keyring)
    : state_(keyring->state_.get()),
      stripe_(state_->mutex.ReaderStripe()),
      now_(state_->options.clock->Now()),
      is_alive_(state_->cache->alive()) {
  state_->Poll(now_);
  stripe_->lock();
  now_ms_ = Keyring::State::NowMs(now_, *state_->table);
  today_ = state_->table->EpochAt(now_ms_);
}

KeySession::~KeySession() { stripe_->unlock(); }

std::string KeySession::Operation(const char* verb, Slot slot) const {
  return std::string(verb) + " " + Describe(slot) + " as " +
         Describe(state_->options.role);
}

absl::Status KeySession::ForSealing(Slot slot, Scope scope, Epoch day,
                                    Key* key) {
  while (true) {
    const keyring::KeyEntry* entry =
        state_->table->FindForSealing(slot, day, now_ms_, day != today_);
    if (entry == nullptr) return NoSealingKey(slot, day);
    if (!MayOpen(*entry, scope)) return MayNotOpen(*entry, scope);
    if (FindCached(*entry, scope, key)) return absl::OkStatus();
    PARCELVEIL_RETURN_IF_ERROR(Load(*entry, scope));
  }
}

absl::StatusOr<KeySession::Key> KeySession::ForOpening(Slot slot, Epoch epoch,
                                                       uint8_t gen,
                                                       Scope scope) {
  const Key& last = opened_.key;
  if (!last.bytes.empty() && opened_.slot == slot && last.epoch == epoch &&
      last.gen == gen && last.scope == scope) {
    return last;
  }
  while (true) {
    const keyring::KeyEntry* entry = state_->table->Find(slot, epoch, gen);
    if (entry == nullptr) {
      if (ReloadForMissingKey()) continue;
      return MakeStatus(Reason::kKeyUnknown,
                        Operation("open", slot) +
                            ": the keyring has no key of " + Describe(epoch) +
                            " (generation " + std::to_string(gen) +
                            "); check that it is this database's keyring and "
                            "the newest");
    }
    if (!MayOpen(*entry, scope)) return MayNotOpen(*entry, scope);
    if (FindCached(*entry, scope, &opened_.key)) {
      opened_.slot = slot;
      return opened_.key;
    }
    PARCELVEIL_RETURN_IF_ERROR(Load(*entry, scope));
  }
}

bool KeySession::ReloadForMissingKey() {
  opened_ = {};
  // Held, so that no later table can have its address.
  const std::shared_ptr<const keyring::KeyTable> searched = state_->table;
  stripe_->unlock();
  const bool has_changed = state_->ReloadForMissingKey(now_, searched.get());
  stripe_->lock();
  return has_changed;
}

absl::Status KeySession::NoSealingKey(Slot slot, Epoch day) const {
  const keyring::KeyTable& table = *state_->table;
  if (day == today_ && now_ms_ >= table.not_after_ms()) {
    return MakeStatus(Reason::kKeyringStale,
                      Operation("seal", slot) +
                          ": the keyring's days ended on " +
                          DayAt(table.not_after_ms() - 1, table) +
                          "; run `parcelveil keyring maintain` and copy the "
                          "keyring here");
  }
  return MakeStatus(
      Reason::kNoActiveKey,
      Operation("seal", slot) + ": no key seals the day " + Describe(day) +
          (day == today_ ? "; run `parcelveil keyring maintain`"
                         : "; make keys for past days with `parcelveil "
                           "keyring maintain --since`"));
}

absl::Status KeySession::MayNotOpen(const keyring::KeyEntry& entry,
                                    Scope scope) const {
  if (!is_alive_) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "use keyring as " + Describe(state_->options.role) +
                          ": it was loaded before fork; load it again in the "
                          "child");
  }
  const auto open = [&](const std::string& why) {
    return Operation("open", entry.id.slot) + ": " + why;
  };
  if (!IsOwn(scope)) {
    return MakeStatus(Reason::kForbidden,
                      open("it belongs to another outlet; ask that outlet"));
  }
  if (entry.is_destroyed) {
    return MakeStatus(
        Reason::kKeyDestroyed,
        open("the day " + Describe(entry.id.epoch) + " was destroyed on " +
             DayAt(entry.destroyed_ms, *state_->table) +
             "; treat the field as expired"));
  }
  if (now_ms_ >= entry.destroy_after_ms && !entry.is_held) {
    return MakeStatus(Reason::kKeyDestroyed,
                      open("the day " + Describe(entry.id.epoch) +
                           " was due to be destroyed on " +
                           DayAt(entry.destroy_after_ms, *state_->table) +
                           "; treat the field as expired"));
  }
  if (!entry.is_wrapped) {
    return MakeStatus(
        Reason::kForbidden,
        open("the role may not open it on the day " + Describe(entry.id.epoch) +
             "; use a role that may, or grant it"));
  }
  if (now_ms_ >= entry.open_until_ms) {
    return MakeStatus(
        Reason::kForbidden,
        open("the role's time for the day " + Describe(entry.id.epoch) +
             " is over; use a role that may still open it"));
  }
  return MakeStatus(Reason::kForbidden,
                    open("the day " + Describe(entry.id.epoch) +
                         " is on hold; only DISPUTE opens it"));
}

bool KeySession::FindCached(const keyring::KeyEntry& entry, Scope scope,
                            Key* key) const {
  key->gen = entry.id.gen;
  key->epoch = entry.id.epoch;
  key->scope = scope;
  key->index_bits = entry.index_bits;
  key->index_rule = entry.index_rule;
  key->bytes =
      state_->cache->Find(CacheId(state_->table->NumberOf(entry), scope));
  return !key->bytes.empty();
}

absl::Status KeySession::Load(const keyring::KeyEntry& entry, Scope scope) {
  opened_ = {};
  // Holding on to the table keeps `entry` alive while the lock is given up.
  const std::shared_ptr<const keyring::KeyTable> table = state_->table;
  const uint32_t number = table->NumberOf(entry);
  CacheEntry key;
  EpochKey epoch_key;
  const absl::Span<const uint8_t> cached =
      state_->cache->Find(CacheId(number | kEpochKeyMark, Scope::kNational));
  if (!cached.empty()) {
    std::copy(cached.begin(), cached.end(), epoch_key.bytes.data());
    epoch_key.is_known = true;
  }
  stripe_->unlock();
  absl::Status status =
      DeriveKey(state_->secret, entry, scope, &epoch_key, &key);
  if (status.ok()) {
    state_->mutex.WriterLock();
    if (state_->table == table) {
      if (epoch_key.is_known) {
        state_->cache->Insert(CacheId(number | kEpochKeyMark, Scope::kNational),
                              epoch_key.bytes.span());
      }
      state_->cache->Insert(CacheId(number, scope), key.span());
    }
    state_->mutex.WriterUnlock();
  }
  stripe_->lock();
  return status;
}

}  // namespace parcelveil
