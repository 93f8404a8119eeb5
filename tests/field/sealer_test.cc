// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "parcelveil/field.h"
#include "tests/field/waybill_fixture.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::Columns;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::kAddress;
using ::parcelveil::testing::kName;
using ::parcelveil::testing::kPhone;
using ::parcelveil::testing::kWaybill;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using SealerTest = testing::WaybillFixture;

TEST_F(SealerTest, GivesBackExactlyTheBytesThatWereSealed) {
  const std::string long_text(kMaxFieldTextSize, 'a');
  for (std::string_view text :
       {std::string_view(""), kPhone, kName, kAddress,
        std::string_view("𠮷野家👨‍👩‍👧 e\u0301 １３８"),
        std::string_view(" 两端空格 \n"), std::string_view("nul\0in", 6),
        std::string_view(long_text)}) {
    const std::string sealed = SealText(Slot::kRecipientAddress, text);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(
        const Plaintext opened,
        gate_opener_->Open({Slot::kRecipientAddress, kWaybill}, sealed));
    opened.Use([&](std::string_view bytes) { EXPECT_EQ(bytes, text); });
  }
}

TEST_F(SealerTest, FillsTheColumnsOfTheMapAndLeavesUnsetOnesOut) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row,
                                  sealer_->Seal(Waybill()));
  std::vector<std::string_view> names;
  for (const auto& [column, bytes] : row.cells()) names.push_back(column);
  EXPECT_THAT(names,
              ::testing::ElementsAre(
                  "recipient_name_sealed", "recipient_phone_sealed",
                  "recipient_address_sealed", "recipient_view",
                  "recipient_phone_by_phone", "recipient_phone_by_last4"));
}

TEST_F(SealerTest, HidesThePlaintextInEveryCell) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row,
                                  sealer_->Seal(Waybill()));
  for (const auto& [column, bytes] : row.cells()) {
    for (std::string_view text : {kName, kPhone, kAddress}) {
      EXPECT_EQ(bytes.find(text), std::string::npos) << column;
    }
  }
}

TEST_F(SealerTest, SealsEqualTextsDifferently) {
  EXPECT_NE(SealText(Slot::kRecipientPhone, kPhone),
            SealText(Slot::kRecipientPhone, kPhone));
}

TEST_F(SealerTest, NamesSlotAndRowOfWhatItRefusesAndNeverTheText) {
  const std::string too_long(kMaxFieldTextSize + 1, 'q');
  const std::vector<std::pair<std::string, Reason>> bad = {
      {too_long, Reason::kMalformed},
      {"\xff\xfe secret canary", Reason::kMalformed},
      {"平江路**** canary", Reason::kAlreadyMasked},
  };
  for (const auto& [text, reason] : bad) {
    Record record = Waybill();
    record.Set(Slot::kRecipientAddress, text);
    const auto row = sealer_->Seal(record);
    EXPECT_THAT(row, ReasonIs(reason));
    EXPECT_THAT(
        row, StatusIs(absl::StatusCode::kInvalidArgument,
                      AllOf(HasSubstr("slot 6 (recipient address)"),
                            HasSubstr(std::string(kWaybill)),
                            Not(HasSubstr("canary")), Not(HasSubstr("qqq")))));
  }
}

TEST_F(SealerTest, LeavesNoCellsBehindAfterAnError) {
  SealedRow row;
  ASSERT_THAT(sealer_->SealInto(Waybill(), &row), IsOk());
  Record bad = Waybill();
  bad.Set(Slot::kRecipientName, "\xc3");
  EXPECT_THAT(sealer_->SealInto(bad, &row), Not(IsOk()));
  EXPECT_TRUE(row.cells().empty());
}

TEST_F(SealerTest, RefusesBadRecordIdsAndSlotsWithoutAColumn) {
  for (const std::string& id : {std::string(), std::string(65, '1')}) {
    Record record(id);
    record.Set(Slot::kRecipientPhone, kPhone);
    EXPECT_THAT(sealer_->Seal(record), ReasonIs(Reason::kMalformed));
  }
  Record record(kWaybill);
  record.Set(Slot{64}, "x");
  EXPECT_THAT(sealer_->Seal(record), ReasonIs(Reason::kMalformed));
}

