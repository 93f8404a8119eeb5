// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/device.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"
#include "src/device/core.h"

namespace parcelveil {

absl::StatusOr<std::unique_ptr<Device>> Device::Core::Make(
    device::DeviceState state, bool is_new, KeyWrap* key_wrap,
    const Clock* clock) {
  PARCELVEIL_ASSIGN_OR_RETURN(crypto::SigningKey signing_key,
                              crypto::SigningKey::FromSeed(state.seed));
  return std::unique_ptr<Device>(new Device(std::unique_ptr<Core>(
      new Core(key_wrap, clock == nullptr ? SystemClock() : clock,
               std::move(signing_key), std::move(state), is_new))));
}

Device::Device(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Device::~Device() = default;

absl::StatusOr<std::unique_ptr<Device>> Device::Create(KeyWrap* key_wrap,
                                                       const Clock* clock) {
  device::DeviceState state;
  PARCELVEIL_ASSIGN_OR_RETURN(state.seed, Secret::Random(32));
  return Core::Make(std::move(state), true, key_wrap, clock);
}

absl::StatusOr<std::unique_ptr<Device>> Device::Load(std::string_view state,
                                                     KeyWrap* key_wrap,
                                                     const Clock* clock) {
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret bytes, key_wrap->Unwrap(state));
  PARCELVEIL_ASSIGN_OR_RETURN(device::DeviceState parsed,
                              device::ParseDeviceState(bytes));
  return Core::Make(std::move(parsed), false, key_wrap, clock);
}

Ed25519PublicKey Device::public_key() const {
  return core_->signing_key.public_key();
}

absl::Status Device::Enrol(std::string_view card) {
  device::KnownGate enrolled;
  PARCELVEIL_ASSIGN_OR_RETURN(enrolled.card, wire::ParseGateCard(card));
  std::lock_guard<std::mutex> lock(core_->mutex);
  std::vector<device::KnownGate>& gates = core_->state.gates;
  // A gate with another log is another gate: what was seen of the old log
  // stays.
  auto gate = std::find_if(
      gates.begin(), gates.end(), [&](const device::KnownGate& known) {
        return known.card.gate_key == enrolled.card.gate_key &&
               known.card.log_key == enrolled.card.log_key &&
               known.card.log_origin == enrolled.card.log_origin;
      });
  if (gate == gates.end()) {
    if (gates.size() == device::kMaxGates) {
      return absl::ResourceExhaustedError(
          "enrol device: it knows eight gates already; make a new device");
    }
    gates.insert(gates.begin(), std::move(enrolled));
  } else {
    gate->card = std::move(enrolled.card);
    std::rotate(gates.begin(), gate, gate + 1);
  }
  core_->has_new_state = true;
  return absl::OkStatus();
}

absl::StatusOr<std::string> Device::State() {
  std::lock_guard<std::mutex> lock(core_->mutex);
  PARCELVEIL_ASSIGN_OR_RETURN(const Secret bytes,
                              device::EncodeDeviceState(core_->state));
  auto wrapped = bytes.Use([this](absl::Span<const uint8_t> plain) {
    return core_->key_wrap->Wrap(plain);
  });
  if (wrapped.ok()) core_->has_new_state = false;
  return wrapped;
}

bool Device::HasNewState() const {
  std::lock_guard<std::mutex> lock(core_->mutex);
  return core_->has_new_state;
}

std::string Device::Checkpoint() const {
  std::lock_guard<std::mutex> lock(core_->mutex);
  const auto& gates = core_->state.gates;
  return gates.empty() ? std::string() : gates.front().note;
}

absl::Status Device::Witness(std::string_view checkpoint,
                             const MerkleProof& proof) {
  std::lock_guard<std::mutex> lock(core_->mutex);
  if (core_->state.gates.empty()) {
    return MakeStatus(Reason::kWrongState,
                      "witness checkpoint: the device is not enrolled; enrol "
                      "it with a gate's card");
  }
  device::KnownGate& gate = core_->state.gates.front();
  const device::KnownGate before = gate;
  const absl::Status taken =
      device::TakeProvenCheckpoint(checkpoint, proof, &gate);
  core_->has_new_state |= !device::HasSeenTheSame(before, gate);
  return taken;
}

absl::Status Device::CheckLeaf(const Shown& shown,
                               const LeafProof& proof) const {
  if (proof.index != shown.leaf_index_) {
    return absl::DataLossError(
        "check leaf: the proof is of another leaf than the reply named; ask "
        "for that leaf's");
  }
  std::unique_lock<std::mutex> lock(core_->mutex);
  const device::KnownGate* const gate = core_->state.FindGate(shown.gate_);
  if (gate == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "check leaf: another device showed this; check it with "
                      "that one");
  }
  const std::string log = wire::EncodeVerifierKey(device::LogOf(*gate));
  lock.unlock();
  return VerifyLeaf(proof, shown.request_hash_, log).status();
}

std::optional<ForkEvidence> Device::Fork() const {
  std::lock_guard<std::mutex> lock(core_->mutex);
  for (const device::KnownGate& gate : core_->state.gates) {
    if (!gate.fork_note.empty()) return ForkEvidence{gate.note, gate.fork_note};
  }
  return std::nullopt;
}

}  // namespace parcelveil
