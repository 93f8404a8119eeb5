// SPDX-License-Identifier: Apache-2.0
// Tries to open one phone with one role's secret, and says why if it cannot.
//
//   open_field KEYRING_DIR DATABASE ROLE WAYBILL     (ROLE: LIST or GATE)

#include <iostream>
#include <string>
#include <string_view>

#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/sqlite.h"

namespace {

absl::Status ShowPhone(const parcelveil::Opener& opener,
                       parcelveil::SqliteDatabase& db,
                       std::string_view waybill) {
  auto select = db.Prepare(
      "SELECT recipient_phone_sealed FROM waybill WHERE waybill_no = ?",
      "table waybill");
  if (!select.ok()) return select.status();
  select->BindText(0, waybill);
  auto found = select->Step();
  if (!found.ok()) return found.status();
  if (!*found) return absl::NotFoundError("no such waybill");

  auto phone = opener.Open({parcelveil::Slot::kRecipientPhone, waybill},
                           select->Bytes(0));
  if (!phone.ok()) return phone.status();
  phone->Use([](std::string_view text) { std::cout << text << '\n'; });
  return absl::OkStatus();
}

absl::Status Main(char** argv) {
  const auto role = std::string_view(argv[3]) == "GATE"
                        ? parcelveil::Role::kGate
                        : parcelveil::Role::kList;
  auto keyring = parcelveil::LoadKeyring(argv[1], role);
  if (!keyring.ok()) return keyring.status();
  auto opener = parcelveil::Opener::Create(keyring->get());
  if (!opener.ok()) return opener.status();
  auto db = parcelveil::SqliteDatabase::Open(
      argv[2], parcelveil::SqliteDatabase::Access::kReadOnly);
  if (!db.ok()) return db.status();
  return ShowPhone(**opener, **db, argv[4]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: open_field KEYRING_DIR DATABASE ROLE WAYBILL\n";
    return 2;
  }
  const absl::Status status = Main(argv);
  if (!status.ok()) std::cerr << "refused: " << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
