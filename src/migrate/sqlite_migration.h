// SPDX-License-Identifier: Apache-2.0
// Migration of a table in SQLite.

#ifndef PARCELVEIL_SRC_MIGRATE_SQLITE_MIGRATION_H_
#define PARCELVEIL_SRC_MIGRATE_SQLITE_MIGRATION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/migrate.h"

namespace parcelveil {

class SqliteMigration final : public Migration {
 public:
  // Errors: as Migration::Open.
  static absl::StatusOr<std::unique_ptr<Migration>> Open(SqliteDatabase* db,
                                                         const TableMap& map,
                                                         const Clock* clock);
  ~SqliteMigration() override;

  absl::StatusOr<MigrationPlan> Plan(const Keyring& keyring) override;
  absl::StatusOr<RunResult> Run(const Keyring& keyring,
                                const RunOptions& options) override;
  absl::StatusOr<MigrationStatus> Status() override;
  absl::Status ForEachListed(
      const std::function<void(const UnsealedRow&)>& f) override;
  absl::StatusOr<VerifyResult> Verify(const Keyring& keyring,
                                      const VerifyOptions& options) override;
  absl::Status CheckFinish() override;
  absl::StatusOr<std::vector<std::string>> FinishStatements() override;
  absl::StatusOr<FinishResult> Finish(const FinishOptions& options) override;
  absl::Status Undo(const Keyring& keyring) override;

 private:
  class State;
  class Runner;
  class Verifier;
  class Planner;
  explicit SqliteMigration(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_SQLITE_MIGRATION_H_
