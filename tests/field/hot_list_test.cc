// SPDX-License-Identifier: Apache-2.0
#include "src/field/hot_list.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Slot kPhone = Slot::kRecipientPhone;
constexpr Slot kByPhone = Slot::kRecipientPhoneIndex;
constexpr Slot kByLast4 = Slot::kRecipientLast4Index;

std::unique_ptr<HotList> Make(const std::vector<HotValue>& values) {
  return HotList::Create(Schema::Default(), values).value();
}

TEST(HotListTest, KnowsAPhoneHoweverItIsWritten) {
  const auto list = Make({{kPhone, "400-123-4567"}, {kPhone, "13812345678"}});
  for (Slot index : {kByPhone, kByLast4}) {
    EXPECT_TRUE(list->Contains(index, "13812345678"));
    EXPECT_TRUE(list->Contains(index, "+86 138-1234-5678"));
    EXPECT_TRUE(list->Contains(index, "4001234567"));
    EXPECT_FALSE(list->Contains(index, "13812345679"));
  }
}

TEST(HotListTest, LeavesOthersWithItsLastFourDigitsToBeFound) {
  EXPECT_FALSE(
      Make({{kPhone, "13812345678"}})->Contains(kByLast4, "13900005678"));
}

TEST(HotListTest, TakesFourDigitsAsLastFourDigitsOfAnyNumber) {
  const auto list = Make({{kPhone, "8888"}, {kPhone, "13812345678"}});
  EXPECT_TRUE(list->Contains(kByLast4, "13900008888"));
  EXPECT_TRUE(list->Contains(kByLast4, "13812345678"));
  EXPECT_FALSE(list->Contains(kByPhone, "13900008888"));
}

TEST(HotListTest, HoldsOnlyTheNamedFieldsIndexes) {
  const auto list = Make({{Slot::kSenderPhone, "13812345678"}});
  EXPECT_TRUE(list->Contains(Slot::kSenderPhoneIndex, "13812345678"));
  EXPECT_FALSE(list->Contains(kByPhone, "13812345678"));
}

TEST(HotListTest, HoldsNothingUnlessTold) {
  const auto list = Make({});
  EXPECT_FALSE(list->Contains(kByPhone, "13812345678"));
  EXPECT_FALSE(list->Contains(kByPhone, ""));
}

TEST(HotListTest, RefusesWhatNoIndexHas) {
  const Schema schema = Schema::Default();
  EXPECT_THAT(HotList::Create(schema, {{Slot::kRecipientName, "李雷"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("recipient name")));
  const auto refused =
      HotList::Create(schema, {{kPhone, "13812345678"}, {kPhone, "canary"}});
  EXPECT_THAT(refused, ReasonIs(Reason::kMalformed));
  EXPECT_THAT(std::string(refused.status().message()),
              Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace parcelveil
