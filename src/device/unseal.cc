// SPDX-License-Identifier: Apache-2.0
#include "src/device/unseal.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "src/base/status.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"

namespace parcelveil::device {
namespace {

struct SealedMessage {
  std::string_view enc;
  std::string info;
  std::string_view aad;
  uint64_t sequence;
  std::string_view bytes;  // ciphertext and tag
};

absl::StatusOr<Plaintext> Unseal(const Secret& reply_key,
                                 const SealedMessage& message) {
  crypto::HpkeKeys keys;
  const bool has_keys = reply_key.Use([&](absl::Span<const uint8_t> sk) {
    return keys.SetUpRecipient(wire::AsBytes(message.enc), sk, message.info)
        .ok();
  });
  Plaintext text;
  const absl::Span<uint8_t> out =
      text.Resize(message.bytes.size() - crypto::kHpkeTagSize);
  if (!has_keys || !keys.Open(message.sequence, message.aad,
                              wire::AsBytes(message.bytes), out)
                        .ok()) {
    return MakeStatus(Reason::kDecryptFailed,
                      "open reply: what is sealed in it does not authenticate; "
                      "ask anew, and tell the operators if it stays so");
  }
  return text;
}

}  // namespace

absl::StatusOr<Plaintext> UnsealReply(const Secret& reply_key,
                                      const wire::ParsedReply& parsed) {
  std::string info(crypto::kInfoReply);
  info += wire::AsText(parsed.reply.request_hash);
  return Unseal(reply_key, {parsed.reply.enc, std::move(info), parsed.head, 0,
                            parsed.reply.sealed});
}

absl::StatusOr<Plaintext> UnsealEntry(const Secret& reply_key,
                                      const wire::ParsedSheet& parsed,
                                      size_t index) {
  const wire::SheetEntry& entry = parsed.sheet.entries[index];
  std::string info(crypto::kInfoSheet);
  info += parsed.head;
  return Unseal(reply_key, {parsed.sheet.enc, std::move(info), entry.head,
                            index, entry.sealed});
}

absl::StatusOr<Fields> TakeFields(const Plaintext& padded,
                                  absl::Span<const Slot> asked) {
  return padded.Use([&](std::string_view bytes) -> absl::StatusOr<Fields> {
    PARCELVEIL_ASSIGN_OR_RETURN(const auto revealed,
                                wire::ParseRevealed(wire::AsBytes(bytes)));
    Fields fields;
    for (const wire::RevealedField& field : revealed) {
      if (std::find(asked.begin(), asked.end(), field.slot) == asked.end()) {
        return MakeStatus(Reason::kMalformed,
                          "open reply: it holds " + Describe(field.slot) +
                              ", which was not asked for; tell the operators");
      }
      Plaintext text;
      const absl::Span<uint8_t> out = text.Resize(field.text.size());
      std::copy(field.text.begin(), field.text.end(), out.begin());
      fields.emplace_back(field.slot, std::move(text));
    }
    return fields;
  });
}

}  // namespace parcelveil::device
