// SPDX-License-Identifier: Apache-2.0
// PostgreSQL for gates: a store that several share, and their parcels from a
// wrapped table.
//
// Target parcelveil::postgres.

#ifndef PARCELVEIL_POSTGRES_GATE_H_
#define PARCELVEIL_POSTGRES_GATE_H_

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

// The store of a gate in a database that it shares with others, in the schema
// `parcelveil_gate`. Shared by all: devices, principals, holds, approvals,
// coverage, nonces, quotas and uses of dial tokens, so that a device may move
// between gates and no quota is exceeded by one. Each log's own: leaves, tiles,
// checkpoint, signed requests and values (policy, keyring serial).
//
// Locks. A log has one writer, by an advisory lock of its session and a number
// that every Open raises and every transaction checks: who lost his connection
// writes again only where nobody opened the log meanwhile. Write takes the one
// lock of the whole store, so the transactions of all gates follow one another:
// exact, and without deadlocks. A group of 64 grants needs 64 round trips and
// a commit inside it; gather the group first. Whoever holds it idle for 10 s
// is cut off by the server; whoever waits for it for 5 s gets kUnavailable.
// WriteLog does not take it.
//
// Reads go through up to 8 connections of their own and see what was committed
// anywhere; they never wait for a commit, and nothing is cached. A read inside
// a Write sees nothing of that transaction.
//
// A commit is on the server's disk when it returns (synchronous_commit is
// raised to `on`, and `remote_apply` kept), as far as the server's fsync is on.
// What is deleted stays in the server's files until they are vacuumed, in its
// write-ahead log and in backups: those are the operator's.
//
// Errors of every call: kUnavailable: the connection is lost, or the server
// does not answer: nothing was written, but see LogStore::WriteLog for a commit
// that nobody knows of; the next call connects again. LOG_LOCKED: another
// process has taken the log. kResourceExhausted: the server's disk is full.
// Times are kept in whole milliseconds.
// Thread-safety: as GateStore.
class PostgresGateStore : public GateStore {
 public:
  // Makes the tables, where they are not there yet; several may at once. Needs
  // the right to make a schema; who opens the store needs USAGE of it, and
  // SELECT, INSERT, UPDATE and DELETE of its tables. `address` is as for
  // PostgresConnection::Open, and names the primary. Errors:
  // kFailedPrecondition: another version's; kPermissionDenied; those of
  // PostgresConnection::Open.
  static absl::Status Create(const std::string& address);
  // Opens the store for the log of that name, best its origin: a log that is
  // not there yet begins empty. Waits up to 2 s for a writer that just died.
  // Errors: LOG_LOCKED; kNotFound: there are no tables; kFailedPrecondition:
  // another version's, or a standby; those of PostgresConnection::Open.
  static absl::StatusOr<std::unique_ptr<PostgresGateStore>> Open(
      const std::string& address, const std::string& log);
  ~PostgresGateStore() override;

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
  // Of a nonce that another gate's log has: a request hash of zeros, which is
  // no request's, since its leaf cannot be found here. A request repeated at
  // another gate is a replay there.
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
  // Those of this log.
  absl::Status DeleteRequestsBefore(Epoch day) override;

 private:
  class State;
  explicit PostgresGateStore(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// The parcels of a wrapped table, by its map. Needs the columns `assigned_to`
// and `state` in the map, and indexes of the table's own on `record_id`,
// `assigned_to` and the columns of blind indexes.
//
// A principal is an integer, or text in its decimal form; anything else is
// nobody. A state that the map does not name is kUnknown. An outlet that is not
// a number of 32 bits is national, a version that is not is 0. Texts are
// compared as the column's type and collation compare them; a record id must
// then be the row's to the byte.
// Reads through up to 8 connections, which it opens again where they are lost.
// `address` may name a standby only where an assignment may be seen late and
// nothing is erased.
// Thread-safety: as Parcels.
class PostgresParcels : public Parcels {
 public:
  // `schema` is the keyring's: it says what index slots and views are of. The
  // table's name is as for QuotePostgresTable.
  // Errors: MALFORMED: the map lacks `state` or `assigned_to`;
  // kInvalidArgument: the table lacks a column; the database's.
  static absl::StatusOr<std::unique_ptr<PostgresParcels>> Create(
      const std::string& address, const TableMap& map, const Schema& schema);
  ~PostgresParcels() override;

  // A slot that the map has no column for is left out, as NULL is. Errors:
  // kFailedPrecondition: two rows have that id.
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
  // column where the table still has it. The old row is in the server's files
  // until they are vacuumed; that, and copies elsewhere (backups, standbys,
  // write-ahead log), are the operator's.
  // Errors: kNotFound; kPermissionDenied: the table cannot be written.
  absl::Status Erase(std::string_view record_id,
                     absl::Span<const Slot> slots) override;

 private:
  class State;
  explicit PostgresParcels(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_POSTGRES_GATE_H_
