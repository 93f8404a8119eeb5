// SPDX-License-Identifier: Apache-2.0
// A device: its life, its state and what it has seen of the log.

#include "parcelveil/device.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "parcelveil/c_device.h"
#include "src/capi/call.h"
#include "src/capi/device_objects.h"
#include "src/capi/key_wrap.h"

using parcelveil::Device;
using parcelveil::KeyWrap;
using parcelveil::capi::AddObject;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallerKeyWrap;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::CheckThere;
using parcelveil::capi::DeviceObject;
using parcelveil::capi::ProofOf;
using parcelveil::capi::ShownObject;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace parcelveil::capi {

absl::StatusOr<MerkleProof> ProofOf(const parcelveil_bytes& hashes) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                              TextOf(hashes, "proof"));
  if (bytes.size() % PARCELVEIL_KEY_SIZE != 0) {
    return Refuse("proof", "it is not made of hashes");
  }
  MerkleProof proof(bytes.size() / PARCELVEIL_KEY_SIZE);
  for (size_t i = 0; i < proof.size(); ++i) {
    std::memcpy(proof[i].data(), bytes.data() + i * PARCELVEIL_KEY_SIZE,
                PARCELVEIL_KEY_SIZE);
  }
  return proof;
}

}  // namespace parcelveil::capi

namespace {

// Makes a device with `make`, which is given its key wrap.
template <typename F>
absl::Status MakeDevice(const parcelveil_key_wrap* functions,
                        parcelveil_device* handle, F&& make) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<CallerKeyWrap> key_wrap,
                              CallerKeyWrap::Make(functions));
  CallerKeyWrap* const kept = key_wrap.get();
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Device> device, make(kept));
  *handle = AddObject(
      std::make_shared<DeviceObject>(std::move(key_wrap), std::move(device)));
  kept->Keep();
  return absl::OkStatus();
}

}  // namespace

int32_t parcelveil_device_create(const parcelveil_key_wrap* key_wrap,
                                 parcelveil_device* device,
                                 parcelveil_error* error) {
  return CallForHandle(device, error, [&] {
    return MakeDevice(key_wrap, device,
                      [](KeyWrap* wrap) { return Device::Create(wrap); });
  });
}

int32_t parcelveil_device_load(parcelveil_bytes state,
                               const parcelveil_key_wrap* key_wrap,
                               parcelveil_device* device,
                               parcelveil_error* error) {
  return CallForHandle(device, error, [&] {
    return MakeDevice(
        key_wrap, device,
        [&](KeyWrap* wrap) -> absl::StatusOr<std::unique_ptr<Device>> {
          PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                      TextOf(state, "state"));
          return Device::Load(bytes, wrap);
        });
  });
}

int32_t parcelveil_device_public_key(parcelveil_device device,
                                     uint8_t key[PARCELVEIL_KEY_SIZE],
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(key, "key"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    const auto public_key = self->device->public_key();
    std::copy(public_key.begin(), public_key.end(), key);
    return absl::OkStatus();
  });
}

int32_t parcelveil_device_enrol(parcelveil_device device, parcelveil_bytes card,
                                parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view bytes,
                                TextOf(card, "card"));
    return self->device->Enrol(bytes);
  });
}

int32_t parcelveil_device_state(parcelveil_device device, parcelveil_take take,
                                void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string state, self->device->State());
    return lender.Lend(BytesOf(state));
  });
}

int32_t parcelveil_device_has_new_state(parcelveil_device device, int32_t* has,
                                        parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(has, "has"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    *has = self->device->HasNewState() ? 1 : 0;
    return absl::OkStatus();
  });
}

int32_t parcelveil_device_checkpoint(parcelveil_device device,
                                     parcelveil_take take, void* context,
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    const std::string checkpoint = self->device->Checkpoint();
    return lender.Lend(BytesOf(checkpoint));
  });
}

int32_t parcelveil_device_witness(parcelveil_device device,
                                  parcelveil_bytes checkpoint,
                                  parcelveil_bytes proof,
                                  parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view note,
                                TextOf(checkpoint, "checkpoint"));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::MerkleProof hashes,
                                ProofOf(proof));
    return self->device->Witness(note, hashes);
  });
}

int32_t parcelveil_device_check_leaf(parcelveil_device device,
                                     parcelveil_shown shown,
                                     const parcelveil_leaf_proof* proof,
                                     parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(proof, "proof"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<ShownObject> what,
                                Used<ShownObject>::Of(shown));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view leaf,
                                TextOf(proof->leaf, "leaf"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view note,
                                TextOf(proof->checkpoint, "checkpoint"));
    parcelveil::LeafProof given{
        proof->index, std::string(leaf), std::string(note), {}};
    PARCELVEIL_ASSIGN_OR_RETURN(given.proof, ProofOf(proof->proof));
    return self->device->CheckLeaf(what->shown, given);
  });
}

int32_t parcelveil_device_fork(parcelveil_device device, parcelveil_take take,
                               void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<DeviceObject> self,
                                Used<DeviceObject>::Of(device));
    const std::optional<parcelveil::ForkEvidence> fork = self->device->Fork();
    if (!fork.has_value()) return absl::OkStatus();
    PARCELVEIL_RETURN_IF_ERROR(lender.Lend(BytesOf(fork->kept)));
    return lender.Lend(BytesOf(fork->other));
  });
}
