// SPDX-License-Identifier: Apache-2.0
// What holds for every record, tried on many that a fixed seed makes.

#include <map>
#include <random>
#include <string>
#include <vector>

#include "parcelveil/field.h"
#include "parcelveil/mask.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;

constexpr uint32_t kSeed = 20261124;
constexpr Slot kFields[] = {Slot::kSenderName,     Slot::kSenderPhone,
                            Slot::kSenderAddress,  Slot::kRecipientName,
                            Slot::kRecipientPhone, Slot::kRecipientAddress};

// Random UTF-8 without stars, of characters of one to four bytes.
std::string RandomText(std::mt19937* random) {
  static const std::vector<std::string> kPieces = {
      "1",     "3",
      "8",     "a",
      " ",     "-",
      "é",     "李",
      "号",    "路",
      "杭",    "州",
      "𠮷",    "👨‍👩‍👧",
      "\n",    std::string("\0", 1),
      "ß",     "(",
      "\u200b"};
  std::string text;
  const size_t num_pieces = (*random)() % 60;
  for (size_t i = 0; i < num_pieces; ++i) {
    text += kPieces[(*random)() % kPieces.size()];
  }
  return text;
}

class RecordPropertyTest : public ::testing::Test {
 protected:
  RecordPropertyTest()
      : gate_(keys_.Load(Role::kGate)),
        list_(keys_.Load(Role::kList)),
        sealer_(Sealer::Create(gate_.get(), TableMap::Default()).value()),
        opener_(Opener::Create(gate_.get()).value()),
        list_opener_(Opener::Create(list_.get()).value()),
        random_(kSeed) {
    RecordProperty("seed", static_cast<int>(kSeed));
  }

  testing::TestKeyring keys_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Keyring> list_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Opener> opener_;
  std::unique_ptr<Opener> list_opener_;
  std::mt19937 random_;
};

TEST_F(RecordPropertyTest, OpensToWhatWasSealedAndViewsToItsMasks) {
  const TableMap map = TableMap::Default();
  for (int round = 0; round < 300; ++round) {
    const std::string id = "W" + std::to_string(random_() % 1000);
    const auto version = static_cast<uint32_t>(random_() % 3);
    std::map<Slot, std::string> texts;
    for (Slot slot : kFields) {
      if (random_() % 4 != 0) texts[slot] = RandomText(&random_);
    }
    Record record(id);
    for (const auto& [slot, text] : texts) record.Set(slot, text);
    record.set_scope(Scope{static_cast<uint32_t>(random_() % 4)});
    record.set_version(version);
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const SealedRow row, sealer_->Seal(record));
    std::map<std::string, std::string> columns;
    for (const auto& cell : row.cells()) {
      columns[std::string(cell.column)] = cell.bytes;
    }
    for (const TableMap::Column& column : map.columns) {
      ASSERT_EQ(columns.count(column.sealed_column), texts.count(column.slot));
      if (texts.count(column.slot) == 0) continue;
      PARCELVEIL_ASSERT_OK_AND_ASSIGN(
          const Plaintext opened, opener_->Open({column.slot, id, version},
                                                columns[column.sealed_column]));
      opened.Use(
          [&](std::string_view text) { EXPECT_EQ(text, texts[column.slot]); });
    }
    const Schema schema = gate_->schema();
    for (const TableMap::ViewColumn& view : map.views) {
      if (columns.count(view.column) == 0) continue;
      const auto opened = list_opener_->OpenViews(
          view.slot, {{id, columns[view.column], version}});
      ASSERT_THAT(opened[0], IsOk());
      for (Slot shown : schema.FindView(view.slot)->shows) {
        const MaskRule rule =
            RuleFor(schema.FindSlot(shown)->kind, view.preset);
        EXPECT_EQ(
            (*opened[0])[shown].text(),
            texts.count(shown) == 0 ? "" : Mask(rule, texts[shown]).text());
      }
    }
  }
}

TEST_F(RecordPropertyTest, ACellOpensInNoOtherPlace) {
  struct Sealed {
    Cell cell;
    std::string bytes;
  };
  static const std::vector<std::string> kIds = {"1", "2", "11", "a", "A"};
  std::vector<Sealed> all;
  for (const std::string& id : kIds) {
    for (Slot slot : kFields) {
      std::string bytes;
      ASSERT_THAT(
          sealer_->SealField({slot, id}, Scope::kNational, "same text", &bytes),
          IsOk());
      all.push_back({{slot, id}, bytes});
    }
  }
  for (const Sealed& from : all) {
    for (const Sealed& to : all) {
      const absl::Status status = opener_->Open(to.cell, from.bytes).status();
      if (&from == &to) {
        EXPECT_THAT(status, IsOk());
      } else {
        EXPECT_THAT(status, ReasonIs(Reason::kDecryptFailed));
      }
    }
  }
}

}  // namespace
}  // namespace parcelveil
