// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/blind_index.h"

#include "src/base/status.h"
#include "src/keyring/index_values.h"

namespace parcelveil {

absl::StatusOr<std::unique_ptr<BlindIndex>> BlindIndex::Create(
    const Keyring* keyring, Slot slot) {
  const Schema schema = keyring->schema();
  const Schema::IndexSlot* index = schema.FindIndex(slot);
  if (index == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "make blind index of " + Describe(slot) +
                          ": the keyring's schema has no such index; add it, "
                          "or name another slot");
  }
  return std::unique_ptr<BlindIndex>(
      new BlindIndex(keyring, slot, index->scoped, schema.calling_code()));
}

absl::StatusOr<std::string> BlindIndex::Value(std::string_view text,
                                              Epoch epoch, Scope scope) const {
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<std::string> values,
                              Values(text, {epoch, epoch}, scope));
  return std::move(values.back());  // of the newest gen
}

absl::StatusOr<std::vector<std::string>> BlindIndex::Values(
    std::string_view text, Days days, Scope scope) const {
  if (!is_scoped_ && scope != Scope::kNational) {
    return MakeStatus(
        Reason::kMalformed,
        "look up " + Describe(slot_) + ": it is not kept by outlet; name none");
  }
  return keyring::IndexValues(keyring_, {slot_, scope, days.first, days.last},
                              text, calling_code_);
}

}  // namespace parcelveil
