// SPDX-License-Identifier: Apache-2.0
#include "src/store/postgres/gate_schema.h"

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"

namespace parcelveil {
namespace {

// On disk: never change what a version means.
constexpr int64_t kVersion = 1;

// Of the advisory lock under which the tables are made: "pvgt" twice. Those of
// logs have a log's number for the second half.
constexpr int64_t kMaking = 0x7076677470766774;

// Times are ms since 1970. Ids are 64 bits, those past 2^63 as negative
// numbers. Only request, hold, approval and coverage hold waybill numbers.
// `log.opened` counts who opened it: the last one may write. Rows that every
// transaction changes get room beside them.
constexpr char kTables[] = R"sql(
CREATE SCHEMA IF NOT EXISTS parcelveil_gate;
REVOKE ALL ON SCHEMA parcelveil_gate FROM PUBLIC;
CREATE TABLE IF NOT EXISTS store (
  single boolean PRIMARY KEY CHECK (single), version bigint NOT NULL);
CREATE TABLE IF NOT EXISTS log (
  log integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE, opened bigint NOT NULL DEFAULT 0,
  num_leaves bigint NOT NULL DEFAULT 0,
  checkpoint_size bigint NOT NULL DEFAULT 0, checkpoint text)
  WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS leaf (
  log integer NOT NULL REFERENCES log, idx bigint NOT NULL,
  data bytea NOT NULL, PRIMARY KEY (log, idx));
CREATE TABLE IF NOT EXISTS tile (
  log integer NOT NULL REFERENCES log, level bigint NOT NULL,
  n bigint NOT NULL, data bytea NOT NULL CHECK (length(data) = 8192),
  PRIMARY KEY (log, level, n));
CREATE TABLE IF NOT EXISTS request (
  log integer NOT NULL REFERENCES log, leaf_index bigint NOT NULL,
  day bigint NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (log, leaf_index));
CREATE INDEX IF NOT EXISTS request_day ON request (log, day);
CREATE TABLE IF NOT EXISTS value (
  log integer NOT NULL REFERENCES log, name text NOT NULL,
  value bytea NOT NULL, PRIMARY KEY (log, name));
CREATE TABLE IF NOT EXISTS nonce (
  device bigint NOT NULL, nonce bytea NOT NULL CHECK (length(nonce) = 16),
  request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
  log integer NOT NULL, leaf_index bigint NOT NULL, time bigint NOT NULL,
  PRIMARY KEY (device, nonce));
CREATE TABLE IF NOT EXISTS quota (
  subject_kind bigint NOT NULL, subject bigint NOT NULL, class bigint NOT NULL,
  window_s bigint NOT NULL, bucket bigint NOT NULL, used bigint NOT NULL,
  PRIMARY KEY (subject_kind, subject, class, window_s, bucket))
  WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS charged (
  day bigint NOT NULL, subject_kind bigint NOT NULL, subject bigint NOT NULL,
  class bigint NOT NULL, record bytea NOT NULL CHECK (length(record) = 16),
  PRIMARY KEY (day, subject_kind, subject, class, record));
CREATE TABLE IF NOT EXISTS device (
  device bigint PRIMARY KEY, principal bigint NOT NULL,
  key bytea NOT NULL CHECK (length(key) = 32), expires bigint NOT NULL,
  revoked bigint NOT NULL);
CREATE TABLE IF NOT EXISTS principal (
  principal bigint PRIMARY KEY, role bigint NOT NULL, outlet bigint NOT NULL,
  active bigint NOT NULL);
CREATE TABLE IF NOT EXISTS hold (record_id bytea PRIMARY KEY);
CREATE TABLE IF NOT EXISTS approval (
  subject bytea NOT NULL, approver bigint NOT NULL, expires bigint NOT NULL,
  PRIMARY KEY (subject, approver));
CREATE TABLE IF NOT EXISTS coverage (
  ticket bytea NOT NULL, principal bigint NOT NULL, record_id bytea NOT NULL,
  expires bigint NOT NULL, PRIMARY KEY (ticket, principal, record_id));
CREATE TABLE IF NOT EXISTS dial_use (
  token_id bytea PRIMARY KEY CHECK (length(token_id) = 16),
  uses bigint NOT NULL, expires bigint NOT NULL);
)sql";

absl::StatusOr<bool> HasTables(PostgresSession* session) {
  return session->HasRow(
      "SELECT 1 WHERE to_regclass('parcelveil_gate.store') IS NOT NULL");
}

absl::Status CheckVersion(PostgresSession* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const BoundPostgresStatement row,
                              session->Bind("SELECT version FROM store"));
  PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
  const int64_t version = has_row ? row->Int(0) : 0;
  if (version == kVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(session->what(), ": its tables are of version ", version,
                   ", this library knows ", kVersion,
                   "; use the library that made it, or a newer one"));
}

}  // namespace

absl::Status MakeGateSchema(PostgresSession* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_made, HasTables(session));
  // Whoever finds them needs no right to make any.
  if (is_made) return CheckVersion(session);
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(session->db(),
                                 PostgresTransaction::Kind::kReadCommitted));
  // IF NOT EXISTS alone fails where two make the same at once.
  PARCELVEIL_RETURN_IF_ERROR(
      session->Run("SELECT pg_advisory_xact_lock($1)", kMaking));
  PARCELVEIL_RETURN_IF_ERROR(session->db()->Execute(kTables, session->what()));
  PARCELVEIL_RETURN_IF_ERROR(session->Run(
      "INSERT INTO store VALUES (true, $1) ON CONFLICT DO NOTHING", kVersion));
  PARCELVEIL_RETURN_IF_ERROR(transaction->Commit());
  return CheckVersion(session);
}

absl::Status CheckGateSchema(PostgresSession* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const bool is_standby,
      session->HasRow("SELECT 1 WHERE pg_is_in_recovery()"));
  if (is_standby) {
    return absl::FailedPreconditionError(
        session->what() +
        ": the server is a standby, which knows of a revocation too late; "
        "name the primary, or add target_session_attrs=read-write");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const bool is_made, HasTables(session));
  if (is_made) return CheckVersion(session);
  return absl::NotFoundError(
      session->what() +
      ": the database has no tables of a gate; create them first, or name "
      "the right database");
}

}  // namespace parcelveil
