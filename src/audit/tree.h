// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962 over SHA-256, held as tiles of 256 hashes.

#ifndef PARCELVEIL_SRC_AUDIT_TREE_H_
#define PARCELVEIL_SRC_AUDIT_TREE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/audit.h"

namespace parcelveil::audit {

inline constexpr uint64_t kTileWidth = 256;
inline constexpr int kTileHeight = 8;
inline constexpr size_t kHashSize = 32;

Sha256Digest HashLeaf(std::string_view leaf);
Sha256Digest HashNode(const Sha256Digest& left, const Sha256Digest& right);
// The root of a tree without leaves.
Sha256Digest EmptyRoot();
// The largest power of two below `n`: where RFC 6962 splits a tree of `n`
// leaves, 2 at least.
uint64_t SplitOf(uint64_t n);
// The i-th hash of neighbouring ones.
Sha256Digest HashAt(std::string_view hashes, size_t i);
// The root of `hashes` as if they were a tree's leaves. At least one.
Sha256Digest RootOfHashes(std::string_view hashes);

struct Tile {
  TileName name;
  std::string hashes;  // 1 to 256 of them
};

// What a tree needs to grow, and to tell its root: of each level the hashes
// behind its last full tile. A value; some kilobytes.
class RightEdge {
 public:
  RightEdge() = default;
  // The edge of a tree of `size` leaves; `levels` as Level() gave them.
  RightEdge(uint64_t size, std::vector<std::string> levels)
      : size_(size), levels_(std::move(levels)) {}

  uint64_t size() const { return size_; }
  // Adds a leaf by its hash and appends the tiles that it fills, lowest first.
  void Add(const Sha256Digest& leaf, std::vector<Tile>* full);
  Sha256Digest Root() const;
  // The (size >> 8 * level) % 256 hashes of a level's last tile.
  std::string_view Level(size_t level) const {
    return level < levels_.size() ? std::string_view(levels_[level])
                                  : std::string_view();
  }

 private:
  uint64_t size_ = 0;
  std::vector<std::string> levels_;
};

// Returns the first `width` hashes of a tile. Errors: kNotFound.
using TileSource = std::function<absl::StatusOr<std::string>(
    const TileName& name, uint64_t width)>;

// A tree of `size` leaves, read from tiles. Reads a tile once.
class TiledTree {
 public:
  TiledTree(uint64_t size, TileSource source)
      : size_(size), source_(std::move(source)) {}

  uint64_t size() const { return size_; }
  // The root of the leaves [first, last), size() at most: of those ranges that
  // proofs consist of, which begin at a multiple of the power of two that
  // holds `last - first`.
  absl::StatusOr<Sha256Digest> RangeRoot(uint64_t first, uint64_t last);

 private:
  absl::StatusOr<std::string_view> ReadTile(const TileName& name);
  absl::StatusOr<Sha256Digest> Node(int height, uint64_t index);

  const uint64_t size_;
  const TileSource source_;
  std::deque<Tile> read_;  // a few: what one path goes through
};

// Gives the tiles of what `reader` holds, whatever has been stored of them:
// full tiles as stored, others from the leaves and tiles beneath.
// Ownership: borrows `reader`.
TileSource TilesOf(LogReader* reader);

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_SRC_AUDIT_TREE_H_
