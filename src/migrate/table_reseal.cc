// SPDX-License-Identifier: Apache-2.0
// WrappedTable: its rows sealed anew, batch by batch in key order. A row that
// is done needs nothing any more, so that nothing is kept of how far it came.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/wrapped_table.h"
#include "src/base/status.h"
#include "src/migrate/row_resealer.h"
#include "src/migrate/sql_name.h"
#include "src/migrate/table_database.h"

namespace parcelveil {
namespace {

using migrate::Quote;
using migrate::RowResealer;
using migrate::SealedTableRow;
using migrate::TableDatabase;
using Task = RowResealer::Task;

constexpr size_t kMaxClosedKept = 20;
constexpr int kMaxTries = 5;  // of a batch: a deadlock undoes one

class TableReseal {
 public:
  TableReseal(TableDatabase* db, const TableMap& map, const Keyring& keyring,
              const ResealOptions& options, std::unique_ptr<RowResealer> rows)
      : db_(db),
        map_(map),
        keyring_(keyring),
        options_(options),
        rows_(std::move(rows)) {}

  absl::StatusOr<ResealResult> Run();

 private:
  // Once over the table. Returns whether keys were made on the way, which may
  // have outdated rows before them.
  absl::StatusOr<bool> Pass();
  absl::StatusOr<std::vector<SealedTableRow>> Read(const std::string& condition,
                                                   TableDatabase::Values keys);
  // What is to be done with the rows; makes keys where they are missing.
  absl::Status Judge(const std::vector<SealedTableRow>& batch,
                     std::vector<SqliteValue>* to_reseal);
  absl::StatusOr<Task> JudgeOne(const SealedTableRow& row);
  absl::Status Write(const std::vector<SqliteValue>& keys);
  absl::Status WriteOnce(const std::vector<SqliteValue>& keys,
                         ResealResult* done);
  // Counts a row that does not open; an error that is about no row is returned.
  absl::Status Close(const SealedTableRow& row, const absl::Status& why,
                     ResealResult* done) const;

