// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>

#include "order.pb.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/message.h"

// Seals one field and one message with the keyring directory argv[1], and shows
// the message's masks.
int main(int, char** argv) {
  const auto converter =
      parcelveil::LoadKeyring(argv[1], parcelveil::Role::kConverter);
  const auto list = parcelveil::LoadKeyring(argv[1], parcelveil::Role::kList);
  if (!converter.ok() || !list.ok()) return 1;

  const auto sealer = parcelveil::Sealer::Create(
      converter->get(), parcelveil::TableMap::Default());
  std::string sealed;
  if (!(*sealer)
           ->SealField({parcelveil::Slot::kRecipientPhone, "SF1"},
                       parcelveil::Scope::kNational, "14112345678", &sealed)
           .ok()) {
    return 1;
  }
  std::cout << sealed.size() << " bytes\n";

  stranger::Order order;
  order.set_waybill_no("SF1");
  order.set_phone("14112345678");
  const auto sealing = parcelveil::MessageSealer::Create(
      converter->get(), stranger::Order::descriptor());
  const auto showing = parcelveil::MessageSealer::Create(
      list->get(), stranger::Order::descriptor());
  if (!sealing.ok() || !showing.ok()) return 1;
  if (!(*sealing)->Seal(&order).ok() || !order.phone().empty()) return 1;
  if (!(*showing)->ShowViews(&order).ok()) return 1;
  std::cout << order.phone() << "\n";
}
