// SPDX-License-Identifier: Apache-2.0
// Making dial tokens: a number that telephony may call, and nobody reads.
// SPEC.md section 13.

#ifndef PARCELVEIL_SRC_GATE_DIAL_ISSUER_H_
#define PARCELVEIL_SRC_GATE_DIAL_ISSUER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/keyring.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"
#include "src/wire/dial_token.h"

namespace parcelveil::gate {

// Whose call it will be.
struct DialGrant {
  wire::TokenId token_id{};
  absl::Time expires;
  uint64_t principal = 0;
  Purpose purpose{};
  uint8_t max_calls = 0;
  std::array<uint8_t, 16> record_ref{};
};

// Thread-safety: const methods may run concurrently.
// Ownership: borrows the keyring.
class DialIssuer {
 public:
  // Errors: LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<DialIssuer>> Create(
      const Keyring* keyring);

  static wire::TokenId NewTokenId();
  // Returns the token for the first number that stands in `phone`.
  // `calling_code` is the tenant's.
  // Errors: MALFORMED where there is none, or its extension is too long;
  // NO_ACTIVE_KEY and the like.
  absl::StatusOr<std::string> Issue(const DialGrant& grant,
                                    std::string_view phone,
                                    std::string_view calling_code) const;

 private:
  DialIssuer(const Keyring* keyring, Secret nonce_seed)
      : keyring_(keyring), nonce_seed_(std::move(nonce_seed)) {}

  absl::StatusOr<std::string> Seal(const wire::TokenId& token_id,
                                   std::string_view text) const;

  const Keyring* const keyring_;
  const Secret nonce_seed_;  // 16 bytes
  mutable std::atomic<uint64_t> counter_{0};
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_DIAL_ISSUER_H_