  TableDatabase* const db_;
  const TableMap& map_;
  const Keyring& keyring_;
  const ResealOptions& options_;
  const std::unique_ptr<RowResealer> rows_;
  ResealResult result_;
  int64_t num_rows_ = 0;
  bool made_keys_ = false;
  Epoch made_since_{UINT16_MAX};
};

absl::Status TableReseal::Close(const SealedTableRow& row,
                                const absl::Status& why,
                                ResealResult* done) const {
  switch (ReasonOf(why)) {
    case Reason::kForbidden:
    case Reason::kKeyDestroyed:
    case Reason::kKeyUnknown:
    case Reason::kDecryptFailed:
    case Reason::kMalformed:
    case Reason::kAlreadyMasked:
      break;
    default:
      return why;
  }
  ++done->num_closed;
  if (done->closed.size() < kMaxClosedKept) {
    done->closed.push_back(
        {row.key.ToText(), std::string(ReasonName(ReasonOf(why)))});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SealedTableRow>> TableReseal::Read(
    const std::string& condition, TableDatabase::Values keys) {
  std::vector<SealedTableRow> batch;
  PARCELVEIL_RETURN_IF_ERROR(db_->ForEach(
      absl::StrCat("SELECT ",
                   absl::StrJoin(migrate::SealedRowColumns(map_), ", "),
                   " FROM ", db_->table(), condition),
      keys, [&](const TableDatabase::Values& values) {
        batch.push_back(migrate::ReadSealedRow(map_, values));
        return absl::OkStatus();
      }));
  return batch;
}

absl::StatusOr<Task> TableReseal::JudgeOne(const SealedTableRow& row) {
  PARCELVEIL_ASSIGN_OR_RETURN(Task task, rows_->Judge(row));
  if (task != Task::kMakeKeys || !options_.make_keys) return task;
  const Epoch day = *RowResealer::DayOf(row);
  // Made once, they are all that can be made.
  if (day >= std::min(made_since_, keyring_.Today())) return task;
  made_since_ = day;
  PARCELVEIL_RETURN_IF_ERROR(options_.make_keys(DayOf(day)));
  PARCELVEIL_RETURN_IF_ERROR(keyring_.Reload());
  rows_->ForgetKeys();
  made_keys_ = true;
  return rows_->Judge(row);
}

absl::Status TableReseal::Judge(const std::vector<SealedTableRow>& batch,
                                std::vector<SqliteValue>* to_reseal) {
  for (const SealedTableRow& row : batch) {
    const absl::StatusOr<Task> task = JudgeOne(row);
    if (!task.ok()) {
      PARCELVEIL_RETURN_IF_ERROR(Close(row, task.status(), &result_));
      continue;
    }
    switch (*task) {
      case Task::kNothing:
        break;
      case Task::kLeave:
        ++result_.num_signed_off;
        break;
      case Task::kMakeKeys: {
        ++result_.num_keyless;
        const absl::CivilDay day = DayOf(*RowResealer::DayOf(row));
        result_.first_keyless =
            std::min(result_.first_keyless.value_or(day), day);
        break;
      }
      case Task::kRotate:
      case Task::kMove:
        to_reseal->push_back(row.key);
        break;
    }
  }
  return absl::OkStatus();
}

// Rows are read again, now that nobody else can write them.
absl::Status TableReseal::WriteOnce(const std::vector<SqliteValue>& keys,
                                    ResealResult* done) {
  const std::string key = Quote(map_.record_id);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<SealedTableRow> batch,
      Read(absl::StrCat(" WHERE ", key, " IN (",
                        migrate::Parameters(1, keys.size()), ") ORDER BY ", key,
                        db_->row_lock()),
           keys));
  std::vector<TableDatabase::Values> writes;
  std::vector<SqliteValue> written;
  for (const SealedTableRow& row : batch) {
    absl::StatusOr<Task> task = rows_->Judge(row);
    if (task.ok() && *task != Task::kRotate && *task != Task::kMove) continue;
    absl::StatusOr<TableDatabase::Values> cells =
        task.ok() ? rows_->Reseal(row, *task) : task.status();
    if (!cells.ok()) {
      PARCELVEIL_RETURN_IF_ERROR(Close(row, cells.status(), done));
      continue;
    }
    ++(*task == Task::kMove ? done->num_moved : done->num_resealed);
    cells->push_back(row.key);
    written.push_back(row.key);
    writes.push_back(*std::move(cells));
  }
  if (writes.empty()) return absl::OkStatus();
  const std::vector<std::string> columns = migrate::AddedColumns(map_);
  std::vector<std::string> assignments;
  for (size_t i = 0; i < columns.size(); ++i) {
    assignments.push_back(absl::StrCat(Quote(columns[i]), " = $", i + 1));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      db_->Write(absl::StrCat("UPDATE ", db_->table(), " SET ",
                              absl::StrJoin(assignments, ", "), " WHERE ", key,
                              " = $", columns.size() + 1),
                 writes)
          .status());
  return db_->NoteSealed(written);
}

absl::Status TableReseal::Write(const std::vector<SqliteValue>& keys) {
  absl::Status status;
  for (int i = 0; i < kMaxTries; ++i) {
    ResealResult done = result_;
    status = db_->InTransaction([&] { return WriteOnce(keys, &done); });
    if (status.ok()) result_ = std::move(done);
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

absl::StatusOr<bool> TableReseal::Pass() {
  const std::string key = Quote(map_.record_id);
  made_keys_ = false;
  int64_t num_read = 0;
  std::optional<SqliteValue> last;
  while (true) {
    result_.was_stopped = options_.stop != nullptr && options_.stop->load();
    if (result_.was_stopped) return false;
    TableDatabase::Values parameters;
    if (last.has_value()) parameters.push_back(*last);
    parameters.push_back(migrate::IntegerValue(options_.batch_rows));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const std::vector<SealedTableRow> batch,
        Read(absl::StrCat(last.has_value() ? " WHERE " + key + " > $1" : "",
                          " ORDER BY ", key, " LIMIT $", parameters.size()),
             parameters));
    if (batch.empty()) return made_keys_;
    last = batch.back().key;
    std::vector<SqliteValue> to_reseal;
    PARCELVEIL_RETURN_IF_ERROR(Judge(batch, &to_reseal));
    if (!to_reseal.empty()) PARCELVEIL_RETURN_IF_ERROR(Write(to_reseal));
    num_read += static_cast<int64_t>(batch.size());
    if (options_.progress) {
      options_.progress(num_read, std::max(num_read, num_rows_));
    }
  }
}

absl::StatusOr<ResealResult> TableReseal::Run() {
  PARCELVEIL_RETURN_IF_ERROR(db_->KeepVerifiesAway());
  PARCELVEIL_RETURN_IF_ERROR(
      db_->ForEach("SELECT count(*) FROM " + db_->table(), {},
                   [this](const TableDatabase::Values& row) {
                     if (!absl::SimpleAtoi(row[0].ToText(), &num_rows_)) {
                       num_rows_ = 0;
                     }
                     return absl::OkStatus();
                   }));
  bool again = true;
  while (again) {
    // What is left is counted in the last pass alone.
    ResealResult done;
    done.num_resealed = result_.num_resealed;
    done.num_moved = result_.num_moved;
    result_ = std::move(done);
    PARCELVEIL_ASSIGN_OR_RETURN(again, Pass());
  }
  return result_;
}

}  // namespace

absl::StatusOr<ResealResult> WrappedTable::Reseal(
    const Keyring& keyring, const ResealOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto rows,
                              RowResealer::Create(keyring, map_, options));
  return TableReseal(db_.get(), map_, keyring, options, std::move(rows)).Run();
}

}  // namespace parcelveil
