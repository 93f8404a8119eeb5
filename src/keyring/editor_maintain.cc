// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: the daily run.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/keyring/editor_state.h"

namespace parcelveil {
namespace {

using keyring::Draft;
using keyring::IsLive;
using keyring::KeyEpoch;
using keyring::KeyGen;
using keyring::KeyMaker;
using keyring::KeySlot;

bool IsDue(const v1::Key& key, uint64_t now_ms) {
  return IsLive(key) && !key.hold() && key.destroy_after_ms() != 0 &&
         key.destroy_after_ms() <= now_ms;
}

std::optional<absl::Time> NextDue(const v1::KeyringPayload& payload) {
  std::optional<absl::Time> next;
  for (const v1::Key& key : payload.keys()) {
    if (!IsLive(key) || key.hold() || key.destroy_after_ms() == 0) continue;
    const absl::Time due =
        absl::FromUnixMillis(static_cast<int64_t>(key.destroy_after_ms()));
    if (!next.has_value() || due < *next) next = due;
  }
  return next;
}

bool HasWrapOf(const v1::Key& key, Role role) {
  return std::any_of(
      key.wraps().begin(), key.wraps().end(),
      [&](const v1::Wrap& wrap) { return wrap.role() == ToInt(role); });
}

// A migration seals fields, views and index values; nothing else of a past day.
bool HoldsRows(const Schema& schema, Slot slot) {
  return schema.FindSlot(slot) != nullptr || schema.FindView(slot) != nullptr ||
         schema.FindIndex(slot) != nullptr;
}

template <typename Value>
void SortUnique(std::vector<Value>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

}  // namespace

uint64_t KeyringEditor::State::NowMs() const {
  const int64_t now_ms = std::max<int64_t>(absl::ToUnixMillis(clock->Now()), 0);
  return std::max(static_cast<uint64_t>(now_ms),
                  drafts.main.payload.created_ms());
}

absl::Status KeyringEditor::State::CheckClock() const {
  if (clock_is_right || not_after_ms == 0 || NowMs() <= not_after_ms) {
    return absl::OkStatus();
  }
  return MakeStatus(
      Reason::kKeyringStale,
      "sign keyring: by this clock it is " + Describe(Today()) +
          ", after the last day with keys (" +
          Describe(drafts.calendar.At(not_after_ms - 1)) +
          "); check the date, and where it is right run `keyring maintain "
          "--clock-is-right`");
}

absl::Status KeyringEditor::State::FillAhead(KeyMaker* maker) {
  const std::vector<Slot> slots = drafts.schema.KeyedSlots();
  for (int day = 0; day <= kDaysAhead; ++day) {
    const Epoch epoch = keyring::AddDays(maker->today(), day);
    for (Slot slot : slots) {
      if (maker->HasPlanned(slot, epoch)) continue;
      PARCELVEIL_RETURN_IF_ERROR(maker->Make(slot, epoch, v1::Key::PLANNED));
    }
  }
  return absl::OkStatus();
}

void KeyringEditor::State::RemoveEndedWraps(MaintainReport* report) {
  const uint64_t now_ms = NowMs();
  std::set<std::tuple<Slot, Epoch, uint8_t>> regrantable;
  for (const v1::Key& key : drafts.main.payload.keys()) {
    if (!HasWrapOf(key, Role::kSteward)) continue;
    regrantable.insert({KeySlot(key), KeyEpoch(key), KeyGen(key)});
  }
  // Role, outlet and day, and whether STEWARD still has all of it.
  std::map<std::tuple<Role, Scope, Epoch>, bool> ended;
  drafts.ForEach([&](Scope scope, Draft& draft) {
    for (v1::Key& key : *draft.payload.mutable_keys()) {
      if (key.hold()) continue;
      auto* wraps = key.mutable_wraps();
      const auto first = std::stable_partition(
          wraps->begin(), wraps->end(), [&](const v1::Wrap& wrap) {
            return wrap.open_until_ms() == 0 || wrap.open_until_ms() > now_ms;
          });
      if (first == wraps->end()) continue;
      const bool can_return =
          regrantable.count({KeySlot(key), KeyEpoch(key), KeyGen(key)}) != 0;
      for (auto wrap = first; wrap != wraps->end(); ++wrap) {
        const Role role{static_cast<uint16_t>(wrap->role())};
        const Schema::RoleAccess* access = drafts.schema.FindRole(role);
        // That sealing is over says nothing new to anybody.
        if (access != nullptr && access->while_sealing) continue;
        const auto [entry, is_new] =
            ended.try_emplace({role, scope, KeyEpoch(key)}, can_return);
        entry->second = entry->second && can_return;
      }
      wraps->erase(first, wraps->end());
      draft.is_changed = true;
    }
  });
  for (const auto& [name, can_return] : ended) {
    const auto& [role, scope, epoch] = name;
    report->ended.push_back({role, scope, epoch, can_return});
  }
}

void KeyringEditor::State::Destroy(v1::Key* key) {
  const uint64_t now_ms = NowMs();
  const auto bury = [&](v1::Key* buried, Draft* draft) {
    buried->set_state(v1::Key::DESTROYED);
    buried->clear_wraps();
    buried->clear_hold();
    buried->set_destroyed_ms(now_ms);
    draft->is_changed = true;
  };
  for (auto& [scope, shard] : drafts.shards) {
    for (v1::Key& other : *shard.payload.mutable_keys()) {
      if (other.slot() == key->slot() && other.epoch() == key->epoch() &&
          other.gen() == key->gen() && IsLive(other)) {
        bury(&other, &shard);
      }
    }
  }
  if (KeySlot(*key) == Slot::kIntake) {
    auto* intake = drafts.main.payload.mutable_intake_keys();
    intake->erase(std::remove_if(intake->begin(), intake->end(),
                                 [&](const v1::IntakeKey& pair) {
                                   return pair.epoch() == key->epoch() &&
                                          pair.gen() == key->gen();
                                 }),
                  intake->end());
  }
  bury(key, &drafts.main);
}

void KeyringEditor::State::DestroyDue(MaintainReport* report) {
  const uint64_t now_ms = NowMs();
  for (v1::Key& key : *drafts.main.payload.mutable_keys()) {
    if (!IsDue(key, now_ms)) continue;
    report->destroyed.push_back(KeyEpoch(key));
    Destroy(&key);
  }
  SortUnique(&report->destroyed);
}

void KeyringEditor::State::ExtendBackfill(v1::Key* key,
                                          uint64_t seal_until_ms) {
  drafts.ForEach([&](Scope /*scope*/, Draft& draft) {
    for (v1::Key& other : *draft.payload.mutable_keys()) {
      if (other.slot() != key->slot() || other.epoch() != key->epoch() ||
          other.gen() != key->gen()) {
        continue;
      }
      for (v1::Wrap& wrap : *other.mutable_wraps()) {
        const Schema::RoleAccess* role =
            drafts.schema.FindRole(Role{static_cast<uint16_t>(wrap.role())});
        if (role == nullptr || !role->while_sealing) continue;
        wrap.set_open_until_ms(seal_until_ms);
      }
      other.set_seal_until_ms(seal_until_ms);
      draft.is_changed = true;
    }
  });
}

absl::StatusOr<MaintainReport> KeyringEditor::Maintain(
    const MaintainOptions& options) {
  v1::KeyringPayload& payload = state_->drafts.main.payload;
  const uint64_t now_ms = state_->NowMs();
  if (options.clock_is_right) state_->clock_is_right = true;
  PARCELVEIL_RETURN_IF_ERROR(state_->CheckClock());
  MaintainReport report;
  if (options.schema.has_value()) {
    PARCELVEIL_RETURN_IF_ERROR(state_->ApplySchema(*options.schema, &report));
  }
  const int num_keys = payload.keys_size();
  KeyMaker maker(&state_->drafts, now_ms);
  PARCELVEIL_RETURN_IF_ERROR(state_->FillAhead(&maker));
  state_->RemoveEndedWraps(&report);
  state_->DestroyDue(&report);
  for (int i = num_keys; i < payload.keys_size(); ++i) {
    report.days_made.push_back(KeyEpoch(payload.keys(i)));
  }
  SortUnique(&report.days_made);
  report.num_keys_made += maker.num_made();
  report.missing_pairs = maker.missing_pairs();
  report.next_due = NextDue(payload);
  return report;
}

absl::StatusOr<MaintainReport> KeyringEditor::Backfill(Epoch since) {
  const Epoch today = state_->Today();
  if (since >= today) {
    return MakeStatus(Reason::kMalformed,
                      "make keys for past days: " + Describe(since) +
                          " is not in the past; pass an earlier day");
  }
  keyring::Drafts& drafts = state_->drafts;
  KeyMaker maker(&drafts, state_->NowMs());
  const uint64_t seal_until_ms = maker.now_ms() + keyring::kBackfillMs;
  const uint32_t destroy_days = drafts.schema.destroy_after_days();
  MaintainReport report;
  for (Epoch day = since; day < today; day = keyring::AddDays(day, 1)) {
    const uint64_t due_ms =
        drafts.calendar.EndMs(day) + destroy_days * keyring::kDayMs;
    if (destroy_days != 0 && due_ms <= maker.now_ms()) continue;
    report.days_made.push_back(day);
    for (Slot slot : drafts.schema.KeyedSlots()) {
      if (!HoldsRows(drafts.schema, slot)) continue;
      v1::Key* key = maker.FindBackfill(slot, day);
      if (key == nullptr) {
        PARCELVEIL_RETURN_IF_ERROR(maker.Make(slot, day, v1::Key::BACKFILL));
        continue;
      }
      if (key->seal_until_ms() + keyring::kDayMs < seal_until_ms) {
        state_->ExtendBackfill(key, seal_until_ms);
      }
    }
  }
  report.num_keys_made = maker.num_made();
  report.missing_pairs = maker.missing_pairs();
  report.next_due = NextDue(drafts.main.payload);
  return report;
}

}  // namespace parcelveil
