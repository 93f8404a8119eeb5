// SPDX-License-Identifier: Apache-2.0

#include <libpq-fe.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/store/postgres/postgres_error.h"

namespace parcelveil {
namespace {

// Of the catalogue pg_type: never change.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr int kText = 0;

// One cell of an array's text, which the server parses as any type.
void AppendText(const PostgresStatement::Cell& cell, std::string* out) {
  if (!cell.has_value()) {
    *out += "NULL";
    return;
  }
  *out += '"';
  for (char c : *cell) {
    if (c == '"' || c == '\\') *out += '\\';
    *out += c;
  }
  *out += '"';
}

// Arrays on the wire: integers are 32 bits, big-endian.
void AppendInt(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    *out += static_cast<char>(value >> shift & 0xFF);
  }
}

int HexDigit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// Of the server's "\x00ff".
std::string FromHex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 2; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(HexDigit(hex[i]) << 4 | HexDigit(hex[i + 1]));
  }
  return bytes;
}

}  // namespace

PostgresStatement::PostgresStatement(PostgresConnection* db, std::string name,
                                     std::string what)
    : db_(db), name_(std::move(name)), what_(std::move(what)) {}

PostgresStatement::PostgresStatement(PostgresStatement&& other) noexcept
    : db_(other.db_),
      name_(std::exchange(other.name_, {})),
      what_(std::move(other.what_)),
      parameters_(std::move(other.parameters_)),
      stream_(std::exchange(other.stream_, 0)),
      row_(std::exchange(other.row_, nullptr)),
      blobs_(std::move(other.blobs_)) {}

PostgresStatement::~PostgresStatement() {
  if (name_.empty()) return;
  Reset();
  db_->closed_.push_back(name_);
}

PostgresStatement::Parameter& PostgresStatement::Bind(int parameter) {
  const auto index = static_cast<size_t>(parameter);
  if (index >= parameters_.size()) parameters_.resize(index + 1);
  Parameter& bound = parameters_[index];
  bound.is_null = false;
  bound.is_binary = false;
  bound.bytes.clear();
  return bound;
}

void PostgresStatement::BindNull(int parameter) {
  Bind(parameter).is_null = true;
}

void PostgresStatement::BindInt(int parameter, int64_t value) {
  Bind(parameter).bytes = std::to_string(value);
}

void PostgresStatement::BindText(int parameter, std::string_view text) {
  Bind(parameter).bytes = text;
}

void PostgresStatement::BindBlob(int parameter, std::string_view bytes) {
  Parameter& bound = Bind(parameter);
  bound.is_binary = true;
  bound.bytes = bytes;
}

void PostgresStatement::BindTexts(int parameter, absl::Span<const Cell> texts) {
  std::string& array = Bind(parameter).bytes;
  array += '{';
  for (const Cell& cell : texts) {
    if (array.size() > 1) array += ',';
    AppendText(cell, &array);
  }
  array += '}';
}

void PostgresStatement::BindBlobs(int parameter, absl::Span<const Cell> blobs) {
  Parameter& bound = Bind(parameter);
  bound.is_binary = true;
  std::string& array = bound.bytes;
  AppendInt(blobs.empty() ? 0 : 1, &array);  // dimensions
  AppendInt(1, &array);                      // may hold NULL
  AppendInt(kBytea, &array);
  if (!blobs.empty()) {
    AppendInt(static_cast<uint32_t>(blobs.size()), &array);
    AppendInt(1, &array);  // the index of the first cell
  }
  for (const Cell& cell : blobs) {
    AppendInt(cell ? static_cast<uint32_t>(cell->size()) : ~uint32_t{0},
              &array);
    array += cell.value_or(std::string_view());
  }
}

absl::StatusOr<PostgresStatement::Wire> PostgresStatement::ToWire() const {
  Wire wire;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& bound = parameters_[i];
    // It would be cut off there without a word.
    if (!bound.is_binary && bound.bytes.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          what_, ": parameter ", i,
          " holds a zero byte, which PostgreSQL's texts cannot; take it out, "
          "or bind a blob"));
    }
    wire.values.push_back(bound.is_null ? nullptr : bound.bytes.c_str());
    wire.sizes.push_back(static_cast<int>(bound.bytes.size()));
    wire.formats.push_back(bound.is_binary ? 1 : kText);
  }
  return wire;
}

absl::Status PostgresStatement::Send() {
  PARCELVEIL_ASSIGN_OR_RETURN(const Wire wire, ToWire());
  if (PQsendQueryPrepared(db_->conn_, name_.c_str(),
                          static_cast<int>(wire.values.size()),
                          wire.values.data(), wire.sizes.data(),
                          wire.formats.data(), kText) == 0) {
    return PostgresError(db_->conn_, nullptr, what_);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> PostgresStatement::Step() {
  if (stream_ == 0) {
    PARCELVEIL_RETURN_IF_ERROR(db_->Settle(what_));
    PARCELVEIL_RETURN_IF_ERROR(Send());
    PQsetSingleRowMode(db_->conn_);
    stream_ = db_->stream_ = ++db_->num_streams_;
  }
  TakeRow(nullptr);
  if (stream_ != db_->stream_) {
    stream_ = 0;
    return absl::FailedPreconditionError(
        what_ +
        ": another statement has read its rows away; read them all first, or "
        "use a second connection");
  }
  PGresult* result = PQgetResult(db_->conn_);
  if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
    TakeRow(result);
    return true;
  }
  const absl::Status end = db_->Check(result, what_);
  Reset();
  if (!end.ok()) return end;
  return false;
}

absl::Status PostgresStatement::Run() {
  Reset();
  PARCELVEIL_RETURN_IF_ERROR(db_->Settle(what_));
  PARCELVEIL_RETURN_IF_ERROR(Send());
  const absl::Status status = db_->Check(PQgetResult(db_->conn_), what_);
  db_->ReadAway();
  return status;
}

void PostgresStatement::Reset() {
  TakeRow(nullptr);
  const uint64_t stream = std::exchange(stream_, 0);
  if (stream != 0 && stream == db_->stream_) db_->ReadAway();
}

void PostgresStatement::TakeRow(pg_result* row) {
  PQclear(row_);
  row_ = row;
  blobs_.clear();
  if (row == nullptr) return;
  blobs_.resize(static_cast<size_t>(PQnfields(row)));
  for (int column = 0; column < PQnfields(row); ++column) {
    if (PQftype(row, column) != kBytea) continue;
    blobs_[static_cast<size_t>(column)] = FromHex(PQgetvalue(row, 0, column));
  }
}

int PostgresStatement::NumColumns() const { return PQnfields(row_); }

bool PostgresStatement::IsNull(int column) const {
  return PQgetisnull(row_, 0, column) != 0;
}

int64_t PostgresStatement::Int(int column) const {
  const std::string text(Bytes(column));
  if (PQftype(row_, column) == kBool) return text == "t" ? 1 : 0;
  int64_t value;
  return absl::SimpleAtoi(text, &value) ? value : 0;
}

std::string_view PostgresStatement::Bytes(int column) const {
  if (PQftype(row_, column) == kBytea) {
    return blobs_[static_cast<size_t>(column)];
  }
  return {PQgetvalue(row_, 0, column),
          static_cast<size_t>(PQgetlength(row_, 0, column))};
}

}  // namespace parcelveil
