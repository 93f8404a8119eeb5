// SPDX-License-Identifier: Apache-2.0
// Table map: which columns of a table are sealed, and what stands beside them.
//
// Written in protobuf text format (proto/parcelveil/v1/table_map.proto); read
// from a file by LoadTableMap in file.h.

#ifndef PARCELVEIL_TABLE_MAP_H_
#define PARCELVEIL_TABLE_MAP_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/mask.h"
#include "parcelveil/schema.h"

namespace parcelveil {

// A value: members are plain, copies are independent.
struct TableMap {
  struct IndexColumn {
    IndexRule rule;
    std::string column;  // "recipient_phone_by_last4"
  };
  struct Column {
    std::string name;  // the plaintext column
    Slot slot;
    std::string sealed_column;  // "recipient_phone_sealed"
    std::vector<IndexColumn> indexes;
  };
  struct ViewColumn {
    Slot slot;
    MaskPreset preset;
    std::string column;  // "recipient_view"; "view_32784" for a user's slot
  };
  struct StateValue {
    std::string state;  // "OUT_FOR_DELIVERY"
    std::string text;   // as it stands in the table
  };

  std::string table;
  std::string record_id;
  std::string record_prefix;  // put in front of every record id
  std::string epoch_from;     // column with the row's own day
  std::string time_zone;      // of epoch_from, where it carries none
  std::string scope;          // column with the outlet; empty = national
  std::string version;        // column with the row version; empty = 0
  std::vector<Column> columns;
  std::vector<ViewColumn> views;
  std::string state;
  std::string assigned_to;
  std::vector<StateValue> state_values;
  std::string no_coverage;  // column: not 0 where a route sheet may show it
  std::vector<std::string> show;  // plaintext columns printed as they are

  // Parses text format and fills in the names of the columns to add.
  // Errors: kInvalidArgument MALFORMED naming the line, or what is missing,
  // unknown or named twice.
  static absl::StatusOr<TableMap> Parse(std::string_view text);
  // The six built-in fields under their usual names, both views as handheld,
  // indexes on both phones and the recipient's last four.
  static TableMap Default();
};

}  // namespace parcelveil

#endif  // PARCELVEIL_TABLE_MAP_H_
