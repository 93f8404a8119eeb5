// SPDX-License-Identifier: Apache-2.0
// What one role needs of a keyring file, immutable once built.

#ifndef PARCELVEIL_SRC_KEYRING_KEY_TABLE_H_
#define PARCELVEIL_SRC_KEYRING_KEY_TABLE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"
#include "src/keyring/derive.h"
#include "src/keyring/wrap.h"
#include "src/wire/key_id.h"

namespace parcelveil::keyring {

struct alignas(64) KeyEntry {
  // What every use looks at comes first, on one cache line.
  wire::KeyId id;
  uint64_t activate_ms;
  uint64_t seal_until_ms;
  uint64_t access_until_ms;  // this role's, whatever ends it; 0: it has none
  bool is_destroyed;
  bool is_backfill;
  bool is_held;
  bool is_wrapped;     // for this role: kek_version and blob hold only then
  bool has_next_gen;   // of the same slot and day, right behind it
  uint8_t index_bits;  // 0 unless an index slot's
  IndexRule index_rule;
  uint16_t kek_version;
  // Why access ends, or has ended.
  uint64_t open_until_ms;
  uint64_t destroy_after_ms;
  uint64_t destroyed_ms;
  KeyCheck check;
  WrapBlob blob;

  // Whether it may seal at `now_ms`, when asked for `as_backfill`.
  bool MaySeal(uint64_t now_ms, bool as_backfill) const {
    return !is_destroyed && is_backfill == as_backfill &&
           now_ms >= activate_ms && now_ms < seal_until_ms;
  }
};

class KeyTable {
 public:
  // Verifies and parses `file`, keeping what `role` in `role_scope` needs.
  // Errors: as Keyring::Load.
  static absl::StatusOr<std::shared_ptr<const KeyTable>> Read(
      std::string_view file, const std::vector<SignerPublicKey>& signers,
      Role role, Scope role_scope);

  uint32_t tenant() const { return tenant_; }
  const std::array<uint8_t, 16>& keyring_id() const { return keyring_id_; }
  uint64_t serial() const { return serial_; }
  uint64_t created_ms() const { return created_ms_; }
  uint64_t not_after_ms() const { return not_after_ms_; }
  int32_t utc_offset_s() const { return utc_offset_s_; }
  const std::array<uint8_t, 32>& prev_sha256() const { return prev_sha256_; }
  const std::array<uint8_t, 32>& sha256() const { return sha256_; }
  const Schema& schema() const { return schema_; }

  // Null where there is no such key.
  const KeyEntry* Find(Slot slot, Epoch epoch, uint8_t gen) const {
    const KeyEntry* entry = FirstGen(slot, epoch);
    while (entry != nullptr && entry->id.gen != gen) entry = NextGen(entry);
    return entry;
  }
  // The first gen of (slot, epoch) from `gen` on; null where there is none.
  const KeyEntry* FindFrom(Slot slot, Epoch epoch, int gen) const {
    const KeyEntry* entry = FirstGen(slot, epoch);
    while (entry != nullptr && entry->id.gen < gen) entry = NextGen(entry);
    return entry;
  }
  // The newest gen of (slot, epoch) that may seal at `now_ms`, or null.
  const KeyEntry* FindForSealing(Slot slot, Epoch epoch, uint64_t now_ms,
                                 bool as_backfill) const {
    const KeyEntry* newest = nullptr;
    for (const KeyEntry* entry = FirstGen(slot, epoch); entry != nullptr;
         entry = NextGen(entry)) {
      if (entry->MaySeal(now_ms, as_backfill)) newest = entry;
    }
    return newest;
  }
  // Position of an entry, from 1; its name in the key cache.
  uint32_t NumberOf(const KeyEntry& entry) const {
    return static_cast<uint32_t>(&entry - entries_.data()) + 1;
  }
  Epoch EpochAt(uint64_t time_ms) const;

 private:
  explicit KeyTable(Schema schema) : schema_(std::move(schema)) {}

  void Index();
  // The first gen of (slot, epoch), its others behind it; null where none is.
  const KeyEntry* FirstGen(Slot slot, Epoch epoch) const {
    const size_t day = size_t{ToInt(epoch)} - first_epoch_;
    if (day >= num_days_ || ToInt(slot) >= columns_.size()) return nullptr;
    const uint32_t number =
        first_gens_[day * num_columns_ + columns_[ToInt(slot)]];
    return number == 0 ? nullptr : &entries_[number - 1];
  }
  static const KeyEntry* NextGen(const KeyEntry* entry) {
    return entry->has_next_gen ? entry + 1 : nullptr;
  }

  uint32_t tenant_ = 0;
  std::array<uint8_t, 16> keyring_id_{};
  uint64_t serial_ = 0;
  uint64_t created_ms_ = 0;
  uint64_t not_after_ms_ = 0;
  int32_t utc_offset_s_ = 0;
  std::array<uint8_t, 32> prev_sha256_{};
  std::array<uint8_t, 32> sha256_{};
  Schema schema_;
  // By epoch, slot, gen: what one waybill needs lies close together.
  std::vector<KeyEntry> entries_;
  // A row a day and a column a slot: the number of the first gen, 0 where there
  // is none. Column 0 is of slots that have no key.
  std::vector<uint32_t> first_gens_;
  std::vector<uint16_t> columns_;  // by slot number
  size_t num_columns_ = 1;
  size_t num_days_ = 0;
  uint16_t first_epoch_ = 0;
};

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_KEY_TABLE_H_
