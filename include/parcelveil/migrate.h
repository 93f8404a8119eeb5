// SPDX-License-Identifier: Apache-2.0
// Migration: moves a table with plaintext columns over to sealed ones, while it
// is in use. The command `parcelveil wrap` is this. Target parcelveil::migrate.
//
// The plaintext stays until Finish; everything before it can be stopped, killed
// and run again. What was done is kept in tables of its own, beside the table:
// parcelveil_wrap, parcelveil_unsealed, parcelveil_dirty.

#ifndef PARCELVEIL_MIGRATE_H_
#define PARCELVEIL_MIGRATE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"

namespace parcelveil {

// Why a row was left as it is. On disk by name: never rename.
enum class UnsealedReason : uint8_t {
  kTooLong,
  kNotUtf8,
  kNotText,
  kAlreadyMasked,
  kBadRecordId,
  kBadOutlet,
  kBadVersion,
  kNoDay,
  kBeforeFirstDay,
  kInFuture,
  kTooOld,
  kHalfSealed,
  kRefused,
};
// Returns "TOO_LONG".
std::string_view UnsealedReasonName(UnsealedReason reason);
// Returns "longer than 4095 bytes".
std::string_view Describe(UnsealedReason reason);

// A row that was left as it is. `column` is the one at fault.
struct UnsealedRow {
  std::string row_key;
  std::string column;
  std::string reason;  // an UnsealedReasonName
};

// What a run would do, and what it would cost.
struct MigrationPlan {
  // Numbers that more than one row holds.
  struct SharedPhones {
    std::string column;
    int64_t numbers = 0;
    int64_t rows = 0;
    bool all_counted = true;  // false: only the first million numbers
  };
  // Something in the database that names a column which `finish` removes.
  struct Mention {
    std::string type;  // "index", "trigger", "view"
    std::string name;
    std::string column;
  };

  int64_t num_rows = 0;
  int64_t num_sealable = 0;
  std::optional<absl::CivilDay> first_day;
  std::optional<absl::CivilDay> last_day;
  std::map<UnsealedReason, int64_t> unsealable;
  std::vector<UnsealedRow> examples;  // the first few of them
  std::vector<SharedPhones> shared_phones;
  int64_t bytes_added = 0;
  int64_t file_size = 0;
  std::vector<Mention> mentions;
  std::vector<std::string> run_statements;
  std::vector<std::string> finish_statements;
};

enum class MigrationPhase : uint8_t {
  kNotStarted,
  kFilling,   // a run is under way, or was stopped
  kFilled,    // every row that can be sealed is
  kDropped,   // the plaintext columns are gone; the file is still to be cleaned
  kFinished,  // no plaintext is left
};
std::string_view Describe(MigrationPhase phase);

struct MigrationStatus {
  MigrationPhase phase = MigrationPhase::kNotStarted;
  int64_t num_rows = 0;
  int64_t num_sealed = 0;
  int64_t num_to_go = 0;
  int64_t num_listed = 0;              // left as they are, by reason
  std::optional<absl::Time> verified;  // when all of it was, since the last run
};

struct RunOptions {
  int64_t batch_rows = 1000;  // sealed and committed together
  // Set by a signal handler: the run ends after its batch. May be null.
  const std::atomic<bool>* stop = nullptr;
  std::function<void(int64_t done, int64_t total)> progress;  // may be empty
  // Makes keys for the days from `since` to yesterday, so that the keyring can
  // take them up; empty where the signing key is elsewhere.
  std::function<absl::Status(absl::CivilDay since)> make_keys;
};

struct RunResult {
  int64_t num_sealed = 0;  // by this run
  int64_t num_listed = 0;  // by this run
  bool was_stopped = false;
};

struct VerifyOptions {
  const std::atomic<bool>* stop = nullptr;
  std::function<void(int64_t done, int64_t total)> progress;
};

struct VerifyResult {
  struct Mismatch {
    std::string row_key;
    std::string column;
    std::string what;  // "does not open", "another text", ...; never a value
  };

  int64_t num_rows = 0;     // looked at
  int64_t num_fields = 0;   // opened and compared
  int64_t num_views = 0;    // opened and compared
  int64_t num_indexes = 0;  // computed again and compared
  int64_t num_listed = 0;   // left as they are, by reason
  int64_t num_to_go = 0;    // written since the run
  int64_t num_closed = 0;   // the role may not open them any more
  int64_t num_mismatches = 0;
  std::vector<Mismatch> mismatches;  // the first few
  bool was_stopped = false;
  bool counts = false;  // recorded as full: `finish` may go ahead
};

// One table's way from plaintext to sealed.
//
// Thread-safety: none; several processes may run it on one database.
// Ownership: borrows the database and the clock, which must outlive it.
class Migration {
 public:
  // `clock` may be null: SystemClock().
  // Errors: kInvalidArgument: no such table, a column of the map is not there,
  // no unique index on record_id, an unknown time zone.
  static absl::StatusOr<std::unique_ptr<Migration>> Open(SqliteDatabase* db,
                                                         const TableMap& map,
                                                         const Clock* clock);
  ~Migration();

  // Reads the whole table, changes nothing.
  absl::StatusOr<MigrationPlan> Plan(const Keyring& keyring);
  // Seals what is not sealed yet. `keyring` is of a role that seals.
  // Errors: kFailedPrecondition NO_ACTIVE_KEY naming the command that makes
  // keys for past days, WRONG_STATE after Finish or under another map; those
  // of Sealer::Create; those of the database. Nothing is half written.
  absl::StatusOr<RunResult> Run(const Keyring& keyring,
                                const RunOptions& options);
  absl::StatusOr<MigrationStatus> Status();
  // Calls `f` with every row left as it is, in key order.
  absl::Status ForEachListed(const std::function<void(const UnsealedRow&)>& f);
  // Opens every row and compares it with the plaintext still there.
  // `keyring` is of a role that opens fields, views and index values.
  absl::StatusOr<VerifyResult> Verify(const Keyring& keyring,
                                      const VerifyOptions& options);
  // Why Finish would refuse: kFailedPrecondition WRONG_STATE; else OK.
  absl::Status CheckFinish();
  // The statements that Finish runs.
  absl::StatusOr<std::vector<std::string>> FinishStatements();
  // Removes the plaintext columns, and their bytes from the database's files.
  // Killed in between, it goes on when called again.
  // Errors: as CheckFinish; kUnavailable while somebody else has it open.
  absl::Status Finish();

 private:
  class State;
  class Runner;
  class Verifier;
  class Planner;
  explicit Migration(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Counts a wrapped table's sealed rows by the day whose keys they need.
// Errors: those of the database; kInvalidArgument MALFORMED where a sealed
// column holds something else.
absl::StatusOr<std::map<Epoch, int64_t>> CountRowsByDay(SqliteDatabase* db,
                                                        const TableMap& map);

}  // namespace parcelveil

#endif  // PARCELVEIL_MIGRATE_H_
