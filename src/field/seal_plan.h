// SPDX-License-Identifier: Apache-2.0
// What sealing one record makes: which fields, views and index values.

#ifndef PARCELVEIL_SRC_FIELD_SEAL_PLAN_H_
#define PARCELVEIL_SRC_FIELD_SEAL_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/ids.h"
#include "parcelveil/mask.h"
#include "parcelveil/schema.h"
#include "parcelveil/table_map.h"

namespace parcelveil {

struct SealPlan {
  struct Field {
    Slot slot;
    FieldKind kind;
    uint16_t pad;
  };
  struct ShownField {
    size_t field;  // position in `fields`
    MaskStyle style;
  };
  struct View {
    Slot slot;
    uint16_t pad;
    std::vector<ShownField> shown;  // ascending slots
  };
  struct Index {
    Slot slot;
    size_t field;  // position in `fields`
    bool scoped;
  };

  std::string calling_code;
  std::vector<Field> fields;
  std::vector<View> views;
  std::vector<Index> indexes;

  size_t num_outputs() const {
    return fields.size() + views.size() + indexes.size();
  }
  // Position in `fields`, or fields.size().
  size_t FindField(Slot slot) const;

  // Each appends one output. Errors: kInvalidArgument MALFORMED where the
  // schema lacks it, or a view or index has none of its fields in the plan.
  absl::Status AddField(const Schema& schema, Slot slot);
  absl::Status AddView(const Schema& schema, Slot slot, MaskPreset preset);
  absl::Status AddIndex(const Schema& schema, Slot of, IndexRule rule);
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_FIELD_SEAL_PLAN_H_
