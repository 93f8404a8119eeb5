// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "parcelveil/audit_verify.h"
#include "src/audit/note.h"
#include "src/audit/request_check.h"
#include "src/audit/tree.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"

namespace parcelveil {
namespace {

using audit::RightEdge;
using audit::Tile;
using wire::NoteKeyType;
using wire::VerifierKey;

// A head that the log must have had.
struct ExpectedHead {
  TreeHead head;
  std::string_view whose;  // in a sentence
};
constexpr std::string_view kOwn = "its checkpoint";
constexpr std::string_view kTrusted = "the trusted checkpoint";
constexpr std::string_view kNote = "a checkpoint that somebody was given";

// One walk over a log. A problem ends it: Problem() notes it and returns a
// status that unwinds to Run.
class LogCheck {
 public:
  LogCheck(LogReader* log, const LogVerifyOptions& options)
      : log_(log), options_(options), requests_(options, &report_) {}

  absl::StatusOr<LogReport> Run() {
    absl::Status status = ReadHeads();
    if (status.ok()) status = CheckLeaves();
    if (!status.ok() && !report_.problem.has_value()) return status;
    return std::move(report_);
  }

 private:
  absl::Status ReadHeads();
  absl::Status ReadOwnHead(const VerifierKey& key);
  absl::Status ExpectHead(const TreeHead& head, std::string_view whose);
  absl::Status CheckLeaves();
  absl::Status CheckHeadsHere();
  absl::Status CheckLeaf(uint64_t index, std::string_view bytes);
  absl::Status CheckMeaning(uint64_t index);
  absl::Status CheckTile(const Tile& tile);

  absl::Status Problem(std::optional<uint64_t> index, std::string_view what) {
    report_.problem = LogProblem{index, std::string(what)};
    return absl::DataLossError("verify audit log: it has a problem");
  }
  // A store that does not answer says nothing of the log; one that answers
  // with something else does.
  absl::Status ReadFailed(std::optional<uint64_t> index, std::string_view what,
                          const absl::Status& status) {
    const bool is_damage = absl::IsNotFound(status) ||
                           absl::IsDataLoss(status) ||
                           absl::IsInvalidArgument(status);
    if (report_.problem.has_value() || !is_damage) return status;
    return Problem(index, what);
  }

  LogReader* const log_;
  const LogVerifyOptions& options_;
  LogReport report_;
  audit::RequestCheck requests_;
  uint64_t size_ = 0;  // leaves in the store
  std::multimap<uint64_t, ExpectedHead> heads_;
  RightEdge edge_;
  std::vector<Tile> full_;
  Leaf leaf_;
  uint64_t last_time_ms_ = 0;
  uint64_t last_serial_ = 0;
};

absl::Status LogCheck::ExpectHead(const TreeHead& head,
                                  std::string_view whose) {
  if (head.size > size_) {
    return Problem(
        size_, "from this leaf on the log is cut off: " + std::string(whose) +
                   " covers " + std::to_string(head.size) + " leaves");
  }
  heads_.emplace(head.size, ExpectedHead{head, whose});
  return absl::OkStatus();
}

absl::Status LogCheck::ReadOwnHead(const VerifierKey& key) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> note,
                              log_->ReadCheckpoint());
  if (!note.has_value()) return Problem({}, "the log has no checkpoint");
  const absl::StatusOr<TreeHead> head = audit::OpenCheckpoint(*note, key);
  if (!head.ok()) {
    return Problem({}, "its checkpoint is no note that the log's key signed");
  }
  report_.head = *head;
  std::vector<VerifierKey> witnesses;
  for (const std::string& text : options_.witnesses) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        VerifierKey witness,
        audit::LoadVerifierKey(text, NoteKeyType::kCosignature));
    witnesses.push_back(std::move(witness));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::SignedNote parsed,
                              wire::ParseSignedNote(*note));
  report_.num_cosignatures = audit::NumCosignatures(parsed, witnesses);
  return ExpectHead(*head, kOwn);
}

absl::Status LogCheck::ReadHeads() {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const VerifierKey key,
      audit::LoadVerifierKey(options_.verifier_key, NoteKeyType::kEd25519));
  PARCELVEIL_ASSIGN_OR_RETURN(size_, log_->NumLeaves());
  PARCELVEIL_RETURN_IF_ERROR(ReadOwnHead(key));
  if (!options_.trusted.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(const TreeHead head,
                                audit::OpenCheckpoint(options_.trusted, key));
    PARCELVEIL_RETURN_IF_ERROR(ExpectHead(head, kTrusted));
  }
  for (const std::string& note : options_.notes) {
    const absl::StatusOr<TreeHead> head = audit::OpenCheckpoint(note, key);
    if (!head.ok()) continue;  // anybody can write such a note
    ++report_.num_notes;
    PARCELVEIL_RETURN_IF_ERROR(ExpectHead(*head, kNote));
  }
  return absl::OkStatus();
}

