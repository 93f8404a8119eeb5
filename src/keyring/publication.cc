// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/publication.h"

#include <map>
#include <set>
#include <tuple>

#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/keyring/payload.h"

namespace parcelveil::keyring {
namespace {

using KeyId = std::tuple<uint32_t, uint32_t, uint32_t>;  // slot, epoch, gen

// Who has each key; nobody has one that is destroyed.
struct Holders {
  std::map<KeyId, std::set<uint32_t>> roles;
  std::set<KeyId> destroyed;
};

Holders HoldersOf(const v1::KeyringPayload& payload) {
  Holders holders;
  for (const v1::Key& key : payload.keys()) {
    const KeyId id{key.slot(), key.epoch(), key.gen()};
    if (key.state() == v1::Key::DESTROYED) {
      holders.destroyed.insert(id);
      continue;
    }
    for (const v1::Wrap& wrap : key.wraps()) {
      holders.roles[id].insert(wrap.role());
    }
  }
  return holders;
}

Leaf Destroyed(uint32_t tenant, const KeyId& id, uint32_t role) {
  const auto& [slot, epoch, gen] = id;
  DestroyedKey key;
  key.slot = Slot{static_cast<uint16_t>(slot)};
  key.epoch = Epoch{static_cast<uint16_t>(epoch)};
  key.gen = static_cast<uint8_t>(gen);
  key.role = Role{static_cast<uint16_t>(role)};
  return DestroyLeaf(tenant, key);
}

}  // namespace

absl::StatusOr<PublicationLeaves> LeavesOfPublication(
    const KeyringFiles& previous, const KeyringFiles& next,
    const std::vector<SignerPublicKey>& signers, absl::Time now) {
  PublicationLeaves leaves;
  if (next.main.empty()) return leaves;
  v1::KeyringPayload before;
  v1::KeyringPayload after;
  if (!previous.main.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(ReadKeyring(previous.main, signers, &before));
  }
  PARCELVEIL_RETURN_IF_ERROR(ReadKeyring(next.main, signers, &after));
  const uint32_t tenant = after.tenant();
  const Holders had = HoldersOf(before);
  const Holders have = HoldersOf(after);
  for (const KeyId& id : have.destroyed) {
    if (had.destroyed.count(id) == 0) {
      leaves.before.push_back(Destroyed(tenant, id, 0));
    }
  }
  for (const auto& [id, roles] : had.roles) {
    if (have.destroyed.count(id) > 0) continue;  // for all, as said above
    const auto still = have.roles.find(id);
    for (uint32_t role : roles) {
      if (still == have.roles.end() || still->second.count(role) == 0) {
        leaves.before.push_back(Destroyed(tenant, id, role));
      }
    }
  }
  leaves.after.push_back(
      KeyringLeaf(tenant, after.serial(), crypto::Sha256(next.main)));
  const auto time_ms = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (Leaf& leaf : leaves.before) leaf.time_ms = time_ms;
  for (Leaf& leaf : leaves.after) leaf.time_ms = time_ms;
  return leaves;
}

}  // namespace parcelveil::keyring
