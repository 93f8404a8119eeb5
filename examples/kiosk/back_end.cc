// SPDX-License-Identifier: Apache-2.0
// The back end: turns what kiosks sent into rows of its table.
//
//   kiosk_back_end KEYRING_DIR DATABASE SOURCE ENVELOPE...
//
// SOURCE is the account that sent them, as the login says; each file is named
// after its waybill.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "parcelveil/file.h"
#include "parcelveil/intake_converter.h"
#include "parcelveil/sqlite.h"

namespace {

using parcelveil::Admission;
using parcelveil::IntakeConverter;
using parcelveil::OrderName;
using parcelveil::SqliteDatabase;

// given_out(waybill_no, source): numbers that were given out to kiosks. The
// table waybill has no version column, so it takes no corrections.
class Admissions : public parcelveil::OrderAdmissions {
 public:
  explicit Admissions(SqliteDatabase* db) : db_(db) {}

  absl::StatusOr<Admission> Admit(const OrderName& name) override {
    auto select = db_->Prepare(
        "SELECT (SELECT count(*) FROM waybill WHERE waybill_no = ?1) "
        "FROM given_out WHERE waybill_no = ?1 AND source = ?2",
        "table given_out");
    if (!select.ok()) return select.status();
    select->BindText(0, name.record_id);
    select->BindInt(1, static_cast<int64_t>(name.source));
    auto found = select->Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::PermissionDeniedError("not this kiosk's number");
    if (select->Int(0) > 0) return absl::AlreadyExistsError("it is there");
    return Admission::kNew;
  }

 private:
  SqliteDatabase* db_;
};

absl::Status Insert(const OrderName& name, const parcelveil::SealedRow& row,
                    SqliteDatabase* db) {
  std::string columns = "waybill_no", values = "?";
  for (const auto& cell : row.cells()) {
    columns += ", " + std::string(cell.column);
    values += ", ?";
  }
  auto insert = db->Prepare(
      "INSERT INTO waybill (" + columns + ") VALUES (" + values + ")",
      "table waybill");
  if (!insert.ok()) return insert.status();
  insert->BindText(0, name.record_id);
  int parameter = 1;
  for (const auto& cell : row.cells()) {
    insert->BindBlob(parameter++, cell.bytes);
  }
  return insert->Run();
}

// One order, one transaction: asked and written together.
absl::Status Take(const IntakeConverter& converter, const OrderName& name,
                  const std::string& envelope, SqliteDatabase* db) {
  absl::Status begun = db->Execute("BEGIN IMMEDIATE", "order");
  if (!begun.ok()) return begun;
  auto converted =
      converter.Convert(name, parcelveil::Scope::kNational, envelope);
  absl::Status status = converted.status();
  if (status.ok()) status = Insert(name, converted->row, db);
  if (status.ok()) return db->Execute("COMMIT", "order");
  db->Execute("ROLLBACK", "order").IgnoreError();
  return status;
}

absl::Status Main(int argc, char** argv) {
  auto keyring = parcelveil::LoadKeyring(argv[1], parcelveil::Role::kConverter);
  if (!keyring.ok()) return keyring.status();
  auto sealer = parcelveil::Sealer::Create(keyring->get(),
                                           parcelveil::TableMap::Default());
  if (!sealer.ok()) return sealer.status();
  auto db = SqliteDatabase::Open(argv[2], SqliteDatabase::Access::kReadWrite);
  if (!db.ok()) return db.status();
  Admissions admissions(db->get());
  const IntakeConverter converter(keyring->get(), sealer->get(), &admissions);
  const uint64_t source = std::strtoull(argv[3], nullptr, 10);

  absl::Status last;
  for (int i = 4; i < argc; ++i) {
    const std::string path = argv[i];
    std::ifstream file(path, std::ios::binary);
    const std::string envelope((std::istreambuf_iterator<char>(file)), {});
    const std::string waybill = path.substr(path.rfind('/') + 1);
    absl::Status taken =
        Take(converter, {waybill, source}, envelope, db->get());
    std::cout << waybill << ": " << (taken.ok() ? "taken" : taken.message())
              << '\n';
    if (!taken.ok()) last = taken;
  }
  return last;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: kiosk_back_end KEYRING_DIR DATABASE SOURCE "
                 "ENVELOPE...\n";
    return 2;
  }
  return Main(argc, argv).ok() ? 0 : 1;
}
