// SPDX-License-Identifier: Apache-2.0
// A gate that a device was enrolled at, and what it has seen of its log.

#ifndef PARCELVEIL_SRC_DEVICE_KNOWN_GATE_H_
#define PARCELVEIL_SRC_DEVICE_KNOWN_GATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "parcelveil/audit_verify.h"
#include "src/wire/gate_card.h"
#include "src/wire/signed_note.h"

namespace parcelveil::device {

struct KnownGate {
  wire::GateCard card;
  std::string note;       // the newest checkpoint; empty before the first
  TreeHead head;          // what `note` signs
  std::string fork_note;  // one that contradicts `note`; then `note` stays
};

// Compares what was seen of the log.
bool HasSeenTheSame(const KnownGate& a, const KnownGate& b);

// The key that signs the gate's checkpoints.
wire::VerifierKey LogOf(const KnownGate& gate);

// Takes a checkpoint that came with a reply; empty is none. An older one is
// passed over. Errors: UNAUTHENTICATED where the log's key did not sign it;
// kDataLoss LOG_ROLLED_BACK where it contradicts the one that was kept, both
// are kept then. Either way nothing else of `gate` changes.
absl::Status TakeCheckpoint(std::string_view note, KnownGate* gate);

// Takes a newer checkpoint only with the proof that the log goes on to it from
// the one that was kept. Errors: as TakeCheckpoint, and LOG_ROLLED_BACK where
// the proof fails.
absl::Status TakeProvenCheckpoint(std::string_view note,
                                  const MerkleProof& proof, KnownGate* gate);

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_KNOWN_GATE_H_
