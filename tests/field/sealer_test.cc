// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "parcelveil/field.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kWaybill = "SF1234567890123";
constexpr std::string_view kName = "欧阳锋";
constexpr std::string_view kPhone = "13812345678";
constexpr std::string_view kAddress =
    "江苏省苏州市姑苏区平江路128号3幢2单元501室";

std::map<std::string, std::string> Columns(const SealedRow& row) {
  std::map<std::string, std::string> columns;
  for (const SealedRow::ColumnBytes& cell : row.cells()) {
    columns[std::string(cell.column)] = cell.bytes;
  }
  return columns;
}

class SealerTest : public ::testing::Test {
 protected:
  SealerTest()
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

  testing::TestKeyring keys_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Keyring> list_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Opener> gate_opener_;
  std::unique_ptr<Opener> list_opener_;
};

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

TEST_F(SealerTest, ListSeesTheMaskAndCannotOpenTheNumber) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row,
                                  sealer_->Seal(Waybill()));
  auto columns = Columns(row);
  const SealedView view{kWaybill, columns["recipient_view"]};
  const auto views = list_opener_->OpenViews(Slot::kRecipientView, {view});
  ASSERT_THAT(views[0], IsOk());
  EXPECT_EQ((*views[0])[Slot::kRecipientPhone].text(), "138****5678");
  EXPECT_EQ((*views[0])[Slot::kRecipientName].text(), "欧阳*");
  EXPECT_EQ((*views[0])[Slot::kRecipientAddress].text(),
            "江苏省苏州市姑苏区平江路***");
  EXPECT_EQ((*views[0])[Slot::kSenderPhone].text(), "");

  const auto opened = list_opener_->Open({Slot::kRecipientPhone, kWaybill},
                                         columns["recipient_phone_sealed"]);
  EXPECT_THAT(opened, ReasonIs(Reason::kForbidden));
  EXPECT_THAT(opened,
              StatusIs(absl::StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("slot 5 (recipient phone) as LIST"),
                             Not(HasSubstr(std::string(kPhone))))));
}

TEST_F(SealerTest, OpensOnlyInItsOwnCell) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell own{Slot::kRecipientPhone, kWaybill};
  EXPECT_THAT(gate_opener_->Open(own, sealed), IsOk());
  for (const Cell& other : {Cell{Slot::kSenderPhone, kWaybill},
                            Cell{Slot::kRecipientPhone, "SF1234567890124"},
                            Cell{Slot::kRecipientPhone, kWaybill, 1}}) {
    EXPECT_THAT(gate_opener_->Open(other, sealed),
                ReasonIs(Reason::kDecryptFailed));
  }
}

