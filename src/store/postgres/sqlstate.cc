// SPDX-License-Identifier: Apache-2.0

#include "src/store/postgres/sqlstate.h"

namespace parcelveil {
namespace {

using Code = absl::StatusCode;

constexpr std::string_view kAgain = "connect anew and run the same again";
constexpr std::string_view kLater =
    "somebody else holds the lock, run the same again later";
constexpr std::string_view kStartOver = "start the transaction over";
constexpr std::string_view kConstraints =
    "look at the constraints of the table";
constexpr std::string_view kStatement =
    "look at the table map and the table's columns and types";
constexpr std::string_view kRights = "grant the database user what it needs";
constexpr std::string_view kLogIn =
    "look at the user, its password in .pgpass or the service file, and the "
    "server's pg_hba.conf";
constexpr std::string_view kServerLog = "look at the server's log";
constexpr std::string_view kRestore =
    "restore the database from a backup, do not go on with it";
constexpr std::string_view kRoll = "roll the transaction back";
constexpr std::string_view kTrigger =
    "look at the table's triggers and functions";

// A code stands before its class.
constexpr SqlState kStates[] = {
    {"08", "connection failure", Code::kUnavailable, Reason::kUnavailable,
     kAgain},
    {"21", "cardinality violation", Code::kInvalidArgument, Reason::kNone,
     kStatement},
    {"22P05", "a character that the database's encoding lacks",
     Code::kInvalidArgument, Reason::kNone,
     "use a database in UTF8, or change the text"},
    {"22", "a value does not fit its type", Code::kInvalidArgument,
     Reason::kNone, kStatement},
    {"23505", "unique violation", Code::kAlreadyExists, Reason::kNone,
     kConstraints},
    {"23P01", "exclusion violation", Code::kAlreadyExists, Reason::kNone,
     kConstraints},
    {"23502", "not null violation", Code::kFailedPrecondition, Reason::kNone,
     kConstraints},
    {"23503", "foreign key violation", Code::kFailedPrecondition, Reason::kNone,
     kConstraints},
    {"23514", "check violation", Code::kFailedPrecondition, Reason::kNone,
     kConstraints},
    {"23", "a constraint refused it", Code::kFailedPrecondition, Reason::kNone,
     kConstraints},
    {"25006", "the server or the transaction only reads",
     Code::kPermissionDenied, Reason::kNone, "connect to the primary server"},
    {"25P02", "an earlier statement of the transaction failed",
     Code::kFailedPrecondition, Reason::kNone, kRoll},
    {"25P03", "idle in transaction for too long", Code::kUnavailable,
     Reason::kUnavailable, kAgain},
    {"25", "wrong transaction state", Code::kFailedPrecondition, Reason::kNone,
     kRoll},
    {"28", "the server does not let the user in", Code::kUnauthenticated,
     Reason::kUnauthenticated, kLogIn},
    {"3D", "no such database", Code::kNotFound, Reason::kNone,
     "create it, or look at the address"},
    {"3F", "no such schema", Code::kInvalidArgument, Reason::kNone, kStatement},
    {"40001", "serialization failure", Code::kAborted, Reason::kConflict,
     kStartOver},
    {"40P01", "deadlock", Code::kAborted, Reason::kConflict, kStartOver},
    {"40003", "whether the statement was done is unknown", Code::kUnavailable,
     Reason::kUnavailable, kAgain},
    {"40", "transaction rollback", Code::kAborted, Reason::kConflict,
     kStartOver},
    {"42501", "permission denied", Code::kPermissionDenied, Reason::kNone,
     kRights},
    {"42", "a mistake in the statement", Code::kInvalidArgument, Reason::kNone,
     kStatement},
    {"44", "a view's check option refused it", Code::kFailedPrecondition,
     Reason::kNone, kConstraints},
    {"0A", "not supported", Code::kInvalidArgument, Reason::kNone, kStatement},
    {"53100", "disk full", Code::kResourceExhausted, Reason::kNone,
     "make room on the server's disk, then run the same again"},
    {"53200", "out of memory", Code::kResourceExhausted, Reason::kNone,
     "free some of the server's memory"},
    {"53300", "too many connections", Code::kUnavailable, Reason::kUnavailable,
     "try again later, or raise max_connections"},
    {"53", "a limit of the server is reached", Code::kResourceExhausted,
     Reason::kNone, kServerLog},
    {"54", "a limit of PostgreSQL is passed", Code::kInvalidArgument,
     Reason::kNone, kStatement},
    {"55P03", "lock not available", Code::kUnavailable, Reason::kUnavailable,
     kLater},
    {"55006", "object in use", Code::kUnavailable, Reason::kUnavailable,
     kLater},
    {"55", "wrong state", Code::kFailedPrecondition, Reason::kNone, kServerLog},
    {"57014", "cancelled, by us or by statement_timeout", Code::kCancelled,
     Reason::kNone, "run the same again"},
    {"57P03", "the server is starting or stopping", Code::kUnavailable,
     Reason::kUnavailable, kAgain},
    {"57P04", "the database was dropped", Code::kNotFound, Reason::kNone,
     "look at the address"},
    {"57", "the server ended the connection", Code::kUnavailable,
     Reason::kUnavailable, kAgain},
    {"58", "the server cannot read or write a file", Code::kUnavailable,
     Reason::kUnavailable, "look at the server's disk and log"},
    {"P0", "a trigger or function refused it", Code::kFailedPrecondition,
     Reason::kNone, kTrigger},
    {"XX001", "data corrupted", Code::kDataLoss, Reason::kNone, kRestore},
    {"XX002", "index corrupted", Code::kDataLoss, Reason::kNone,
     "run REINDEX and check the table with pg_amcheck"},
};
constexpr SqlState kUnknown = {"", "internal error", Code::kInternal,
                               Reason::kNone, kServerLog};

}  // namespace

const SqlState& FindSqlState(std::string_view code) {
  for (const SqlState& state : kStates) {
    if (code.substr(0, state.code.size()) == state.code) return state;
  }
  return kUnknown;
}

}  // namespace parcelveil
