// SPDX-License-Identifier: Apache-2.0
// Seals one waybill and stores it: what a back end does with every order.
//
//   store_waybill KEYRING_DIR DATABASE

#include <iostream>

#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/sqlite.h"

namespace {

using parcelveil::Slot;

struct Order {
  std::string_view waybill, name, phone, address;
  int64_t courier;
};

// Fields, view and index values are written together, or not at all.
absl::Status Store(const Order& order, const parcelveil::Sealer& sealer,
                   parcelveil::SqliteDatabase& db) {
  parcelveil::Record record(order.waybill);
  record.Set(Slot::kRecipientName, order.name);
  record.Set(Slot::kRecipientPhone, order.phone);
  record.Set(Slot::kRecipientAddress, order.address);
  auto row = sealer.Seal(record);
  if (!row.ok()) return row.status();

  std::string columns = "waybill_no, courier_id", values = "?, ?";
  for (const auto& [column, bytes] : row->cells()) {
    columns += ", " + std::string(column);
    values += ", ?";
  }
  auto insert = db.Prepare(
      "INSERT INTO waybill (" + columns + ") VALUES (" + values + ")",
      "table waybill");
  if (!insert.ok()) return insert.status();
  insert->BindText(0, order.waybill);
  insert->BindInt(1, order.courier);
  int parameter = 2;
  for (const auto& [column, bytes] : row->cells()) {
    insert->BindBlob(parameter++, bytes);
  }
  return insert->Run();
}

absl::Status Main(const std::string& dir, const std::string& path) {
  auto keyring = parcelveil::LoadKeyring(dir, parcelveil::Role::kConverter);
  if (!keyring.ok()) return keyring.status();
  auto sealer = parcelveil::Sealer::Create(keyring->get(),
                                           parcelveil::TableMap::Default());
  if (!sealer.ok()) return sealer.status();
  auto db = parcelveil::SqliteDatabase::Open(
      path, parcelveil::SqliteDatabase::Access::kReadWrite);
  if (!db.ok()) return db.status();
  const Order order{"SF1234567890123", "欧阳晓明", "14112345678",
                    "江苏省苏州市姑苏区平江路128号3幢2单元501室", 1007};
  absl::Status stored = Store(order, **sealer, **db);
  if (stored.ok()) std::cout << "stored " << order.waybill << ", sealed\n";
  return stored;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: store_waybill KEYRING_DIR DATABASE\n";
    return 2;
  }
  const absl::Status status = Main(argv[1], argv[2]);
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
