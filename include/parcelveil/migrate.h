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
  // What the rows say about an index of the map. SPEC.md section 8.
  struct Index {
    std::string column;       // "recipient_phone_by_phone"
    int schema_bits = 0;      // what the schema stores of each value
    std::optional<int> bits;  // the largest safe length; nullopt: see `refusal`
    std::string refusal;      // NO_SAFE_LENGTH with the rule that binds
    std::string warning;      // the schema's length is not for this table
    int64_t largest_rows = 0;  // of one day, or outlet and day
    std::optional<double> linkage_in_stratum;
    std::vector<std::string> leakage;  // at `bits`, a sentence each
    bool is_sampled = false;           // only some days were counted
  };
  // Something in the database that names a column which `finish` removes, or
  // that carries the table's rows elsewhere.
  struct Mention {
    std::string type;  // "index", "trigger", "view", "publication", ...
    std::string name;
    std::string column;  // "*": the whole row
  };

  int64_t num_rows = 0;
  int64_t num_sealable = 0;
  std::optional<absl::CivilDay> first_day;
  std::optional<absl::CivilDay> last_day;
  std::map<UnsealedReason, int64_t> unsealable;
  std::vector<UnsealedRow> examples;  // the first few of them
  std::vector<SharedPhones> shared_phones;
  std::vector<Index> indexes;
  int64_t bytes_added = 0;
  int64_t file_size = 0;    // SQLite: of the file; else the table, its indexes
  int64_t run_disk = 0;     // free disk that a run needs, about
  int64_t finish_disk = 0;  // and Finish, which rewrites it all
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

// What a run does with rows that no role may read any more.
enum class OldRows : uint8_t {
  kList,  // leaves them as they are, and lists them
  kSeal,  // seals them for STEWARD alone, without views or index values
};

struct RunOptions {
  int64_t batch_rows = 1000;  // sealed and committed together
  OldRows old_rows = OldRows::kList;
  // Stays, and seals rows as they are written, until `stop` is set or the table
  // is finished.
  bool follow = false;
  // PostgreSQL: threads with connections of their own. Other processes and
  // machines may run beside them: a row is taken by one of all.
  int workers = 1;
  int64_t rows_per_second = 0;  // PostgreSQL: at most, of this run; 0: any
  // PostgreSQL: waits while a standby is further behind; infinite: never.
  absl::Duration max_lag = absl::InfiniteDuration();
  // PostgreSQL: how long others may have to wait behind a change of the table
  // before it lets them pass and tries again.
  absl::Duration lock_timeout = absl::Seconds(3);
  // Set by a signal handler: the run ends after its batch. May be null.
  const std::atomic<bool>* stop = nullptr;
  // May be empty. One thread at a time.
  std::function<void(int64_t done, int64_t total)> progress;
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
  bool counts = false;        // recorded as full: `finish` may go ahead
  bool is_read_only = false;  // nothing can be recorded: a standby, say
};

struct FinishOptions {
  // Opens the rows that were sealed after the last verify. Where it is null,
  // such rows ask for another verify.
  const Keyring* keyring = nullptr;
  // PostgreSQL: rewrites the table at once, under one exclusive lock; else the
  // old pages stay until Finish is called again with it.
  bool rewrite = true;
  absl::Duration lock_timeout = absl::Seconds(3);  // as RunOptions
};

struct FinishResult {
  // What still holds old bytes, in words: "write-ahead log: ...".
  std::vector<std::string> remains;
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
  // Of a table in PostgreSQL, which may be partitioned. `address` as
  // PostgresConnection::Open takes it; workers connect by it, too.
  // Errors: as above; kInvalidArgument also for a type that the key cannot
  // have, and names over 63 bytes; those of PostgresConnection::Open;
  // kUnimplemented in a build without PostgreSQL.
  static absl::StatusOr<std::unique_ptr<Migration>> OpenPostgres(
      const std::string& address, const TableMap& map, const Clock* clock);
  virtual ~Migration() = default;

  // Reads the whole table, changes nothing.
  virtual absl::StatusOr<MigrationPlan> Plan(const Keyring& keyring) = 0;
  // Seals what is not sealed yet. `keyring` is of a role that seals. Under a
  // map that says more than the one before, rows get just what they lack.
  // Errors: kFailedPrecondition NO_ACTIVE_KEY naming the command that makes
  // keys for past days, WRONG_STATE under a map that says less or says it
  // otherwise; those of Sealer::Create; those of the database. Nothing is half
  // written.
  virtual absl::StatusOr<RunResult> Run(const Keyring& keyring,
                                        const RunOptions& options) = 0;
  virtual absl::StatusOr<MigrationStatus> Status() = 0;
  // Calls `f` with every row left as it is, in key order.
  virtual absl::Status ForEachListed(
      const std::function<void(const UnsealedRow&)>& f) = 0;
  // Opens every row and compares it with the plaintext still there.
  // `keyring` is of a role that opens fields, views and index values.
  virtual absl::StatusOr<VerifyResult> Verify(const Keyring& keyring,
                                              const VerifyOptions& options) = 0;
  // Why Finish would refuse: kFailedPrecondition WRONG_STATE; else OK.
  virtual absl::Status CheckFinish() = 0;
  // The statements that Finish runs.
  virtual absl::StatusOr<std::vector<std::string>> FinishStatements() = 0;
  // Removes the plaintext columns, and their bytes from the database's files.
  // Killed in between, it goes on when called again.
  // Errors: as CheckFinish; kUnavailable while somebody else has it open;
  // kDataLoss: a row that was sealed after the last verify does not agree.
  virtual absl::StatusOr<FinishResult> Finish(const FinishOptions& options) = 0;
  // Takes away what runs added. Rows that hold a field sealed only get its text
  // back first: `keyring` is of a role that opens them.
  // Errors: kFailedPrecondition WRONG_STATE after Finish, or under another map
  // than the last run's; those of Opener::Open naming the row.
  virtual absl::Status Undo(const Keyring& keyring) = 0;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_MIGRATE_H_
