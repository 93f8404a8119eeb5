// SPDX-License-Identifier: Apache-2.0
// Making a connection, and the session that all else here relies on.

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

constexpr absl::Duration kConnectTimeout = absl::Seconds(10);

// Results are read as text, hence the formats.
constexpr char kSession[] =
    "SET standard_conforming_strings = on; SET bytea_output = hex; "
    "SET datestyle = ISO; SET timezone = 'UTC'";

std::string_view Find(const Options& options, std::string_view keyword) {
  for (const auto* option = options.get(); option->keyword != nullptr;
       ++option) {
    if (option->keyword == keyword && option->val != nullptr) {
      return option->val;
    }
  }
  return {};
}

// libpq's own words about an address could quote a password in it.
absl::Status CheckAddress(const std::string& address) {
  const Options options(PQconninfoParse(address.c_str(), nullptr),
                        &PQconninfoFree);
  if (options == nullptr) {
    return absl::InvalidArgumentError(
        "open database: not an address; write "
        "postgresql://user@host/database or host=... dbname=...");
  }
  for (const char* secret : {"password", "sslpassword"}) {
    if (Find(options, secret).empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("open database: the address holds a ", secret,
                     ", which process lists show; put it into .pgpass, or "
                     "into a service file and write service=..."));
  }
  return absl::OkStatus();
}

// How long all hosts together may take.
absl::Duration Timeout(PGconn* conn) {
  const Options options(PQconninfo(conn), &PQconninfoFree);
  if (options == nullptr) return kConnectTimeout;
  const std::string timeout(Find(options, "connect_timeout"));
  const std::string_view hosts = Find(options, "host");
  int seconds;
  const absl::Duration each = absl::SimpleAtoi(timeout, &seconds) && seconds > 0
                                  ? absl::Seconds(seconds)
                                  : kConnectTimeout;
  return each * (1 + std::count(hosts.begin(), hosts.end(), ','));
}

// libpq waits by itself in PQconnectdb, but cannot be told there to keep the
// SQLSTATE in its message, which alone tells one refusal from another whatever
// language the server speaks.
absl::Status Connect(PGconn* conn, const std::string& what) {
  PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
  const absl::Duration timeout = Timeout(conn);
  const absl::Time deadline = absl::Now() + timeout;
  PostgresPollingStatusType state = PQstatus(conn) == CONNECTION_BAD
                                        ? PGRES_POLLING_FAILED
                                        : PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) return PostgresOpenError(conn, what);
    const auto left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) {
      return MakeStatus(Reason::kUnavailable,
                        absl::StrCat(what, ": no answer within ",
                                     absl::FormatDuration(timeout),
                                     "; look at the server and the network"));
    }
    pollfd socket = {PQsocket(conn), POLLOUT, 0};
    if (state == PGRES_POLLING_READING) socket.events = POLLIN;
    const int ready = poll(&socket, 1, static_cast<int>(left));
    if (ready > 0) state = PQconnectPoll(conn);
  }
  return absl::OkStatus();
}

std::string Name(PGconn* conn) {
  const char* database = PQdb(conn);
  const char* host = PQhost(conn);
  std::string name = "open database";
  if (database != nullptr && *database != '\0') {
    absl::StrAppend(&name, " \"", database, "\"");
  }
  if (host != nullptr && *host != '\0') {
    absl::StrAppend(&name, " at \"", host, "\"");
  }
  return name;
}

}  // namespace

PostgresConnection::PostgresConnection(pg_conn* conn)
    : conn_(conn), cancel_(PQgetCancel(conn)) {}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const std::string& address) {
  PARCELVEIL_RETURN_IF_ERROR(CheckAddress(address));
  // The address overrides what stands before it and not what stands after it.
  // A host that does not answer is given up in time for the next one.
  const char* const keywords[] = {"tcp_user_timeout",
                                  "fallback_application_name", "dbname",
                                  "client_encoding", nullptr};
  const char* const values[] = {"10000", "parcelveil", address.c_str(), "UTF8",
                                nullptr};
  std::unique_ptr<PGconn, decltype(&PQfinish)> conn(
      PQconnectStartParams(keywords, values, /*expand_dbname=*/1), &PQfinish);
  if (conn == nullptr) {
    return absl::ResourceExhaustedError("open database: out of memory");
  }
  const std::string what = Name(conn.get());
  // Notices would go to stderr, values and all.
  PQsetNoticeReceiver(
      conn.get(), [](void*, const PGresult*) {}, nullptr);
  PARCELVEIL_RETURN_IF_ERROR(Connect(conn.get(), what));
  std::unique_ptr<PostgresConnection> db(
      new PostgresConnection(conn.release()));
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(kSession, what));
  return db;
}

PostgresConnection::~PostgresConnection() {
  PQfreeCancel(cancel_);
  PQfinish(conn_);
}

}  // namespace parcelveil