TEST_F(SealerTest, SealsAPastDayOnlyUnderKeysMadeForIt) {
  Record record = Waybill();
  const absl::CivilDay day = DayOf(keys_.today()) - 3;
  record.set_day(day);
  EXPECT_THAT(sealer_->Seal(record), ReasonIs(Reason::kNoActiveKey));

  ASSERT_THAT(keys_.editor().Backfill(EpochOf(day)), IsOk());
  keys_.Publish();
  ASSERT_THAT(converter_->Reload(), IsOk());
  ASSERT_THAT(gate_->Reload(), IsOk());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row, sealer_->Seal(record));
  EXPECT_THAT(gate_opener_->Open({Slot::kRecipientPhone, kWaybill},
                                 Columns(row)["recipient_phone_sealed"]),
              IsOk());
}

TEST_F(SealerTest, RefusesADayThatHasNoNumber) {
  Record record = Waybill();
  record.set_day(absl::CivilDay(2019, 12, 31));
  EXPECT_THAT(sealer_->Seal(record), ReasonIs(Reason::kMalformed));
}

TEST_F(SealerTest, StopsSealingWhenTheDaysAreUsedUpAndGoesOnOpening) {
  keys_.clock().Advance(absl::Hours(24 * 35));
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  keys_.clock().Advance(absl::Hours(24 * 2));
  std::string unused;
  EXPECT_THAT(sealer_->SealField({Slot::kRecipientPhone, kWaybill},
                                 Scope::kNational, kPhone, &unused),
              ReasonIs(Reason::kKeyringStale));
  EXPECT_THAT(gate_opener_->Open({Slot::kRecipientPhone, kWaybill}, sealed),
              IsOk());
}

TEST_F(SealerTest, IndexValuesOfOnePhoneAreEqualHoweverItIsWritten) {
  const auto values = [&](std::string_view id, std::string_view phone) {
    Record record(id);
    record.Set(Slot::kRecipientPhone, phone);
    record.set_scope(Scope{5712});
    return Columns(sealer_->Seal(record).value());
  };
  auto plain = values("1", "13812345678");
  auto spaced = values("2", "+86 138 1234 5678");
  auto other = values("3", "13812345679");
  EXPECT_EQ(plain["recipient_phone_by_phone"],
            spaced["recipient_phone_by_phone"]);
  EXPECT_EQ(plain["recipient_phone_by_last4"],
            spaced["recipient_phone_by_last4"]);
  EXPECT_NE(plain["recipient_phone_by_phone"],
            other["recipient_phone_by_phone"]);
}

TEST_F(SealerTest, RowsWithoutAUsablePhoneShareNoIndexValue) {
  const auto value = [&](std::string_view id) {
    Record record(id);
    record.Set(Slot::kRecipientPhone, "");
    return Columns(sealer_->Seal(record).value())["recipient_phone_by_phone"];
  };
  int num_equal = 0;
  for (int i = 0; i < 20; ++i) num_equal += value("1") == value("2");
  EXPECT_LT(num_equal, 3);  // by chance about 20 in 2^19
}

TEST_F(SealerTest, RefusesToWorkInAForkedChild) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  // Both keyrings hold the key ready: the child must not take its zeros for it.
  ASSERT_THAT(gate_opener_->Open(cell, sealed), IsOk());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::string unused;
    // A sealer of the child's own has a seed, but the keyring no keys.
    const auto own = Sealer::Create(converter_.get(), TableMap::Default());
    const auto reason_of_sealing = [&](const Sealer& sealer) {
      return ReasonOf(
          sealer.SealField(cell, Scope::kNational, kPhone, &unused));
    };
    const bool refuses =
        reason_of_sealing(*sealer_) == Reason::kKeyUnavailable && own.ok() &&
        reason_of_sealing(**own) == Reason::kKeyUnavailable &&
        ReasonOf(gate_opener_->Open(cell, sealed).status()) ==
            Reason::kKeyUnavailable;
    _exit(refuses ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(SealerTest, ManyThreadsSealAndOpenWhileTheKeyringIsReplaced) {
  std::vector<std::thread> threads;
  std::atomic<int> num_failed{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const std::string id = "SF" + std::to_string(thread);
      const Cell cell{Slot::kRecipientPhone, id};
      for (int i = 0; i < 300; ++i) {
        std::string sealed;
        const Scope scope{static_cast<uint32_t>(i % 50)};
        const bool is_right =
            sealer_->SealField(cell, scope, kPhone, &sealed).ok() &&
            gate_opener_->Open(cell, sealed).ok();
        num_failed += is_right ? 0 : 1;
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(
        keys_.editor().Backfill(EpochOf(DayOf(keys_.today()) - (i + 1))),
        IsOk());
    keys_.Publish();
    EXPECT_THAT(converter_->Reload(), IsOk());
    EXPECT_THAT(gate_->Reload(), IsOk());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_failed, 0);
}

}  // namespace
}  // namespace parcelveil
