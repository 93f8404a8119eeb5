// SPDX-License-Identifier: Apache-2.0
#include "src/cli/keyring_view.h"

#include <algorithm>
#include <map>

#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/keyring/drafts.h"
#include "src/keyring/payload.h"
#include "src/keyring/schema_codec.h"

namespace parcelveil::cli {
namespace {

// A run a day, and a day to notice that one failed.
constexpr absl::Duration kTimerSlack = absl::Hours(48);

absl::Time AtMs(uint64_t ms) {
  return absl::FromUnixMillis(static_cast<int64_t>(ms));
}

// From worst to best, so that a day is called by the best of its keys.
enum class DayState { kDestroyed, kHeld, kPast, kToday, kAhead };

const char* NameOf(DayState state) {
  switch (state) {
    case DayState::kDestroyed:
      return "destroyed";
    case DayState::kHeld:
      return "held";
    case DayState::kPast:
      return "past";
    case DayState::kToday:
      return "today";
    case DayState::kAhead:
      return "ahead";
  }
  return "";
}

DayState StateOf(const v1::Key& key, Epoch today) {
  if (!keyring::IsLive(key)) return DayState::kDestroyed;
  if (key.hold()) return DayState::kHeld;
  const Epoch day = keyring::KeyEpoch(key);
  if (day < today) return DayState::kPast;
  return day == today ? DayState::kToday : DayState::kAhead;
}

std::vector<DayView> ViewDays(const v1::KeyringPayload& payload, Epoch today) {
  std::map<Epoch, std::pair<DayState, int>> days;
  for (const v1::Key& key : payload.keys()) {
    const DayState state = StateOf(key, today);
    const auto [it, is_new] =
        days.try_emplace(keyring::KeyEpoch(key), state, 0);
    it->second.first = std::max(it->second.first, state);
    if (keyring::IsLive(key)) ++it->second.second;
  }
  std::vector<DayView> views;
  for (const auto& [day, found] : days) {
    views.push_back({day, NameOf(found.first), found.second});
  }
  return views;
}

// Takes in that `role` may open a key of `day` until `until_ms`.
void AddDay(Epoch day, uint64_t until_ms, RoleDays* role) {
  if (!role->first.has_value() || day < *role->first) {
    role->first = day;
    role->ends = until_ms == 0 ? std::nullopt
                               : std::optional<absl::Time>(AtMs(until_ms));
  }
  if (!role->last.has_value() || day > *role->last) role->last = day;
}

Epoch PairsUntil(const v1::KeyringPayload& payload,
                 const Schema::RoleAccess& role) {
  uint32_t last = 0;
  for (const v1::RoleKey& key : payload.roles()) {
    if (key.role() == ToInt(role.id)) last = std::max(last, key.kek_version());
  }
  const uint32_t days = (last + 1) * role.bucket_days - 1;
  return Epoch{static_cast<uint16_t>(std::min<uint32_t>(days, UINT16_MAX))};
}

RoleDays ViewRole(const v1::KeyringPayload& payload,
                  const Schema::RoleAccess& role, uint64_t now_ms) {
  RoleDays days{role.id, {}, {}, {}, PairsUntil(payload, role)};
  for (const v1::Key& key : payload.keys()) {
    for (const v1::Wrap& wrap : key.wraps()) {
      const bool is_open =
          wrap.role() == ToInt(role.id) &&
          (wrap.open_until_ms() == 0 || wrap.open_until_ms() > now_ms) &&
          (!key.hold() || role.id == Role::kDispute);
      if (!is_open) continue;
      AddDay(keyring::KeyEpoch(key), wrap.open_until_ms(), &days);
    }
  }
  return days;
}

}  // namespace

absl::StatusOr<KeyringView> ViewKeyring(
    std::string_view file, const std::vector<SignerPublicKey>& signers,
    absl::Time now) {
  v1::KeyringPayload payload;
  PARCELVEIL_RETURN_IF_ERROR(keyring::ReadKeyring(file, signers, &payload));
  PARCELVEIL_ASSIGN_OR_RETURN(Schema schema,
                              SchemaCodec::FromProto(payload.schema()));
  const uint64_t now_ms = std::max(
      static_cast<uint64_t>(absl::ToUnixMillis(now)), payload.created_ms());
  const keyring::Calendar calendar{payload.utc_offset_s()};
  KeyringView view{payload.tenant(),
                   payload.serial(),
                   AtMs(payload.created_ms()),
                   AtMs(payload.not_after_ms()),
                   absl::FixedTimeZone(payload.utc_offset_s()),
                   calendar.At(now_ms),
                   std::move(schema),
                   {},
                   {}};
  for (const Schema::RoleAccess& role : view.schema.roles()) {
    if (role.scoped != (payload.shard_scope() != 0)) continue;
    view.roles.push_back(ViewRole(payload, role, now_ms));
  }
  view.days = ViewDays(payload, view.today);
  return view;
}

std::vector<std::string> FindProblems(const KeyringView& view, absl::Time now,
                                      int days) {
  std::vector<std::string> problems;
  const Epoch must_reach = keyring::AddDays(view.today, days);
  if (view.sealing_stops - now < absl::Hours(24) * days) {
    problems.push_back("keys run out at " +
                       IsoTime(view.sealing_stops, view.zone));
  }
  if (now - view.created > kTimerSlack) {
    problems.push_back("`keyring maintain` did not run since " +
                       IsoTime(view.created, view.zone));
  }
  for (const RoleDays& role : view.roles) {
    if (role.pairs_until >= must_reach) continue;
    problems.push_back("the next key pair of " + cli::NameOf(role.role) +
                       " is not made");
  }
  return problems;
}

}  // namespace parcelveil::cli
