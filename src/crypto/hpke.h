// SPDX-License-Identifier: Apache-2.0
// HPKE (RFC 9180), base mode, from libsodium calls.
//
// Suite: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001,
// ChaCha20Poly1305 0x0003. SPEC.md section 6.

#ifndef PARCELVEIL_SRC_CRYPTO_HPKE_H_
#define PARCELVEIL_SRC_CRYPTO_HPKE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "src/base/wipe.h"
#include "src/crypto/x25519.h"

namespace parcelveil::crypto {

inline constexpr size_t kHpkeTagSize = 16;

// The keys of one HPKE exchange. Sender and recipient derive the same; message
// `seq` is sealed under its own nonce. Lives on the stack, zeroed at the end.
class HpkeKeys {
 public:
  // Derives the keys of a sender; `sk_ephemeral` MUST be used once. Writes the
  // 32-byte encapsulated key to `enc`. Errors: MALFORMED for a bad `pk`.
  absl::Status SetUpSender(absl::Span<const uint8_t> pk_recipient,
                           absl::Span<const uint8_t> sk_ephemeral,
                           std::string_view info, absl::Span<uint8_t> enc);
  // Derives the keys of a recipient. Errors: MALFORMED for a bad `enc`.
  absl::Status SetUpRecipient(absl::Span<const uint8_t> enc,
                              absl::Span<const uint8_t> sk_recipient,
                              std::string_view info);

  // Writes ciphertext and tag of message `seq`: text.size() + 16 bytes.
  void Seal(uint64_t seq, std::string_view aad, absl::Span<const uint8_t> text,
            absl::Span<uint8_t> out) const;
  // Writes the text of message `seq`: sealed.size() - 16 bytes. Errors:
  // kDataLoss DECRYPT_FAILED, `out` then zeroed.
  absl::Status Open(uint64_t seq, std::string_view aad,
                    absl::Span<const uint8_t> sealed,
                    absl::Span<uint8_t> out) const;
  // RFC 9180 section 5.3; out.size() is at most 255 * 32.
  void Export(std::string_view exporter_context, absl::Span<uint8_t> out) const;

 private:
  void Schedule(absl::Span<const uint8_t> shared_secret, std::string_view info);
  absl::Status ExtractAndExpand(absl::Span<const uint8_t> sk,
                                absl::Span<const uint8_t> peer,
                                absl::Span<const uint8_t> enc,
                                absl::Span<const uint8_t> pk_recipient,
                                std::string_view info);

  base::WipedBuffer<32> key_;
  base::WipedBuffer<12> base_nonce_;
  base::WipedBuffer<32> exporter_secret_;
};

// Seals `text` in one shot under a fresh ephemeral key: writes enc (32), then
// ciphertext and tag, text.size() + 48 bytes. Errors: MALFORMED for a bad `pk`.
absl::Status HpkeSeal(absl::Span<const uint8_t> pk, std::string_view info,
                      std::string_view aad, absl::Span<const uint8_t> text,
                      absl::Span<uint8_t> out);

// Opens what HpkeSeal wrote into the sealed.size() - 48 bytes of `out`.
// Errors: kDataLoss DECRYPT_FAILED for anything that does not open.
absl::Status HpkeOpen(absl::Span<const uint8_t> sk, std::string_view info,
                      std::string_view aad, absl::Span<const uint8_t> sealed,
                      absl::Span<uint8_t> out);

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_HPKE_H_
