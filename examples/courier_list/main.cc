// SPDX-License-Identifier: Apache-2.0
// Shows a courier's list: masks, opened with a key that opens nothing else.
//
//   courier_list KEYRING_DIR DATABASE COURIER

#include <iostream>
#include <string>
#include <vector>

#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/reason.h"
#include "parcelveil/sqlite.h"

namespace {

using parcelveil::Slot;

absl::Status ShowList(int64_t courier, const parcelveil::Opener& opener,
                      parcelveil::SqliteDatabase& db) {
  auto select = db.Prepare(
      "SELECT waybill_no, recipient_view FROM waybill WHERE courier_id = ?",
      "table waybill");
  if (!select.ok()) return select.status();
  select->BindInt(0, courier);
  std::vector<std::string> ids, sealed;
  auto more = select->Step();
  for (; more.ok() && *more; more = select->Step()) {
    ids.emplace_back(select->Bytes(0));
    sealed.emplace_back(select->Bytes(1));
  }
  if (!more.ok()) return more.status();

  std::vector<parcelveil::SealedView> rows;
  for (size_t i = 0; i < ids.size(); ++i) rows.push_back({ids[i], sealed[i]});
  const auto views = opener.OpenViews(Slot::kRecipientView, rows);
  for (size_t i = 0; i < views.size(); ++i) {
    if (!views[i].ok()) {  // expired, foreign, damaged: one line, not the end
      std::cout << ids[i] << "  closed: "
                << ReasonName(parcelveil::ReasonOf(views[i].status())) << '\n';
      continue;
    }
    const parcelveil::View& view = *views[i];
    std::cout << ids[i] << "  " << view[Slot::kRecipientName].text() << "  "
              << view[Slot::kRecipientPhone].text() << "  "
              << view[Slot::kRecipientAddress].text() << '\n';
  }
  return absl::OkStatus();
}

absl::Status Main(const std::string& dir, const std::string& path,
                  int64_t courier) {
  auto keyring = parcelveil::LoadKeyring(dir, parcelveil::Role::kList);
  if (!keyring.ok()) return keyring.status();
  auto opener = parcelveil::Opener::Create(keyring->get());
  if (!opener.ok()) return opener.status();
  auto db = parcelveil::SqliteDatabase::Open(
      path, parcelveil::SqliteDatabase::Access::kReadOnly);
  if (!db.ok()) return db.status();
  return ShowList(courier, **opener, **db);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: courier_list KEYRING_DIR DATABASE COURIER\n";
    return 2;
  }
  const absl::Status status = Main(argv[1], argv[2], atoll(argv[3]));
  if (!status.ok()) std::cerr << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
