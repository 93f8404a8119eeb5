// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/hpke.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "src/base/status.h"

namespace parcelveil::crypto {
namespace {

using Bytes = absl::Span<const uint8_t>;

constexpr std::string_view kVersion = "HPKE-v1";
constexpr std::string_view kKemSuite{"KEM\x00\x20", 5};
constexpr std::string_view kSuite{"HPKE\x00\x20\x00\x01\x00\x03", 10};
// RFC 5869: no salt is as many zeros as the hash has bytes.
constexpr uint8_t kNoSalt[32] = {};

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// HMAC-SHA256 (RFC 2104) over the concatenation of `parts`.
void Hmac(Bytes key, std::initializer_list<Bytes> parts, uint8_t out[32]) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (Bytes part : parts) {
    crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  crypto_auth_hmacsha256_final(&state, out);
  sodium_memzero(&state, sizeof(state));
}

void LabeledExtract(std::string_view suite, Bytes salt, std::string_view label,
                    Bytes ikm, uint8_t out[32]) {
  Hmac(salt, {AsBytes(kVersion), AsBytes(suite), AsBytes(label), ikm}, out);
}

void LabeledExpand(std::string_view suite, Bytes prk, std::string_view label,
                   std::initializer_list<Bytes> info, absl::Span<uint8_t> out) {
  const uint8_t size[2] = {static_cast<uint8_t>(out.size() >> 8),
                           static_cast<uint8_t>(out.size())};
  base::WipedBuffer<32> block;
  size_t previous = 0;  // T(0) is empty
  uint8_t counter = 1;
  for (size_t at = 0; at < out.size(); ++counter) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, prk.data(), prk.size());
    crypto_auth_hmacsha256_update(&state, block.data(), previous);
    for (Bytes part :
         {Bytes(size), AsBytes(kVersion), AsBytes(suite), AsBytes(label)}) {
      crypto_auth_hmacsha256_update(&state, part.data(), part.size());
    }
    for (Bytes part : info) {
      crypto_auth_hmacsha256_update(&state, part.data(), part.size());
    }
    crypto_auth_hmacsha256_update(&state, &counter, 1);
    crypto_auth_hmacsha256_final(&state, block.data());
    sodium_memzero(&state, sizeof(state));
    previous = 32;
    const size_t take = std::min<size_t>(32, out.size() - at);
    memcpy(out.data() + at, block.data(), take);
    at += take;
  }
}

// The nonce of message `seq`: the base nonce, its last 8 bytes xor `seq`.
void Nonce(const uint8_t base[12], uint64_t seq, uint8_t nonce[12]) {
  memcpy(nonce, base, 12);
  for (int i = 0; i < 8; ++i) {
    nonce[11 - i] ^= static_cast<uint8_t>(seq >> (8 * i));
  }
}

}  // namespace

absl::Status HpkeKeys::SetUpSender(Bytes pk_recipient, Bytes sk_ephemeral,
                                   std::string_view info,
                                   absl::Span<uint8_t> enc) {
  const X25519PublicKey pk = X25519Public(sk_ephemeral);
  std::copy(pk.begin(), pk.end(), enc.begin());
  return ExtractAndExpand(sk_ephemeral, pk_recipient, enc, pk_recipient, info);
}

absl::Status HpkeKeys::SetUpRecipient(Bytes enc, Bytes sk_recipient,
                                      std::string_view info) {
  const X25519PublicKey pk = X25519Public(sk_recipient);
  return ExtractAndExpand(sk_recipient, enc, enc, pk, info);
}

absl::Status HpkeKeys::ExtractAndExpand(Bytes sk, Bytes peer, Bytes enc,
                                        Bytes pk_recipient,
                                        std::string_view info) {
  base::WipedBuffer<32> dh, prk, shared_secret;
  PARCELVEIL_RETURN_IF_ERROR(X25519(sk, peer, dh.span()));
  LabeledExtract(kKemSuite, kNoSalt, "eae_prk", dh.span(), prk.data());
  LabeledExpand(kKemSuite, prk.span(), "shared_secret", {enc, pk_recipient},
                shared_secret.span());
  Schedule(shared_secret.span(), info);
  return absl::OkStatus();
}

void HpkeKeys::Schedule(Bytes shared_secret, std::string_view info) {
  uint8_t context[1 + 32 + 32] = {};  // mode 0 | psk_id_hash | info_hash
  base::WipedBuffer<32> secret;
  LabeledExtract(kSuite, kNoSalt, "psk_id_hash", {}, context + 1);
  LabeledExtract(kSuite, kNoSalt, "info_hash", AsBytes(info), context + 33);
  LabeledExtract(kSuite, shared_secret, "secret", {}, secret.data());
  LabeledExpand(kSuite, secret.span(), "key", {Bytes(context)}, key_.span());
  LabeledExpand(kSuite, secret.span(), "base_nonce", {Bytes(context)},
                base_nonce_.span());
  LabeledExpand(kSuite, secret.span(), "exp", {Bytes(context)},
                exporter_secret_.span());
}

void HpkeKeys::Seal(uint64_t seq, std::string_view aad, Bytes text,
                    absl::Span<uint8_t> out) const {
  uint8_t nonce[12];
  Nonce(base_nonce_.data(), seq, nonce);
  crypto_aead_chacha20poly1305_ietf_encrypt(
      out.data(), nullptr, text.data(), text.size(), AsBytes(aad).data(),
      aad.size(), nullptr, nonce, key_.data());
}

absl::Status HpkeKeys::Open(uint64_t seq, std::string_view aad, Bytes sealed,
                            absl::Span<uint8_t> out) const {
  uint8_t nonce[12];
  Nonce(base_nonce_.data(), seq, nonce);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
          AsBytes(aad).data(), aad.size(), nonce, key_.data()) != 0) {
    sodium_memzero(out.data(), out.size());
    return MakeStatus(Reason::kDecryptFailed,
                      "open message: it does not authenticate; treat it as "
                      "damaged or forged");
  }
  return absl::OkStatus();
}

void HpkeKeys::Export(std::string_view exporter_context,
                      absl::Span<uint8_t> out) const {
  LabeledExpand(kSuite, exporter_secret_.span(), "sec",
                {AsBytes(exporter_context)}, out);
}

absl::Status HpkeSeal(Bytes pk, std::string_view info, std::string_view aad,
                      Bytes text, absl::Span<uint8_t> out) {
  base::WipedBuffer<32> sk_ephemeral;
  randombytes_buf(sk_ephemeral.data(), 32);
  HpkeKeys keys;
  PARCELVEIL_RETURN_IF_ERROR(
      keys.SetUpSender(pk, sk_ephemeral.span(), info, out.subspan(0, 32)));
  keys.Seal(0, aad, text, out.subspan(32));
  return absl::OkStatus();
}

absl::Status HpkeOpen(Bytes sk, std::string_view info, std::string_view aad,
                      Bytes sealed, absl::Span<uint8_t> out) {
  HpkeKeys keys;
  if (sealed.size() < 48 || out.size() != sealed.size() - 48 ||
      !keys.SetUpRecipient(sealed.subspan(0, 32), sk, info).ok()) {
    return MakeStatus(Reason::kDecryptFailed,
                      "open message: it does not authenticate; treat it as "
                      "damaged or forged");
  }
  return keys.Open(0, aad, sealed.subspan(32), out);
}

}  // namespace parcelveil::crypto
