// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/list.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/device.h"
#include "parcelveil/field.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::TestKeyring;
using ::testing::IsEmpty;

class ListTest : public ::testing::Test {
 protected:
  ListTest()
      : converter_(ring_.Load(Role::kConverter)),
        list_(ring_.Load(Role::kList)),
        sealer_(*Sealer::Create(converter_.get(), TableMap::Default())),
        opener_(*Opener::Create(list_.get())) {}

  std::string SealView(const std::string& waybill) {
    Record record(waybill);
    record.Set(Slot::kRecipientName, "张三");
    record.Set(Slot::kRecipientPhone, "14012341234");
    const auto row = sealer_->Seal(record);
    for (const auto& cell : row->cells()) {
      if (cell.column == "recipient_view") return cell.bytes;
    }
    return "";
  }

  TestKeyring ring_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Keyring> list_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Opener> opener_;
};

TEST_F(ListTest, IsReadByAHandheld) {
  const std::string first = SealView("SF1");
  const std::string second = SealView("SF2");
  const absl::Time served = absl::FromUnixMillis(1795000000123);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const std::string bytes,
      EncodeList(*opener_, Slot::kRecipientView,
                 {{"SF1", first}, {"SF2", second}}, served));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MaskedList list, ParseList(bytes));
  EXPECT_EQ(list.served, served);
  ASSERT_EQ(list.rows.size(), 2u);
  EXPECT_EQ(list.rows[1].waybill, "SF2");
  EXPECT_EQ(list.rows[1][Slot::kRecipientName], "张*");
  EXPECT_EQ(list.rows[1][Slot::kRecipientPhone], "140****1234");
  EXPECT_EQ(list.rows[1][Slot::kRecipientAddress], "");
}

TEST_F(ListTest, GoesOnAfterAViewThatDoesNotOpen) {
  const std::string view = SealView("SF1");
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const std::string bytes,
      EncodeList(*opener_, Slot::kRecipientView,
                 {{"SF1", "rubbish"}, {"SF2", view}, {"SF1", view}},
                 absl::UnixEpoch()));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MaskedList list, ParseList(bytes));
  ASSERT_EQ(list.rows.size(), 3u);
  EXPECT_THAT(list.rows[0].fields, IsEmpty());
  EXPECT_THAT(list.rows[1].fields, IsEmpty()) << "another row's view";
  EXPECT_EQ(list.rows[2][Slot::kRecipientName], "张*");
}

TEST_F(ListTest, RefusesASlotThatIsNoView) {
  EXPECT_THAT(
      EncodeList(*opener_, Slot::kRecipientPhone, {}, absl::UnixEpoch()),
      ReasonIs(Reason::kMalformed));
}

TEST_F(ListTest, RefusesMoreRowsThanItsLayoutHolds) {
  const std::vector<SealedView> rows(65536, SealedView{"SF1", ""});
  EXPECT_THAT(
      EncodeList(*opener_, Slot::kRecipientView, rows, absl::UnixEpoch()),
      ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil
