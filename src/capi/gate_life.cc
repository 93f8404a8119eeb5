// SPDX-License-Identifier: Apache-2.0
// Making and opening a gate.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "parcelveil/c_gate.h"
#include "parcelveil/local_gate.h"
#include "parcelveil/sqlite_gate.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"
#include "src/capi/parcels.h"

using parcelveil::GateAlert;
using parcelveil::LocalGate;
using parcelveil::Parcels;
using parcelveil::capi::AddObject;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallerParcels;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::GateObject;
using parcelveil::capi::KeyringObject;
using parcelveil::capi::MapOf;
using parcelveil::capi::PathOf;
using parcelveil::capi::Refuse;
using parcelveil::capi::Share;

namespace {

// The caller's functions, or a wrapped table; the caller's are in `*kept` too.
absl::StatusOr<std::unique_ptr<Parcels>> ParcelsOf(
    const parcelveil_gate_options& given, const KeyringObject& keyring,
    CallerParcels** kept) {
  if (given.parcels != nullptr) {
    if (given.database.size > 0) {
      return Refuse("options", "it has both parcels and a database");
    }
    PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<CallerParcels> parcels,
                                CallerParcels::Make(given.parcels));
    *kept = parcels.get();
    return parcels;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string database,
                              PathOf(given.database, "database"));
  PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::TableMap map, MapOf(given.map));
  return parcelveil::SqliteParcels::Create(database, map,
                                           keyring.keyring->schema());
}

absl::StatusOr<parcelveil::LocalGateOptions> OptionsOf(
    const parcelveil_gate_options& given) {
  parcelveil::LocalGateOptions options;
  if (given.passphrase_file.size > 0) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        options.passphrase_file,
        PathOf(given.passphrase_file, "passphrase_file"));
  }
  if (given.alert != nullptr) {
    options.alert = [tell = given.alert,
                     context = given.alert_context](const GateAlert& alert) {
      const parcelveil_alert lent{
          sizeof(lent), ToInt(alert.outlet), alert.principal,
          alert.device, BytesOf(alert.text), static_cast<uint8_t>(alert.kind)};
      tell(context, &lent);
    };
  }
  return options;
}

}  // namespace

int32_t parcelveil_gate_init(parcelveil_bytes directory,
                             parcelveil_bytes origin,
                             parcelveil_bytes passphrase_file,
                             parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string dir,
                                PathOf(directory, "directory"));
    parcelveil::CreateLocalGateOptions options;
    PARCELVEIL_ASSIGN_OR_RETURN(options.origin, PathOf(origin, "origin"));
    if (passphrase_file.size > 0) {
      PARCELVEIL_ASSIGN_OR_RETURN(options.passphrase_file,
                                  PathOf(passphrase_file, "passphrase_file"));
    }
    return parcelveil::CreateLocalGate(dir, options);
  });
}

int32_t parcelveil_gate_open(parcelveil_bytes directory,
                             const parcelveil_gate_options* options,
                             parcelveil_gate* gate, parcelveil_error* error) {
  return CallForHandle(gate, error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(options, "options"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string dir,
                                PathOf(directory, "directory"));
    PARCELVEIL_ASSIGN_OR_RETURN(std::shared_ptr<KeyringObject> keyring,
                                Share<KeyringObject>(options->keyring));
    PARCELVEIL_ASSIGN_OR_RETURN(parcelveil::LocalGateOptions local,
                                OptionsOf(*options));
    CallerParcels* kept = nullptr;
    PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Parcels> parcels,
                                ParcelsOf(*options, *keyring, &kept));
    local.keyring = keyring->keyring.get();
    local.parcels = parcels.get();
    PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<LocalGate> opened,
                                LocalGate::Open(dir, std::move(local)));
    *gate = AddObject(std::make_shared<GateObject>(
        std::move(keyring), std::move(parcels), std::move(opened)));
    if (kept != nullptr) kept->Keep();
    return absl::OkStatus();
  });
}
