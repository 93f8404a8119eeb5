// SPDX-License-Identifier: Apache-2.0
// What the steps of `wrap` share: their flags, and the table they work on.

#ifndef PARCELVEIL_SRC_CLI_WRAP_STEP_H_
#define PARCELVEIL_SRC_CLI_WRAP_STEP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "parcelveil/migrate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/table_map.h"
#include "parcelveil/wrapped_table.h"
#include "src/cli/command.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {

struct WrapFlags {
  TableFlags table;
  int64_t batch_rows = RunOptions().batch_rows;
  int workers = 2;  // so that one seals while the server writes for the other
  int64_t rate = RunOptions().rows_per_second;
  double max_lag = 0;  // seconds; 0: whatever it is
  double lock_timeout = absl::ToDoubleSeconds(RunOptions().lock_timeout);
  std::string old_rows = "list";
  bool follow = false;
  std::string rewrite = "full";
  std::string role;
  bool listed = false;
  bool yes = false;
  bool dry_run = false;
};

struct ResealFlags {
  TableFlags table;
  std::string from_key;
  bool views = false;
  int64_t batch_rows = ResealOptions().batch_rows;
};

// A table that was opened, ready for a step.
struct Wrapped {
  TableMap map;
  std::unique_ptr<SqliteDatabase> db;  // null for one in PostgreSQL
  std::unique_ptr<Migration> migration;
};

absl::StatusOr<Wrapped> OpenTable(const TableFlags& flags,
                                  SqliteDatabase::Access access);

// Makes keys for past days; empty where the signing key is elsewhere. Borrows
// both.
std::function<absl::Status(absl::CivilDay)> KeyMakerOf(
    const KeyringFlags& flags, Session* session);

// "1 row", "20,000 rows".
std::string Rows(int64_t count);

absl::Status WrapVerify(const WrapFlags& flags, Session* session);
absl::Status WrapFinish(const WrapFlags& flags, Session* session);
absl::Status WrapUndo(const WrapFlags& flags, Session* session);
void AddResealAndPrune(CLI::App* wrap, Session* session);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_WRAP_STEP_H_
