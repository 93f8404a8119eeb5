// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/keyring.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "parcelveil/c_field.h"
#include "parcelveil/file.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::Keyring;
using parcelveil::LoadKeyringOptions;
using parcelveil::capi::AddObject;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::KeyringObject;
using parcelveil::capi::MillisOf;
using parcelveil::capi::PathOf;
using parcelveil::capi::Refuse;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace parcelveil::capi {

absl::StatusOr<TableMap> MapOf(const parcelveil_bytes& text) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                              TextOf(text, "map"));
  return bytes.empty() ? TableMap::Default() : TableMap::Parse(bytes);
}

}  // namespace parcelveil::capi

namespace {

absl::StatusOr<LoadKeyringOptions> OptionsOf(
    const parcelveil_keyring_options& given) {
  LoadKeyringOptions options;
  options.role_scope = parcelveil::Scope{given.outlet};
  if (given.passphrase_file.size > 0) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        options.passphrase_file,
        PathOf(given.passphrase_file, "passphrase_file"));
  }
  if (given.state_dir.size > 0) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.state_dir,
                                PathOf(given.state_dir, "state_dir"));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view keys,
                              TextOf(given.signers, "signers"));
  if (keys.size() % PARCELVEIL_KEY_SIZE != 0) {
    return Refuse("signers", "they are not made of keys");
  }
  for (size_t at = 0; at < keys.size(); at += PARCELVEIL_KEY_SIZE) {
    std::memcpy(options.signers.emplace_back().data(), keys.data() + at,
                PARCELVEIL_KEY_SIZE);
  }
  return options;
}

}  // namespace

int32_t parcelveil_keyring_load(parcelveil_bytes directory,
                                const parcelveil_keyring_options* options,
                                parcelveil_keyring* keyring,
                                parcelveil_error* error) {
  return CallForHandle(keyring, error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(options, "options"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string dir,
                                PathOf(directory, "directory"));
    PARCELVEIL_ASSIGN_OR_RETURN(const LoadKeyringOptions given,
                                OptionsOf(*options));
    PARCELVEIL_ASSIGN_OR_RETURN(
        std::unique_ptr<Keyring> loaded,
        parcelveil::LoadKeyring(dir, parcelveil::Role{options->role}, given));
    *keyring = AddObject(std::make_shared<KeyringObject>(std::move(loaded)));
    return absl::OkStatus();
  });
}

int32_t parcelveil_keyring_reload(parcelveil_keyring keyring,
                                  parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<KeyringObject> self,
                                Used<KeyringObject>::Of(keyring));
    return self->keyring->Reload();
  });
}

int32_t parcelveil_keyring_get_health(parcelveil_keyring keyring,
                                      parcelveil_keyring_health* health,
                                      parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(health, "health"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<KeyringObject> self,
                                Used<KeyringObject>::Of(keyring));
    const parcelveil::KeyringHealth now = self->keyring->Health();
    health->last_reload = static_cast<int32_t>(now.last_reload.code());
    health->serial = now.serial;
    health->created_ms = MillisOf(now.created);
    health->sealing_stops_ms = MillisOf(now.sealing_stops);
    health->tenant = self->keyring->tenant();
    health->needs_attention = now.needs_attention ? 1 : 0;
    return absl::OkStatus();
  });
}
