// SPDX-License-Identifier: Apache-2.0
// A keyring whose editor is under test, and rows sealed under it.

#ifndef PARCELVEIL_TESTS_KEYRING_EDITOR_FIXTURE_H_
#define PARCELVEIL_TESTS_KEYRING_EDITOR_FIXTURE_H_

#include <string>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring_admin.h"
#include "src/keyring/payload.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {

class EditorTest : public ::testing::Test {
 protected:
  static constexpr char kRecord[] = "SF1234567890123";

  // The cells of a row that tests open.
  struct Row {
    std::string phone;
    std::string view;
  };

  KeyringEditor& editor() { return keys_.editor(); }
  Epoch Today() { return keys_.today(); }
  Epoch DaysAgo(int days) { return EpochOf(DayOf(Today()) - days); }
  void AdvanceDays(int days) { keys_.clock().Advance(absl::Hours(24) * days); }

  MaintainReport MaintainAndPublish(
      const KeyringEditor::MaintainOptions& options = {}) {
    MaintainReport report = editor().Maintain(options).value();
    keys_.Publish();
    return report;
  }

  // Seals as CONVERTER, today or on a past day.
  absl::StatusOr<Row> Seal(Scope scope = Scope::kNational,
                           std::optional<Epoch> day = std::nullopt) {
    const auto keyring = keys_.Load(Role::kConverter);
    const auto sealer =
        Sealer::Create(keyring.get(), TableMap::Default()).value();
    Record record(kRecord);
    record.Set(Slot::kRecipientName, "张三");
    record.Set(Slot::kRecipientPhone, "13812345678");
    record.set_scope(scope);
    if (day.has_value()) record.set_day(DayOf(*day));
    auto sealed = sealer->Seal(record);
    if (!sealed.ok()) return sealed.status();
    Row row;
    for (const SealedRow::ColumnBytes& cell : sealed->cells()) {
      if (cell.column == "recipient_phone_sealed") row.phone = cell.bytes;
      if (cell.column == "recipient_view") row.view = cell.bytes;
    }
    return row;
  }

  absl::Status OpenPhone(Role role, const Row& row) {
    const auto keyring = keys_.Load(role);
    return Opener::Create(keyring.get())
        .value()
        ->Open({Slot::kRecipientPhone, kRecord}, row.phone)
        .status();
  }

  absl::Status OpenView(Role role, const Row& row,
                        Scope role_scope = Scope::kNational) {
    const auto keyring = keys_.Load(role, role_scope);
    const SealedView view{kRecord, row.view};
    return Opener::Create(keyring.get())
        .value()
        ->OpenViews(Slot::kRecipientView, {view})[0]
        .status();
  }

  // The main file as it was published last.
  v1::KeyringPayload Published(Scope scope = Scope::kNational) {
    v1::KeyringPayload payload;
    EXPECT_THAT(keyring::ReadKeyring(keys_.file(scope)->bytes, keys_.signers(),
                                     &payload),
                testing::IsOk());
    return payload;
  }

  testing::TestKeyring keys_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_TESTS_KEYRING_EDITOR_FIXTURE_H_
