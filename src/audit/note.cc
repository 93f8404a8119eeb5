// SPDX-License-Identifier: Apache-2.0
#include "src/audit/note.h"

#include <algorithm>

#include "parcelveil/audit_verify.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/wire/bytes.h"

namespace parcelveil::audit {
namespace {

using wire::NoteKeyType;
using wire::NoteSignature;
using wire::VerifierKey;

// A note is signed as it stands: it can hold none of labels.h, which end in a
// NUL.
constexpr std::string_view kNoPrefix;

uint32_t KeyId(std::string_view name, NoteKeyType type,
               const Ed25519PublicKey& key) {
  std::string bytes(name);
  bytes += '\n';
  bytes += static_cast<char>(type);
  bytes += wire::AsText(key);
  const crypto::Sha256Hash hash = crypto::Sha256(bytes);
  return wire::Reader(wire::AsText(hash)).Get<uint32_t>();
}

bool IsBy(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.key_id == key.key_id;
}

bool Verifies(const VerifierKey& key, std::string_view message,
              std::string_view signature) {
  crypto::Signature bytes;
  if (signature.size() != bytes.size()) return false;
  std::copy(signature.begin(), signature.end(), bytes.begin());
  return crypto::VerifySignature(key.key, kNoPrefix, message, bytes);
}

}  // namespace

VerifierKey MakeVerifierKey(std::string_view name, NoteKeyType type,
                            const Ed25519PublicKey& key) {
  return {std::string(name), KeyId(name, type, key), type, key};
}

absl::StatusOr<VerifierKey> LoadVerifierKey(std::string_view text,
                                            NoteKeyType type) {
  PARCELVEIL_ASSIGN_OR_RETURN(VerifierKey key, wire::ParseVerifierKey(text));
  if (key.type != type || key.key_id != KeyId(key.name, key.type, key.key)) {
    return MakeStatus(Reason::kMalformed,
                      "verifier key: its name, key id and key do not belong "
                      "together, or it is a key of another kind; copy the "
                      "whole line");
  }
  return key;
}

absl::StatusOr<std::string> SignCheckpoint(const TreeHead& head,
                                           const VerifierKey& log,
                                           const crypto::SigningKey& key) {
  const std::string text =
      wire::EncodeCheckpointText({log.name, head.size, head.root});
  PARCELVEIL_ASSIGN_OR_RETURN(const crypto::Signature signature,
                              key.Sign(kNoPrefix, text));
  return text + "\n" +
         wire::EncodeNoteSignature(
             {log.name, log.key_id, std::string(wire::AsText(signature))});
}

absl::StatusOr<TreeHead> OpenCheckpoint(std::string_view note,
                                        const VerifierKey& log) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote parsed,
                              wire::ParseSignedNote(note));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::CheckpointText checkpoint,
                              wire::ParseCheckpointText(parsed.text));
  // One line of the log's own that does not verify spoils the note.
  size_t num_signed = 0;
  bool is_spoilt = false;
  for (const NoteSignature& signature : parsed.signatures) {
    if (!IsBy(signature, log)) continue;
    ++num_signed;
    is_spoilt |= !Verifies(log, parsed.text, signature.signature);
  }
  if (checkpoint.origin != log.name || num_signed == 0 || is_spoilt) {
    return MakeStatus(Reason::kUnauthenticated,
                      "open checkpoint: it is not signed by the key of \"" +
                          log.name +
                          "\"; check the origin and the verifier key");
  }
  return TreeHead{checkpoint.size, checkpoint.root};
}

absl::StatusOr<uint64_t> SizeOfCheckpoint(std::string_view note) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote parsed,
                              wire::ParseSignedNote(note));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::CheckpointText checkpoint,
                              wire::ParseCheckpointText(parsed.text));
  return checkpoint.size;
}

bool IsCosignature(std::string_view text, const NoteSignature& signature,
                   const VerifierKey& witness) {
  if (!IsBy(signature, witness)) return false;
  wire::Reader reader(signature.signature);
  const uint64_t time_s = reader.Get<uint64_t>();
  const std::string message = "cosignature/v1\ntime " + std::to_string(time_s) +
                              "\n" + std::string(text);
  return reader.ok() && time_s <= INT64_MAX &&
         Verifies(witness, message, reader.Take(reader.size()));
}

size_t NumCosignatures(const wire::SignedNote& note,
                       const std::vector<VerifierKey>& witnesses) {
  return static_cast<size_t>(std::count_if(
      witnesses.begin(), witnesses.end(), [&note](const VerifierKey& witness) {
        return std::any_of(note.signatures.begin(), note.signatures.end(),
                           [&](const NoteSignature& signature) {
                             return IsCosignature(note.text, signature,
                                                  witness);
                           });
      }));
}

}  // namespace parcelveil::audit

namespace parcelveil {

absl::StatusOr<TreeHead> OpenCheckpoint(std::string_view note,
                                        std::string_view verifier_key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const wire::VerifierKey key,
      audit::LoadVerifierKey(verifier_key, wire::NoteKeyType::kEd25519));
  return audit::OpenCheckpoint(note, key);
}

}  // namespace parcelveil
