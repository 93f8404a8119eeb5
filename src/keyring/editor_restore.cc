// SPDX-License-Identifier: Apache-2.0
// Signing an older keyring above the newest one.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/keyring/drafts.h"
#include "src/keyring/editor_state.h"
#include "src/keyring/payload.h"

namespace parcelveil {
namespace {

using keyring::KeyEpoch;
using keyring::KeyGen;
using keyring::KeySlot;

using Name = std::tuple<Slot, Epoch, uint8_t>;

// Lists the keys that `newest` has and `copy` lacks, and leaves a tombstone for
// each in `copy`: a name must never get a second key.
std::vector<KeyName> BuryMissing(const v1::KeyringPayload& newest,
                                 uint64_t now_ms, v1::KeyringPayload* copy) {
  std::set<Name> known;
  for (const v1::Key& key : copy->keys()) {
    known.insert({KeySlot(key), KeyEpoch(key), KeyGen(key)});
  }
  std::vector<KeyName> lacks;
  for (const v1::Key& key : newest.keys()) {
    if (known.count({KeySlot(key), KeyEpoch(key), KeyGen(key)}) != 0) continue;
    v1::Key* tombstone = copy->add_keys();
    *tombstone = key;
    if (!keyring::IsLive(key)) continue;
    lacks.push_back({KeySlot(key), KeyEpoch(key), KeyGen(key)});
    tombstone->set_state(v1::Key::DESTROYED);
    tombstone->clear_wraps();
    tombstone->clear_hold();
    tombstone->set_destroyed_ms(now_ms);
  }
  return lacks;
}

using WrapName = std::tuple<uint32_t, uint32_t>;  // role, outlet

// The earlier of two ends, of which 0 is none.
uint64_t EarlierEnd(uint64_t a, uint64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

// Keeps what `newest` no longer lets anybody do with a key that both have.
// Returns whether that took something from the copy.
bool KeepNewest(const v1::Key& newest, v1::Key* key) {
  if (!keyring::IsLive(newest)) {
    const bool was_live = keyring::IsLive(*key);
    *key = newest;
    return was_live;
  }
  if (!keyring::IsLive(*key)) return false;  // it cannot come back
  const bool hold = newest.hold() && !key->hold();
  if (hold) key->set_hold(true);
  std::map<WrapName, const v1::Wrap*> allowed;
  for (const v1::Wrap& wrap : newest.wraps()) {
    allowed[{wrap.role(), wrap.role_scope()}] = &wrap;
  }
  auto* wraps = key->mutable_wraps();
  const auto end =
      std::remove_if(wraps->begin(), wraps->end(), [&](const v1::Wrap& wrap) {
        return allowed.count({wrap.role(), wrap.role_scope()}) == 0;
      });
  const bool revoked = end != wraps->end();
  wraps->erase(end, wraps->end());
  for (v1::Wrap& wrap : *wraps) {
    const v1::Wrap* now = allowed[{wrap.role(), wrap.role_scope()}];
    wrap.set_open_until_ms(
        EarlierEnd(wrap.open_until_ms(), now->open_until_ms()));
  }
  return hold || revoked;
}

// Names the keys of `copy` for which the newest's word was kept.
std::vector<KeyName> KeepFromNewest(const v1::KeyringPayload& newest,
                                    v1::KeyringPayload* copy) {
  std::map<Name, const v1::Key*> known;
  for (const v1::Key& key : newest.keys()) {
    known[{KeySlot(key), KeyEpoch(key), KeyGen(key)}] = &key;
  }
  std::vector<KeyName> kept;
  for (v1::Key& key : *copy->mutable_keys()) {
    const Name name{KeySlot(key), KeyEpoch(key), KeyGen(key)};
    const auto found = known.find(name);
    if (found == known.end() || !KeepNewest(*found->second, &key)) continue;
    kept.push_back({KeySlot(key), KeyEpoch(key), KeyGen(key)});
  }
  return kept;
}

absl::Status CheckSameKeyring(const v1::KeyringPayload& a,
                              const v1::KeyringPayload& b) {
  if (a.tenant() == b.tenant() && a.keyring_id() == b.keyring_id() &&
      a.shard_scope() == b.shard_scope()) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kMalformed,
                    "restore keyring: the copy is another keyring's or "
                    "outlet's; pass a copy of this file");
}

}  // namespace

absl::StatusOr<Restored> RestoreKeyring(RestoreOptions options) {
  v1::KeyringPayload copy;
  PARCELVEIL_RETURN_IF_ERROR(
      keyring::ReadKeyring(options.copy, options.signers, &copy));
  PARCELVEIL_ASSIGN_OR_RETURN(
      crypto::SigningKey signer,
      keyring::SigningKeyOf(std::move(options.signer), copy.tenant()));
  const Clock* clock = options.clock == nullptr ? SystemClock() : options.clock;
  const auto now_ms = static_cast<uint64_t>(
      std::max<int64_t>(absl::ToUnixMillis(clock->Now()), 0));

  Restored restored;
  restored.scope = Scope{copy.shard_scope()};
  uint64_t serial = copy.serial();
  crypto::Sha256Hash sha256 = crypto::Sha256(options.copy);
  v1::KeyringPayload newest;
  restored.is_compared =
      options.newest.has_value() &&
      keyring::ReadKeyring(*options.newest, options.signers, &newest).ok();
  if (restored.is_compared) {
    PARCELVEIL_RETURN_IF_ERROR(CheckSameKeyring(newest, copy));
    restored.kept = KeepFromNewest(newest, &copy);
    restored.lacks = BuryMissing(newest, now_ms, &copy);
    // Who may open what from now on is the newest's word too.
    *copy.mutable_schema() = newest.schema();
    copy.set_schema_sha256(newest.schema_sha256());
    *copy.mutable_roles() = newest.roles();
    if (newest.serial() >= serial) {
      serial = newest.serial();
      sha256 = crypto::Sha256(*options.newest);
    }
  }
  if (options.floor.has_value() && options.floor->serial > serial) {
    serial = options.floor->serial;
    sha256 = options.floor->sha256;
  }
  const keyring::Calendar calendar{copy.utc_offset_s()};
  restored.last_day = keyring::LastDay(copy, calendar.At(now_ms));
  restored.serial = serial + 1;
  copy.set_serial(restored.serial);
  copy.set_prev_sha256(keyring::ToString(sha256));
  copy.set_created_ms(now_ms);
  copy.set_not_after_ms(calendar.EndMs(restored.last_day));
  PARCELVEIL_ASSIGN_OR_RETURN(restored.file,
                              keyring::WriteKeyring(copy, signer));
  return restored;
}

}  // namespace parcelveil
