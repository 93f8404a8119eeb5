// SPDX-License-Identifier: Apache-2.0
// Signing and verifying checkpoints: C2SP signed-note, tlog-cosignature.

#ifndef PARCELVEIL_SRC_AUDIT_NOTE_H_
#define PARCELVEIL_SRC_AUDIT_NOTE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "src/crypto/sign.h"
#include "src/wire/signed_note.h"

namespace parcelveil::audit {

// A key with its id: the first 4 bytes of SHA-256(name | 0x0A | type | key).
wire::VerifierKey MakeVerifierKey(std::string_view name, wire::NoteKeyType type,
                                  const Ed25519PublicKey& key);
// Errors: MALFORMED, also where the id is another key's, or the type not
// `type`.
absl::StatusOr<wire::VerifierKey> LoadVerifierKey(std::string_view text,
                                                  wire::NoteKeyType type);

// The note of a tree head, signed by the log. Errors: as SigningKey::Sign.
absl::StatusOr<std::string> SignCheckpoint(const TreeHead& head,
                                           const wire::VerifierKey& log,
                                           const crypto::SigningKey& key);

// The tree head of a note that `log` signed. Lines of other keys are ignored.
// Errors: MALFORMED; kUnauthenticated where origin or signature is not `log`'s.
absl::StatusOr<TreeHead> OpenCheckpoint(std::string_view note,
                                        const wire::VerifierKey& log);

// The size that a checkpoint states, whoever signed it. Errors: MALFORMED.
absl::StatusOr<uint64_t> SizeOfCheckpoint(std::string_view note);

// True where `signature` is `witness`'s over the note's text and a time.
bool IsCosignature(std::string_view text, const wire::NoteSignature& signature,
                   const wire::VerifierKey& witness);
// How many of `witnesses` signed the note.
size_t NumCosignatures(const wire::SignedNote& note,
                       const std::vector<wire::VerifierKey>& witnesses);

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_SRC_AUDIT_NOTE_H_
