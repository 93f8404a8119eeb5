// SPDX-License-Identifier: Apache-2.0
#include "src/device/known_gate.h"

#include <utility>

#include "src/audit/note.h"
#include "src/base/status.h"

namespace parcelveil::device {
namespace {

struct Checkpoint {
  TreeHead head;
  std::string note;
};

// Verifies a note and leaves out what others signed: a device keeps it for
// ever, and only the log's own signature convicts the log.
absl::StatusOr<Checkpoint> OpenNote(std::string_view note,
                                    const wire::VerifierKey& log) {
  absl::Status refused = MakeStatus(Reason::kUnauthenticated,
                                    "open checkpoint of the gate: nobody "
                                    "signed it; tell the operators");
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote parsed,
                              wire::ParseSignedNote(note));
  for (const wire::NoteSignature& signature : parsed.signatures) {
    std::string own(parsed.text);
    own += '\n';
    own += wire::EncodeNoteSignature(signature);
    const auto head = audit::OpenCheckpoint(own, log);
    if (head.ok()) return Checkpoint{*head, std::move(own)};
    refused = head.status();
  }
  return refused;
}

}  // namespace

bool HasSeenTheSame(const KnownGate& a, const KnownGate& b) {
  return a.note == b.note && a.fork_note == b.fork_note;
}

wire::VerifierKey LogOf(const KnownGate& gate) {
  return audit::MakeVerifierKey(gate.card.log_origin,
                                wire::NoteKeyType::kEd25519, gate.card.log_key);
}

absl::Status TakeProvenCheckpoint(std::string_view note,
                                  const MerkleProof& proof, KnownGate* gate) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Checkpoint seen,
                              OpenNote(note, LogOf(*gate)));
  const bool is_newer = !gate->note.empty() && seen.head.size > gate->head.size;
  if (is_newer && !VerifyConsistency(gate->head, seen.head, proof).ok()) {
    return MakeStatus(Reason::kLogRolledBack,
                      "compare checkpoints of the gate: its log does not go on "
                      "from the one kept here; hand both to the operators");
  }
  return TakeCheckpoint(note, gate);
}

absl::Status TakeCheckpoint(std::string_view note, KnownGate* gate) {
  if (note.empty()) return absl::OkStatus();
  PARCELVEIL_ASSIGN_OR_RETURN(Checkpoint seen, OpenNote(note, LogOf(*gate)));
  if (gate->note.empty() ||
      (seen.head.size > gate->head.size && gate->fork_note.empty())) {
    gate->note = std::move(seen.note);
    gate->head = seen.head;
    return absl::OkStatus();
  }
  if (seen.head.size != gate->head.size || seen.head.root == gate->head.root) {
    return absl::OkStatus();
  }
  if (gate->fork_note.empty()) gate->fork_note = std::move(seen.note);
  return MakeStatus(Reason::kLogRolledBack,
                    "compare checkpoints of the gate: its log has two roots "
                    "for one size; hand Fork() to the operators");
}

}  // namespace parcelveil::device
