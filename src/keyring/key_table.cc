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

// The next gen of the same slot and day, or null.
const KeyEntry* NextGen(const KeyEntry* entry) {
  return entry->has_next_gen ? entry + 1 : nullptr;
}

constexpr uint64_t kNoEnd = UINT64_MAX;
constexpr uint64_t kDayMs = 86'400'000;
constexpr uint64_t kFirstDayMs = 18262 * kDayMs;  // 2020-01-01

template <size_t N>
std::array<uint8_t, N> ToArray(const std::string& bytes) {
  std::array<uint8_t, N> array{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), array.begin());
  return array;
}

uint32_t DayKey(Slot slot, Epoch epoch) {
  return uint32_t{ToInt(slot)} << 16 | ToInt(epoch);
}

std::tuple<uint32_t, uint8_t> Order(const KeyEntry& entry) {
  return {DayKey(entry.id.slot, entry.id.epoch), entry.id.gen};
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
  const auto by_order = [](const KeyEntry& a, const KeyEntry& b) {
    return Order(a) < Order(b);
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_order)) {
    std::sort(entries_.begin(), entries_.end(), by_order);
  }
  for (size_t i = 1; i < entries_.size(); ++i) {
    const wire::KeyId& id = entries_[i].id;
    KeyEntry& before = entries_[i - 1];
    before.has_next_gen =
        before.id.slot == id.slot && before.id.epoch == id.epoch;
  }
  for (const KeyEntry& entry : entries_) {
    const uint16_t epoch = ToInt(entry.id.epoch);
    if (slots_.empty() || slots_.back() != entry.id.slot) {
      slots_.push_back(entry.id.slot);
      days_.push_back({epoch, {}});
    }
    SlotDays& days = days_.back();
    const size_t day = epoch - days.first_epoch;
    if (day < days.first_gen.size()) continue;  // a later gen
    days.first_gen.resize(day);
    days.first_gen.push_back(NumberOf(entry));
  }
}

const KeyEntry* KeyTable::FirstGen(Slot slot, Epoch epoch) const {
  const auto it = std::find(slots_.begin(), slots_.end(), slot);
  if (it == slots_.end()) return nullptr;
  const SlotDays& days = days_[it - slots_.begin()];
  const size_t day = size_t{ToInt(epoch)} - days.first_epoch;
  if (day >= days.first_gen.size() || days.first_gen[day] == 0) return nullptr;
  return &entries_[days.first_gen[day] - 1];
}

const KeyEntry* KeyTable::Find(Slot slot, Epoch epoch, uint8_t gen) const {
  const KeyEntry* entry = FirstGen(slot, epoch);
  while (entry != nullptr && entry->id.gen != gen) entry = NextGen(entry);
  return entry;
}

const KeyEntry* KeyTable::FindForSealing(Slot slot, Epoch epoch,
                                         uint64_t now_ms,
                                         bool as_backfill) const {
  const KeyEntry* newest = nullptr;
  for (const KeyEntry* entry = FirstGen(slot, epoch); entry != nullptr;
       entry = NextGen(entry)) {
    if (entry->MaySeal(now_ms, as_backfill)) newest = entry;
  }
  return newest;
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
