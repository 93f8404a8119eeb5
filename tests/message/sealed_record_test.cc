// SPDX-License-Identifier: Apache-2.0
#include "src/message/sealed_record.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace parcelveil::message {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

// Bytes that have the form of a sealed field or of an index value.
std::string FieldCell() { return "\x01" + std::string(47, 'x'); }
std::string IndexCell() { return "\x31" + std::string(11, 'x'); }

v1::SealedRecord Of(
    const std::vector<std::pair<uint32_t, std::string>>& cells) {
  v1::SealedRecord record;
  for (const auto& [slot, sealed] : cells) {
    auto* cell = record.add_cells();
    cell->set_slot(slot);
    cell->set_sealed(sealed);
  }
  return record;
}

TEST(SealedRecordTest, TakesCellsOfAscendingSlots) {
  EXPECT_THAT(CheckSealedRecord(Of({})), IsOk());
  EXPECT_THAT(CheckSealedRecord(Of({{1, FieldCell()},
                                    {0x3FFF, FieldCell()},
                                    {0x4001, IndexCell()},
                                    {0x4FFF, IndexCell()},
                                    {0x8001, FieldCell()},
                                    {0xFFFF, FieldCell()}})),
              IsOk());
}

TEST(SealedRecordTest, RefusesSlotsThatDoNotAscend) {
  EXPECT_THAT(CheckSealedRecord(Of({{5, FieldCell()}, {4, FieldCell()}})),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(CheckSealedRecord(Of({{5, FieldCell()}, {5, FieldCell()}})),
              ReasonIs(Reason::kMalformed));
}

TEST(SealedRecordTest, RefusesSlotsThatHoldNoCell) {
  for (uint32_t slot :
       {0u, 0x4000u, 0x5000u, 0x5001u, 0x6001u, 0x7F00u, 0x8000u, 0x10005u}) {
    EXPECT_THAT(CheckSealedRecord(Of({{slot, FieldCell()}})),
                ReasonIs(Reason::kMalformed));
    EXPECT_THAT(CheckSealedRecord(Of({{slot, IndexCell()}})),
                ReasonIs(Reason::kMalformed));
  }
}

TEST(SealedRecordTest, RefusesCellsOfAnotherForm) {
  const std::string empty;
  const std::string capability = "\x02" + std::string(40, 'x');
  for (const std::string& bytes :
       {empty, capability, IndexCell(), FieldCell() + "x",
        FieldCell().substr(1), std::string("13812345678")}) {
    EXPECT_THAT(CheckSealedRecord(Of({{5, bytes}})),
                ReasonIs(Reason::kMalformed));
    EXPECT_THAT(CheckSealedRecord(Of({{0x8001, bytes}})),
                ReasonIs(Reason::kMalformed));
  }
  for (const std::string& bytes :
       {empty, FieldCell(), IndexCell() + "x", IndexCell().substr(1)}) {
    EXPECT_THAT(CheckSealedRecord(Of({{0x4001, bytes}})),
                ReasonIs(Reason::kMalformed));
  }
}

TEST(SealedRecordTest, FindsTheCellOfASlotOrNone) {
  const v1::SealedRecord record = Of({{4, FieldCell()}, {0x4001, IndexCell()}});
  ASSERT_NE(FindCell(record, Slot::kRecipientPhoneIndex), nullptr);
  EXPECT_EQ(*FindCell(record, Slot::kRecipientPhoneIndex), IndexCell());
  EXPECT_EQ(FindCell(record, Slot::kRecipientPhone), nullptr);
}

}  // namespace
}  // namespace parcelveil::message
