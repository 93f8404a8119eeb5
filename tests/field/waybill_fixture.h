// SPDX-License-Identifier: Apache-2.0
// One waybill, a converter that seals it, and two roles that open it.

#ifndef PARCELVEIL_TESTS_FIELD_WAYBILL_FIXTURE_H_
#define PARCELVEIL_TESTS_FIELD_WAYBILL_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "parcelveil/field.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

inline constexpr std::string_view kWaybill = "SF1234567890123";
inline constexpr std::string_view kName = "欧阳锋";
inline constexpr std::string_view kPhone = "13812345678";
inline constexpr std::string_view kAddress =
    "江苏省苏州市姑苏区平江路128号3幢2单元501室";

inline std::map<std::string, std::string> Columns(const SealedRow& row) {
  std::map<std::string, std::string> columns;
  for (const SealedRow::ColumnBytes& cell : row.cells()) {
    columns[std::string(cell.column)] = cell.bytes;
  }
  return columns;
}

class WaybillFixture : public ::testing::Test {
 protected:
  WaybillFixture()
      : converter_(keys_.Load(Role::kConverter)),
        gate_(keys_.Load(Role::kGate)),
        list_(keys_.Load(Role::kList)),
        sealer_(Sealer::Create(converter_.get(), TableMap::Default()).value()),
        gate_opener_(Opener::Create(gate_.get()).value()),
        list_opener_(Opener::Create(list_.get()).value()) {}

  static Record Waybill() {
    Record record(kWaybill);
    record.Set(Slot::kRecipientName, kName);
    record.Set(Slot::kRecipientPhone, kPhone);
    record.Set(Slot::kRecipientAddress, kAddress);
    return record;
  }

  std::string SealText(Slot slot, std::string_view text) {
    std::string sealed;
    EXPECT_THAT(
        sealer_->SealField({slot, kWaybill}, Scope::kNational, text, &sealed),
        IsOk());
    return sealed;
  }

  TestKeyring keys_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Keyring> list_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Opener> gate_opener_;
  std::unique_ptr<Opener> list_opener_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_FIELD_WAYBILL_FIXTURE_H_
