// SPDX-License-Identifier: Apache-2.0
// Audit log: what was revealed to whom, in a form that nobody can edit unseen.
//
// An RFC 6962 Merkle tree over leaves without personal data or waybill numbers;
// its heads are signed as checkpoints (C2SP signed-note and tlog-checkpoint)
// and it is published as C2SP tlog-tiles. No I/O: a LogStore keeps it. SPEC.md
// section 14.

#ifndef PARCELVEIL_AUDIT_H_
#define PARCELVEIL_AUDIT_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/clock.h"
#include "parcelveil/leaf.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// The tree's size and root: what a checkpoint signs.
struct TreeHead {
  uint64_t size = 0;
  Sha256Digest root{};
};

// The 256 neighbouring nodes from `index` * 256 on, at height 8 * `level`.
struct TileName {
  uint8_t level = 0;
  uint64_t index = 0;
};

// One transaction of a log's store.
class LogTransaction {
 public:
  virtual ~LogTransaction() = default;
  // `index` is the store's number of leaves so far.
  virtual absl::Status PutLeaf(uint64_t index, std::string_view leaf) = 0;
  // A full tile: 256 hashes of 32 bytes. Written once.
  virtual absl::Status PutTile(const TileName& name,
                               std::string_view hashes) = 0;
  // The checkpoint of `size` leaves, as a signed note. `size` never falls; a
  // later note of the same size replaces the earlier.
  virtual absl::Status PutCheckpoint(uint64_t size, std::string_view note) = 0;
};

// What a log consists of, to read. Implemented by every LogStore, and by an
// export (file.h).
// Thread-safety: all calls may run concurrently.
class LogReader {
 public:
  virtual ~LogReader() = default;
  virtual absl::StatusOr<uint64_t> NumLeaves() = 0;
  // Calls `f` with each leaf of [first, first + count), in order. Errors:
  // kNotFound past the last leaf; what `f` returns.
  virtual absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
          f) = 0;
  // A full tile. Errors: kNotFound.
  virtual absl::StatusOr<std::string> ReadTile(const TileName& name) = 0;
  // The newest checkpoint; nullopt where none was signed yet.
  virtual absl::StatusOr<std::optional<std::string>> ReadCheckpoint() = 0;
};

// Where a log is kept. Implemented in sqlite.h, postgres.h and file.h.
// Thread-safety: all calls may run concurrently; transactions wait for each
// other.
class LogStore : public LogReader {
 public:
  // Runs `write` in one transaction. Durable when OK is returned. Otherwise
  // nothing of it is there, or (kUnavailable, a connection lost while
  // committing) all or nothing: ask NumLeaves. May run `write` again from the
  // start after a conflict. `write` may read from its own thread; it then sees
  // at least what was committed before.
  virtual absl::Status WriteLog(
      const std::function<absl::Status(LogTransaction&)>& write) = 0;
};

struct AuditLogOptions {
  std::string origin;   // "courier.example/audit/7/gate-1": no space, no plus
  Secret signing_seed;  // 32 bytes, Ed25519; for checkpoints and nothing else
  LogStore* store = nullptr;     // borrowed
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
  // The newest checkpoint kept elsewhere (an export's), if there is one: a
  // store that was rolled back as a whole, its own checkpoint too, is found by
  // it.
  std::string known_checkpoint;
};

// What a tree head that somebody has seen says of a log.
enum class SeenHead : uint8_t {
  kConsistent,  // the log had that root at that size
  kFork,        // it had another root: somebody was shown another log
  kAhead,       // it never was that large: leaves are lost, or as kFork
};

// The writer of one log. One process a log: the store sees to it (LOG_LOCKED).
// Thread-safety: all methods may run concurrently.
class AuditLog {
 public:
  // Checks the stored tree against its last checkpoint, and against
  // `known_checkpoint`, before anything else.
  // Errors: kDataLoss LOG_ROLLED_BACK where leaves are missing or changed;
  // kUnauthenticated where a checkpoint is of another key or origin; MALFORMED
  // for a seed or an origin that is none; the store's.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(
      AuditLogOptions options);
  ~AuditLog();

  // Leaves to be written in one transaction. Dropped without Accept, it never
  // was: where its transaction was committed all the same, or may have been,
  // the next Begin takes up what the store has.
  class Batch {
   public:
    Batch(Batch&&) noexcept;
    ~Batch();
    // The index that the next leaf will have.
    uint64_t next_index() const;
    // Adds a leaf and returns its index. `leaf.time_ms` is raised to that of
    // the leaf before it. Errors: MALFORMED.
    absl::StatusOr<uint64_t> Append(Leaf leaf);
    // Writes leaves, tiles and, when one is due, a checkpoint.
    absl::Status WriteTo(LogTransaction* transaction);
    // Call after the transaction was committed.
    void Accept();

   private:
    friend class AuditLog;
    class State;
    explicit Batch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  // One batch lives at a time: Begin waits for the one before, so drop yours
  // before you begin another. Call it inside the store's transaction, as the
  // log's own methods do: who waits for a transaction while he holds a batch
  // may wait for ever. Errors: LOG_ROLLED_BACK; the store's.
  absl::StatusOr<Batch> Begin();
  // Appends some leaves in a transaction of their own.
  absl::Status Append(std::vector<Leaf> leaves);

  TreeHead Head() const;
  // The newest checkpoint that is stored, signing and storing one first where
  // leaves have come that it does not cover. Call it now and then: the leaves
  // of the last second before a pause have no checkpoint otherwise.
  absl::StatusOr<std::string> Checkpoint();
  // The newest stored checkpoint without any I/O; empty before the first.
  std::string StoredCheckpoint() const;
  // The root of the first `size` leaves. Errors: kInvalidArgument past Head().
  absl::StatusOr<Sha256Digest> RootAt(uint64_t size);
  // Gossip: compares a head that a device echoes. It is unsigned: raise an
  // alarm, go on serving.
  absl::StatusOr<SeenHead> Compare(const TreeHead& seen);
  // Compares a checkpoint that somebody brings. It is signed: what is not
  // consistent is proof, and a reason to stop. Errors: MALFORMED;
  // kUnauthenticated where this log's key did not sign it.
  absl::StatusOr<SeenHead> CompareNote(std::string_view note);
  Ed25519PublicKey public_key() const;
  // "<origin>+<key id>+<base64 key>", as C2SP signed-note has it.
  std::string verifier_key() const;

 private:
  class State;
  explicit AuditLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_AUDIT_H_
