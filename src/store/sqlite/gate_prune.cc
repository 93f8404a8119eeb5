// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/gate_prune.h"

#include <vector>

#include "src/base/status.h"
#include "src/gate/quota_window.h"

namespace parcelveil {

absl::Status DeleteNonces(StatementCache* sql, absl::Time before) {
  return sql->Run("DELETE FROM nonce WHERE time < ?", before);
}

absl::Status DeleteExpired(StatementCache* sql, absl::Time now) {
  for (const char* text : {"DELETE FROM approval WHERE expires <= ?",
                           "DELETE FROM coverage WHERE expires <= ?",
                           "DELETE FROM dial_use WHERE expires <= ?"}) {
    PARCELVEIL_RETURN_IF_ERROR(sql->Run(text, now));
  }
  return absl::OkStatus();
}

absl::Status DeleteOldBuckets(StatementCache* sql, absl::Time now) {
  std::vector<int64_t> windows;
  {
    PARCELVEIL_ASSIGN_OR_RETURN(
        const BoundStatement row,
        sql->Bind("SELECT DISTINCT window_s FROM quota"));
    while (true) {
      PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
      if (!has_row) break;
      windows.push_back(row->Int(0));
    }
  }
  for (const int64_t window_s : windows) {
    PARCELVEIL_RETURN_IF_ERROR(
        sql->Run("DELETE FROM quota WHERE window_s = ? AND bucket < ?",
                 window_s, gate::OldestCounted(absl::Seconds(window_s), now)));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> DeleteSomeCharges(StatementCache* sql, Epoch before) {
  // The table has no rowid: the last of the first 2000 keys ends the range.
  PARCELVEIL_RETURN_IF_ERROR(sql->Run(
      "DELETE FROM charged WHERE (day, subject_kind, subject, class, record) "
      "<= (SELECT day, subject_kind, subject, class, record FROM (SELECT * "
      "FROM charged WHERE day < ? ORDER BY day, subject_kind, subject, class, "
      "record LIMIT 2000) ORDER BY day DESC, subject_kind DESC, subject DESC, "
      "class DESC, record DESC LIMIT 1)",
      before));
  return sql->db()->Changes() > 0;
}

}  // namespace parcelveil
