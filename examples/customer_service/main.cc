// SPDX-License-Identifier: Apache-2.0
// Customer service: finds a parcel by phone, and changes its address.
//
//   customer_service KEYRING_DIR DATABASE PHONE [NEW_ADDRESS]

#include <iostream>
#include <string>
#include <vector>

#include "parcelveil/file.h"
#include "parcelveil/finder.h"
#include "parcelveil/reseal.h"
#include "parcelveil/sqlite.h"

namespace {

using parcelveil::Slot;
using parcelveil::SqliteDatabase;

// The waybill of that phone that was sealed in the last 7 days.
absl::StatusOr<std::string> Find(std::string_view phone,
                                 const parcelveil::Finder& finder,
                                 SqliteDatabase& db) {
  const parcelveil::Search search{Slot::kRecipientPhone, phone};
  auto values = finder.Values(search, absl::Hours(7 * 24));  // one a day
  if (!values.ok()) return values.status();
  std::string parameters = "?";
  for (size_t i = 1; i < values->size(); ++i) parameters += ", ?";
  auto select = db.Prepare(
      "SELECT waybill_no, recipient_phone_sealed FROM waybill "
      "WHERE recipient_phone_by_phone IN (" +
          parameters + ")",
      "table waybill");
  if (!select.ok()) return select.status();
  for (size_t i = 0; i < values->size(); ++i) {
    select->BindBlob(static_cast<int>(i), (*values)[i]);
  }
  std::vector<std::string> ids, sealed;
  auto more = select->Step();
  for (; more.ok() && *more; more = select->Step()) {
    ids.emplace_back(select->Bytes(0));
    sealed.emplace_back(select->Bytes(1));
  }
  if (!more.ok()) return more.status();

  std::vector<parcelveil::SealedCell> cells;
  for (size_t i = 0; i < ids.size(); ++i) cells.push_back({ids[i], sealed[i]});
  auto found = finder.Matches(search, cells);  // opens inside, tells which
  if (!found.ok()) return found.status();
  if (found->positions.empty()) {
    return absl::NotFoundError("no waybill of that phone in 7 days");
  }
  return ids[found->positions[0]];
}

// Seals the new address, and the view that shows it, in one update.
absl::Status ChangeAddress(std::string_view waybill, std::string_view address,
                           const parcelveil::Resealer& resealer,
                           SqliteDatabase& db) {
  auto lock = parcelveil::SqliteTransaction::Begin(
      &db, parcelveil::SqliteTransaction::Kind::kWrite);
  if (!lock.ok()) return lock.status();
  const std::vector<std::string> columns = {
      "recipient_name_sealed",    "recipient_phone_sealed",
      "recipient_address_sealed", "recipient_view",
      "recipient_phone_by_phone", "recipient_phone_by_last4"};
  std::string names = columns[0];
  for (size_t i = 1; i < columns.size(); ++i) names += ", " + columns[i];
  auto select =
      db.Prepare("SELECT " + names + " FROM waybill WHERE waybill_no = ?",
                 "table waybill");
  if (!select.ok()) return select.status();
  select->BindText(0, waybill);
  auto more = select->Step();
  if (!more.ok()) return more.status();
  parcelveil::StoredRow row{waybill, {}};
  for (size_t i = 0; i < columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (select->IsNull(column)) continue;
    row.columns.push_back({columns[i], select->Bytes(column)});
  }
  auto changed = resealer.Change(row, Slot::kRecipientAddress, address);
  if (!changed.ok()) return changed.status();

  std::string assignments;
  for (const auto& [column, bytes] : changed->cells) {
    if (!assignments.empty()) assignments += ", ";
    assignments += std::string(column) + " = ?";
  }
  auto update =
      db.Prepare("UPDATE waybill SET " + assignments + " WHERE waybill_no = ?",
                 "table waybill");
  if (!update.ok()) return update.status();
  int parameter = 0;
  for (const auto& [column, bytes] : changed->cells) {
    update->BindBlob(parameter++, bytes);
  }
  update->BindText(parameter, waybill);
  absl::Status updated = update->Run();
  if (!updated.ok()) return updated;
  select->Reset();
  return (*lock)->Commit();
}

absl::Status Main(const std::string& dir, const std::string& path,
                  std::string_view phone, const char* address) {
  auto keyring = parcelveil::LoadKeyring(dir, parcelveil::Role::kGate);
  if (!keyring.ok()) return keyring.status();
  auto finder = parcelveil::Finder::Create(keyring->get());
  if (!finder.ok()) return finder.status();
  auto db = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
  if (!db.ok()) return db.status();
  auto waybill = Find(phone, **finder, **db);
  if (!waybill.ok()) return waybill.status();
  std::cout << "found " << *waybill << '\n';
  if (address == nullptr) return absl::OkStatus();

  auto resealer = parcelveil::Resealer::Create(keyring->get(),
                                               parcelveil::TableMap::Default());
  if (!resealer.ok()) return resealer.status();
  absl::Status changed = ChangeAddress(*waybill, address, **resealer, **db);
  if (changed.ok()) std::cout << "changed its address\n";
  return changed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::cerr << "usage: customer_service KEYRING_DIR DATABASE PHONE "
                 "[NEW_ADDRESS]\n";
    return 2;
  }
  const absl::Status status =
      Main(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : nullptr);
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
