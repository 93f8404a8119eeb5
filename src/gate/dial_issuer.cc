// SPDX-License-Identifier: Apache-2.0
#include "src/gate/dial_issuer.h"

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/field_aead.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/key_session.h"
#include "src/text/normalise.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"

namespace parcelveil::gate {
namespace {

constexpr size_t kNonceSeedSize = 16;

absl::Span<uint8_t> BufferOf(std::string* text) {
  return {reinterpret_cast<uint8_t*>(text->data()), text->size()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<DialIssuer>> DialIssuer::Create(
    const Keyring* keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, Secret::Random(kNonceSeedSize));
  return std::unique_ptr<DialIssuer>(new DialIssuer(keyring, std::move(seed)));
}

wire::TokenId DialIssuer::NewTokenId() {
  wire::TokenId token_id;
  crypto::RandomBytes(absl::MakeSpan(token_id));
  return token_id;
}

absl::StatusOr<std::string> DialIssuer::Issue(
    const DialGrant& grant, std::string_view phone,
    std::string_view calling_code) const {
  text::PhoneNumber number;
  const bool is_number = text::ParsePhone(phone, calling_code, &number);
  const base::WipeOnExit wipe_digits(BufferOf(&number.digits));
  const base::WipeOnExit wipe_extension(BufferOf(&number.extension));
  if (!is_number) {
    return MakeStatus(Reason::kMalformed,
                      "issue dial token: the field holds no phone number; "
                      "reveal it instead");
  }
  wire::DialText text;
  text.expires_s = static_cast<uint32_t>(absl::ToUnixSeconds(grant.expires));
  text.principal = grant.principal;
  text.purpose = grant.purpose;
  text.max_calls = grant.max_calls;
  text.number = number.digits;
  text.extension = number.extension;
  text.record_ref = grant.record_ref;
  base::WipedBuffer<wire::kDialTextSize> encoded;
  PARCELVEIL_RETURN_IF_ERROR(wire::EncodeDialText(text, encoded.span()));
  return Seal(grant.token_id, wire::AsText(encoded.span()));
}

absl::StatusOr<std::string> DialIssuer::Seal(const wire::TokenId& token_id,
                                             std::string_view text) const {
  if (!nonce_seed_.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "issue dial token: the gate was made before fork; make "
                      "it again in the child");
  }
  KeySession session(keyring_);
  KeySession::Key key{};
  PARCELVEIL_RETURN_IF_ERROR(
      session.ForSealing(Slot::kDial, Scope::kNational, session.today(), &key));
  const wire::FieldHeader header{key.gen, key.epoch, key.scope};
  const wire::CellBinding binding(header, session.tenant(),
                                  {Slot::kDial, wire::AsText(token_id), 0});
  std::array<uint8_t, wire::kSealedDialSize> sealed;
  wire::EncodeFieldHeader(header, sealed.data());
  nonce_seed_.Use([&](absl::Span<const uint8_t> seed) {
    crypto::SealField(key.bytes, {binding.bytes()},
                      {seed.data(), counter_.fetch_add(1)}, text,
                      wire::kDialPad, sealed.data() + wire::kFieldHeaderSize);
  });
  return wire::EncodeDialToken({token_id, wire::AsText(sealed)});
}

}  // namespace parcelveil::gate
