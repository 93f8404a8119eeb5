// SPDX-License-Identifier: Apache-2.0
// A row that looks like its neighbours: sealed by the same sealer into the same
// table, its other columns after a real row of the same outlet.

#ifndef PARCELVEIL_SRC_CLI_CANARY_ROW_H_
#define PARCELVEIL_SRC_CLI_CANARY_ROW_H_

#include <string>

#include "absl/status/statusor.h"
#include "parcelveil/keyring.h"
#include "parcelveil/table_map.h"
#include "src/cli/generate_chance.h"
#include "src/migrate/table_database.h"

namespace parcelveil::cli {

struct CanaryParty {
  std::string name, phone, address;
};

struct CanaryRow {
  const TableMap* map;
  const Keyring* keyring;  // role CONVERTER
  uint32_t outlet = 0;     // where the map has a scope
  // Of the recipient; the sender is that of a made-up parcel, too.
  CanaryParty recipient, sender;
};

// Inserts the row and returns its record id, with the map's prefix.
// Columns whose neighbours all differ get a value of the same shape; the others
// that of one neighbour, whose number of the waybill may carry a check digit
// that a made-up one does not.
// Errors: kNotFound where the outlet has no row to look like; WRONG_STATE where
// the database computes what the row must be given; as Sealer::Seal; the
// database's.
absl::StatusOr<std::string> InsertCanary(migrate::TableDatabase* db,
                                         const CanaryRow& row, Chance* chance);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_CANARY_ROW_H_
