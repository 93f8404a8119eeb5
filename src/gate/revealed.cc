// SPDX-License-Identifier: Apache-2.0
#include "src/gate/revealed.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/wire/reveal_reply.h"

namespace parcelveil::gate {

absl::StatusOr<std::vector<OpenedField>> OpenFields(const Opener& opener,
                                                    std::string_view record_id,
                                                    const Parcel& parcel) {
  std::vector<OpenedField> fields;
  fields.reserve(parcel.cells.size());
  for (const Parcel::SealedCell& cell : parcel.cells) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        Plaintext text,
        opener.Open({cell.slot, record_id, parcel.version}, cell.sealed));
    fields.push_back({cell.slot, std::move(text)});
  }
  std::sort(fields.begin(), fields.end(),
            [](const OpenedField& a, const OpenedField& b) {
              return a.slot < b.slot;
            });
  return fields;
}

absl::StatusOr<Plaintext> EncodeFields(absl::Span<const OpenedField> fields) {
  std::vector<wire::RevealedField> views;
  for (const OpenedField& field : fields) {
    // The views die before the texts do.
    views.push_back({field.slot, field.text.Use([](std::string_view text) {
                       return text;
                     })});
  }
  Plaintext encoded;
  const absl::Span<uint8_t> buffer = encoded.Resize(wire::RevealedSize(views));
  PARCELVEIL_RETURN_IF_ERROR(wire::EncodeRevealed(views, buffer));
  return encoded;
}

}  // namespace parcelveil::gate
