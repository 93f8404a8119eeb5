// SPDX-License-Identifier: Apache-2.0
// Trees over any leaves, as the vectors have them: "leaf <i>".

#ifndef PARCELVEIL_TESTS_AUDIT_TREE_FIXTURE_H_
#define PARCELVEIL_TESTS_AUDIT_TREE_FIXTURE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parcelveil/audit_verify.h"
#include "src/audit/tree.h"
#include "tests/testing/memory_log_store.h"

namespace parcelveil::audit {

inline std::string TreeLeaf(uint64_t i) { return "leaf " + std::to_string(i); }

// Appends leaves up to `size`, and their tiles, past every check.
class TreeGrower {
 public:
  explicit TreeGrower(testing::MemoryLog* log) : log_(log) {}

  void GrowTo(uint64_t size) {
    std::vector<Tile> full;
    while (edge_.size() < size) {
      log_->leaves.push_back(TreeLeaf(edge_.size()));
      edge_.Add(HashLeaf(log_->leaves.back()), &full);
    }
    for (Tile& tile : full) {
      log_->tiles[{tile.name.level, tile.name.index}] = std::move(tile.hashes);
    }
  }
  TreeHead head() const { return {edge_.size(), edge_.Root()}; }

 private:
  testing::MemoryLog* log_;
  RightEdge edge_;
};

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_TESTS_AUDIT_TREE_FIXTURE_H_
