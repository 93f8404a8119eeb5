// SPDX-License-Identifier: Apache-2.0
// Checking a log without trusting whoever keeps it: proofs of one leaf, and
// the whole log offline.
//
// A log's key is given as its verifier key, "<origin>+<key id>+<base64 key>".
// SPEC.md section 14.

#ifndef PARCELVEIL_AUDIT_VERIFY_H_
#define PARCELVEIL_AUDIT_VERIFY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/audit.h"
#include "parcelveil/leaf.h"
#include "parcelveil/reveal.h"

namespace parcelveil {

// Returns the tree head of a checkpoint. Errors: MALFORMED; kUnauthenticated
// where it is not signed by the log's key.
absl::StatusOr<TreeHead> OpenCheckpoint(std::string_view note,
                                        std::string_view verifier_key);

// The hashes of an RFC 6962 proof, lowest first.
using MerkleProof = std::vector<Sha256Digest>;

// Proves that leaf `index` is in the tree of the first `size` leaves.
// Errors: kInvalidArgument unless index < size <= the log's; the log's.
absl::StatusOr<MerkleProof> ProveInclusion(LogReader* log, uint64_t index,
                                           uint64_t size);
// Proves that the tree of `size` leaves goes on from that of `old_size`.
// Errors: kInvalidArgument unless old_size <= size <= the log's; the log's.
absl::StatusOr<MerkleProof> ProveConsistency(LogReader* log, uint64_t old_size,
                                             uint64_t size);
// Errors: kDataLoss where the proof fails.
absl::Status VerifyInclusion(std::string_view leaf, uint64_t index,
                             const TreeHead& head, const MerkleProof& proof);
absl::Status VerifyConsistency(const TreeHead& old_head, const TreeHead& head,
                               const MerkleProof& proof);

// What shows a device that its request is on the record.
struct LeafProof {
  uint64_t index = 0;
  std::string leaf;        // as stored
  std::string checkpoint;  // that covers it
  MerkleProof proof;
};
// Errors: kNotFound where no checkpoint covers that leaf yet; the log's.
absl::StatusOr<LeafProof> ProveLeaf(LogReader* log, uint64_t index);
// Returns the leaf, which is in the log and says `request_hash`.
// Errors: MALFORMED; kUnauthenticated; kDataLoss where the proof fails or the
// leaf is of another request.
absl::StatusOr<Leaf> VerifyLeaf(const LeafProof& proof,
                                const Sha256Digest& request_hash,
                                std::string_view verifier_key);

// Finds two checkpoints of one size and different roots, both signed by the
// log's key: proof of a fork. Returns their positions in `notes`; notes that
// the key did not sign say nothing. Errors: MALFORMED for the key.
absl::StatusOr<std::optional<std::pair<size_t, size_t>>> FindFork(
    const std::vector<std::string>& notes, std::string_view verifier_key);

struct LogVerifyOptions {
  std::string verifier_key;
  // A checkpoint that was verified before: the log must go on from it.
  std::string trusted;
  // Checkpoints that devices collected: the log must go on from each.
  std::vector<std::string> notes;
  // Verifier keys of witnesses whose cosignatures are counted.
  std::vector<std::string> witnesses;
  // The signed request behind a leaf, nullopt where it is not kept any more
  // (GateStore::FindRequest). None: requests are not checked.
  std::function<absl::StatusOr<std::optional<std::string>>(uint64_t index)>
      find_request;
  // Leaves from then on must have their request.
  absl::Time requests_since = absl::InfiniteFuture();
  std::function<void(uint64_t done, uint64_t total)> progress;  // may be empty
  const std::atomic<bool>* stop = nullptr;                      // may be null
};

struct LogProblem {
  std::optional<uint64_t> index;  // of the leaf, where it is one leaf's
  std::string what;               // a sentence, without any value
};

struct LogReport {
  TreeHead head;                   // of the checkpoint
  uint64_t num_leaves = 0;         // checked; those after the checkpoint too
  uint64_t num_unsigned = 0;       // of them, after the checkpoint
  uint64_t num_tiles = 0;          // recomputed and compared
  uint64_t num_requests = 0;       // stored, of this leaf, and truly signed
  uint64_t num_requests_gone = 0;  // not kept any more
  size_t num_notes = 0;            // of `notes`: signed by the log's key
  size_t num_cosignatures = 0;     // of the checkpoint, by `witnesses`
  bool was_stopped = false;
  std::optional<LogProblem> problem;  // the first; what follows is unchecked
};

// Recomputes the whole log from its leaves and compares it with its tiles, its
// checkpoint, and what others have seen of it.
// Errors: MALFORMED, kUnauthenticated for options that are no keys or not of
// this log; those of a store that cannot be read. What is wrong
// with the log is no error but the report's problem.
absl::StatusOr<LogReport> VerifyLog(LogReader* log,
                                    const LogVerifyOptions& options);

}  // namespace parcelveil

#endif  // PARCELVEIL_AUDIT_VERIFY_H_