TEST_F(SealerTest, DoesNotOpenWhatWasSealedForAnotherOutlet) {
  std::string sealed;
  ASSERT_THAT(sealer_->SealField({Slot::kRecipientPhone, kWaybill}, Scope{5712},
                                 kPhone, &sealed),
              IsOk());
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  EXPECT_THAT(gate_opener_->Open(cell, sealed), IsOk());
  sealed[7] ^= 1;  // outlet 5713
  EXPECT_THAT(gate_opener_->Open(cell, sealed),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(SealerTest, DoesNotOpenAnotherTenantsCell) {
  testing::TestKeyring other(Schema::Default(), 8);
  const auto other_gate = other.Load(Role::kGate);
  const auto other_opener = Opener::Create(other_gate.get()).value();
  EXPECT_THAT(other_opener->Open({Slot::kRecipientPhone, kWaybill},
                                 SealText(Slot::kRecipientPhone, kPhone)),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(SealerTest, RefusesEveryTruncationAndEveryFlippedBit) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_THAT(gate_opener_->Open(cell, sealed.substr(0, size)), Not(IsOk()));
  }
  EXPECT_THAT(gate_opener_->Open(cell, sealed + "x"),
              ReasonIs(Reason::kMalformed));
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string flipped = sealed;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_THAT(gate_opener_->Open(cell, flipped), Not(IsOk())) << bit;
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

TEST_F(SealerTest, EndsEachRolesTimeByTheClock) {
  const SealedRow row = sealer_->Seal(Waybill()).value();
  auto columns = Columns(row);
  const SealedView view{kWaybill, columns["recipient_view"]};
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  keys_.clock().Advance(absl::Hours(24 * 7));
  EXPECT_THAT(list_opener_->OpenViews(Slot::kRecipientView, {view})[0], IsOk());
  keys_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(list_opener_->OpenViews(Slot::kRecipientView, {view})[0],
              ReasonIs(Reason::kForbidden));
  EXPECT_THAT(gate_opener_->Open(cell, columns["recipient_phone_sealed"]),
              IsOk());
  keys_.clock().Advance(absl::Hours(24 * 90));
  EXPECT_THAT(gate_opener_->Open(cell, columns["recipient_phone_sealed"]),
              ReasonIs(Reason::kForbidden));
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

TEST_F(SealerTest, SaysThatADestroyedDayIsGone) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Epoch day = keys_.today();
  keys_.clock().Advance(absl::Hours(48));
  ASSERT_THAT(keys_.editor().DestroyDay(day), IsOk());
  keys_.Publish();
  ASSERT_THAT(gate_->Reload(), IsOk());
  const auto opened =
      gate_opener_->Open({Slot::kRecipientPhone, kWaybill}, sealed);
  EXPECT_THAT(opened, ReasonIs(Reason::kKeyDestroyed));
  EXPECT_THAT(opened,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("2026-11-24 was destroyed on 2026-11-26")));
}

TEST_F(SealerTest, KnowsNoKeyOfAnotherDatabase) {
  std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  sealed[1] = 9;  // a generation that never was
  EXPECT_THAT(gate_opener_->Open({Slot::kRecipientPhone, kWaybill}, sealed),
              ReasonIs(Reason::kKeyUnknown));
}

TEST_F(SealerTest, ViewsAndFieldsAreOpenedByTheirOwnCalls) {
  auto columns = Columns(sealer_->Seal(Waybill()).value());
  EXPECT_THAT(list_opener_->Open({Slot::kRecipientView, kWaybill},
                                 columns["recipient_view"]),
              ReasonIs(Reason::kMalformed));
  const SealedView phone{kWaybill, columns["recipient_phone_sealed"]};
  EXPECT_THAT(gate_opener_->OpenViews(Slot::kRecipientPhone, {phone})[0],
              ReasonIs(Reason::kMalformed));
}

TEST_F(SealerTest, OneBadRowDoesNotEndAList) {
  auto columns = Columns(sealer_->Seal(Waybill()).value());
  const std::string& view = columns["recipient_view"];
  const auto views =
      list_opener_->OpenViews(Slot::kRecipientView, {{kWaybill, view},
                                                     {"SF9999999999999", view},
                                                     {kWaybill, "junk"},
                                                     {kWaybill, view}});
  ASSERT_EQ(views.size(), 4u);
  EXPECT_THAT(views[0], IsOk());
  EXPECT_THAT(views[1], ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(views[2], ReasonIs(Reason::kMalformed));
  EXPECT_THAT(views[3], IsOk());
}

TEST_F(SealerTest, CapabilityOpensJustItsCell) {
  const std::string sealed = SealText(Slot::kRecipientPhone, kPhone);
  const Cell cell{Slot::kRecipientPhone, kWaybill};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Secret capability,
                                  gate_opener_->MakeCapability(cell, sealed));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Plaintext opened,
      OpenWithCapability(capability, keys_.editor().tenant(), cell, sealed));
  opened.Use([](std::string_view text) { EXPECT_EQ(text, kPhone); });

  EXPECT_THAT(OpenWithCapability(capability, 8, cell, sealed),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(
      OpenWithCapability(capability, 7,
                         {Slot::kRecipientPhone, "SF1234567890124"}, sealed),
      ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(list_opener_->MakeCapability(cell, sealed),
              ReasonIs(Reason::kForbidden));
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
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::string unused;
    const bool refuses =
        ReasonOf(sealer_->SealField(cell, Scope::kNational, kPhone, &unused)) ==
            Reason::kKeyUnavailable &&
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
