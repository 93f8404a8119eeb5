// SPDX-License-Identifier: Apache-2.0
// What each SQLSTATE means to a caller.
// Source: PostgreSQL 15, Appendix A (Error Codes).

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_SQLSTATE_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_SQLSTATE_H_

#include <string_view>

#include "absl/status/status.h"
#include "parcelveil/reason.h"

namespace parcelveil {

struct SqlState {
  std::string_view code;  // five characters, or the two of a class
  std::string_view condition;
  absl::StatusCode status;
  Reason reason;  // kNone where the status says enough
  std::string_view remedy;
};

// Returns the entry of `code`, else that of its class, else that of a bug.
const SqlState& FindSqlState(std::string_view code);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_SQLSTATE_H_
