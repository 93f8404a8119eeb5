// SPDX-License-Identifier: Apache-2.0
// What is behind the handles of c_field.h and c_gate.h. Each keeps alive what
// it borrows from.

#ifndef PARCELVEIL_SRC_CAPI_BACK_END_OBJECTS_H_
#define PARCELVEIL_SRC_CAPI_BACK_END_OBJECTS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/c_gate.h"
#include "parcelveil/field.h"
#include "parcelveil/finder.h"
#include "parcelveil/keyring.h"
#include "parcelveil/local_gate.h"
#include "parcelveil/parcels.h"
#include "parcelveil/reseal.h"
#include "parcelveil/table_map.h"
#include "src/capi/call.h"
#include "src/capi/object.h"

namespace parcelveil::capi {

struct KeyringObject : Object {
  static constexpr Kind kKind = Kind::kKeyring;
  explicit KeyringObject(std::unique_ptr<Keyring> keyring)
      : Object(kKind, Use::kShared), keyring(std::move(keyring)) {}

  const std::unique_ptr<Keyring> keyring;
};

// A Sealer, Opener, Finder or Resealer, and its keyring.
template <typename T, Kind kOf>
struct KeyringUser : Object {
  static constexpr Kind kKind = kOf;
  KeyringUser(std::shared_ptr<KeyringObject> keyring, std::unique_ptr<T> user)
      : Object(kKind, Use::kShared),
        keyring(std::move(keyring)),
        user(std::move(user)) {}

  const std::shared_ptr<KeyringObject> keyring;
  const std::unique_ptr<T> user;
};
using SealerObject = KeyringUser<Sealer, Kind::kSealer>;
using OpenerObject = KeyringUser<Opener, Kind::kOpener>;
using FinderObject = KeyringUser<Finder, Kind::kFinder>;
using ResealerObject = KeyringUser<Resealer, Kind::kResealer>;

struct GateObject : Object {
  static constexpr Kind kKind = Kind::kGate;
  GateObject(std::shared_ptr<KeyringObject> keyring,
             std::unique_ptr<Parcels> parcels, std::unique_ptr<LocalGate> gate)
      : Object(kKind, Use::kShared),
        keyring(std::move(keyring)),
        parcels(std::move(parcels)),
        local(std::move(gate)) {}

  const std::shared_ptr<KeyringObject> keyring;
  const std::unique_ptr<Parcels> parcels;
  const std::unique_ptr<LocalGate> local;
};

// The log of a gate, or one that was published.
struct LogObject : Object {
  static constexpr Kind kKind = Kind::kLog;
  explicit LogObject(std::shared_ptr<GateObject> gate)
      : Object(kKind, Use::kShared),
        gate(std::move(gate)),
        reader(&this->gate->local->store()) {}
  explicit LogObject(std::unique_ptr<LogReader> published)
      : Object(kKind, Use::kShared),
        published(std::move(published)),
        reader(this->published.get()) {}

  const Object* Whole() const override {
    return gate == nullptr ? this : static_cast<const Object*>(gate.get());
  }

  const std::shared_ptr<GateObject> gate;
  const std::unique_ptr<LogReader> published;
  LogReader* const reader;
};

// Adds what `make` makes of a keyring.
template <typename Made, typename F>
absl::Status MakeUser(parcelveil_keyring keyring, uint64_t* handle, F&& make) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::shared_ptr<KeyringObject> shared,
                              Share<KeyringObject>(keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(auto made, make(shared->keyring.get()));
  *handle =
      AddObject(std::make_shared<Made>(std::move(shared), std::move(made)));
  return absl::OkStatus();
}

// The built-in one for an empty text.
absl::StatusOr<TableMap> MapOf(const parcelveil_bytes& text);

// Checks what it borrows. T: SealedView or SealedCell.
template <typename T>
absl::StatusOr<std::vector<T>> SealedOf(const parcelveil_sealed* items,
                                        size_t count) {
  PARCELVEIL_RETURN_IF_ERROR(CheckArray(items, count, "sealed"));
  std::vector<T> borrowed(count);
  for (size_t i = 0; i < count; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(borrowed[i].record_id,
                                TextOf(items[i].record_id, "record_id"));
    PARCELVEIL_ASSIGN_OR_RETURN(borrowed[i].sealed,
                                TextOf(items[i].sealed, "sealed"));
    borrowed[i].version = items[i].version;
  }
  return borrowed;
}

using CellLender = Lender<parcelveil_bytes, parcelveil_bytes>;
absl::Status LendCells(const CellLender& lender,
                       absl::Span<const SealedRow::ColumnBytes> cells);

absl::StatusOr<Cell> CellOf(const parcelveil_cell* cell);

}  // namespace parcelveil::capi

#endif  // PARCELVEIL_SRC_CAPI_BACK_END_OBJECTS_H_
