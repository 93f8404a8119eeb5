// SPDX-License-Identifier: Apache-2.0
// Whether what stands sealed in rows is what their plaintext says.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/migrate.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/migrate/row.h"

namespace parcelveil::migrate {

// Why there is nothing to verify in `phase`: WRONG_STATE.
absl::Status NothingToVerify(const std::string& what, MigrationPhase phase);

class RowVerifier {
 public:
  // Borrows all three; what is found is counted in `result`.
  static absl::StatusOr<std::unique_ptr<RowVerifier>> Create(
      const TableMap& map, const Keyring& keyring, VerifyResult* result);

  // Opens every field and view of `rows`, computes their index values again,
  // and compares. Errors: of the keyring as a whole, never of a row.
  absl::Status Check(const std::vector<const Row*>& rows);

 private:
  RowVerifier(const TableMap& map, const Keyring& keyring, VerifyResult* result,
              std::unique_ptr<Opener> opener)
      : map_(map),
        keyring_(keyring),
        schema_(keyring.schema()),
        days_(SealableDays(schema_, map, keyring.Today(), OldRows::kList)),
        opener_(std::move(opener)),
        result_(*result) {}

  // Sealed under a day that no role may read: without views and index values.
  bool IsOld(const Row& row) const;
  // What the row's fields and index values are worth: true where it is closed.
  absl::StatusOr<bool> CheckRow(const Row& row);
  absl::StatusOr<bool> CheckField(const Row& row, size_t column);
  absl::StatusOr<bool> CheckIndexes(const Row& row);
  absl::Status CheckViews(size_t view, const std::vector<const Row*>& rows);
  void CheckView(const TableMap::ViewColumn& column, const Row& row,
                 const View& view);
  // Mismatch, closed or worse: returns what is none of the two.
  absl::StatusOr<bool> Judge(const Row& row, const std::string& column,
                             const absl::Status& status);
  void Mismatch(const Row& row, const std::string& column,
                const std::string& what);

  const TableMap& map_;
  const Keyring& keyring_;
  const Schema schema_;
  const DayRange days_;
  const std::unique_ptr<Opener> opener_;
  Plaintext text_;
  VerifyResult& result_;
};

// The rows that were sealed after the last verify, which Finish opens itself.
class SinceCheck {
 public:
  // `what`: `table "waybill"`; `keyring` may be null. Borrows the others.
  // Errors: WRONG_STATE: there is no keyring, and `num_rows` ask for another
  // verify.
  static absl::StatusOr<std::unique_ptr<SinceCheck>> Create(
      const std::string& what, const TableMap& map, const Keyring* keyring,
      int64_t num_rows);

  const RowDay& row_day() const { return row_day_; }
  absl::Status Take(const Row& row) { return verifier_->Check({&row}); }
  // Errors: kDataLoss: a row does not agree; FORBIDDEN: the role may not open
  // them all.
  absl::Status End() const;

 private:
  SinceCheck(const std::string& what, RowDay row_day)
      : what_("finish " + what + ": "), row_day_(std::move(row_day)) {}

  const std::string what_;
  const RowDay row_day_;
  VerifyResult result_;
  std::unique_ptr<RowVerifier> verifier_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_
