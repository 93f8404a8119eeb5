// SPDX-License-Identifier: Apache-2.0
// Generate: a realistic, made-up waybill table to try parcelveil on.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_H_
#define PARCELVEIL_SRC_CLI_GENERATE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"

namespace parcelveil::cli {

struct Waybill;

struct GenerateOptions {
  int64_t rows = 0;  // at least 1
  uint64_t seed = 0;
  std::string sqlite_path;      // must not exist yet
  absl::CivilDay until;         // the last day, in China (UTC+8)
  int days = 30;                // rows lie on this many days, at least 1
  int outlets = 6;              // 1 to 12
  int couriers_per_outlet = 8;  // 1 to 99; numbered from 1001, outlet by outlet
  // Called now and then with the rows written so far; may be empty.
  std::function<void(int64_t done)> progress;
  // Called with each row as it is written; may be empty.
  std::function<void(const Waybill& row)> each;
};

// Writes the table `waybill` to a new SQLite file. A tenth of the rows lie on
// the last day, fewer and fewer on the days before. Courier 1007 (the last
// courier, where there are fewer than seven) has a parcel out for delivery on
// the last day. No personal value occurs in a column that is not personal.
//
// The same options give the same bytes (with the same version of SQLite).
// Nothing is left behind on failure.
// Errors:
//   kInvalidArgument  an option is out of its range
//   kAlreadyExists    something is at `sqlite_path`
//   kUnavailable      the file cannot be written
absl::Status Generate(const GenerateOptions& options);

// Writes the same rows to a new table `waybill` of the PostgreSQL database at
// `address`; `sqlite_path` and `progress` are not used.
// Errors: those of CheckOptions; kInvalidArgument: there is such a table; those
// of PostgresConnection.
absl::Status GeneratePostgres(const GenerateOptions& options,
                              const std::string& address);

// Errors: kInvalidArgument: an option is out of its range.
absl::Status CheckOptions(const GenerateOptions& options);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_H_
