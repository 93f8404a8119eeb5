// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/key_maker.h"

#include <algorithm>
#include <string>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/prf.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/derive.h"
#include "src/keyring/wrap.h"
#include "src/wire/bytes.h"

namespace parcelveil::keyring {
namespace {

constexpr int kMaxGens = 256;

std::string AsString(absl::Span<const uint8_t> bytes) {
  return std::string(wire::AsText(bytes));
}

const v1::RoleKey* FindRoleKey(const v1::KeyringPayload& payload,
                               const wire::RoleKeyId& id) {
  for (const v1::RoleKey& key : payload.roles()) {
    if (key.role() == ToInt(id.role) &&
        key.role_scope() == ToInt(id.role_scope) &&
        key.kek_version() == id.kek_version) {
      return &key;
    }
  }
  return nullptr;
}

v1::Wrap* FindWrap(v1::Key* key, Role role) {
  for (v1::Wrap& wrap : *key->mutable_wraps()) {
    if (wrap.role() == ToInt(role)) return &wrap;
  }
  return nullptr;
}

// A time of 0 has no end.
bool IsLater(uint64_t a, uint64_t b) { return b != 0 && (a == 0 || a > b); }

// A shard's key of that name, emptied: a run that was stopped before the main
// file was published may have left one, under which nothing was ever sealed.
v1::Key* FreshShardKey(const v1::Key& key, Draft* shard) {
  for (v1::Key& old : *shard->payload.mutable_keys()) {
    if (old.slot() == key.slot() && old.epoch() == key.epoch() &&
        old.gen() == key.gen()) {
      return &old;
    }
  }
  return shard->payload.add_keys();
}

}  // namespace

bool MayOpen(const Schema::RoleAccess& role, Slot slot) {
  return role.id == Role::kSteward ||
         std::binary_search(role.slots.begin(), role.slots.end(), slot);
}

Epoch LastDay(const v1::KeyringPayload& payload, Epoch if_none) {
  uint32_t last = 0;
  bool has_any = false;
  for (const v1::Key& key : payload.keys()) {
    if (key.state() != v1::Key::PLANNED) continue;
    last = std::max(last, key.epoch());
    has_any = true;
  }
  return has_any ? Epoch{static_cast<uint16_t>(last)} : if_none;
}

wire::KeyId KeyIdOf(const v1::Key& key, uint32_t tenant) {
  return {tenant,
          KeySlot(key),
          KeyEpoch(key),
          KeyGen(key),
          static_cast<wire::KeyLevel>(key.level()),
          Scope{key.scope()}};
}

KeyMaker::KeyMaker(Drafts* drafts, uint64_t now_ms)
    : drafts_(drafts), now_ms_(now_ms), today_(drafts->calendar.At(now_ms)) {
  for (v1::Key& key : *drafts->main.payload.mutable_keys()) Note(&key);
}

void KeyMaker::Note(v1::Key* key) {
  SlotDay& day = slot_days_[{KeySlot(*key), KeyEpoch(*key)}];
  day.next_gen = std::max(day.next_gen, static_cast<int>(key->gen()) + 1);
  if (key->state() == v1::Key::PLANNED) day.has_planned = true;
  if (key->state() == v1::Key::BACKFILL && key->seal_until_ms() > now_ms_) {
    day.backfill = key;
  }
}

bool KeyMaker::HasPlanned(Slot slot, Epoch epoch) const {
  const auto it = slot_days_.find({slot, epoch});
  return it != slot_days_.end() && it->second.has_planned;
}

v1::Key* KeyMaker::FindBackfill(Slot slot, Epoch epoch) const {
  const auto it = slot_days_.find({slot, epoch});
  return it == slot_days_.end() ? nullptr : it->second.backfill;
}

void KeyMaker::FillTimes(v1::Key* key) const {
  const Calendar& calendar = drafts_->calendar;
  const Epoch epoch = KeyEpoch(*key);
  if (key->state() == v1::Key::BACKFILL) {
    key->set_activate_ms(now_ms_);
    key->set_seal_until_ms(now_ms_ + kBackfillMs);
  } else {
    key->set_activate_ms(calendar.StartMs(epoch) - kOverlapMs);
    key->set_seal_until_ms(calendar.EndMs(epoch) + kOverlapMs);
  }
  const uint32_t days = drafts_->schema.destroy_after_days();
  if (days != 0) {
    key->set_destroy_after_ms(calendar.EndMs(epoch) + days * kDayMs);
  }
  const Schema::IndexSlot* index = drafts_->schema.FindIndex(KeySlot(*key));
  if (index != nullptr) {
    key->set_index_bits(index->bits);
    key->set_index_rule(static_cast<uint32_t>(index->rule));
  }
}

absl::Status KeyMaker::Make(Slot slot, Epoch epoch, v1::Key::State state) {
  const int gen = slot_days_[{slot, epoch}].next_gen;
  if (gen >= kMaxGens) {
    return absl::ResourceExhaustedError(
        "make key of " + Describe(slot) + " for " + Describe(epoch) +
        ": that day was re-keyed 256 times; no more are possible");
  }
  Draft& main = drafts_->main;
  v1::Key* key = main.payload.add_keys();
  key->set_slot(ToInt(slot));
  key->set_epoch(ToInt(epoch));
  key->set_gen(static_cast<uint32_t>(gen));
  key->set_state(state);
  FillTimes(key);
  main.is_changed = true;
  Note(key);
  ++num_made_;

  base::WipedBuffer<crypto::kKeySize> epoch_key;
  crypto::RandomBytes(epoch_key.span());
  const wire::KeyId id = KeyIdOf(*key, main.payload.tenant());
  key->set_kcv(AsString(DeriveKeyCheck(epoch_key.span(), id)));
  for (const Schema::RoleAccess& role : drafts_->schema.roles()) {
    if (role.scoped || !MayOpen(role, slot)) continue;
    PARCELVEIL_RETURN_IF_ERROR(Wrap(epoch_key.span(), role, epoch, &main, key));
  }
  for (auto& [scope, shard] : drafts_->shards) {
    PARCELVEIL_RETURN_IF_ERROR(AddToShard(epoch_key.span(), *key, epoch,
                                          drafts_->schema.roles(), &shard));
  }
  if (slot != Slot::kIntake) return absl::OkStatus();
  base::WipedBuffer<crypto::kX25519Size> intake_secret;
  DeriveIntakeSecret(epoch_key.span(), id, intake_secret.span());
  v1::IntakeKey* intake = main.payload.add_intake_keys();
  intake->set_epoch(key->epoch());
  intake->set_gen(key->gen());
  intake->set_public_key(AsString(crypto::X25519Public(intake_secret.span())));
  return absl::OkStatus();
}

uint64_t KeyMaker::OpenUntil(const Schema::RoleAccess& role, const v1::Key& key,
                             Epoch counted_from) const {
  if (role.id == Role::kDispute && key.hold()) return 0;
  if (role.while_sealing) return key.seal_until_ms();
  if (role.open_days == 0) return 0;
  return drafts_->calendar.EndMs(counted_from) + role.open_days * kDayMs;
}

absl::Status KeyMaker::Wrap(absl::Span<const uint8_t> bytes,
                            const Schema::RoleAccess& role, Epoch counted_from,
                            Draft* draft, v1::Key* key) {
  const uint64_t open_until = OpenUntil(role, *key, counted_from);
  if (open_until != 0 && open_until <= now_ms_) return absl::OkStatus();
  if (v1::Wrap* wrap = FindWrap(key, role.id); wrap != nullptr) {
    if (!IsLater(open_until, wrap->open_until_ms())) return absl::OkStatus();
    wrap->set_open_until_ms(open_until);
    draft->is_changed = true;
    return absl::OkStatus();
  }
  const wire::RoleKeyId role_key{
      role.id, Scope{draft->payload.shard_scope()},
      KekVersion(KeyEpoch(*key), today_, role.bucket_days)};
  const v1::RoleKey* pair = FindRoleKey(draft->payload, role_key);
  if (pair == nullptr) {
    NoteMissingPair(role.id, role_key.role_scope, role_key.kek_version);
    return absl::OkStatus();
  }
  crypto::X25519PublicKey public_key;
  std::copy(pair->public_key().begin(), pair->public_key().end(),
            public_key.begin());
  PARCELVEIL_ASSIGN_OR_RETURN(
      WrapBlob blob, WrapKey(bytes, KeyIdOf(*key, draft->payload.tenant()),
                             role_key, public_key));
  v1::Wrap* wrap = key->add_wraps();
  wrap->set_role(ToInt(role.id));
  wrap->set_role_scope(ToInt(role_key.role_scope));
  wrap->set_kek_version(role_key.kek_version);
  wrap->set_open_until_ms(open_until);
  wrap->set_blob(AsString(blob));
  draft->is_changed = true;
  return absl::OkStatus();
}

absl::Status KeyMaker::AddToShard(absl::Span<const uint8_t> epoch_key,
                                  const v1::Key& key, Epoch counted_from,
                                  absl::Span<const Schema::RoleAccess> roles,
                                  Draft* shard) {
  const Scope scope{shard->payload.shard_scope()};
  const bool is_wanted =
      std::any_of(roles.begin(), roles.end(), [&](const auto& role) {
        return role.scoped && MayOpen(role, KeySlot(key));
      });
  if (!is_wanted) return absl::OkStatus();
  v1::Key shard_key = key;
  shard_key.set_level(static_cast<uint32_t>(wire::KeyLevel::kScope));
  shard_key.set_scope(ToInt(scope));
  shard_key.clear_wraps();
  base::WipedBuffer<crypto::kKeySize> scope_key;
  DeriveScopeKey(epoch_key, scope, scope_key.span());
  shard_key.set_kcv(AsString(DeriveKeyCheck(
      scope_key.span(), KeyIdOf(shard_key, shard->payload.tenant()))));
  v1::Key* stored = FreshShardKey(key, shard);
  // What was wrapped under the same key stays, and may gain time below.
  if (stored->kcv() == shard_key.kcv()) {
    shard_key.mutable_wraps()->Swap(stored->mutable_wraps());
  }
  *stored = std::move(shard_key);
  shard->is_changed = true;
  for (const Schema::RoleAccess& role : roles) {
    if (!role.scoped || !MayOpen(role, KeySlot(key))) continue;
    PARCELVEIL_RETURN_IF_ERROR(
        Wrap(scope_key.span(), role, counted_from, shard, stored));
  }
  return absl::OkStatus();
}

void KeyMaker::NoteMissingPair(Role role, Scope role_scope,
                               uint16_t kek_version) {
  const bool is_known = std::any_of(
      missing_pairs_.begin(), missing_pairs_.end(), [&](const auto& pair) {
        return pair.role == role && pair.role_scope == role_scope &&
               pair.kek_version == kek_version;
      });
  if (!is_known) missing_pairs_.push_back({role, role_scope, kek_version});
}

}  // namespace parcelveil::keyring
