// SPDX-License-Identifier: Apache-2.0
#include "src/device/device_state.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "src/audit/note.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::device {
namespace {

constexpr uint8_t kType = 0x26;
constexpr size_t kSeedSize = 32;
constexpr size_t kHeadSize = 2 + kSeedSize + 8 + 1;

void PutLp16(std::string_view bytes, wire::Appender* out) {
  out->Put(static_cast<uint16_t>(bytes.size()));
  out->Put(bytes);
}

std::string_view TakeLp16(wire::Reader* reader) {
  return reader->Take(reader->Get<uint16_t>());
}

// Everything but the seed is public.
absl::StatusOr<std::string> EncodeGates(const std::vector<KnownGate>& gates) {
  std::string bytes;
  wire::Appender out(&bytes);
  for (const KnownGate& gate : gates) {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string card,
                                wire::EncodeGateCard(gate.card));
    PutLp16(card, &out);
    PutLp16(gate.note, &out);
    PutLp16(gate.fork_note, &out);
  }
  return bytes;
}

absl::Status Malformed() {
  return MakeStatus(Reason::kMalformed,
                    "load device: its state is not of version 1; enrol the "
                    "device anew");
}

absl::StatusOr<KnownGate> ReadGate(wire::Reader* reader) {
  KnownGate gate;
  PARCELVEIL_ASSIGN_OR_RETURN(gate.card, wire::ParseGateCard(TakeLp16(reader)));
  gate.note = TakeLp16(reader);
  gate.fork_note = TakeLp16(reader);
  if (gate.note.size() > kMaxNoteSize || gate.fork_note.size() > kMaxNoteSize ||
      (gate.note.empty() && !gate.fork_note.empty())) {
    return Malformed();
  }
  if (gate.note.empty()) return gate;
  PARCELVEIL_ASSIGN_OR_RETURN(gate.head,
                              audit::OpenCheckpoint(gate.note, LogOf(gate)));
  if (gate.fork_note.empty()) return gate;
  PARCELVEIL_RETURN_IF_ERROR(
      audit::OpenCheckpoint(gate.fork_note, LogOf(gate)).status());
  return gate;
}

}  // namespace

KnownGate* DeviceState::FindGate(const GateId& id) {
  const auto gate =
      std::find_if(gates.begin(), gates.end(), [&](const KnownGate& known) {
        return GateIdOf(known.card.gate_key) == id;
      });
  return gate == gates.end() ? nullptr : &*gate;
}

absl::StatusOr<Secret> EncodeDeviceState(const DeviceState& state) {
  if (!state.seed.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "save device: it was made before fork; load it again in "
                      "the child");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string gates,
                              EncodeGates(state.gates));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret bytes,
                              Secret::Zero(kHeadSize + gates.size()));
  bytes.UseMutable([&](absl::Span<uint8_t> out) {
    wire::Writer writer(out.data());
    writer.Put(kType);
    writer.Put(uint8_t{0});
    state.seed.Use([&](absl::Span<const uint8_t> seed) {
      writer.Put(wire::AsText(seed));
    });
    writer.Put(
        static_cast<uint64_t>(absl::ToInt64Milliseconds(state.clock_offset)));
    writer.Put(static_cast<uint8_t>(state.gates.size()));
    writer.Put(std::string_view(gates));
  });
  return bytes;
}

absl::StatusOr<DeviceState> ParseDeviceState(const Secret& bytes) {
  DeviceState state;
  PARCELVEIL_ASSIGN_OR_RETURN(state.seed, Secret::Zero(kSeedSize));
  const absl::Status status =
      bytes.Use([&](absl::Span<const uint8_t> in) -> absl::Status {
        wire::Reader reader(wire::AsText(in));
        const bool is_state =
            reader.Get<uint8_t>() == kType && reader.Get<uint8_t>() == 0;
        const std::string_view seed = reader.Take(kSeedSize);
        state.clock_offset =
            absl::Milliseconds(static_cast<int64_t>(reader.Get<uint64_t>()));
        const size_t num_gates = reader.Get<uint8_t>();
        if (!is_state || !reader.ok() || num_gates > kMaxGates ||
            absl::AbsDuration(state.clock_offset) > kMaxClockOffset) {
          return Malformed();
        }
        for (size_t i = 0; i < num_gates; ++i) {
          PARCELVEIL_ASSIGN_OR_RETURN(KnownGate gate, ReadGate(&reader));
          state.gates.push_back(std::move(gate));
        }
        if (!reader.AtEnd()) return Malformed();
        state.seed.UseMutable([&](absl::Span<uint8_t> out) {
          memcpy(out.data(), seed.data(), kSeedSize);
        });
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return state;
}

}  // namespace parcelveil::device
