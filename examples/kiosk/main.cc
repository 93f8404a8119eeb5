// SPDX-License-Identifier: Apache-2.0
// A kiosk: seals orders to the day's card and keeps nothing that opens them.
// Links parcelveil::device alone.
//
//   kiosk CARD SIGNER_KEY FOLDER     one file an order, into FOLDER

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/escaping.h"
#include "parcelveil/intake.h"

namespace {

using parcelveil::Slot;

// The account that this kiosk logs in with.
constexpr uint64_t kSource = 4711;

struct Order {
  std::string_view waybill, name, phone, address;
};
constexpr Order kOrders[] = {
    {"SF1234567890123", "欧阳晓明", "14112345678",
     "江苏省苏州市姑苏区平江路128号3幢2单元501室"},
    {"SF1234567890124", "𠮷田花子", "14187654321",
     "浙江省杭州市西湖区文三路90号"},
    {"SF1234567890125", "李雷", "0512-65551234转801",
     "上海市静安区南京西路1号"},
};

// Taken at installation, never from where cards come from.
parcelveil::Ed25519PublicKey KeyFromHex(const std::string& hex) {
  parcelveil::Ed25519PublicKey key{};
  const std::string bytes = absl::HexStringToBytes(hex);
  if (bytes.size() == key.size()) {
    std::copy(bytes.begin(), bytes.end(), key.begin());
  }
  return key;
}

absl::Status SealAll(const parcelveil::IntakeSealer& sealer,
                     const std::string& folder) {
  for (const Order& order : kOrders) {
    auto envelope = sealer.Seal({order.waybill, kSource},
                                {{Slot::kRecipientName, order.name},
                                 {Slot::kRecipientPhone, order.phone},
                                 {Slot::kRecipientAddress, order.address}});
    if (!envelope.ok()) return envelope.status();
    const std::string path = folder + "/" + std::string(order.waybill);
    std::ofstream file(path, std::ios::binary);
    if (!(file << *envelope).flush()) {
      return absl::UnavailableError("write " + path + ": it failed");
    }
    std::cout << "sealed " << order.waybill << ", " << envelope->size()
              << " bytes\n";
  }
  return absl::OkStatus();
}

absl::Status Main(char** argv) {
  std::ifstream file(argv[1], std::ios::binary);
  const std::string card((std::istreambuf_iterator<char>(file)), {});
  auto sealer = parcelveil::IntakeSealer::Create({card, {KeyFromHex(argv[2])}});
  if (!sealer.ok()) return sealer.status();
  return SealAll(*sealer, argv[3]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: kiosk CARD SIGNER_KEY FOLDER\n";
    return 2;
  }
  const absl::Status status = Main(argv);
  if (!status.ok()) std::cerr << "refused: " << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
