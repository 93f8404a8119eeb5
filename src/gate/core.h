// SPDX-License-Identifier: Apache-2.0
// What all steps of a gate share, made once.

#ifndef PARCELVEIL_SRC_GATE_CORE_H_
#define PARCELVEIL_SRC_GATE_CORE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/gate.h"
#include "src/crypto/sign.h"
#include "src/gate/committer.h"
#include "src/gate/denials.h"
#include "src/gate/dial_issuer.h"
#include "src/gate/keyring_in_use.h"
#include "src/gate/rate_limiter.h"
#include "src/gate/reply_cache.h"
#include "src/gate/watch.h"
#include "src/gate/workload.h"

namespace parcelveil::gate {

inline constexpr size_t kNumCodes = 15;  // 0, and the refusals 1 to 14

// Thread-safety: what is not const guards itself.
struct Core {
  // What can fail is made before.
  struct Made {
    crypto::SigningKey signing_key;
    X25519PublicKey query_public_key{};
    std::unique_ptr<Opener> opener;
    std::unique_ptr<DialIssuer> dial_issuer;
  };
  Core(GateOptions options, Made made);

  absl::Time Now() const { return clock->Now(); }
  // A log that has forked records nothing that anybody need believe.
  // Errors: AUDIT_UNAVAILABLE.
  absl::Status CheckNotStopped() const;

  const Keyring* const keyring;
  GateStore* const store;
  AuditLog* const log;
  Parcels* const parcels;
  const Clock* const clock;
  const GatePolicy policy;
  const Secret query_key;
  const crypto::SigningKey signing_key;
  const X25519PublicKey query_public_key;
  const GateId id;
  const uint32_t tenant;
  const std::unique_ptr<Opener> opener;
  const std::unique_ptr<DialIssuer> dial_issuer;

  Committer committer;
  KeyringRecord keyring_record;
  ReplyCache replies;
  RateLimiter rate_limiter;
  Denials denials;
  Watch watch;
  Workload workload;

  std::array<std::atomic<uint64_t>, kNumCodes> answered{};  // by code
  std::atomic<uint64_t> retried{0};
  std::atomic<bool> is_stopped{false};  // a fork was proven
  std::atomic<int64_t> next_tidy_ms{0};
  std::atomic<uint16_t> requests_from{0};  // the first day that may have some
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_CORE_H_
