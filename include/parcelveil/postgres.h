// SPDX-License-Identifier: Apache-2.0
// PostgreSQL: a thin adapter over libpq, in the shape of sqlite.h.
//
// How values travel: a blob parameter as binary, any other parameter as text
// that the server reads as whatever type the statement gives it. Results come
// as text, whatever their type, but bytea comes as the bytes themselves; times
// are ISO 8601 in UTC. Text is UTF-8 whatever the database's encoding.
//
// Errors name the table or the statement, never a value: of what the server
// says they keep SQLSTATE's condition and the names of objects. Prepared
// statements and locks belong to the session: connect to the server itself, or
// to a pooler that pools sessions. Target parcelveil::postgres.

#ifndef PARCELVEIL_POSTGRES_H_
#define PARCELVEIL_POSTGRES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

struct pg_cancel;
struct pg_conn;
struct pg_result;

namespace parcelveil {

class PostgresConnection;

// Returns `name` as one SQL identifier: a dot in it is part of the name.
std::string QuotePostgresName(std::string_view name);
// Returns a table's name, which may name its schema, as SQL: `s.t` gives
// `"s"."t"`, and a part in double quotes is taken as it is: `"s.t"`.
// Upper case is kept.
// Errors: kInvalidArgument: an empty part, a quote that is not closed.
absl::StatusOr<std::string> QuotePostgresTable(std::string_view name);

// A prepared statement. Columns and parameters count from 0: parameter 0 is $1.
//
// One statement of a connection gives rows at a time: whatever is done next on
// the connection reads the rest of them away, and a Step of theirs then fails.
// Thread-safety: none. Ownership: must die before its connection.
class PostgresStatement {
 public:
  // A cell of an array; none is NULL.
  using Cell = std::optional<std::string_view>;

  PostgresStatement(PostgresStatement&& other) noexcept;
  PostgresStatement& operator=(PostgresStatement&& other) = delete;
  ~PostgresStatement();

  // A parameter that is not bound is NULL. What is bound is copied, and stays
  // bound. Arrays are for `unnest($1::bigint[], $2::bytea[])`: texts of any
  // type, or blobs.
  void BindNull(int parameter);
  void BindInt(int parameter, int64_t value);
  void BindText(int parameter, std::string_view text);
  void BindBlob(int parameter, std::string_view bytes);
  void BindTexts(int parameter, absl::Span<const Cell> texts);
  void BindBlobs(int parameter, absl::Span<const Cell> blobs);

  // Returns true where a row is ready, false at the end. Rows are taken from
  // the connection one by one, so that memory does not grow with them.
  // Errors:
  //   kUnavailable         the connection is lost (see IsLost), the server is
  //                        starting or stopping, or a lock was not had in time
  //   kAborted             CONFLICT: a deadlock, or another transaction changed
  //                        the same rows; start this one over
  //   kAlreadyExists       a unique constraint refused it
  //   kFailedPrecondition  another constraint or a trigger refused it; the
  //                        transaction has failed before; the rows were read
  //                        away
  //   kCancelled           by Cancel or by statement_timeout
  //   kResourceExhausted   the server's disk or memory is full
  //   kPermissionDenied    by the user's rights, or the server only reads
  //   kDataLoss            the server found its files damaged
  //   kInvalidArgument     of the statement or its parameters; a text holds a
  //                        zero byte
  absl::StatusOr<bool> Step();
  // Runs a statement whose rows do not matter. Errors: as Step.
  absl::Status Run();
  // Ready to be bound and stepped again. Reads the rest of the rows away.
  void Reset();

  // Of the current row.
  int NumColumns() const;
  bool IsNull(int column) const;
  // A number; of bool 1 or 0; 0 where it is neither.
  int64_t Int(int column) const;
  // Text, or the bytes of bytea, until the next Step or Reset.
  std::string_view Bytes(int column) const;

 private:
  friend class PostgresConnection;
  friend class PostgresPipeline;
  struct Parameter {
    bool is_null = true;
    bool is_binary = false;
    std::string bytes;
  };
  // As libpq wants them.
  struct Wire {
    std::vector<const char*> values;
    std::vector<int> sizes;
    std::vector<int> formats;
  };

  PostgresStatement(PostgresConnection* db, std::string name, std::string what);
  Parameter& Bind(int parameter);
  absl::StatusOr<Wire> ToWire() const;
  absl::Status Send();
  void TakeRow(pg_result* row);

  PostgresConnection* db_;
  std::string name_;  // at the server; empty once moved from
  std::string what_;
  std::vector<Parameter> parameters_;
  uint64_t stream_ = 0;  // of the connection's; 0 where no rows are coming
  pg_result* row_ = nullptr;
  std::vector<std::string> blobs_;  // of the row, by column; empty for others
};

// One connection.
// Thread-safety: one thread at a time, except Cancel.
class PostgresConnection {
 public:
  // `address` is a libpq URI (`postgresql://user@host/database`) or `key=value`
  // string, completed by libpq's service file, environment and .pgpass; it
  // decides on TLS (sslmode). It may not hold a password, which would stand in
  // process lists. Waits connect_timeout for each host, 10 s by default.
  // Errors: kInvalidArgument: not an address, or it holds a password;
  // kUnauthenticated; kNotFound: no such database; kUnavailable: the server is
  // not there, or has no room for another connection.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(
      const std::string& address);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection();

