// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/index_check.h"

#include <optional>
#include <string>

#include "src/base/status.h"
#include "src/keyring/index_hash.h"
#include "src/keyring/key_session.h"
#include "src/wire/index_value.h"

namespace parcelveil::migrate {

absl::StatusOr<bool> IsIndexValueOf(const Keyring& loaded, Slot slot,
                                    std::string_view text,
                                    std::string_view bytes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::IndexValue stored,
                              wire::ParseIndexValue(bytes));
  const std::string calling_code = loaded.schema().calling_code();
  KeySession session(&loaded);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const KeySession::Key key,
      session.ForOpening(slot, stored.key.epoch, stored.key.gen,
                         stored.key.scope));
  const std::optional<uint32_t> value =
      keyring::HashForIndex(key, slot, text, calling_code);
  return !value.has_value() || *value == stored.value;
}

}  // namespace parcelveil::migrate
