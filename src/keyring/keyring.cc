// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/keyring.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/keyring/keyring_state.h"
#include "src/keyring/succession.h"

namespace parcelveil {
namespace {

// True for the one caller of an interval. A due time further off than the
// interval was set by a clock that has been turned back since.
bool TakeTurn(std::atomic<int64_t>* next_ns, absl::Time now,
              absl::Duration interval) {
  const int64_t now_ns = absl::ToUnixNanos(now);
  const int64_t interval_ns = absl::ToInt64Nanoseconds(interval);
  int64_t due = next_ns->load(std::memory_order_relaxed);
  const bool is_due = now_ns >= due || due - now_ns > interval_ns;
  return is_due && next_ns->compare_exchange_strong(due, now_ns + interval_ns);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Keyring>> Keyring::Load(KeyringOptions options) {
  if (options.source == nullptr || options.secret == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "load keyring: a source or secret is missing; pass both");
  }
  if (options.clock == nullptr) options.clock = SystemClock();
  PARCELVEIL_ASSIGN_OR_RETURN(Secret payload, options.secret->Unseal());
  PARCELVEIL_ASSIGN_OR_RETURN(keyring::RoleSecret secret,
                              keyring::RoleSecret::Parse(std::move(payload)));
  if (secret.role() != options.role ||
      secret.role_scope() != options.role_scope) {
    return MakeStatus(Reason::kForbidden,
                      "load keyring as " + Describe(options.role) +
                          ": the secret is that of " + Describe(secret.role()) +
                          " or of another outlet; use the role's own secret");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<keyring::KeyCache> cache,
                              keyring::KeyCache::Create(options.cache_keys));
  auto state = std::make_unique<State>(std::move(options), std::move(secret),
                                       std::move(cache));
  PARCELVEIL_RETURN_IF_ERROR(state->Reload());
  return std::unique_ptr<Keyring>(new Keyring(std::move(state)));
}

Keyring::Keyring(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keyring::~Keyring() = default;

Role Keyring::role() const { return state_->options.role; }
Scope Keyring::role_scope() const { return state_->options.role_scope; }
uint32_t Keyring::tenant() const { return state_->secret.tenant(); }
Schema Keyring::schema() const { return state_->Table()->schema(); }

absl::TimeZone Keyring::time_zone() const {
  return absl::FixedTimeZone(state_->Table()->utc_offset_s());
}

Epoch Keyring::Today() const {
  const auto table = state_->Table();
  return table->EpochAt(State::NowMs(state_->options.clock->Now(), *table));
}

absl::Status Keyring::Reload() const { return state_->Reload(); }

KeyringHealth Keyring::Health() const {
  const auto table = state_->Table();
  KeyringHealth health{};
  health.serial = table->serial();
  health.sha256 = table->sha256();
  health.created =
      absl::FromUnixMillis(static_cast<int64_t>(table->created_ms()));
  health.sealing_stops =
      absl::FromUnixMillis(static_cast<int64_t>(table->not_after_ms()));
  const absl::Time now = state_->options.clock->Now();
  health.age = now - health.created;
  health.needs_attention =
      health.sealing_stops - now < (health.sealing_stops - health.created) / 2;
  std::lock_guard<std::mutex> lock(state_->reload_mutex_);
  health.last_reload = state_->last_reload_;
  return health;
}

std::shared_ptr<const keyring::KeyTable> Keyring::State::Table() {
  std::lock_guard<std::mutex> lock(*mutex.ReaderStripe());
  return table;
}

uint64_t Keyring::State::NowMs(absl::Time now, const keyring::KeyTable& table) {
  const int64_t now_ms = std::max<int64_t>(absl::ToUnixMillis(now), 0);
  return std::max(static_cast<uint64_t>(now_ms), table.created_ms());
}

absl::Status Keyring::State::Reload() {
  std::lock_guard<std::mutex> lock(reload_mutex_);
  last_reload_ = ReloadLocked();
  return last_reload_;
}

void Keyring::State::Poll(absl::Time now) {
  if (!TakeTurn(&next_poll_ns_, now, options.poll_interval)) return;
  std::lock_guard<std::mutex> lock(reload_mutex_);
  const absl::StatusOr<std::string> version = options.source->Version();
  if (!version.ok()) {
    last_reload_ = version.status();
  } else if (*version != source_version_) {
    last_reload_ = ReloadLocked();
  }
}

bool Keyring::State::ReloadForMissingKey(absl::Time now,
                                         const keyring::KeyTable* searched) {
  if (TakeTurn(&next_missing_ns_, now, absl::Seconds(1))) {
    Reload().IgnoreError();  // kept for Health
  } else {
    // Another thread's reload may be under way: wait for what it brings.
    std::lock_guard<std::mutex> lock(reload_mutex_);
  }
  return Table().get() != searched;
}

absl::Status Keyring::State::ReloadLocked() {
  // The mark is taken first: a file replaced while it is read is read again.
  PARCELVEIL_ASSIGN_OR_RETURN(std::string version, options.source->Version());
  PARCELVEIL_ASSIGN_OR_RETURN(std::string file, options.source->Read());
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::shared_ptr<const keyring::KeyTable> next,
      keyring::KeyTable::Read(file, options.signers, options.role,
                              options.role_scope));
  PARCELVEIL_RETURN_IF_ERROR(CheckSuccession(*next));
  PARCELVEIL_RETURN_IF_ERROR(CheckFloor(*next));
  source_version_ = std::move(version);
  if (table != nullptr && next->sha256() == table->sha256()) {
    return absl::OkStatus();
  }
  mutex.WriterLock();
  table = std::move(next);
  cache->Clear();  // what it held may have been destroyed or ended
  mutex.WriterUnlock();
  return absl::OkStatus();
}

absl::Status Keyring::State::CheckSuccession(
    const keyring::KeyTable& next) const {
  if (next.tenant() != secret.tenant()) {
    return MakeStatus(Reason::kForbidden, "load keyring: it is tenant " +
                                              std::to_string(next.tenant()) +
                                              "'s and the secret tenant " +
                                              std::to_string(secret.tenant()) +
                                              "'s; use files of one tenant");
  }
  if (table == nullptr) return absl::OkStatus();
  if (next.keyring_id() != table->keyring_id()) {
    return keyring::Forked("it is another keyring than the one loaded");
  }
  return keyring::CheckFollows(keyring::PlaceOf(next),
                               {table->serial(), table->sha256()});
}

absl::Status Keyring::State::CheckFloor(const keyring::KeyTable& next) const {
  if (options.floor == nullptr) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<KeyringFloor> floor,
                              options.floor->Read());
  if (floor.has_value()) {
    PARCELVEIL_RETURN_IF_ERROR(
        keyring::CheckFollows(keyring::PlaceOf(next), *floor));
    if (floor->serial == next.serial()) return absl::OkStatus();
  }
  return options.floor->Write({next.serial(), next.sha256()});
}

}  // namespace parcelveil
