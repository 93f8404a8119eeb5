// SPDX-License-Identifier: Apache-2.0
// Hot list: values that so many rows share (a merchant's return number) that
// their index values would stand out. Such rows get random ones instead.
// SPEC.md section 8.

#ifndef PARCELVEIL_SRC_FIELD_HOT_LIST_H_
#define PARCELVEIL_SRC_FIELD_HOT_LIST_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/secret.h"
#include "src/keyring/index_hash.h"

namespace parcelveil {

// Holds keyed hashes only, under a key of its own that is never stored.
// Thread-safety: const methods may run concurrently.
class HotList {
 public:
  // Errors: MALFORMED for a slot without an index, or a value without a normal
  // form; LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<HotList>> Create(
      const Schema& schema, absl::Span<const HotValue> values);

  // Whether a record's `text` (at most 4095 bytes) is to be left out of the
  // index `slot`. At once where nothing is listed for it.
  bool Contains(Slot slot, std::string_view text) const;

 private:
  using Hash = std::array<uint8_t, keyring::kIndexHashSize>;

  // The listed values of one index that are compared by one rule.
  struct Group {
    Slot slot;
    IndexRule rule;
    std::vector<Hash> hashes;  // ascending
  };

  HotList(std::string calling_code, Secret key)
      : calling_code_(std::move(calling_code)), key_(std::move(key)) {}

  absl::Status Add(const Schema& schema, const HotValue& value);
  bool AddTo(Slot slot, IndexRule rule, std::string_view text);
  Hash HashOf(Slot slot, const keyring::NormalText& text) const;

  std::string calling_code_;
  Secret key_;  // 32 bytes
  std::vector<Group> groups_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_FIELD_HOT_LIST_H_
