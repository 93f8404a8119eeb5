// SPDX-License-Identifier: Apache-2.0
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

absl::StatusOr<std::unique_ptr<PostgresSession>> PostgresSession::Open(
    const std::string& address, const std::string& what,
    const std::string& set_up) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto db, PostgresConnection::Open(address));
  if (!set_up.empty()) PARCELVEIL_RETURN_IF_ERROR(db->Execute(set_up, what));
  return std::unique_ptr<PostgresSession>(
      new PostgresSession(std::move(db), what));
}

absl::StatusOr<PostgresStatement*> PostgresSession::Get(std::string_view sql) {
  const auto found =
      statements_.find(absl::string_view(sql.data(), sql.size()));
  if (found != statements_.end()) return found->second.get();
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement prepared,
                              db_->Prepare(std::string(sql), what_));
  auto& statement = statements_[std::string(sql)];
  statement = std::make_unique<PostgresStatement>(std::move(prepared));
  return statement.get();
}

}  // namespace parcelveil
