// SPDX-License-Identifier: Apache-2.0
// The tables that gates share, in a schema of their own.

#ifndef PARCELVEIL_SRC_STORE_POSTGRES_GATE_SCHEMA_H_
#define PARCELVEIL_SRC_STORE_POSTGRES_GATE_SCHEMA_H_

#include <string>

#include "absl/status/status.h"
#include "src/store/postgres/postgres_session.h"

namespace parcelveil {

// What every session of a gate store begins with: its tables, and no others, by
// their bare names.
inline constexpr char kGateReader[] =
    "SET search_path = parcelveil_gate, pg_temp; "
    "SET default_transaction_read_only = on; "
    // Fails on a standby, which knows of a revocation too late.
    "SELECT pg_current_wal_lsn()";
inline constexpr char kGateWriter[] =
    "SET search_path = parcelveil_gate, pg_temp; "
    // A commit is durable when it returns, whatever the database's default is;
    // a stronger setting stays.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE "
    "current_setting('synchronous_commit') <> 'remote_apply'; "
    // All gates wait for the one that commits: it may not stall, nor may they.
    "SET lock_timeout = '5s'; "
    "SET idle_in_transaction_session_timeout = '10s'; "
    // A gate whose machine died keeps its lock no longer than half a minute.
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
    "SET tcp_keepalives_count = 3; SET tcp_user_timeout = '25s'; "
    // Every statement is planned once, and by keys, however small a table was
    // then.
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

// Makes the tables where there are none; many may at once. Errors:
// kFailedPrecondition: another version's; the database's.
absl::Status MakeGateSchema(PostgresSession* session);

// Errors: kNotFound: there are none; kFailedPrecondition: another version's, or
// a server that only reads; the database's.
absl::Status CheckGateSchema(PostgresSession* session);

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_STORE_POSTGRES_GATE_SCHEMA_H_
