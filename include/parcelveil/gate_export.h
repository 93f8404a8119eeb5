// SPDX-License-Identifier: Apache-2.0
// Exports and erasures: what Gate::Export and Gate::Erase are told.

#ifndef PARCELVEIL_GATE_EXPORT_H_
#define PARCELVEIL_GATE_EXPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/reveal.h"
#include "parcelveil/secret.h"

namespace parcelveil {

struct ExportOrder {
  std::string name;  // the case; what two people approve: 1 to 64 bytes
  uint64_t by = 0;   // the principal who asks
  Purpose purpose = Purpose::kLawfulRequest;
  std::vector<std::string> record_ids;  // distinct
  std::vector<Slot> slots;              // fields, ascending; 1 to 16
  const Keyring* keyring = nullptr;     // borrowed; role DISPUTE
};

struct ExportedRecord {
  struct Field {
    Slot slot{};
    Plaintext text;
  };
  size_t position = 0;         // in ExportOrder::record_ids
  std::string_view record_id;  // borrowed
  std::vector<Field> fields;   // ascending; those that the record has
};
using ExportSink = std::function<absl::Status(const ExportedRecord&)>;

struct ErasureOrder {
  uint64_t by = 0;  // the principal who asks
  std::string record_id;
  std::vector<Slot> slots;  // of one person: fields and views, ascending
};

}  // namespace parcelveil

#endif  // PARCELVEIL_GATE_EXPORT_H_
