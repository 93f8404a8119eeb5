// SPDX-License-Identifier: Apache-2.0
// An order travels sealed: `messages KEYRING_DIR` seals it as the order intake
// would, shows it as a courier's list would, and opens its phone as the gate
// would. Three services in truth, each with its own role's secret.

#include <iostream>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "order.pb.h"
#include "parcelveil/file.h"
#include "parcelveil/message.h"

using parcelveil::Keyring;
using parcelveil::MessageSealer;
using parcelveil::Role;
using parcelveil::Slot;

// At start, once a process.
struct Service {
  std::unique_ptr<Keyring> keyring;
  std::unique_ptr<MessageSealer> messages;
};
absl::StatusOr<Service> Start(const char* dir, Role role) {
  auto keyring = parcelveil::LoadKeyring(dir, role);
  if (!keyring.ok()) return keyring.status();
  auto messages =
      MessageSealer::Create(keyring->get(), shop::Order::descriptor());
  if (!messages.ok()) return messages.status();
  return Service{*std::move(keyring), *std::move(messages)};
}

absl::Status Run(const char* dir) {
  const auto intake = Start(dir, Role::kConverter);
  if (!intake.ok()) return intake.status();
  const auto list = Start(dir, Role::kList);
  if (!list.ok()) return list.status();
  const auto gate = Start(dir, Role::kGate);
  if (!gate.ok()) return gate.status();

  shop::Order order;
  order.set_waybill_no("SF1234567890123");
  order.set_name("欧阳锋");
  order.set_phone("13812345678");
  order.set_address("江苏省苏州市姑苏区平江路128号3幢2单元501室");
  order.set_route_code("512-A3");

  absl::Status status = intake->messages->Seal(&order);
  if (!status.ok()) return status;
  std::cout << "sealed: phone \"" << order.phone() << "\", "
            << order.sealed().cells_size() << " cells, route "
            << order.route_code() << "\n";

  status = list->messages->ShowViews(&order);
  if (!status.ok()) return status;
  std::cout << "shown:  " << order.name() << " " << order.phone() << " "
            << order.address() << "\n";

  const auto refused = list->messages->OpenField(order, Slot::kRecipientPhone);
  std::cout << "list:   " << refused.status().message() << "\n";

  const auto phone = gate->messages->OpenField(order, Slot::kRecipientPhone);
  if (!phone.ok()) return phone.status();
  phone->Use(
      [](std::string_view text) { std::cout << "gate:   " << text << "\n"; });
  return absl::OkStatus();
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: messages KEYRING_DIR\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
