// SPDX-License-Identifier: Apache-2.0
#include "src/audit/tree.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"

namespace parcelveil::audit {
namespace {

int HeightOf(uint64_t power_of_two) {
  int height = 0;
  while (power_of_two > 1) {
    power_of_two /= 2;
    ++height;
  }
  return height;
}

bool IsPowerOfTwo(uint64_t n) { return (n & (n - 1)) == 0; }

// Folds the subtrees that `hashes` consists of onto what stands to their
// right. Subtrees are the powers of two in their number, largest first.
void FoldLevel(std::string_view hashes, bool* has_right, Sha256Digest* right) {
  size_t end = hashes.size() / kHashSize;
  for (size_t size = 1; end > 0; size *= 2) {
    if ((end & size) == 0) continue;
    end -= size;
    const Sha256Digest left =
        RootOfHashes(hashes.substr(end * kHashSize, size * kHashSize));
    *right = *has_right ? HashNode(left, *right) : left;
    *has_right = true;
  }
}

}  // namespace

uint64_t SplitOf(uint64_t n) {
  uint64_t split = 1;
  while (split < n - split) split *= 2;
  return split;
}

Sha256Digest HashLeaf(std::string_view leaf) {
  std::array<char, 1 + wire::kMaxLeafSize> bytes;
  if (leaf.size() > wire::kMaxLeafSize) {  // of another log
    return crypto::Sha256(std::string(1, '\0').append(leaf));
  }
  bytes[0] = 0;
  std::copy(leaf.begin(), leaf.end(), bytes.begin() + 1);
  return crypto::Sha256({bytes.data(), 1 + leaf.size()});
}

Sha256Digest HashNode(const Sha256Digest& left, const Sha256Digest& right) {
  std::array<char, 1 + 2 * kHashSize> bytes;
  bytes[0] = 1;
  memcpy(bytes.data() + 1, left.data(), kHashSize);
  memcpy(bytes.data() + 1 + kHashSize, right.data(), kHashSize);
  return crypto::Sha256({bytes.data(), bytes.size()});
}

Sha256Digest EmptyRoot() { return crypto::Sha256(""); }

Sha256Digest HashAt(std::string_view hashes, size_t i) {
  Sha256Digest hash;
  memcpy(hash.data(), hashes.data() + i * kHashSize, kHashSize);
  return hash;
}

Sha256Digest RootOfHashes(std::string_view hashes) {
  const size_t num = hashes.size() / kHashSize;
  if (num == 1) return HashAt(hashes, 0);
  const size_t split = SplitOf(num) * kHashSize;
  return HashNode(RootOfHashes(hashes.substr(0, split)),
                  RootOfHashes(hashes.substr(split)));
}

void RightEdge::Add(const Sha256Digest& leaf, std::vector<Tile>* full) {
  Sha256Digest hash = leaf;
  for (size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    std::string& hashes = levels_[level];
    hashes.append(wire::AsText(hash));
    if (hashes.size() < kTileWidth * kHashSize) break;
    hash = RootOfHashes(hashes);
    const uint64_t index = size_ >> (kTileHeight * (level + 1));
    full->push_back({{static_cast<uint8_t>(level), index},
                     std::exchange(hashes, std::string())});
  }
  ++size_;
}

Sha256Digest RightEdge::Root() const {
  bool has_right = false;
  Sha256Digest root = EmptyRoot();
  for (const std::string& hashes : levels_) {
    FoldLevel(hashes, &has_right, &root);
  }
  return root;
}

absl::StatusOr<std::string_view> TiledTree::ReadTile(const TileName& name) {
  for (const Tile& tile : read_) {
    if (tile.name.level == name.level && tile.name.index == name.index) {
      return tile.hashes;
    }
  }
  const uint64_t num = size_ >> (kTileHeight * name.level);
  const uint64_t width = std::min(kTileWidth, num - name.index * kTileWidth);
  PARCELVEIL_ASSIGN_OR_RETURN(std::string hashes, source_(name, width));
  read_.push_back({name, std::move(hashes)});
  return read_.back().hashes;
}

absl::StatusOr<Sha256Digest> TiledTree::Node(int height, uint64_t index) {
  const int within = height % kTileHeight;
  const uint64_t first = index << within;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string_view hashes,
      ReadTile(
          {static_cast<uint8_t>(height / kTileHeight), first / kTileWidth}));
  return RootOfHashes(hashes.substr(first % kTileWidth * kHashSize,
                                    (size_t{1} << within) * kHashSize));
}

absl::StatusOr<Sha256Digest> TiledTree::RangeRoot(uint64_t first,
                                                  uint64_t last) {
  const uint64_t size = last - first;
  if (size == 0) return EmptyRoot();
  if (IsPowerOfTwo(size)) return Node(HeightOf(size), first / size);
  const uint64_t middle = first + SplitOf(size);
  PARCELVEIL_ASSIGN_OR_RETURN(const Sha256Digest left,
                              RangeRoot(first, middle));
  PARCELVEIL_ASSIGN_OR_RETURN(const Sha256Digest right,
                              RangeRoot(middle, last));
  return HashNode(left, right);
}

namespace {

absl::Status CheckTile(const TileName& name, std::string_view hashes) {
  if (hashes.size() == kTileWidth * kHashSize) return absl::OkStatus();
  return MakeStatus(Reason::kLogRolledBack,
                    "read audit log: tile " + std::to_string(name.index) +
                        " of level " + std::to_string(name.level) +
                        " is not whole; restore the log from a copy");
}

// Reads the leaves' hashes of a tile of level 0, or the roots of the tiles
// beneath one of a higher level.
absl::StatusOr<std::string> MakeTile(LogReader* reader, const TileName& name,
                                     uint64_t width) {
  std::string hashes;
  const uint64_t first = name.index * kTileWidth;
  if (name.level == 0) {
    PARCELVEIL_RETURN_IF_ERROR(reader->ReadLeaves(
        first, width, [&hashes](uint64_t, std::string_view leaf) {
          hashes.append(wire::AsText(HashLeaf(leaf)));
          return absl::OkStatus();
        }));
    return hashes;
  }
  for (uint64_t i = first; i < first + width; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::string tile,
        reader->ReadTile({static_cast<uint8_t>(name.level - 1), i}));
    PARCELVEIL_RETURN_IF_ERROR(CheckTile(name, tile));
    hashes.append(wire::AsText(RootOfHashes(tile)));
  }
  return hashes;
}

}  // namespace

TileSource TilesOf(LogReader* reader) {
  return [reader](const TileName& name,
                  uint64_t width) -> absl::StatusOr<std::string> {
    absl::StatusOr<std::string> tile = reader->ReadTile(name);
    if (absl::IsNotFound(tile.status()) && width < kTileWidth) {
      return MakeTile(reader, name, width);
    }
    if (!tile.ok()) return tile.status();
    PARCELVEIL_RETURN_IF_ERROR(CheckTile(name, *tile));
    return tile->substr(0, width * kHashSize);
  };
}

}  // namespace parcelveil::audit
