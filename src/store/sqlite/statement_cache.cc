// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/statement_cache.h"

#include <utility>

namespace parcelveil {

absl::StatusOr<SqliteStatement*> StatementCache::Get(std::string_view sql) {
  const auto found = cached_.find(absl::string_view(sql.data(), sql.size()));
  if (found != cached_.end()) return found->second.get();
  std::string text(sql);
  PARCELVEIL_ASSIGN_OR_RETURN(SqliteStatement statement,
                              db_->Prepare(text, what_));
  auto& kept = cached_[std::move(text)];
  kept = std::make_unique<SqliteStatement>(std::move(statement));
  return kept.get();
}

}  // namespace parcelveil
