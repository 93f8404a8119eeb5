// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "parcelveil/audit_export.h"
#include "src/audit/note.h"
#include "src/audit/tree.h"
#include "src/base/status.h"
#include "src/wire/tile_path.h"

namespace parcelveil {
namespace {

using audit::kTileHeight;
using audit::kTileWidth;
using Sink = std::function<absl::Status(const ExportedFile&)>;

// Calls f(index, width) for each tile or bundle that `size` things lie in, and
// that `old_size` of them did not fill alike.
template <typename F>
absl::Status ForEachNew(uint64_t old_size, uint64_t size, F f) {
  if (old_size == size) return absl::OkStatus();
  for (uint64_t i = old_size / kTileWidth; i * kTileWidth < size; ++i) {
    PARCELVEIL_RETURN_IF_ERROR(
        f(i, std::min(kTileWidth, size - i * kTileWidth)));
  }
  return absl::OkStatus();
}

absl::Status ExportBundles(LogReader* log, uint64_t old_size, uint64_t size,
                           const Sink& sink) {
  return ForEachNew(old_size, size, [&](uint64_t index, uint64_t width) {
    ExportedFile file{wire::EncodeTilePath({std::nullopt, index, width}), ""};
    PARCELVEIL_RETURN_IF_ERROR(log->ReadLeaves(
        index * kTileWidth, width, [&file](uint64_t, std::string_view leaf) {
          wire::AppendBundleEntry(leaf, &file.bytes);
          return absl::OkStatus();
        }));
    return sink(file);
  });
}

absl::Status ExportTiles(LogReader* log, uint64_t old_size, uint64_t size,
                         const Sink& sink) {
  const audit::TileSource tiles = audit::TilesOf(log);
  for (uint8_t level = 0; size >> (kTileHeight * level) > 0; ++level) {
    const int height = kTileHeight * level;
    PARCELVEIL_RETURN_IF_ERROR(
        ForEachNew(old_size >> height, size >> height,
                   [&](uint64_t index, uint64_t width) -> absl::Status {
                     PARCELVEIL_ASSIGN_OR_RETURN(std::string hashes,
                                                 tiles({level, index}, width));
                     return sink({wire::EncodeTilePath({level, index, width}),
                                  std::move(hashes)});
                   }));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExportLog(LogReader* log, uint64_t exported_size,
                       const Sink& sink) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> note,
                              log->ReadCheckpoint());
  if (!note.has_value()) {
    return absl::FailedPreconditionError(
        "export audit log: it has no checkpoint yet; have its writer sign one");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size,
                              audit::SizeOfCheckpoint(*note));
  if (exported_size > size) {
    return MakeStatus(Reason::kLogRolledBack,
                      "export audit log: more was exported than it has now; "
                      "restore the newest copy of its store");
  }
  PARCELVEIL_RETURN_IF_ERROR(ExportBundles(log, exported_size, size, sink));
  PARCELVEIL_RETURN_IF_ERROR(ExportTiles(log, exported_size, size, sink));
  return sink({"checkpoint", *note});
}

absl::StatusOr<std::string> AddCosignature(std::string_view checkpoint,
                                           std::string_view line,
                                           std::string_view witness_key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const wire::VerifierKey witness,
      audit::LoadVerifierKey(witness_key, wire::NoteKeyType::kCosignature));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote note,
                              wire::ParseSignedNote(checkpoint));
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::NoteSignature signature,
                              wire::ParseNoteSignature(line));
  if (!audit::IsCosignature(note.text, signature, witness)) {
    return MakeStatus(Reason::kUnauthenticated,
                      "add cosignature: it is not this witness's over this "
                      "checkpoint; submit the checkpoint again");
  }
  std::string cosigned(checkpoint);
  if (audit::NumCosignatures(note, {witness}) == 0) cosigned.append(line);
  return cosigned;
}

}  // namespace parcelveil
