// SPDX-License-Identifier: Apache-2.0
// Making statuses that carry a Reason, and returning early.

#ifndef PARCELVEIL_SRC_BASE_STATUS_H_
#define PARCELVEIL_SRC_BASE_STATUS_H_

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/reason.h"

namespace parcelveil {

// Returns a status with the code that belongs to `reason`. The text is
// "<operation> <thing>: <reason>; <remedy>" and holds no value, key or secret.
absl::Status MakeStatus(Reason reason, std::string_view text);

// Returns `status` with "<what>: " in front of its text; code and reason stay.
absl::Status Annotate(const absl::Status& status, std::string_view what);

}  // namespace parcelveil

#define PARCELVEIL_RETURN_IF_ERROR(expr)                   \
  do {                                                     \
    absl::Status parcelveil_status = (expr);               \
    if (!parcelveil_status.ok()) return parcelveil_status; \
  } while (false)

#define PARCELVEIL_ASSIGN_OR_RETURN(lhs, expr) \
  PARCELVEIL_ASSIGN_OR_RETURN_(PARCELVEIL_CONCAT_(result_, __LINE__), lhs, expr)
#define PARCELVEIL_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                                 \
  if (!result.ok()) return std::move(result).status();  \
  lhs = std::move(result).value()
#define PARCELVEIL_CONCAT_(a, b) PARCELVEIL_CONCAT_INNER_(a, b)
#define PARCELVEIL_CONCAT_INNER_(a, b) a##b

#endif  // PARCELVEIL_SRC_BASE_STATUS_H_
