// SPDX-License-Identifier: Apache-2.0
// Everything that a delivery app calls, to see what it links.

#include <algorithm>
#include <string>
#include <utility>

#include "parcelveil/device.h"

namespace {

using parcelveil::Ask;
using parcelveil::Device;
using parcelveil::Purpose;
using parcelveil::Secret;
using parcelveil::Slot;

// Stands for the platform's keystore.
class NoKeyWrap : public parcelveil::KeyWrap {
 public:
  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override {
    return std::string(state.begin(), state.end());
  }
  absl::StatusOr<Secret> Unwrap(std::string_view wrapped) override {
    auto secret = Secret::Zero(std::max<size_t>(wrapped.size(), 1));
    if (!secret.ok()) return secret;
    secret->UseMutable([&](absl::Span<uint8_t> bytes) {
      std::copy(wrapped.begin(), wrapped.end(), bytes.begin());
    });
    return secret;
  }
};

// Opens with whatever stands for the gate's answer.
int Work(Device* device, std::string_view reply) {
  const std::string waybill = "SF1234567890123";
  int num_opened = 0;
  auto reveal =
      device->Reveal(waybill, {Slot::kRecipientAddress}, Purpose::kDeliver);
  if (reveal.ok()) num_opened += device->Open(std::move(*reveal), reply).ok();
  auto dial = device->Dial(waybill);
  if (dial.ok()) num_opened += device->OpenDial(std::move(*dial), reply).ok();
  auto search = device->Search({waybill});
  if (search.ok()) {
    num_opened += device->OpenSearch(std::move(*search), reply).ok();
  }
  auto sheet =
      device->Sheet({waybill}, {Slot::kRecipientAddress}, Purpose::kDeliver);
  if (!sheet.ok()) return num_opened;
  auto opened = device->OpenSheet(std::move(*sheet), reply);
  return num_opened + (opened.ok() && opened->Entry(waybill).ok());
}

}  // namespace

int main(int argc, char** argv) {
  NoKeyWrap key_wrap;
  auto device = Device::Create(&key_wrap);
  if (!device.ok() || argc != 2) return 1;
  if (!(*device)->Enrol(argv[1]).ok()) return 2;
  const int num_opened = Work(device->get(), argv[1]);
  const auto state = (*device)->State();
  const bool loads = state.ok() && Device::Load(*state, &key_wrap).ok();
  return num_opened + loads + parcelveil::ParseList(argv[1]).ok();
}
