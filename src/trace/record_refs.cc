// SPDX-License-Identifier: Apache-2.0
#include "src/trace/record_refs.h"

#include <cstring>

#include "src/base/status.h"
#include "src/crypto/prf.h"
#include "src/keyring/calendar.h"
#include "src/keyring/derive.h"
#include "src/keyring/key_session.h"

namespace parcelveil::trace {
namespace {

// A parcel that is moved to another outlet is sealed anew under that day; who
// saw it shortly before counts, too.
constexpr int kDaysBeforeOwn = 3;

bool IsPassedOver(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kForbidden || reason == Reason::kKeyDestroyed ||
         reason == Reason::kKeyUnknown;
}

uint64_t TagOf(const std::array<uint8_t, 16>& ref) {
  uint64_t tag;
  memcpy(&tag, ref.data(), sizeof(tag));
  return tag;
}

// Calls f(key) with every usable key of one day. Returns how many the day had,
// usable or not.
template <typename F>
absl::StatusOr<int> ForKeysOf(KeySession* session, Epoch day, F f) {
  constexpr Slot slot = Slot::kAuditRef;
  int num_keys = 0;
  std::optional<uint8_t> gen = session->NextGen(slot, day, 0);
  while (gen.has_value()) {
    ++num_keys;
    const absl::StatusOr<KeySession::Key> key =
        session->ForOpening(slot, day, *gen, Scope::kNational);
    if (key.ok()) {
      f(*key);
    } else if (!IsPassedOver(key.status())) {
      return key.status();
    }
    gen = session->NextGen(slot, day, *gen + 1);
  }
  return num_keys;
}

}  // namespace

absl::StatusOr<RefDays> FindRefDays(const Keyring* keyring,
                                    TraceRecords::Days days) {
  KeySession session(keyring);
  RefDays found;
  for (int day = ToInt(days.first); day <= ToInt(days.last); ++day) {
    const Epoch epoch{static_cast<uint16_t>(day)};
    int num_usable = 0;
    PARCELVEIL_ASSIGN_OR_RETURN(
        const int num_keys,
        ForKeysOf(&session, epoch,
                  [&](const KeySession::Key&) { ++num_usable; }));
    if (num_usable > 0) {
      found.open.push_back(epoch);
    } else if (num_keys > 0) {
      found.closed.push_back(epoch);
    }
  }
  return found;
}

absl::StatusOr<RecordRefs> RecordRefs::Make(const Keyring* keyring,
                                            const RecordSet& records,
                                            TraceRecords::Days days) {
  KeySession session(keyring);
  const uint32_t tenant = session.tenant();
  RecordRefs refs;
  for (int day = ToInt(days.first); day <= ToInt(days.last); ++day) {
    const Epoch epoch{static_cast<uint16_t>(day)};
    const Epoch newest = keyring::AddDays(epoch, kDaysBeforeOwn);
    const auto add_all = [&](const KeySession::Key& key) {
      for (uint32_t i = 0; i < records.size(); ++i) {
        if (records.DayOf(i) > newest) continue;
        const std::array<uint8_t, 16> ref = keyring::DeriveRecordRef(
            key.bytes.first(crypto::kKeySize), tenant, records.IdOf(i));
        refs.record_of_.emplace(TagOf(ref), i);
      }
    };
    PARCELVEIL_RETURN_IF_ERROR(ForKeysOf(&session, epoch, add_all).status());
  }
  return refs;
}

std::optional<uint32_t> RecordRefs::Find(
    const std::array<uint8_t, 16>& ref) const {
  const auto found = record_of_.find(TagOf(ref));
  if (found == record_of_.end()) return std::nullopt;
  return found->second;
}

}  // namespace parcelveil::trace
