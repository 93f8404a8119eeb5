// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "order.pb.h"
#include "parcelveil/mask.h"
#include "parcelveil/secret.h"

int main() {
  // Links libsodium through the installed package.
  if (!parcelveil::Secret::Random(32).ok()) return 1;
  stranger::Order order;
  order.set_phone("13812345678");
  const auto& option = order.GetDescriptor()->field(0)->options().GetExtension(
      parcelveil::v1::field);
  if (option.kind() != parcelveil::v1::Field::PHONE) return 1;
  std::cout
      << parcelveil::Mask(parcelveil::MaskRule::kPhone34, order.phone()).text()
      << "\n";
}
