// SPDX-License-Identifier: Apache-2.0
// A worker of a run, with two connections of its own: one reads and seals the
// next batch while the other writes the last one.

#ifndef PARCELVEIL_SRC_MIGRATE_POSTGRES_WORKER_H_
#define PARCELVEIL_SRC_MIGRATE_POSTGRES_WORKER_H_

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/postgres.h"
#include "src/migrate/postgres_batch.h"
#include "src/migrate/postgres_crew.h"
#include "src/migrate/postgres_range.h"

namespace parcelveil::migrate {

class Worker {
 public:
  // Connects.
  static absl::StatusOr<std::unique_ptr<Worker>> Create(Crew* crew);

  // Seals range after range, until none is left to be taken.
  absl::Status Fill();
  // Seals the rows that were written meanwhile, until none is marked, in its
  // turn. Errors: kUnavailable: others hold them locked, and do not let go.
  absl::Status Drain();
  // Drains over and over, until it is stopped or the table is finished.
  absl::Status Follow();

  bool IsLost() const { return reader_->IsLost() || writer_->IsLost(); }

 private:
  Worker(Crew* crew, std::unique_ptr<PostgresConnection> reader,
         std::unique_ptr<PostgresConnection> writer)
      : crew_(*crew),
        reader_(std::move(reader)),
        writer_(std::move(writer)),
        sealer_(crew->sealer()) {}

  absl::Status Prepare();
  absl::Status FillRange(const KeyRange& range);
  absl::Status ReadRange(const KeyRange& range,
                         const std::optional<std::string>& after,
                         PostgresBatch* batch);
  absl::Status ReadMarked(PostgresBatch* batch);
  void TakeRow(const PostgresStatement& select, PostgresBatch* batch);
  absl::Status DrainAll();
  absl::Status DrainBatch(PostgresBatch* batch);
  absl::Status DrainOneByOne(const PostgresBatch& batch);
  absl::Status DrainRow(const std::string& key);
  // Seals it, after keys were made, where keys are all that is missing.
  absl::Status Seal(bool is_marked, PostgresBatch* batch);
  absl::Status Write(BatchWriter* writer, PostgresBatch* batch,
                     PostgresStatement* with);

  Crew& crew_;
  const std::unique_ptr<PostgresConnection> reader_;
  const std::unique_ptr<PostgresConnection> writer_;
  BatchSealer sealer_;
  std::unique_ptr<KeyRanges> ranges_;
  std::unique_ptr<BatchWriter> fill_writer_, drain_writer_;
  std::unique_ptr<PostgresStatement> select_range_, select_marked_, lock_row_;
  std::array<PostgresBatch, 2> batches_;  // one is sealed, one is written
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_POSTGRES_WORKER_H_
