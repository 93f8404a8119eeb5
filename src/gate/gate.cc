// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/gate.h"

#include <utility>

#include "src/base/status.h"
#include "src/crypto/x25519.h"
#include "src/gate/gate_state.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace {

constexpr std::string_view kPolicyName = "policy";
constexpr std::string_view kForkName = "fork_note";

absl::Status CheckOptions(const GateOptions& options) {
  if (options.keyring == nullptr || options.store == nullptr ||
      options.log == nullptr || options.parcels == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "make gate: it lacks a keyring, store, log or parcels; "
                      "set all four");
  }
  if (options.keyring->role() != Role::kGate) {
    return MakeStatus(Reason::kForbidden,
                      "make gate: the keyring was loaded as " +
                          Describe(options.keyring->role()) +
                          "; load it as GATE");
  }
  if (options.query_key.size() != crypto::kX25519Size) {
    return MakeStatus(Reason::kMalformed,
                      "make gate: the query key is not 32 bytes; give an "
                      "X25519 secret key");
  }
  return absl::OkStatus();
}

// The log says by which rules it was made.
absl::Status RecordPolicy(gate::Core* core) {
  const Sha256Digest hash = core->policy.Hash();
  const std::string_view bytes = wire::AsText(hash);
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> recorded,
                              core->store->FindValue(kPolicyName));
  if (recorded == bytes) return absl::OkStatus();
  gate::CommitJob job;
  Leaf leaf;
  leaf.type = LeafType::kPolicy;
  leaf.tenant = core->tenant;
  leaf.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(core->Now()));
  leaf.object_hash = hash;
  job.leaves.push_back(std::move(leaf));
  job.write = [bytes](GateTransaction& transaction) {
    return transaction.PutValue(kPolicyName, bytes);
  };
  return core->committer.Commit(&job);
}

// A fork that was proven stays proven, until the log is the one that signed.
absl::Status TakeUpFork(gate::Core* core) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> note,
                              core->store->FindValue(kForkName));
  if (!note.has_value()) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(const SeenHead seen,
                              core->log->CompareNote(*note));
  core->is_stopped = seen != SeenHead::kConsistent;
  return absl::OkStatus();
}

// Stops the gate, and every one made of this store hereafter.
void Stop(gate::Core* core, std::string_view note) {
  core->is_stopped = true;
  core->watch.ForkSeen({}, 0, core->Now());
  gate::CommitJob job;
  job.write = [note](GateTransaction& transaction) {
    return transaction.PutValue(kForkName, note);
  };
  const absl::Status kept = core->committer.Commit(&job);
  if (!kept.ok()) core->watch.Trouble(kept, core->Now());
}

}  // namespace

namespace gate {

Core::Core(GateOptions options, Made made)
    : keyring(options.keyring),
      store(options.store),
      log(options.log),
      parcels(options.parcels),
      clock(options.clock != nullptr ? options.clock : SystemClock()),
      policy(std::move(options.policy)),
      query_key(std::move(options.query_key)),
      signing_key(std::move(made.signing_key)),
      query_public_key(made.query_public_key),
      id(GateIdOf(signing_key.public_key())),
      tenant(keyring->tenant()),
      opener(std::move(made.opener)),
      dial_issuer(std::move(made.dial_issuer)),
      committer(store, log),
      keyring_record(keyring, store, &committer),
      rate_limiter(policy.requests_per_second()),
      watch(policy, keyring->time_zone(), std::move(options.alert)),
      workload(store, parcels) {}

absl::Status Core::CheckNotStopped() const {
  if (!is_stopped) return absl::OkStatus();
  return MakeStatus(Reason::kAuditUnavailable,
                    "use the gate: its log has forked, as CheckNote found; "
                    "find out who changed the log first");
}

}  // namespace gate

Gate::Gate(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gate::~Gate() = default;

absl::StatusOr<std::unique_ptr<Gate>> Gate::Create(GateOptions options) {
  PARCELVEIL_RETURN_IF_ERROR(CheckOptions(options));
  PARCELVEIL_ASSIGN_OR_RETURN(
      crypto::SigningKey signing_key,
      crypto::SigningKey::FromSeed(options.signing_seed));
  const X25519PublicKey query_public_key = options.query_key.Use(
      [](absl::Span<const uint8_t> key) { return crypto::X25519Public(key); });
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(options.keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<gate::DialIssuer> dial_issuer,
                              gate::DialIssuer::Create(options.keyring));
  auto state = std::make_unique<State>(
      std::move(options),
      gate::Core::Made{std::move(signing_key), query_public_key,
                       std::move(opener), std::move(dial_issuer)});
  PARCELVEIL_RETURN_IF_ERROR(state->core.keyring_record.Current().status());
  PARCELVEIL_RETURN_IF_ERROR(RecordPolicy(&state->core));
  PARCELVEIL_RETURN_IF_ERROR(TakeUpFork(&state->core));
  return std::unique_ptr<Gate>(new Gate(std::move(state)));
}

absl::Status Gate::CheckNote(std::string_view note) {
  PARCELVEIL_ASSIGN_OR_RETURN(const SeenHead seen,
                              state_->core.log->CompareNote(note));
  if (seen == SeenHead::kConsistent) return absl::OkStatus();
  Stop(&state_->core, note);
  return MakeStatus(Reason::kLogRolledBack,
                    "check a checkpoint of the log: the log's own key signed "
                    "it and it does not fit; keep both, find out who changed "
                    "the log, and restore the one that it belongs to");
}

Ed25519PublicKey Gate::public_key() const {
  return state_->core.signing_key.public_key();
}

X25519PublicKey Gate::query_public_key() const {
  return state_->core.query_public_key;
}

GateStats Gate::Stats() const {
  const gate::Core& core = state_->core;
  GateStats stats;
  stats.granted = core.answered[0];
  stats.retried = core.retried;
  stats.refused.assign(core.answered.begin(), core.answered.end());
  stats.refused[0] = 0;
  stats.commits = core.committer.num_commits();
  return stats;
}

}  // namespace parcelveil
