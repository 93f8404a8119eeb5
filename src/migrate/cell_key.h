// SPDX-License-Identifier: Apache-2.0
// Which key a stored cell or index value needs: both begin with
// type 1 | gen 1 | epoch 2 | scope 4.

#ifndef PARCELVEIL_SRC_MIGRATE_CELL_KEY_H_
#define PARCELVEIL_SRC_MIGRATE_CELL_KEY_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"
#include "src/wire/cell.h"

namespace parcelveil::migrate {

inline constexpr size_t kCellKeySize = 8;

// nullopt where `bytes` begin as neither.
std::optional<wire::FieldHeader> CellKeyOf(std::string_view bytes);

// The slots of AddedColumns; of an index that the schema lacks, Slot{0}.
std::vector<Slot> AddedSlots(const TableMap& map, const Schema& schema);

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_CELL_KEY_H_
