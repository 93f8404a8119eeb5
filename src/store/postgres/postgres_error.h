// SPDX-License-Identifier: Apache-2.0
// What libpq and the server say, as statuses without values.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_ERROR_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_ERROR_H_

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace parcelveil {

// Of a command that failed: `result` is what it gave, null where it could not
// even be sent.
absl::Status PostgresError(PGconn* conn, const PGresult* result,
                           const std::string& what);

// Of a connection that could not be made, with PQERRORS_VERBOSE set.
absl::Status PostgresOpenError(PGconn* conn, const std::string& what);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_POSTGRES_ERROR_H_
