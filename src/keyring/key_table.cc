// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/key_table.h"

#include <algorithm>
#include <future>
#include <tuple>

#include "google/protobuf/arena.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/keyring/payload.h"
#include "src/keyring/schema_codec.h"

namespace parcelveil::keyring {
namespace {

constexpr uint64_t kNoEnd = UINT64_MAX;
constexpr uint64_t kDayMs = 86'400'000;
constexpr uint64_t kFirstDayMs = 18262 * kDayMs;  // 2020-01-01

template <size_t N>
std::array<uint8_t, N> ToArray(const std::string& bytes) {
  std::array<uint8_t, N> array{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), array.begin());
  return array;
}

std::tuple<Epoch, Slot, uint8_t> Order(const KeyEntry& entry) {
  return {entry.id.epoch, entry.id.slot, entry.id.gen};
}

// When `role` may no longer use the key. A hold keeps it from being destroyed,
// and for DISPUTE alone once it no longer seals.
uint64_t AccessUntilMs(const KeyEntry& entry, Role role) {
  if (entry.is_destroyed || !entry.is_wrapped) return 0;
  if (!entry.is_held)
    return std::min(entry.open_until_ms, entry.destroy_after_ms);
  if (role == Role::kDispute) return entry.open_until_ms;
  return std::min(entry.open_until_ms, entry.seal_until_ms);
}

KeyEntry ToEntry(const v1::Key& key, uint32_t tenant, Role role,
                 Scope role_scope) {
  KeyEntry entry{};
  entry.id = {tenant,
              Slot{static_cast<uint16_t>(key.slot())},
              Epoch{static_cast<uint16_t>(key.epoch())},
              static_cast<uint8_t>(key.gen()),
              static_cast<wire::KeyLevel>(key.level()),
              Scope{key.scope()}};
  entry.check = ToArray<32>(key.kcv());
  entry.is_destroyed = key.state() == v1::Key::DESTROYED;
  entry.is_backfill = key.state() == v1::Key::BACKFILL;
  entry.is_held = key.hold();
  entry.activate_ms = key.activate_ms();
  entry.seal_until_ms = key.seal_until_ms();
  entry.destroyed_ms = key.destroyed_ms();
  entry.destroy_after_ms =
      key.destroy_after_ms() == 0 ? kNoEnd : key.destroy_after_ms();
  entry.index_bits = static_cast<uint8_t>(key.index_bits());
  entry.index_rule = static_cast<IndexRule>(key.index_rule());
  for (const v1::Wrap& wrap : key.wraps()) {
    if (wrap.role() != ToInt(role) || wrap.role_scope() != ToInt(role_scope)) {
      continue;
    }
    entry.is_wrapped = true;
    entry.kek_version = static_cast<uint16_t>(wrap.kek_version());
    entry.open_until_ms =
        wrap.open_until_ms() == 0 ? kNoEnd : wrap.open_until_ms();
    entry.blob = ToArray<kWrapSize>(wrap.blob());
    break;
  }
  entry.access_until_ms = AccessUntilMs(entry, role);
  return entry;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeyTable>> KeyTable::Read(
    std::string_view file, const std::vector<SignerPublicKey>& signers,
    Role role, Scope role_scope) {
  // A large file takes as long to hash as to read, so both are done at once.
  std::future<crypto::Sha256Hash> sha256 = std::async(crypto::Sha256, file);
  // An arena frees tens of thousands of wraps at once, and only those of this
  // role are kept.
  google::protobuf::Arena arena;
  auto* payload =
      google::protobuf::Arena::CreateMessage<v1::KeyringPayload>(&arena);
  PARCELVEIL_RETURN_IF_ERROR(ReadKeyring(file, signers, payload));
  if (payload->shard_scope() != ToInt(role_scope)) {
    return MakeStatus(Reason::kForbidden,
                      "load keyring: it is that of outlet " +
                          std::to_string(payload->shard_scope()) +
                          "; load the file of outlet " +
                          std::to_string(ToInt(role_scope)));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Schema schema,
                              SchemaCodec::FromProto(payload->schema()));
  std::shared_ptr<KeyTable> table(new KeyTable(std::move(schema)));
  table->tenant_ = payload->tenant();
  table->keyring_id_ = ToArray<16>(payload->keyring_id());
  table->serial_ = payload->serial();
  table->created_ms_ = payload->created_ms();
  table->not_after_ms_ = payload->not_after_ms();
  table->utc_offset_s_ = payload->utc_offset_s();
  table->prev_sha256_ = ToArray<32>(payload->prev_sha256());
  const uint32_t level = role_scope == Scope::kNational ? 0 : 1;
  table->entries_.reserve(payload->keys_size());
  for (const v1::Key& key : payload->keys()) {
    if (key.level() != level || key.scope() != ToInt(role_scope)) continue;
    table->entries_.push_back(
        ToEntry(key, payload->tenant(), role, role_scope));
  }
  table->Index();
  table->sha256_ = sha256.get();
  return std::shared_ptr<const KeyTable>(std::move(table));
}

void KeyTable::Index() {
  if (entries_.empty()) return;
  const auto by_order = [](const KeyEntry& a, const KeyEntry& b) {
    return Order(a) < Order(b);
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_order)) {
    std::sort(entries_.begin(), entries_.end(), by_order);
  }
  first_epoch_ = ToInt(entries_.front().id.epoch);
  num_days_ = size_t{ToInt(entries_.back().id.epoch)} - first_epoch_ + 1;
  for (const KeyEntry& entry : entries_) {
    const size_t slot = ToInt(entry.id.slot);
    if (slot >= columns_.size()) columns_.resize(slot + 1);
    if (columns_[slot] == 0) {
      columns_[slot] = static_cast<uint16_t>(num_columns_++);
    }
  }
  first_gens_.resize(num_days_ * num_columns_);
  for (KeyEntry& entry : entries_) {
    const size_t day = size_t{ToInt(entry.id.epoch)} - first_epoch_;
    uint32_t& first =
        first_gens_[day * num_columns_ + columns_[ToInt(entry.id.slot)]];
    if (first == 0) {
      first = NumberOf(entry);
    } else {
      (&entry)[-1].has_next_gen = true;
    }
  }
}

Epoch KeyTable::EpochAt(uint64_t time_ms) const {
  const int64_t local_ms = static_cast<int64_t>(time_ms) +
                           int64_t{utc_offset_s_} * 1000 -
                           static_cast<int64_t>(kFirstDayMs);
  if (local_ms <= 0) return Epoch{0};
  return Epoch{static_cast<uint16_t>(
      std::min<int64_t>(local_ms / static_cast<int64_t>(kDayMs), UINT16_MAX))};
}

}  // namespace parcelveil::keyring
