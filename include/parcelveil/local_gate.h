// SPDX-License-Identifier: Apache-2.0
// LocalGate, LocalDialDesk: a gate or a telephony desk of one process, kept in
// a directory.
//
// Made by `parcelveil gate init`:
//   policy.textproto  what it grants; edit it, then open the gate anew
//   store.db          nonces, quotas, devices and the log (SqliteGateStore)
//   store             instead: the address of a database that several gates
//                     share, each by a directory of its own (PostgresGateStore)
//   secret            its keys, sealed
//   unlock            the raw key that unseals them, unless a passphrase does
//   log.pub           checks the log: "<origin>+<key id>+<key>" (C2SP)
// A desk has no policy, and is made by `parcelveil telephony init`. Target
// parcelveil::local_gate.

#ifndef PARCELVEIL_LOCAL_GATE_H_
#define PARCELVEIL_LOCAL_GATE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/dial.h"
#include "parcelveil/gate.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/keyring.h"
#include "parcelveil/parcels.h"

namespace parcelveil {

// Makes the directory `dir` with new keys and the built-in policy.
struct CreateLocalGateOptions {
  // Names its log: a host name and a path, without space or plus:
  // "courier.example/audit/7/gate-1".
  std::string origin;
  std::string passphrase_file;  // empty: a raw key is made in `unlock`
  // Empty: store.db; or the address of a database, as for PostgresConnection,
  // in which the tables are made where they are missing.
  std::string store;
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
};
// Errors: kAlreadyExists ALREADY_EXISTS where `dir` is there; MALFORMED origin;
// kUnimplemented for a database in a build without PostgreSQL; those of the
// files and the store.
absl::Status CreateLocalGate(const std::string& dir,
                             const CreateLocalGateOptions& options);

struct LocalGateOptions {
  const Keyring* keyring = nullptr;  // borrowed; role GATE, or DISPUTE
  Parcels* parcels = nullptr;        // borrowed
  std::string passphrase_file;       // empty: `unlock` is used
  const Clock* clock = nullptr;      // borrowed; null means SystemClock()
  std::function<void(const GateAlert&)> alert;  // may be empty
};

// An open gate; one process a directory.
// Thread-safety: as Gate. Ownership: owns store, log and gate.
class LocalGate {
 public:
  // Errors: LOG_LOCKED while another process has it; LOG_ROLLED_BACK; as
  // Gate::Create, GatePolicy::Parse, UnsealSecret.
  static absl::StatusOr<std::unique_ptr<LocalGate>> Open(
      const std::string& dir, LocalGateOptions options);

  // Signs a checkpoint of the last leaves, where that can be done.
  ~LocalGate();

  Gate& gate() { return *gate_; }
  AuditLog& log() { return *log_; }
  GateStore& store() { return *store_; }

 private:
  LocalGate() = default;

  // Destroyed from the last to the first.
  std::unique_ptr<GateStore> store_;
  std::unique_ptr<AuditLog> log_;
  std::unique_ptr<Gate> gate_;
};

// Makes the directory of a dial desk. Errors: as CreateLocalGate.
absl::Status CreateLocalDialDesk(const std::string& dir,
                                 const CreateLocalGateOptions& options);

struct LocalDialDeskOptions {
  const Keyring* keyring = nullptr;  // borrowed; role TELEPHONY
  std::string passphrase_file;       // empty: `unlock` is used
  const Clock* clock = nullptr;      // borrowed; null means SystemClock()
};

// An open dial desk; one process a directory.
// Thread-safety: as DialDesk. Ownership: owns store, log and desk.
class LocalDialDesk {
 public:
  // Errors: as LocalGate::Open and DialDesk::Create.
  static absl::StatusOr<std::unique_ptr<LocalDialDesk>> Open(
      const std::string& dir, const LocalDialDeskOptions& options);

  // Signs a checkpoint of the last leaves, where that can be done.
  ~LocalDialDesk();

  DialDesk& desk() { return *desk_; }

 private:
  LocalDialDesk() = default;

  // Destroyed from the last to the first.
  std::unique_ptr<GateStore> store_;
  std::unique_ptr<AuditLog> log_;
  std::unique_ptr<DialDesk> desk_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_LOCAL_GATE_H_
