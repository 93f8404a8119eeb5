// SPDX-License-Identifier: Apache-2.0
// Migration of a table in PostgreSQL.
//
// A run walks the table by its key. Workers, here and on other machines, share
// it by ranges of keys: a range is a row of parcelveil_range that moves on with
// each batch in the batch's transaction, and an advisory lock of whoever works
// on it, which the server drops together with its connection. A row is written
// only while it is as it was read; triggers mark whatever is written besides.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_MIGRATION_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_MIGRATION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/migrate.h"

namespace parcelveil {

class PostgresMigration final : public Migration {
 public:
  class State;

  // Errors: as Migration::OpenPostgres.
  static absl::StatusOr<std::unique_ptr<Migration>> Open(
      const std::string& address, const TableMap& map, const Clock* clock);
  ~PostgresMigration() override;

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
  explicit PostgresMigration(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_MIGRATION_H_
