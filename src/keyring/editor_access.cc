// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: who may open what.

#include <algorithm>
#include <set>
#include <utility>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/prf.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/derive.h"
#include "src/keyring/editor_state.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace keyring {
namespace {

// STEWARD's secret at work: reads epoch keys back out of their wraps.
class StewardKeys {
 public:
  // Errors: FORBIDDEN for another role's or tenant's secret.
  static absl::StatusOr<StewardKeys> Create(const Secret& steward,
                                            uint32_t tenant) {
    PARCELVEIL_ASSIGN_OR_RETURN(Secret copy, CopySecret(steward));
    PARCELVEIL_ASSIGN_OR_RETURN(RoleSecret secret,
                                RoleSecret::Parse(std::move(copy)));
    if (secret.role() != Role::kSteward || secret.tenant() != tenant) {
      return MakeStatus(Reason::kForbidden,
                        "use secret of STEWARD: it is another role's or "
                        "tenant's; pass STEWARD's of this keyring");
    }
    return StewardKeys(std::move(secret));
  }

  // Writes the epoch key of `key` to `epoch_key`. False where STEWARD has no
  // wrap of it. Errors: DECRYPT_FAILED, KEY_MISMATCH, KEY_UNKNOWN.
  absl::StatusOr<bool> Unwrap(const v1::Key& key,
                              absl::Span<uint8_t> epoch_key) const {
    for (const v1::Wrap& wrap : key.wraps()) {
      if (wrap.role() != ToInt(Role::kSteward)) continue;
      const wire::KeyId id = KeyIdOf(key, secret_.tenant());
      PARCELVEIL_RETURN_IF_ERROR(
          secret_.Unwrap(id, static_cast<uint16_t>(wrap.kek_version()),
                         wire::AsBytes(wrap.blob()), epoch_key));
      const KeyCheck check = DeriveKeyCheck(epoch_key, id);
      if (!crypto::EqualSecrets(check, wire::AsBytes(key.kcv()))) {
        return MakeStatus(Reason::kKeyMismatch,
                          "unwrap key of " + Describe(id.slot) + " for " +
                              Describe(id.epoch) +
                              ": it is not the one listed; stop and restore "
                              "the keyring from a copy");
      }
      return true;
    }
    return false;
  }

 private:
  explicit StewardKeys(RoleSecret secret) : secret_(std::move(secret)) {}

  RoleSecret secret_;
};

// Adds existing keys of the days from `since` on to whoever `add` serves.
// `add` gets the epoch key, its entry and the day that access counts from.
template <typename Add>
absl::Status ForExistingKeys(Drafts* drafts, const Secret& steward,
                             std::pair<Epoch, Epoch> since_and_today, Add add) {
  const auto [since, today] = since_and_today;
  PARCELVEIL_ASSIGN_OR_RETURN(
      StewardKeys keys,
      StewardKeys::Create(steward, drafts->main.payload.tenant()));
  for (v1::Key& key : *drafts->main.payload.mutable_keys()) {
    if (!IsLive(key) || KeyEpoch(key) < since) continue;
    base::WipedBuffer<crypto::kKeySize> epoch_key;
    PARCELVEIL_ASSIGN_OR_RETURN(bool is_open,
                                keys.Unwrap(key, epoch_key.span()));
    if (!is_open) continue;
    PARCELVEIL_RETURN_IF_ERROR(
        add(epoch_key.span(), &key, std::max(KeyEpoch(key), today)));
  }
  return absl::OkStatus();
}

bool HasWrap(const v1::Key& key, Role role) {
  return std::any_of(
      key.wraps().begin(), key.wraps().end(),
      [&](const v1::Wrap& wrap) { return wrap.role() == ToInt(role); });
}

// Removes the wraps of `role`; true where there were any.
bool DropWraps(Role role, v1::Key* key) {
  auto* wraps = key->mutable_wraps();
  const int before = wraps->size();
  wraps->erase(std::remove_if(wraps->begin(), wraps->end(),
                              [&](const v1::Wrap& wrap) {
                                return wrap.role() == ToInt(role);
                              }),
               wraps->end());
  return wraps->size() != before;
}

}  // namespace
}  // namespace keyring

using keyring::Draft;
using keyring::IsLive;
using keyring::KeyEpoch;
using keyring::KeyMaker;
using keyring::KeySlot;

absl::StatusOr<GrantReport> KeyringEditor::Grant(const GrantOptions& options) {
  keyring::Drafts& drafts = state_->drafts;
  PARCELVEIL_RETURN_IF_ERROR(drafts.schema.Grant(options.role, options.slot));
  state_->StoreSchema();
  GrantReport report;
  report.first_new_day =
      keyring::AddDays(keyring::LastDay(drafts.main.payload, Today()), 1);
  if (options.steward == nullptr) return report;

  const Schema::RoleAccess& role = *drafts.schema.FindRole(options.role);
  KeyMaker maker(&drafts, state_->NowMs());
  std::set<Epoch> days;
  const auto add = [&](absl::Span<const uint8_t> epoch_key, v1::Key* key,
                       Epoch counted_from) -> absl::Status {
    if (KeySlot(*key) != options.slot) return absl::OkStatus();
    if (!role.scoped) {
      PARCELVEIL_RETURN_IF_ERROR(
          maker.Wrap(epoch_key, role, counted_from, &drafts.main, key));
      if (keyring::HasWrap(*key, role.id)) days.insert(KeyEpoch(*key));
      return absl::OkStatus();
    }
    for (auto& [scope, shard] : drafts.shards) {
      PARCELVEIL_RETURN_IF_ERROR(maker.AddToShard(epoch_key, *key, counted_from,
                                                  absl::MakeConstSpan(&role, 1),
                                                  &shard));
      days.insert(KeyEpoch(*key));
    }
    return absl::OkStatus();
  };
  const Epoch since = options.since.value_or(Today());
  PARCELVEIL_RETURN_IF_ERROR(keyring::ForExistingKeys(&drafts, *options.steward,
                                                      {since, Today()}, add));
  report.reached_existing_days = true;
  report.num_days = static_cast<int>(days.size());
  return report;
}

