// SPDX-License-Identifier: Apache-2.0
// A kiosk, a back end that converts what it sends, and what the back end's
// database knows of orders.

#ifndef PARCELVEIL_TESTS_INTAKE_INTAKE_FIXTURE_H_
#define PARCELVEIL_TESTS_INTAKE_INTAKE_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/intake.h"
#include "parcelveil/intake_converter.h"
#include "src/base/status.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

// As a table with a version column would answer.
class MemoryAdmissions : public OrderAdmissions {
 public:
  struct Row {
    uint64_t source = 0;
    bool is_written = false;
    uint32_t version = 0;
    bool is_picked_up = false;
  };

  absl::StatusOr<Admission> Admit(const OrderName& name) override {
    ++num_asked;
    const auto found = rows.find(name.record_id);
    if (found == rows.end() || found->second.source != name.source) {
      return MakeStatus(Reason::kNotAssigned, "admit order: not this source's");
    }
    Row& row = found->second;
    if (!row.is_written) {
      row.is_written = true;
      row.version = name.version;
      return Admission::kNew;
    }
    if (name.version <= row.version) {
      return MakeStatus(Reason::kAlreadyExists, "admit order: it is there");
    }
    if (row.is_picked_up) {
      return MakeStatus(Reason::kWrongState, "admit order: it was picked up");
    }
    row.version = name.version;
    return Admission::kCorrection;
  }

  std::map<std::string, Row, std::less<>> rows;
  int num_asked = 0;
};

class IntakeWorld : public ::testing::Test {
 protected:
  static constexpr std::string_view kName = "𠮷田晓明";
  static constexpr std::string_view kPhone = "14112345678";
  static constexpr std::string_view kAddress = "江苏省苏州市姑苏区平江路128号";
  static inline const OrderName kOrder{"SF1234567890123", 4711, 0};
  static inline const std::vector<OrderText> kTexts{
      {Slot::kRecipientName, kName},
      {Slot::kRecipientPhone, kPhone},
      {Slot::kRecipientAddress, kAddress}};

  IntakeWorld()
      : keyring_(keys_.Load(Role::kConverter)),
        sealer_(Sealer::Create(keyring_.get(), TableMap::Default()).value()),
        converter_(keyring_.get(), sealer_.get(), &admissions_) {
    admissions_.rows[std::string(kOrder.record_id)].source = kOrder.source;
  }

  // The end of that day.
  absl::Time EndOf(Epoch day) const {
    return absl::FromCivil(DayOf(day) + 1, keyring_->time_zone());
  }
  absl::StatusOr<std::string> Card(Epoch day) {
    return keys_.editor().IntakeCard(day, EndOf(day));
  }
  IntakeSealer KioskOf(Epoch day) {
    const std::string card = Card(day).value();
    return IntakeSealer::Create({card, keys_.signers(), &keys_.clock()})
        .value();
  }
  std::string Envelope(const OrderName& name = kOrder) {
    return KioskOf(keys_.today()).Seal(name, kTexts).value();
  }
  absl::StatusOr<IntakeConverter::Converted> Convert(
      const OrderName& name, std::string_view envelope) const {
    return converter_.Convert(name, Scope::kNational, envelope);
  }
  static std::string TextOf(const OpenedOrder& order, Slot slot) {
    std::string text = "none";
    order.Use(slot, [&](std::string_view found) { text = found; });
    return text;
  }

  TestKeyring keys_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<Sealer> sealer_;
  MemoryAdmissions admissions_;
  IntakeConverter converter_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_INTAKE_INTAKE_FIXTURE_H_