  // `what` names the thing in errors: `table "waybill"`. The SQL holds no
  // values. Errors: as PostgresStatement::Step.
  absl::StatusOr<PostgresStatement> Prepare(const std::string& sql,
                                            const std::string& what);
  // Runs statements whose rows do not matter. Errors: as
  // PostgresStatement::Step.
  absl::Status Execute(const std::string& sql, const std::string& what);
  // Rows that the last statement changed or gave.
  int64_t Changes() const { return changes_; }

  // Takes the advisory lock `key` of this database for the session, unless
  // another session has it: then returns false. Held until Unlock or until the
  // connection ends, as often as it was taken.
  absl::StatusOr<bool> TryLock(int64_t key);
  absl::Status Unlock(int64_t key);

  // Asks the server to stop what this connection is doing; that call then
  // fails with kCancelled. Comes too late where it is done already. Any thread
  // and signal handlers may call it.
  void Cancel() const;
  // True once the connection is gone: open another. What was not committed is
  // undone; of a Commit that failed so, nobody knows.
  bool IsLost() const;

 private:
  friend class PostgresCopyIn;
  friend class PostgresCopyOut;
  friend class PostgresPipeline;
  friend class PostgresStatement;
  friend class PostgresTransaction;

  explicit PostgresConnection(pg_conn* conn);
  // Makes room for another command: reads the rest of the last one's away.
  absl::Status Settle(const std::string& what);
  void ReadAway();  // ends a copy, too
  absl::Status StartCopy(bool in, const std::string& sql,
                         const std::string& what);
  absl::StatusOr<bool> AskLock(const char* function, int64_t key);
  // Takes `result`; counts what it changed.
  absl::Status Check(pg_result* result, const std::string& what);

  pg_conn* conn_;
  pg_cancel* cancel_;
  bool is_taken_ = false;  // by a pipeline or a copy
  uint64_t stream_ = 0;    // whose rows are coming; 0: nobody's
  uint64_t num_streams_ = 0;
  uint64_t num_statements_ = 0;
  int64_t changes_ = 0;
  std::vector<std::string> closed_;  // statements the server may forget
};

// A transaction that is undone unless it was committed.
class PostgresTransaction {
 public:
  enum class Kind : uint8_t {
    kRead,            // one unchanging state of the database
    kReadCommitted,   // each statement sees what is committed when it starts
    kRepeatableRead,  // one state; CONFLICT where others changed its rows
    kSerializable,    // as if alone, or CONFLICT
  };

  // Errors: kFailedPrecondition: in a transaction already; as
  // PostgresStatement::Step.
  static absl::StatusOr<std::unique_ptr<PostgresTransaction>> Begin(
      PostgresConnection* db, Kind kind);
  PostgresTransaction(const PostgresTransaction&) = delete;
  PostgresTransaction& operator=(const PostgresTransaction&) = delete;
  ~PostgresTransaction();

  // Errors: kFailedPrecondition: one of its statements failed, all is undone;
  // as PostgresStatement::Step.
  absl::Status Commit();

 private:
  explicit PostgresTransaction(PostgresConnection* db) : db_(db) {}

  PostgresConnection* db_;  // null once committed
};

// Many executions in one round trip. Outside a transaction they are one: all
// are done or none, and none where Finish was not called. The connection does
// nothing else meanwhile.
class PostgresPipeline {
 public:
  static absl::StatusOr<std::unique_ptr<PostgresPipeline>> Begin(
      PostgresConnection* db);
  PostgresPipeline(const PostgresPipeline&) = delete;
  PostgresPipeline& operator=(const PostgresPipeline&) = delete;
  ~PostgresPipeline();

  // Sends the statement with what is bound to it, and does not wait.
  absl::Status Queue(PostgresStatement* statement);
  // Waits for all of them; returns how many rows they changed. The first error
  // counts, and none after it was run. Errors: as PostgresStatement::Step.
  absl::StatusOr<int64_t> Finish();

 private:
  explicit PostgresPipeline(PostgresConnection* db) : db_(db) {}

  PostgresConnection* db_;  // null once finished
  std::vector<std::string> whats_;
};

// COPY ... FROM STDIN. What is not finished is undone. The connection does
// nothing else meanwhile.
class PostgresCopyIn {
 public:
  static absl::StatusOr<std::unique_ptr<PostgresCopyIn>> Begin(
      PostgresConnection* db, const std::string& sql, const std::string& what);
  PostgresCopyIn(const PostgresCopyIn&) = delete;
  PostgresCopyIn& operator=(const PostgresCopyIn&) = delete;
  ~PostgresCopyIn();

  // The next bytes, in the format that the statement names, cut anywhere.
  absl::Status Put(std::string_view bytes);
  // Errors: as PostgresStatement::Step.
  absl::Status Finish();

 private:
  PostgresCopyIn(PostgresConnection* db, std::string what);

  PostgresConnection* db_;  // null once finished
  std::string what_;
};

// COPY ... TO STDOUT. The connection does nothing else meanwhile.
class PostgresCopyOut {
 public:
  static absl::StatusOr<std::unique_ptr<PostgresCopyOut>> Begin(
      PostgresConnection* db, const std::string& sql, const std::string& what);
  PostgresCopyOut(const PostgresCopyOut&) = delete;
  PostgresCopyOut& operator=(const PostgresCopyOut&) = delete;
  ~PostgresCopyOut();

  // Returns the next bytes, in the format that the statement names, good until
  // the next call; nullopt at the end. Errors: as PostgresStatement::Step.
  absl::StatusOr<std::optional<std::string_view>> Next();

 private:
  PostgresCopyOut(PostgresConnection* db, std::string what);

  PostgresConnection* db_;  // null at the end
  std::string what_;
  char* bytes_ = nullptr;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_POSTGRES_H_
