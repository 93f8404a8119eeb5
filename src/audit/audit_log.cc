// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "parcelveil/audit.h"
#include "src/audit/log_tip.h"
#include "src/audit/note.h"
#include "src/audit/tree.h"
#include "src/base/status.h"
#include "src/crypto/sign.h"
#include "src/wire/leaf.h"

namespace parcelveil {
namespace {

using audit::LogTip;
using audit::RightEdge;

// A checkpoint is due after so many leaves, or with any so long after the last.
// One of an unchanged tree would be the same bytes again.
constexpr uint64_t kCheckpointLeaves = 256;
constexpr absl::Duration kCheckpointDelay = absl::Seconds(1);
// Devices echo recent checkpoints: their roots are held ready.
constexpr size_t kMaxRoots = 4096;

}  // namespace

class AuditLog::State {
 public:
  State(wire::VerifierKey key, crypto::SigningKey signing_key)
      : key(std::move(key)), signing_key(std::move(signing_key)) {}

  bool IsDue(const LogTip& tip) const {
    const absl::Duration age = clock->Now() - tip.checkpoint.signed_at;
    const uint64_t num_new = tip.edge.size() - tip.checkpoint.head.size;
    const bool is_clock_back = age < absl::ZeroDuration();
    return tip.checkpoint.note.empty() || num_new >= kCheckpointLeaves ||
           (num_new > 0 && (age >= kCheckpointDelay || is_clock_back));
  }
  absl::Status Sign(LogTip* tip) const {
    const TreeHead head{tip->edge.size(), tip->edge.Root()};
    PARCELVEIL_ASSIGN_OR_RETURN(std::string note,
                                audit::SignCheckpoint(head, key, signing_key));
    tip->checkpoint = {std::move(note), head, clock->Now()};
    return absl::OkStatus();
  }
  // `mutex` is held.
  void SetTip(LogTip next) {
    if (!next.checkpoint.note.empty()) Remember(next.checkpoint.head);
    edge = std::make_shared<const RightEdge>(next.edge);
    tip = std::move(next);
  }
  void Remember(const TreeHead& head) {
    roots[head.size] = head.root;
    if (roots.size() > kMaxRoots) roots.erase(roots.begin());
  }

  const wire::VerifierKey key;
  const crypto::SigningKey signing_key;
  LogStore* store = nullptr;
  const Clock* clock = nullptr;

  mutable std::mutex mutex;
  std::condition_variable batch_ended;
  bool has_batch = false;
  bool is_unsure = false;  // a batch was written, and nobody said it is there
  LogTip tip;
  std::shared_ptr<const RightEdge> edge;  // tip's, for readers
  std::map<uint64_t, Sha256Digest> roots;
};

class AuditLog::Batch::State {
 public:
  explicit State(AuditLog::State* log) : log(log) {}

  AuditLog::State* const log;
  LogTip tip;  // with the batch's leaves
  uint64_t first = 0;
  std::vector<std::string> leaves;
  std::vector<audit::Tile> tiles;
  bool must_sign = false;
  bool is_signed = false;
  bool is_written = false;
  bool is_accepted = false;
};

AuditLog::Batch::Batch(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
AuditLog::Batch::Batch(Batch&&) noexcept = default;

AuditLog::Batch::~Batch() {
  if (state_ == nullptr) return;
  AuditLog::State* const log = state_->log;
  {
    const std::lock_guard<std::mutex> lock(log->mutex);
    log->has_batch = false;
    if (state_->is_written && !state_->is_accepted) log->is_unsure = true;
  }
  log->batch_ended.notify_one();
}

uint64_t AuditLog::Batch::next_index() const { return state_->tip.edge.size(); }

absl::StatusOr<uint64_t> AuditLog::Batch::Append(Leaf leaf) {
  LogTip& tip = state_->tip;
  leaf.time_ms = std::max(leaf.time_ms, tip.last_time_ms);
  PARCELVEIL_ASSIGN_OR_RETURN(std::string bytes, wire::EncodeLeaf(leaf));
  const uint64_t index = tip.edge.size();
  tip.edge.Add(audit::HashLeaf(bytes), &state_->tiles);
  tip.last_time_ms = leaf.time_ms;
  state_->leaves.push_back(std::move(bytes));
  return index;
}

absl::Status AuditLog::Batch::WriteTo(LogTransaction* transaction) {
  LogTip& tip = state_->tip;
  if (!state_->is_signed && (state_->must_sign || state_->log->IsDue(tip))) {
    PARCELVEIL_RETURN_IF_ERROR(state_->log->Sign(&tip));
    state_->is_signed = true;
  }
  state_->is_written = true;
  for (size_t i = 0; i < state_->leaves.size(); ++i) {
    PARCELVEIL_RETURN_IF_ERROR(
        transaction->PutLeaf(state_->first + i, state_->leaves[i]));
  }
  for (const audit::Tile& tile : state_->tiles) {
    PARCELVEIL_RETURN_IF_ERROR(transaction->PutTile(tile.name, tile.hashes));
  }
  if (!state_->is_signed) return absl::OkStatus();
  return transaction->PutCheckpoint(tip.checkpoint.head.size,
                                    tip.checkpoint.note);
}

void AuditLog::Batch::Accept() {
  const std::lock_guard<std::mutex> lock(state_->log->mutex);
  state_->log->SetTip(std::move(state_->tip));
  state_->is_accepted = true;
}

AuditLog::AuditLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
AuditLog::~AuditLog() = default;

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(
    AuditLogOptions options) {
  if (!wire::IsNoteName(options.origin)) {
    return MakeStatus(Reason::kMalformed,
                      "open audit log: its origin is empty or has a space or "
                      "plus; write it like a host name and a path");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      crypto::SigningKey signing_key,
      crypto::SigningKey::FromSeed(options.signing_seed));
  wire::VerifierKey key = audit::MakeVerifierKey(
      options.origin, wire::NoteKeyType::kEd25519, signing_key.public_key());
  auto state = std::make_unique<State>(std::move(key), std::move(signing_key));
  state->store = options.store;
  state->clock = options.clock != nullptr ? options.clock : SystemClock();
  PARCELVEIL_ASSIGN_OR_RETURN(LogTip tip,
                              audit::LoadTip(state->store, state->key));
  if (!options.known_checkpoint.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const TreeHead known,
        audit::OpenCheckpoint(options.known_checkpoint, state->key));
    PARCELVEIL_RETURN_IF_ERROR(
        audit::CheckHead(state->store, tip.edge.size(), known));
  }
  state->SetTip(std::move(tip));
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(state)));
}

