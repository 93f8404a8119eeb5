// SPDX-License-Identifier: Apache-2.0
// Whether what stands sealed in rows is what their plaintext says.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_

#include <memory>
#include <string>
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
        opener_(std::move(opener)),
        result_(*result) {}

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
  const std::unique_ptr<Opener> opener_;
  Plaintext text_;
  VerifyResult& result_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_VERIFY_H_
