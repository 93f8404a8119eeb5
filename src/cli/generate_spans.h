// SPDX-License-Identifier: Apache-2.0
// The truth beside a generated table: what each part of each field is.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_SPANS_H_
#define PARCELVEIL_SRC_CLI_GENERATE_SPANS_H_

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "src/cli/generate_waybill.h"

namespace parcelveil::cli {

// Writes one JSON object a line, in the order of the rows:
//   {"waybill_no":"..","recipient_name":{"text":"张三","spans":
//    [["surname",0,3],["given",3,6]]},..}
// A span is a part (NameOf), the byte it begins at and the byte behind it.
class SpanFile {
 public:
  // Makes the file at `path`, or fails where something is there already.
  // Errors: kAlreadyExists, kUnavailable.
  absl::Status Create(const std::string& path);

  void Add(const Waybill& row);

  // Errors: kUnavailable: the disk is full or fails.
  absl::Status Finish();

  // Takes the file away again: the table failed.
  void Remove();

 private:
  std::string path_;
  std::ofstream file_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_SPANS_H_
