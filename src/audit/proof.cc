// SPDX-License-Identifier: Apache-2.0
// Proofs of RFC 6962, made as its section 2.1 says and verified as RFC 9162's
// section 2.1 says.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "parcelveil/audit_verify.h"
#include "src/audit/note.h"
#include "src/audit/tree.h"
#include "src/base/status.h"
#include "src/wire/leaf.h"

namespace parcelveil {
namespace {

using audit::HashNode;
using audit::TiledTree;

// What both kinds of proof walk: down from the tree [first, last), halving it.
struct Range {
  uint64_t first;
  uint64_t last;

  uint64_t size() const { return last - first; }
  uint64_t middle() const { return first + audit::SplitOf(size()); }
  Range left() const { return {first, middle()}; }
  Range right() const { return {middle(), last}; }
};

absl::Status AddRoot(TiledTree* tree, const Range& range, MerkleProof* proof) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Sha256Digest root,
                              tree->RangeRoot(range.first, range.last));
  proof->push_back(root);
  return absl::OkStatus();
}

absl::Status CheckSize(LogReader* log, uint64_t inner, uint64_t outer) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log->NumLeaves());
  if (inner <= outer && outer <= size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "prove: the log never had those leaves; ask for less");
}

absl::Status ProofFails(std::string_view what) {
  return absl::DataLossError(
      std::string(what) +
      ": the proof fails; stop, and compare checkpoints with others");
}

// One step from a node to the root: `node` is the index at its height, `last`
// that of the tree's last node there.
struct Climb {
  uint64_t node;
  uint64_t last;

  bool IsRightChild() const { return (node & 1) != 0 || node == last; }
  void Rise() {
    node >>= 1;
    last >>= 1;
  }
  // Past the heights at which the tree has no sibling for the last node.
  void RiseToSibling() {
    while ((node & 1) == 0 && node != 0) Rise();
  }
};

}  // namespace

absl::StatusOr<MerkleProof> ProveInclusion(LogReader* log, uint64_t index,
                                           uint64_t size) {
  PARCELVEIL_RETURN_IF_ERROR(CheckSize(log, index + 1, size));
  TiledTree tree(size, audit::TilesOf(log));
  MerkleProof proof;
  for (Range at{0, size}; at.size() > 1;) {
    const bool is_left = index < at.middle();
    PARCELVEIL_RETURN_IF_ERROR(
        AddRoot(&tree, is_left ? at.right() : at.left(), &proof));
    at = is_left ? at.left() : at.right();
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<MerkleProof> ProveConsistency(LogReader* log, uint64_t old_size,
                                             uint64_t size) {
  PARCELVEIL_RETURN_IF_ERROR(CheckSize(log, old_size, size));
  MerkleProof proof;
  if (old_size == 0 || old_size == size) return proof;
  TiledTree tree(size, audit::TilesOf(log));
  Range at{0, size};
  while (at.last != old_size) {
    const bool is_left = old_size <= at.middle();
    PARCELVEIL_RETURN_IF_ERROR(
        AddRoot(&tree, is_left ? at.right() : at.left(), &proof));
    at = is_left ? at.left() : at.right();
  }
  // Whoever verifies knows the old root already; a part of it he does not.
  if (at.first != 0) PARCELVEIL_RETURN_IF_ERROR(AddRoot(&tree, at, &proof));
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::Status VerifyInclusion(std::string_view leaf, uint64_t index,
                             const TreeHead& head, const MerkleProof& proof) {
  if (index >= head.size) return ProofFails("verify inclusion");
  Climb climb{index, head.size - 1};
  Sha256Digest root = audit::HashLeaf(leaf);
  for (const Sha256Digest& sibling : proof) {
    if (climb.last == 0) return ProofFails("verify inclusion");
    if (climb.IsRightChild()) {
      root = HashNode(sibling, root);
      climb.RiseToSibling();
    } else {
      root = HashNode(root, sibling);
    }
    climb.Rise();
  }
  if (climb.last != 0 || root != head.root) {
    return ProofFails("verify inclusion");
  }
  return absl::OkStatus();
}

absl::Status VerifyConsistency(const TreeHead& old_head, const TreeHead& head,
                               const MerkleProof& proof) {
  const absl::Status fails = ProofFails("verify consistency");
  if (old_head.size == 0 || old_head.size == head.size) {
    const Sha256Digest expected =
        old_head.size == head.size ? head.root : audit::EmptyRoot();
    return proof.empty() && old_head.root == expected ? absl::OkStatus()
                                                      : fails;
  }
  if (old_head.size > head.size || proof.empty()) return fails;
  Climb climb{old_head.size - 1, head.size - 1};
  while ((climb.node & 1) != 0) climb.Rise();
  // A whole old tree is a node of the new one; it is left out of the proof.
  auto next = proof.begin();
  Sha256Digest old_root = climb.node == 0 ? old_head.root : *next++;
  Sha256Digest root = old_root;
  for (; next != proof.end(); ++next) {
    if (climb.last == 0) return fails;
    if (climb.IsRightChild()) {
      old_root = HashNode(*next, old_root);
      root = HashNode(*next, root);
      climb.RiseToSibling();
    } else {
      root = HashNode(root, *next);
    }
    climb.Rise();
  }
  const bool holds =
      climb.last == 0 && old_root == old_head.root && root == head.root;
  return holds ? absl::OkStatus() : fails;
}

absl::StatusOr<LeafProof> ProveLeaf(LogReader* log, uint64_t index) {
  LeafProof proof;
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<std::string> note,
                              log->ReadCheckpoint());
  uint64_t size = 0;
  if (note.has_value()) {
    PARCELVEIL_ASSIGN_OR_RETURN(size, audit::SizeOfCheckpoint(*note));
  }
  if (index >= size) {
    return absl::NotFoundError(
        "prove leaf: no checkpoint covers it yet; try again in a second");
  }
  proof.index = index;
  proof.checkpoint = *std::move(note);
  PARCELVEIL_RETURN_IF_ERROR(
      log->ReadLeaves(index, 1, [&proof](uint64_t, std::string_view leaf) {
        proof.leaf = std::string(leaf);
        return absl::OkStatus();
      }));
  PARCELVEIL_ASSIGN_OR_RETURN(proof.proof, ProveInclusion(log, index, size));
  return proof;
}

absl::StatusOr<Leaf> VerifyLeaf(const LeafProof& proof,
                                const Sha256Digest& request_hash,
                                std::string_view verifier_key) {
  PARCELVEIL_ASSIGN_OR_RETURN(const TreeHead head,
                              OpenCheckpoint(proof.checkpoint, verifier_key));
  PARCELVEIL_RETURN_IF_ERROR(
      VerifyInclusion(proof.leaf, proof.index, head, proof.proof));
  Leaf leaf;
  PARCELVEIL_RETURN_IF_ERROR(wire::ParseLeaf(proof.leaf, &leaf));
  if (leaf.object_hash != request_hash) {
    return absl::DataLossError(
        "verify leaf: it is of another request than this one; stop, and tell "
        "whoever audits the gate");
  }
  return leaf;
}

}  // namespace parcelveil
