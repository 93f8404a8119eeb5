// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "parcelveil/dial.h"
#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/gate/committer.h"
#include "src/gate/keyring_in_use.h"
#include "src/wire/bytes.h"
#include "src/wire/dial_token.h"

namespace parcelveil {
namespace {

constexpr size_t kTokenTextSize = 151;  // base64url without padding

// Takes one spelling only, so that a token has one hash.
absl::StatusOr<std::string> TokenBytes(std::string_view text) {
  std::string bytes;
  if (text.size() != kTokenTextSize ||
      !absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()),
                                   &bytes) ||
      absl::WebSafeBase64Escape(bytes) != text) {
    return MakeStatus(Reason::kMalformed,
                      "bind dial token: it is not a token's 151 characters; "
                      "pass it as the app has it");
  }
  return bytes;
}

Plaintext Copy(std::string_view digits) {
  Plaintext copy;
  std::copy(digits.begin(), digits.end(), copy.Resize(digits.size()).begin());
  return copy;
}

absl::Time ExpiryOf(const wire::DialText& text) {
  return absl::FromUnixSeconds(text.expires_s);
}

absl::Status CheckUse(const wire::DialText& text, uint64_t caller,
                      absl::Time now) {
  if (now >= ExpiryOf(text)) {
    return MakeStatus(Reason::kStale,
                      "bind dial token: it has expired; have the app ask for "
                      "another");
  }
  if (text.principal != caller) {
    return MakeStatus(Reason::kForbidden,
                      "bind dial token: it is another principal's; it works "
                      "from that principal's line only");
  }
  return absl::OkStatus();
}

}  // namespace

class DialDesk::State {
 public:
  State(const DialDeskOptions& options, std::unique_ptr<Opener> opener)
      : keyring(options.keyring),
        clock(options.clock == nullptr ? SystemClock() : options.clock),
        opener(std::move(opener)),
        store(options.store),
        committer(store, options.log) {}

  // Puts the keyring on record, before anything that it opened is shown.
  absl::Status TakeKeyring();

  // The leaf of a use, but for which use it is.
  Leaf LeafOf(const wire::DialText& text, std::string_view token,
              absl::Time now) const;
  // Counts a use and records it; returns which one it is.
  absl::StatusOr<uint32_t> Use(const wire::TokenId& token_id,
                               const wire::DialText& text, Leaf leaf);

  const Keyring* const keyring;
  const Clock* const clock;
  const std::unique_ptr<Opener> opener;
  GateStore* const store;
  gate::Committer committer;

  std::mutex keyring_mutex;
  uint64_t recorded_serial = 0;  // guarded by keyring_mutex
};

absl::Status DialDesk::State::TakeKeyring() {
  const KeyringHealth health = keyring->Health();
  const std::lock_guard<std::mutex> lock(keyring_mutex);
  if (health.serial <= recorded_serial) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(
      gate::RecordKeyring(*keyring, health, store, &committer));
  recorded_serial = health.serial;
  return absl::OkStatus();
}

Leaf DialDesk::State::LeafOf(const wire::DialText& text, std::string_view token,
                             absl::Time now) const {
  Leaf leaf;
  leaf.type = LeafType::kDialUsed;
  leaf.tenant = keyring->tenant();
  leaf.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(now));
  leaf.principal = text.principal;
  leaf.role = Role::kTelephony;
  leaf.purpose = static_cast<uint16_t>(text.purpose);
  leaf.slots = {Slot::kDial};
  leaf.record_ref = text.record_ref;
  leaf.object_hash = crypto::Sha256(token);
  return leaf;
}

absl::StatusOr<uint32_t> DialDesk::State::Use(const wire::TokenId& token_id,
                                              const wire::DialText& text,
                                              Leaf leaf) {
  uint32_t use = 0;
  gate::CommitJob job;
  // A use too many is counted as well, but has no leaf: nothing is shown.
  job.write = [&](GateTransaction& transaction) -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(
        use, transaction.PutDialUse(token_id, ExpiryOf(text)));
    job.leaves.clear();
    if (use > text.max_calls) return absl::OkStatus();
    leaf.detail = wire::AsText(token_id);
    wire::Appender(&leaf.detail).Put(static_cast<uint8_t>(use));
    job.leaves.push_back(leaf);
    return absl::OkStatus();
  };
  const absl::Status status = committer.Commit(&job);
  if (!status.ok()) {
    return MakeStatus(Reason::kAuditUnavailable,
                      "bind dial token: its use could not be recorded (" +
                          std::string(status.message()) +
                          "); nothing was shown, try again");
  }
  if (use > text.max_calls) {
    return MakeStatus(Reason::kQuota,
                      "bind dial token: every use that it allows was made; "
                      "have the app ask for another");
  }
  return use;
}

absl::StatusOr<std::unique_ptr<DialDesk>> DialDesk::Create(
    const DialDeskOptions& options) {
  if (options.keyring == nullptr || options.store == nullptr ||
      options.log == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "make dial desk: keyring, store or log is null; pass "
                      "all three");
  }
  if (options.keyring->role() != Role::kTelephony) {
    return MakeStatus(Reason::kForbidden,
                      "make dial desk: the keyring is not TELEPHONY's; load "
                      "that role");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(options.keyring));
  auto state = std::make_unique<State>(options, std::move(opener));
  PARCELVEIL_RETURN_IF_ERROR(state->TakeKeyring());
  return std::unique_ptr<DialDesk>(new DialDesk(std::move(state)));
}

DialDesk::DialDesk(std::unique_ptr<State> state) : state_(std::move(state)) {}
DialDesk::~DialDesk() = default;

absl::StatusOr<DialBinding> DialDesk::Bind(std::string_view token,
                                           uint64_t caller) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string bytes, TokenBytes(token));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::DialToken parsed,
                              wire::ParseDialToken(bytes));
  const Cell cell{Slot::kDial, wire::AsText(parsed.token_id), 0};
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext opened,
                              state_->opener->Open(cell, parsed.sealed));
  PARCELVEIL_RETURN_IF_ERROR(state_->TakeKeyring());
  return opened.Use([&](std::string_view dial) -> absl::StatusOr<DialBinding> {
    PARCELVEIL_ASSIGN_OR_RETURN(const wire::DialText text,
                                wire::ParseDialText(dial));
    const absl::Time now = state_->clock->Now();
    PARCELVEIL_RETURN_IF_ERROR(CheckUse(text, caller, now));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const uint32_t use,
        state_->Use(parsed.token_id, text, state_->LeafOf(text, bytes, now)));
    DialBinding binding;
    binding.number = Copy(text.number);
    binding.extension = Copy(text.extension);
    binding.expires = ExpiryOf(text);
    binding.uses_left = text.max_calls - static_cast<int>(use);
    binding.purpose = text.purpose;
    return binding;
  });
}

}  // namespace parcelveil
