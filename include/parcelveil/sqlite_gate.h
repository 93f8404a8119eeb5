// SPDX-License-Identifier: Apache-2.0
// SQLite for a gate: its store and log in one file, and its parcels from a
// wrapped table.
//
// Target parcelveil::sqlite.

#ifndef PARCELVEIL_SQLITE_GATE_H_
#define PARCELVEIL_SQLITE_GATE_H_

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
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/audit.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/ids.h"
#include "parcelveil/parcels.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"

namespace parcelveil {

// The store of one gate, or, as a LogStore alone, any process's log: FILE,
// FILE-wal while it is open, and FILE-lock. One process, one connection, in
// WAL mode with a synced commit; whoever comes second gets LOG_LOCKED.
//
// What a gate asks for every request (all Find, Is and Count calls, NumLeaves
// and ReadCheckpoint) is answered from memory, which holds exactly what is
// committed, so that it never waits for a commit; leaves, tiles and requests
// are read from the file. Waybill numbers are only in the tables `request`,
// `hold`, `approval` and `coverage`; what is deleted is overwritten.
//
// A write that fails (kResourceExhausted: the disk is full; kUnavailable: it
// does not answer; kDataLoss: the file is damaged) leaves nothing behind; the
// next one may succeed. Times are kept in whole milliseconds.
// Thread-safety: as GateStore.
class SqliteGateStore : public GateStore {
 public:
  // Makes a new store. Errors: ALREADY_EXISTS; LOG_LOCKED; kNotFound,
  // kPermissionDenied and the like for the folder.
  static absl::StatusOr<std::unique_ptr<SqliteGateStore>> Create(
      const std::string& path);
  // Opens one that is there. Errors: kNotFound; LOG_LOCKED; MALFORMED: it is no
  // gate's store; kFailedPrecondition: another version's; kDataLoss: damaged.
  static absl::StatusOr<std::unique_ptr<SqliteGateStore>> Open(
      const std::string& path);
  ~SqliteGateStore() override;

  absl::Status WriteLog(
      const std::function<absl::Status(LogTransaction&)>& write) override;
  absl::StatusOr<uint64_t> NumLeaves() override;
  absl::Status ReadLeaves(
      uint64_t first, uint64_t count,
      const std::function<absl::Status(uint64_t index, std::string_view leaf)>&
          f) override;
  absl::StatusOr<std::string> ReadTile(const TileName& name) override;
  absl::StatusOr<std::optional<std::string>> ReadCheckpoint() override;

  absl::Status Write(
      const std::function<absl::Status(GateTransaction&)>& write) override;
  absl::StatusOr<std::optional<EnrolledDevice>> FindDevice(
      uint64_t device) override;
  absl::StatusOr<std::optional<Principal>> FindPrincipal(
      uint64_t principal) override;
  absl::StatusOr<std::optional<UsedNonce>> FindNonce(
      uint64_t device, const std::array<uint8_t, 16>& nonce) override;
  absl::StatusOr<uint64_t> CountCharged(SubjectKind subject_kind,
                                        uint64_t subject,
                                        QuotaClass quota_class,
                                        Epoch day) override;
  absl::StatusOr<bool> IsHeld(std::string_view record_id) override;
  absl::StatusOr<std::vector<Approval>> FindApprovals(std::string_view subject,
                                                      absl::Time now) override;
  absl::StatusOr<bool> IsCovered(std::string_view ticket, uint64_t principal,
                                 std::string_view record_id,
                                 absl::Time now) override;
  absl::StatusOr<std::optional<std::string>> FindValue(
      std::string_view name) override;
  absl::StatusOr<std::optional<std::string>> FindRequest(
      uint64_t leaf_index) override;
  absl::Status Prune(absl::Time now, absl::Time nonces) override;
  absl::Status DeleteRequestsBefore(Epoch day) override;

 private:
  class State;
  explicit SqliteGateStore(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// The parcels of a wrapped table, by its map. Needs the columns `assigned_to`
// and `state` in the map, and indexes of the table's own on `record_id`,
// `assigned_to` and the columns of blind indexes.
//
// A principal is an integer, or text in its decimal form; anything else is
// nobody. A state that the map does not name is kUnknown. An outlet that is not
// a number of 32 bits is national, a version that is not is 0.
// Reads through a few connections of its own, waits up to 5 s for whoever locks
// the database, then fails with kUnavailable.
// Thread-safety: as Parcels.
class SqliteParcels : public Parcels {
 public:
  // `schema` is the keyring's: it says what index slots and views are of.
  // Errors: MALFORMED: the map lacks `state` or `assigned_to`;
  // kInvalidArgument: the table lacks a column; the database's.
  static absl::StatusOr<std::unique_ptr<SqliteParcels>> Create(
      const std::string& path, const TableMap& map, const Schema& schema);
  ~SqliteParcels() override;

  // A slot that the map has no column for is left out, as NULL is.
  absl::StatusOr<std::optional<Parcel>> Find(
      std::string_view record_id, absl::Span<const Slot> slots) override;
  // Errors: MALFORMED for an index that the map has no column for.
  absl::StatusOr<std::vector<Parcel>> FindByIndex(
      Slot index, absl::Span<const std::string> values,
      absl::Span<const Slot> slots, size_t limit) override;
  // Counts the rows whose state the map names as another than SIGNED_OFF.
  absl::StatusOr<uint64_t> CountAssigned(uint64_t principal) override;
  // Clears with each field all that was made from it: its index values, every
  // view that shows it (with what else that view shows), and the plaintext
  // column where the table still has it; what was there is overwritten. Copies
  // elsewhere (backups, standbys, old WAL pages) are the operator's.
  // Errors: kNotFound; kPermissionDenied: the database cannot be written.
  absl::Status Erase(std::string_view record_id,
                     absl::Span<const Slot> slots) override;

 private:
  class State;
  explicit SqliteParcels(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SQLITE_GATE_H_
