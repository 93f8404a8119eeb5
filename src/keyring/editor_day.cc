// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: what is done to one slot or one day.

#include <algorithm>
#include <vector>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/crypto/labels.h"
#include "src/keyring/editor_state.h"
#include "src/wire/bytes.h"
#include "src/wire/intake_card.h"

namespace parcelveil {
namespace {

using keyring::Draft;
using keyring::IsLive;
using keyring::KeyEpoch;
using keyring::KeyMaker;
using keyring::KeySlot;

absl::Status NoSuchDay(const char* operation, Epoch epoch) {
  return MakeStatus(Reason::kKeyUnknown,
                    std::string(operation) + " " + Describe(epoch) +
                        ": the keyring has no keys for that day; nothing to "
                        "do");
}

bool HasLiveKeys(const v1::KeyringPayload& payload, Epoch epoch) {
  return std::any_of(payload.keys().begin(), payload.keys().end(),
                     [&](const v1::Key& key) {
                       return KeyEpoch(key) == epoch && IsLive(key);
                     });
}

// Calls f(draft, key) for every live key of a day.
template <typename F>
void ForDay(keyring::Drafts* drafts, Epoch epoch, F f) {
  drafts->ForEach([&](Scope /*scope*/, Draft& draft) {
    for (v1::Key& key : *draft.payload.mutable_keys()) {
      if (KeyEpoch(key) == epoch && IsLive(key)) f(&draft, &key);
    }
  });
}

v1::Wrap* DisputeWrap(v1::Key* key) {
  for (v1::Wrap& wrap : *key->mutable_wraps()) {
    if (wrap.role() == ToInt(Role::kDispute)) return &wrap;
  }
  return nullptr;
}

// The newest key that orders of `epoch` can be sealed to; null without.
const v1::Key* FindIntakeKey(const v1::KeyringPayload& payload, Epoch epoch) {
  const v1::Key* newest = nullptr;
  for (const v1::Key& key : payload.keys()) {
    if (KeySlot(key) != Slot::kIntake || KeyEpoch(key) != epoch ||
        key.state() != v1::Key::PLANNED) {
      continue;
    }
    if (newest == nullptr || key.gen() > newest->gen()) newest = &key;
  }
  return newest;
}

absl::StatusOr<crypto::X25519PublicKey> IntakePublicKey(
    const v1::KeyringPayload& payload, const v1::Key& key) {
  for (const v1::IntakeKey& pair : payload.intake_keys()) {
    if (pair.epoch() != key.epoch() || pair.gen() != key.gen()) continue;
    return wire::Reader(pair.public_key()).GetArray<crypto::kX25519Size>();
  }
  return NoSuchDay("make intake card of", KeyEpoch(key));
}

}  // namespace

absl::StatusOr<std::string> KeyringEditor::IntakeCard(
    Epoch day, absl::Time not_after) const {
  const v1::KeyringPayload& payload = state_->drafts.main.payload;
  const v1::Key* key = FindIntakeKey(payload, day);
  if (key == nullptr) return NoSuchDay("make intake card of", day);
  const int64_t not_after_ms = absl::ToUnixMillis(not_after);
  if (not_after_ms <= static_cast<int64_t>(state_->NowMs()) ||
      not_after_ms > static_cast<int64_t>(key->seal_until_ms())) {
    return MakeStatus(Reason::kMalformed,
                      "make intake card of " + Describe(day) +
                          ": its end is over, or more than 15 minutes after "
                          "that day; choose another");
  }
  wire::IntakeCard card;
  card.gen = keyring::KeyGen(*key);
  card.epoch = day;
  card.tenant = payload.tenant();
  card.not_after_ms = static_cast<uint64_t>(not_after_ms);
  PARCELVEIL_ASSIGN_OR_RETURN(card.public_key, IntakePublicKey(payload, *key));
  card.signer = state_->signer.public_key();
  std::string bytes = wire::EncodeUnsignedCard(card);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const crypto::Signature signature,
      state_->signer.Sign(crypto::kSignedIntakeCard, bytes));
  wire::Appender(&bytes).Put(signature);
  return bytes;
}

absl::StatusOr<int> KeyringEditor::Rotate(Slot slot) {
  KeyMaker maker(&state_->drafts, state_->NowMs());
  const std::vector<Slot> slots = schema().KeyedSlots();
  if (!std::binary_search(slots.begin(), slots.end(), slot)) {
    return MakeStatus(Reason::kKeyUnknown,
                      "rotate " + Describe(slot) +
                          ": the schema has no such slot; nothing to do");
  }
  const Epoch last = keyring::LastDay(state_->drafts.main.payload, Today());
  // Counted in a wider type: the last day may be the last one there is.
  for (uint32_t day = ToInt(Today()); day <= ToInt(last); ++day) {
    PARCELVEIL_RETURN_IF_ERROR(
        maker.Make(slot, Epoch{static_cast<uint16_t>(day)}, v1::Key::PLANNED));
  }
  return maker.num_made();
}

absl::Status KeyringEditor::Hold(Epoch epoch) {
  if (!HasLiveKeys(state_->drafts.main.payload, epoch)) {
    return NoSuchDay("hold", epoch);
  }
  ForDay(&state_->drafts, epoch, [](Draft* draft, v1::Key* key) {
    key->set_hold(true);
    v1::Wrap* dispute = DisputeWrap(key);
    if (dispute != nullptr) dispute->set_open_until_ms(0);
    draft->is_changed = true;
  });
  return absl::OkStatus();
}

absl::Status KeyringEditor::Release(Epoch epoch) {
  if (!HasLiveKeys(state_->drafts.main.payload, epoch)) {
    return NoSuchDay("release", epoch);
  }
  const KeyMaker maker(&state_->drafts, state_->NowMs());
  const Schema::RoleAccess* role = schema().FindRole(Role::kDispute);
  ForDay(&state_->drafts, epoch, [&](Draft* draft, v1::Key* key) {
    if (!key->hold()) return;
    key->set_hold(false);
    v1::Wrap* dispute = DisputeWrap(key);
    if (dispute != nullptr && role != nullptr) {
      dispute->set_open_until_ms(maker.OpenUntil(*role, *key, epoch));
    }
    draft->is_changed = true;
  });
  return absl::OkStatus();
}

absl::StatusOr<int> KeyringEditor::DestroyDay(Epoch epoch) {
  std::vector<v1::Key*> keys;
  for (v1::Key& key : *state_->drafts.main.payload.mutable_keys()) {
    if (KeyEpoch(key) != epoch || !IsLive(key)) continue;
    if (key.hold()) {
      return MakeStatus(Reason::kWrongState,
                        "destroy " + Describe(epoch) +
                            ": that day is held; release it first");
    }
    keys.push_back(&key);
  }
  if (keys.empty()) return NoSuchDay("destroy", epoch);
  for (v1::Key* key : keys) state_->Destroy(key);
  // Today and the days ahead go on under new keys.
  KeyMaker maker(&state_->drafts, state_->NowMs());
  if (epoch >= Today()) PARCELVEIL_RETURN_IF_ERROR(state_->FillAhead(&maker));
  return static_cast<int>(keys.size());
}

}  // namespace parcelveil