absl::StatusOr<AuditLog::Batch> AuditLog::Begin() {
  auto state = std::make_unique<Batch::State>(state_.get());
  bool is_unsure = false;
  {
    std::unique_lock<std::mutex> lock(state_->mutex);
    state_->batch_ended.wait(lock, [this] { return !state_->has_batch; });
    state_->has_batch = true;
    is_unsure = state_->is_unsure;
    state->tip = state_->tip;
  }
  Batch batch(std::move(state));
  LogTip& tip = batch.state_->tip;
  if (is_unsure) {
    PARCELVEIL_RETURN_IF_ERROR(
        audit::CatchUp(state_->store, state_->key, &tip));
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->SetTip(tip);
    state_->is_unsure = false;
  }
  batch.state_->first = tip.edge.size();
  return batch;
}

absl::Status AuditLog::Append(std::vector<Leaf> leaves) {
  std::optional<Batch> batch;
  PARCELVEIL_RETURN_IF_ERROR(
      state_->store->WriteLog([&](LogTransaction& transaction) -> absl::Status {
        batch.reset();
        PARCELVEIL_ASSIGN_OR_RETURN(Batch begun, Begin());
        batch.emplace(std::move(begun));
        for (const Leaf& leaf : leaves) {
          PARCELVEIL_RETURN_IF_ERROR(batch->Append(leaf).status());
        }
        return batch->WriteTo(&transaction);
      }));
  batch->Accept();
  return absl::OkStatus();
}

TreeHead AuditLog::Head() const {
  std::shared_ptr<const RightEdge> edge;
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    edge = state_->edge;
  }
  return {edge->size(), edge->Root()};
}

absl::StatusOr<std::string> AuditLog::Checkpoint() {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    const LogTip& tip = state_->tip;
    const bool covers_all = !tip.checkpoint.note.empty() &&
                            tip.checkpoint.head.size == tip.edge.size();
    if (covers_all && !state_->is_unsure) return tip.checkpoint.note;
  }
  std::optional<Batch> batch;
  PARCELVEIL_RETURN_IF_ERROR(
      state_->store->WriteLog([&](LogTransaction& transaction) -> absl::Status {
        batch.reset();
        PARCELVEIL_ASSIGN_OR_RETURN(Batch begun, Begin());
        batch.emplace(std::move(begun));
        batch->state_->must_sign = true;
        return batch->WriteTo(&transaction);
      }));
  std::string note = batch->state_->tip.checkpoint.note;
  batch->Accept();
  return note;
}

std::string AuditLog::StoredCheckpoint() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->tip.checkpoint.note;
}

absl::StatusOr<Sha256Digest> AuditLog::RootAt(uint64_t size) {
  std::shared_ptr<const RightEdge> edge;
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    const auto known = state_->roots.find(size);
    if (known != state_->roots.end()) return known->second;
    edge = state_->edge;
  }
  if (size > edge->size()) {
    return absl::InvalidArgumentError(
        "root of audit log: it has fewer leaves; ask for at most its size");
  }
  // Tiles that are not full are in the edge, all others in the store.
  audit::TiledTree tree(
      edge->size(),
      [&](const TileName& name, uint64_t width) -> absl::StatusOr<std::string> {
        if (width == audit::kTileWidth) return state_->store->ReadTile(name);
        return std::string(edge->Level(name.level));
      });
  PARCELVEIL_ASSIGN_OR_RETURN(const Sha256Digest root, tree.RangeRoot(0, size));
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->Remember({size, root});
  return root;
}

absl::StatusOr<SeenHead> AuditLog::Compare(const TreeHead& seen) {
  const absl::StatusOr<Sha256Digest> root = RootAt(seen.size);
  if (absl::IsInvalidArgument(root.status())) return SeenHead::kAhead;
  if (!root.ok()) return root.status();
  return *root == seen.root ? SeenHead::kConsistent : SeenHead::kFork;
}

absl::StatusOr<SeenHead> AuditLog::CompareNote(std::string_view note) {
  PARCELVEIL_ASSIGN_OR_RETURN(const TreeHead seen,
                              audit::OpenCheckpoint(note, state_->key));
  return Compare(seen);
}

Ed25519PublicKey AuditLog::public_key() const { return state_->key.key; }

std::string AuditLog::verifier_key() const {
  return wire::EncodeVerifierKey(state_->key);
}

}  // namespace parcelveil
