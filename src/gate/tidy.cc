// SPDX-License-Identifier: Apache-2.0
#include "src/gate/tidy.h"

#include <algorithm>
#include <optional>

#include "src/base/status.h"
#include "src/keyring/key_session.h"

namespace parcelveil::gate {
namespace {

constexpr absl::Duration kPause = absl::Minutes(5);
constexpr absl::Duration kNonceAge = absl::Minutes(15);
// No role reads AUDIT_REF longer than this by the built-in schema; a gate that
// starts looks no further back.
constexpr uint16_t kDaysBack = 400;
constexpr int kMaxGens = 256;

// True where that day had AUDIT_REF keys and every one was destroyed.
bool AreRefKeysDestroyed(const Keyring* keyring, Epoch day) {
  KeySession session(keyring);
  for (int gen = 0; gen < kMaxGens; ++gen) {
    const Reason reason =
        ReasonOf(session
                     .ForOpening(Slot::kAuditRef, day,
                                 static_cast<uint8_t>(gen), Scope::kNational)
                     .status());
    if (reason == Reason::kKeyUnknown) return gen > 0;
    if (reason != Reason::kKeyDestroyed) return false;
  }
  return true;
}

// The day after the last one whose requests must go; nullopt where none is.
std::optional<Epoch> FirstDayToKeep(Core* core) {
  const uint16_t today = ToInt(core->keyring->Today());
  const uint16_t oldest = today > kDaysBack ? today - kDaysBack : 0;
  const uint16_t from = std::max(core->requests_from.load(), oldest);
  std::optional<Epoch> first_to_keep;
  for (uint16_t day = from; day < today; ++day) {
    if (!AreRefKeysDestroyed(core->keyring, Epoch{day})) continue;
    first_to_keep = Epoch{static_cast<uint16_t>(day + 1)};
  }
  return first_to_keep;
}

}  // namespace

void TidyIfDue(Core* core) {
  const absl::Time now = core->Now();
  const int64_t now_ms = absl::ToUnixMillis(now);
  int64_t due_ms = core->next_tidy_ms;
  if (now_ms < due_ms ||
      !core->next_tidy_ms.compare_exchange_strong(
          due_ms, now_ms + absl::ToInt64Milliseconds(kPause))) {
    return;
  }
  absl::Status status = core->store->Prune(now, now - kNonceAge);
  const std::optional<Epoch> first_to_keep = FirstDayToKeep(core);
  if (status.ok() && first_to_keep.has_value()) {
    status = core->store->DeleteRequestsBefore(*first_to_keep);
    if (status.ok()) core->requests_from = ToInt(*first_to_keep);
  }
  if (!status.ok()) core->watch.Trouble(status, now);
}

}  // namespace parcelveil::gate
