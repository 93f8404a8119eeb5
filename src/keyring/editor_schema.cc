// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: taking up another schema.

#include <algorithm>
#include <set>
#include <utility>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/keyring/editor_state.h"

namespace parcelveil {
namespace {

using keyring::Draft;
using keyring::IsLive;
using keyring::KeyEpoch;
using keyring::KeyMaker;
using keyring::KeySlot;
using keyring::MayOpen;

bool IsSameIndex(const Schema::IndexSlot* a, const Schema::IndexSlot* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->of == b->of && a->rule == b->rule && a->bits == b->bits &&
         a->scoped == b->scoped;
}

// Whether keys made under `before` cannot serve `after`: somebody gains the
// slot, or its index values come out otherwise.
bool NeedsNewKeys(const Schema& before, const Schema& after, Slot slot) {
  if (!IsSameIndex(before.FindIndex(slot), after.FindIndex(slot))) return true;
  return std::any_of(
      after.roles().begin(), after.roles().end(), [&](const auto& role) {
        const Schema::RoleAccess* old = before.FindRole(role.id);
        return MayOpen(role, slot) && (old == nullptr || !MayOpen(*old, slot) ||
                                       old->scoped != role.scoped);
      });
}

// Fits the wraps of a day to come to the roles as they are now.
void FitWraps(const Schema& schema, const KeyMaker& maker, v1::Key* key) {
  const bool is_scoped = key->level() == 1;
  v1::Key fitted;
  for (v1::Wrap& wrap : *key->mutable_wraps()) {
    const Schema::RoleAccess* role =
        schema.FindRole(Role{static_cast<uint16_t>(wrap.role())});
    if (role == nullptr || role->scoped != is_scoped ||
        !MayOpen(*role, KeySlot(*key))) {
      continue;
    }
    wrap.set_open_until_ms(maker.OpenUntil(*role, *key, KeyEpoch(*key)));
    *fitted.add_wraps() = std::move(wrap);
  }
  key->mutable_wraps()->Swap(fitted.mutable_wraps());
}

// A shorter destroy_after_days counts for days to come, a longer one for all.
void FitDestruction(uint64_t due_ms, bool is_to_come, v1::Key* key) {
  const uint64_t old_ms = key->destroy_after_ms();
  const bool is_later = old_ms != 0 && (due_ms == 0 || due_ms > old_ms);
  if (is_to_come || is_later) key->set_destroy_after_ms(due_ms);
}

// A role that was there before has its secret still.
bool HasPairs(const v1::KeyringPayload& payload, Role role) {
  return std::any_of(
      payload.roles().begin(), payload.roles().end(),
      [&](const v1::RoleKey& key) { return key.role() == ToInt(role); });
}

}  // namespace

absl::Status KeyringEditor::State::MakeSecretsOfNewRoles(
    MaintainReport* report) {
  for (const Schema::RoleAccess& role : drafts.schema.roles()) {
    std::vector<Scope> scopes = {Scope::kNational};
    if (role.scoped) {
      scopes.clear();
      for (const auto& shard : drafts.shards) scopes.push_back(shard.first);
    }
    for (Scope scope : scopes) {
      const Draft& draft = role.scoped ? drafts.shards.at(scope) : drafts.main;
      if (HasPairs(draft.payload, role.id)) continue;
      PARCELVEIL_ASSIGN_OR_RETURN(UnsealedSecret secret,
                                  MakeRoleSecret(role, scope));
      report->new_secrets.push_back(std::move(secret));
    }
  }
  return absl::OkStatus();
}

absl::Status KeyringEditor::State::ApplySchema(const Schema& schema,
                                               MaintainReport* report) {
  if (schema.ToText() == drafts.schema.ToText()) return absl::OkStatus();
  const Schema before = std::exchange(drafts.schema, schema);
  StoreSchema();
  PARCELVEIL_RETURN_IF_ERROR(MakeSecretsOfNewRoles(report));

  KeyMaker maker(&drafts, NowMs());
  std::set<std::pair<Epoch, Slot>> to_renew;
  drafts.ForEach([&](Scope scope, Draft& draft) {
    for (v1::Key& key : *draft.payload.mutable_keys()) {
      if (!IsLive(key)) continue;
      const bool is_to_come = KeyEpoch(key) > maker.today();
      const uint32_t days = schema.destroy_after_days();
      const uint64_t due_ms = days == 0 ? 0
                                        : drafts.calendar.EndMs(KeyEpoch(key)) +
                                              days * uint64_t{keyring::kDayMs};
      FitDestruction(due_ms, is_to_come, &key);
      if (!is_to_come) continue;
      FitWraps(schema, maker, &key);
      if (scope == Scope::kNational &&
          NeedsNewKeys(before, schema, KeySlot(key))) {
        to_renew.insert({KeyEpoch(key), KeySlot(key)});
      }
    }
  });
  const std::vector<Slot> slots = schema.KeyedSlots();
  for (const auto& [epoch, slot] : to_renew) {
    if (!std::binary_search(slots.begin(), slots.end(), slot)) continue;
    PARCELVEIL_RETURN_IF_ERROR(maker.Make(slot, epoch, v1::Key::PLANNED));
  }
  report->num_keys_made += maker.num_made();
  return absl::OkStatus();
}

}  // namespace parcelveil
