// SPDX-License-Identifier: Apache-2.0
#include "src/audit/log_tip.h"

#include <optional>
#include <utility>

#include "src/audit/note.h"
#include "src/base/status.h"
#include "src/wire/leaf.h"

namespace parcelveil::audit {
namespace {

absl::Status RolledBack(std::string_view what) {
  return MakeStatus(
      Reason::kLogRolledBack,
      "open audit log: " + std::string(what) +
          "; restore the newest copy of its store, do not go on with this one");
}

// A tile that is not there was there once.
absl::Status Missing(const absl::Status& status) {
  return absl::IsNotFound(status) ? RolledBack("a tile or leaf is missing")
                                  : status;
}

// The edge of the first `size` leaves, a multiple of 256: from tiles alone.
absl::StatusOr<RightEdge> LoadEdge(LogReader* reader, uint64_t size) {
  const TileSource tiles = TilesOf(reader);
  std::vector<std::string> levels;
  for (uint8_t level = 0; size >> (kTileHeight * level) > 0; ++level) {
    const uint64_t num = size >> (kTileHeight * level);
    std::string hashes;
    if (num % kTileWidth > 0) {
      absl::StatusOr<std::string> tile =
          tiles({level, num / kTileWidth}, num % kTileWidth);
      if (!tile.ok()) return Missing(tile.status());
      hashes = *std::move(tile);
    }
    levels.push_back(std::move(hashes));
  }
  return RightEdge(size, std::move(levels));
}

// Adds the leaves up to `size`, and compares the tiles that they fill.
absl::Status AddLeaves(LogReader* reader, uint64_t size, LogTip* tip) {
  const uint64_t first = tip->edge.size();
  std::vector<Tile> full;
  Leaf leaf;
  const absl::Status status = reader->ReadLeaves(
      first, size - first, [&](uint64_t, std::string_view bytes) {
        if (!wire::ParseLeaf(bytes, &leaf).ok() ||
            leaf.time_ms < tip->last_time_ms) {
          return RolledBack("a leaf was changed");
        }
        tip->last_time_ms = leaf.time_ms;
        tip->edge.Add(HashLeaf(bytes), &full);
        return absl::OkStatus();
      });
  PARCELVEIL_RETURN_IF_ERROR(Missing(status));
  if (tip->edge.size() != size) return RolledBack("leaves are missing");
  for (const Tile& tile : full) {
    absl::StatusOr<std::string> stored = reader->ReadTile(tile.name);
    if (!stored.ok()) return Missing(stored.status());
    if (*stored != tile.hashes) return RolledBack("a leaf or tile was changed");
  }
  return absl::OkStatus();
}

absl::Status CheckRoot(const Sha256Digest& root, const TreeHead& head) {
  return root == head.root
             ? absl::OkStatus()
             : RolledBack("its tree is not the one of the checkpoint at " +
                          std::to_string(head.size) + " leaves");
}

absl::StatusOr<StoredNote> ReadNote(LogReader* reader,
                                    const wire::VerifierKey& key) {
  StoredNote stored;
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<std::string> note,
                              reader->ReadCheckpoint());
  if (!note.has_value()) return stored;
  PARCELVEIL_ASSIGN_OR_RETURN(stored.head, OpenCheckpoint(*note, key));
  stored.note = *std::move(note);
  return stored;
}

}  // namespace

absl::StatusOr<LogTip> LoadTip(LogReader* reader,
                               const wire::VerifierKey& key) {
  LogTip tip;
  PARCELVEIL_ASSIGN_OR_RETURN(tip.checkpoint, ReadNote(reader, key));
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, reader->NumLeaves());
  const TreeHead& head = tip.checkpoint.head;
  if (size < head.size) {
    return RolledBack("it has " + std::to_string(size) +
                      " leaves and a checkpoint of " +
                      std::to_string(head.size));
  }
  if (tip.checkpoint.note.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(AddLeaves(reader, size, &tip));
    return tip;
  }
  // Up to the last full tile from tiles; from there on from the leaves, of
  // which there is at least one where there are any: it says the time.
  const uint64_t num_before = head.size == 0 ? 0 : head.size - 1;
  PARCELVEIL_ASSIGN_OR_RETURN(
      tip.edge, LoadEdge(reader, num_before - num_before % kTileWidth));
  PARCELVEIL_RETURN_IF_ERROR(AddLeaves(reader, head.size, &tip));
  PARCELVEIL_RETURN_IF_ERROR(CheckRoot(tip.edge.Root(), head));
  PARCELVEIL_RETURN_IF_ERROR(AddLeaves(reader, size, &tip));
  return tip;
}

absl::Status CatchUp(LogReader* reader, const wire::VerifierKey& key,
                     LogTip* tip) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, reader->NumLeaves());
  PARCELVEIL_ASSIGN_OR_RETURN(StoredNote stored, ReadNote(reader, key));
  if (size < tip->edge.size() || stored.head.size < tip->checkpoint.head.size) {
    return RolledBack("leaves that were written are gone");
  }
  PARCELVEIL_RETURN_IF_ERROR(AddLeaves(reader, size, tip));
  if (stored.note == tip->checkpoint.note) return absl::OkStatus();
  PARCELVEIL_RETURN_IF_ERROR(CheckHead(reader, size, stored.head));
  tip->checkpoint = std::move(stored);
  return absl::OkStatus();
}

absl::Status CheckHead(LogReader* reader, uint64_t size, const TreeHead& head) {
  if (head.size > size) {
    return RolledBack("it has " + std::to_string(size) +
                      " leaves, and once had " + std::to_string(head.size));
  }
  absl::StatusOr<Sha256Digest> root =
      TiledTree(size, TilesOf(reader)).RangeRoot(0, head.size);
  if (!root.ok()) return Missing(root.status());
  return CheckRoot(*root, head);
}

}  // namespace parcelveil::audit
