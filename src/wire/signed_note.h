// SPDX-License-Identifier: Apache-2.0
// Signed notes, verifier keys and checkpoints as C2SP writes them: signed-note
// v1, tlog-checkpoint. Text only: nothing here hashes or verifies. SPEC.md
// section 14.

#ifndef PARCELVEIL_SRC_WIRE_SIGNED_NOTE_H_
#define PARCELVEIL_SRC_WIRE_SIGNED_NOTE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/reveal.h"

namespace parcelveil::wire {

inline constexpr size_t kMaxNoteSize = 65535;
inline constexpr size_t kMaxNoteSignatures = 100;

// In a key's id and in its text: never renumber.
enum class NoteKeyType : uint8_t {
  kEd25519 = 0x01,
  kCosignature = 0x04,  // Ed25519 with a time, by a witness
};

// True for a name that a key may have: UTF-8, not empty, no space, no plus, no
// control character.
bool IsNoteName(std::string_view name);

// "— <name> <base64(key id 4 | signature)>" LF.
struct NoteSignature {
  std::string_view name;  // borrowed from the note
  uint32_t key_id = 0;
  std::string signature;  // not empty
};
std::string EncodeNoteSignature(const NoteSignature& signature);
// Errors: MALFORMED for what is not one such line.
absl::StatusOr<NoteSignature> ParseNoteSignature(std::string_view line);

// A text whose lines all end in LF, an empty line, at least one signature.
struct SignedNote {
  std::string_view text;  // what is signed; borrowed
  std::vector<NoteSignature> signatures;
};
// Errors: MALFORMED.
absl::StatusOr<SignedNote> ParseSignedNote(std::string_view note);

// "<name>+<key id, 8 hex digits>+<base64(type 1 | key 32)>".
struct VerifierKey {
  std::string name;
  uint32_t key_id = 0;
  NoteKeyType type{};
  Ed25519PublicKey key{};
};
std::string EncodeVerifierKey(const VerifierKey& key);
// Errors: MALFORMED. Says nothing about the key id.
absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text);

// The three lines of a checkpoint: "<origin>" LF "<size>" LF "<base64 root>"
// LF. Extension lines are refused.
struct CheckpointText {
  std::string_view origin;  // borrowed
  uint64_t size = 0;
  Sha256Digest root{};
};
std::string EncodeCheckpointText(const CheckpointText& checkpoint);
// Errors: MALFORMED.
absl::StatusOr<CheckpointText> ParseCheckpointText(std::string_view text);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_SIGNED_NOTE_H_