absl::Status LogCheck::CheckLeaves() {
  PARCELVEIL_RETURN_IF_ERROR(CheckHeadsHere());
  while (edge_.size() < size_) {
    if (options_.stop != nullptr && *options_.stop) {
      report_.was_stopped = true;
      return absl::OkStatus();
    }
    const uint64_t first = edge_.size();
    const uint64_t num = std::min(audit::kTileWidth, size_ - first);
    const absl::Status status = log_->ReadLeaves(
        first, num, [this](uint64_t index, std::string_view bytes) {
          return CheckLeaf(index, bytes);
        });
    if (!status.ok()) {
      return ReadFailed(edge_.size(), "this leaf cannot be read", status);
    }
    if (edge_.size() != first + num) {
      return Problem(edge_.size(), "this leaf is missing");
    }
    for (const Tile& tile : std::exchange(full_, {})) {
      PARCELVEIL_RETURN_IF_ERROR(CheckTile(tile));
    }
    report_.num_leaves = edge_.size();
    if (options_.progress) options_.progress(edge_.size(), size_);
  }
  report_.num_unsigned = size_ - report_.head.size;
  return absl::OkStatus();
}

absl::Status LogCheck::CheckHeadsHere() {
  const auto [begin, end] = heads_.equal_range(edge_.size());
  if (begin == end) return absl::OkStatus();
  const Sha256Digest root = edge_.Root();
  for (auto it = begin; it != end; ++it) {
    const auto& [head, whose] = it->second;
    if (head.root != root) {
      return Problem({}, "the first " + std::to_string(head.size) +
                             " leaves are not those of " + std::string(whose));
    }
  }
  return absl::OkStatus();
}

absl::Status LogCheck::CheckLeaf(uint64_t index, std::string_view bytes) {
  if (!wire::ParseLeaf(bytes, &leaf_).ok()) {
    return Problem(index, "it is no leaf of version 1");
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckMeaning(index));
  edge_.Add(audit::HashLeaf(bytes), &full_);
  return CheckHeadsHere();
}

absl::Status LogCheck::CheckMeaning(uint64_t index) {
  if (leaf_.time_ms < last_time_ms_) {
    return Problem(index, "its time is before that of the leaf before it");
  }
  last_time_ms_ = leaf_.time_ms;
  if (leaf_.type == LeafType::kKeyring) {
    const uint64_t serial = wire::Reader(leaf_.detail).Get<uint64_t>();
    if (serial <= last_serial_) {
      return Problem(index, "its keyring is not newer than the one before");
    }
    last_serial_ = serial;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view wrong,
                              requests_.Check(index, leaf_));
  return wrong.empty() ? absl::OkStatus() : Problem(index, wrong);
}

absl::Status LogCheck::CheckTile(const Tile& tile) {
  const std::string name = "tile " + std::to_string(tile.name.index) +
                           " of level " + std::to_string(tile.name.level);
  const absl::StatusOr<std::string> stored = log_->ReadTile(tile.name);
  if (!stored.ok()) {
    return ReadFailed({}, name + " is missing", stored.status());
  }
  ++report_.num_tiles;
  if (*stored == tile.hashes) return absl::OkStatus();
  if (tile.name.level > 0 || stored->size() != tile.hashes.size()) {
    return Problem({}, name + " does not fit the leaves beneath it");
  }
  const auto differs =
      std::mismatch(stored->begin(), stored->end(), tile.hashes.begin());
  const auto offset =
      static_cast<uint64_t>(std::distance(stored->begin(), differs.first));
  return Problem(
      tile.name.index * audit::kTileWidth + offset / audit::kHashSize,
      "it is not the leaf that " + name + " was made of");
}

}  // namespace

absl::StatusOr<LogReport> VerifyLog(LogReader* log,
                                    const LogVerifyOptions& options) {
  return LogCheck(log, options).Run();
}

absl::StatusOr<std::optional<std::pair<size_t, size_t>>> FindFork(
    const std::vector<std::string>& notes, std::string_view verifier_key) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const VerifierKey key,
      audit::LoadVerifierKey(verifier_key, NoteKeyType::kEd25519));
  std::map<uint64_t, std::pair<Sha256Digest, size_t>> seen;  // first of a size
  for (size_t i = 0; i < notes.size(); ++i) {
    const absl::StatusOr<TreeHead> head = audit::OpenCheckpoint(notes[i], key);
    if (!head.ok()) continue;
    const auto [it, is_first] =
        seen.emplace(head->size, std::pair(head->root, i));
    if (!is_first && it->second.first != head->root) {
      return std::optional(std::pair(it->second.second, i));
    }
  }
  return std::nullopt;
}

}  // namespace parcelveil