absl::Status KeyringEditor::Revoke(Role role, std::optional<Slot> slot) {
  keyring::Drafts& drafts = state_->drafts;
  const Schema::RoleAccess* access = drafts.schema.FindRole(role);
  if (role == Role::kSteward) {
    return MakeStatus(Reason::kForbidden,
                      "revoke from STEWARD: without it no access to a past day "
                      "can ever be granted again; to end a day for good "
                      "destroy it");
  }
  if (access == nullptr) {
    return MakeStatus(Reason::kKeyUnknown,
                      "revoke from " + Describe(role) +
                          ": the schema has no such role; nothing to do");
  }
  std::vector<Slot> slots = access->slots;
  if (slot.has_value()) slots = {*slot};
  // Indexes before the phones they belong to: no role may have the index alone.
  for (auto it = slots.rbegin(); it != slots.rend(); ++it) {
    PARCELVEIL_RETURN_IF_ERROR(drafts.schema.Revoke(role, *it));
  }
  state_->StoreSchema();
  drafts.ForEach([&](Scope /*scope*/, Draft& draft) {
    for (v1::Key& key : *draft.payload.mutable_keys()) {
      if (slot.has_value() && KeySlot(key) != *slot) continue;
      if (keyring::DropWraps(role, &key)) draft.is_changed = true;
    }
  });
  return absl::OkStatus();
}

absl::Status KeyringEditor::State::StartShard(
    Scope scope, std::vector<UnsealedSecret>* secrets) {
  const v1::KeyringPayload& main = drafts.main.payload;
  v1::KeyringPayload& shard = drafts.shards[scope].payload;
  shard.set_tenant(main.tenant());
  shard.set_keyring_id(main.keyring_id());
  shard.set_shard_scope(ToInt(scope));
  shard.set_min_reader(main.min_reader());
  shard.set_utc_offset_s(main.utc_offset_s());
  StoreSchema();
  for (const Schema::RoleAccess& role : drafts.schema.roles()) {
    if (!role.scoped) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(UnsealedSecret secret,
                                MakeRoleSecret(role, scope));
    secrets->push_back(std::move(secret));
  }
  return absl::OkStatus();
}

absl::StatusOr<GrantReport> KeyringEditor::AddScope(
    const AddScopeOptions& options) {
  keyring::Drafts& drafts = state_->drafts;
  const auto& roles = drafts.schema.roles();
  const bool has_scoped = std::any_of(
      roles.begin(), roles.end(), [](const auto& role) { return role.scoped; });
  if (options.scope == Scope::kNational || !has_scoped) {
    return MakeStatus(Reason::kMalformed,
                      "add outlet " + std::to_string(ToInt(options.scope)) +
                          ": it is 0, or no role of the schema is scoped; "
                          "pass another number or add such a role");
  }
  GrantReport report;
  if (drafts.shards.count(options.scope) == 0) {
    PARCELVEIL_RETURN_IF_ERROR(
        state_->StartShard(options.scope, &report.new_secrets));
  }
  Draft& shard = drafts.shards.at(options.scope);
  report.first_new_day =
      keyring::AddDays(keyring::LastDay(drafts.main.payload, Today()), 1);
  if (options.steward == nullptr) return report;

  KeyMaker maker(&drafts, state_->NowMs());
  const Epoch since = options.since.value_or(Today());
  const auto add = [&](absl::Span<const uint8_t> epoch_key, v1::Key* key,
                       Epoch counted_from) {
    return maker.AddToShard(epoch_key, *key, counted_from, roles, &shard);
  };
  PARCELVEIL_RETURN_IF_ERROR(keyring::ForExistingKeys(&drafts, *options.steward,
                                                      {since, Today()}, add));
  std::set<Epoch> days;
  for (const v1::Key& key : shard.payload.keys()) {
    if (IsLive(key) && !key.wraps().empty()) days.insert(KeyEpoch(key));
  }
  report.reached_existing_days = true;
  report.num_days = static_cast<int>(days.size());
  return report;
}

int KeyringEditor::EndAccess(Role role, Epoch before) {
  std::set<Epoch> days;
  state_->drafts.ForEach([&](Scope /*scope*/, Draft& draft) {
    for (v1::Key& key : *draft.payload.mutable_keys()) {
      if (KeyEpoch(key) >= before || !keyring::DropWraps(role, &key)) continue;
      days.insert(KeyEpoch(key));
      draft.is_changed = true;
    }
  });
  return static_cast<int>(days.size());
}

}  // namespace parcelveil
