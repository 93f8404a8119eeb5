// SPDX-License-Identifier: Apache-2.0
// Records inside other messages.

#include <string>
#include <vector>

#include "order.pb.h"
#include "parcelveil/message.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::testing::HasSubstr;
using ::testing::Not;

shop::Order MakeOrder(const std::string& waybill_no) {
  shop::Order order;
  order.set_waybill_no(waybill_no);
  order.set_phone("13812345678");
  return order;
}

// One order in each place, a pickup in a batch of batches.
shop::Batch MakeBatch() {
  shop::Batch batch;
  *batch.add_orders() = MakeOrder("SF1");
  *batch.add_orders() = MakeOrder("SF2");
  (*batch.mutable_by_route())["512"] = MakeOrder("SF3");
  (*batch.mutable_by_route())["513"] = MakeOrder("SF4");
  *batch.mutable_order() = MakeOrder("SF5");
  batch.mutable_plain()->mutable_more()->set_text("left as it is");
  shop::Batch* inner = batch.mutable_next()->mutable_next();
  inner->mutable_pickup()->set_id(42);
  inner->mutable_pickup()->set_phone("13912345678");
  return batch;
}

std::vector<const shop::Order*> OrdersOf(const shop::Batch& batch) {
  return {&batch.orders(0), &batch.orders(1), &batch.by_route().at("512"),
          &batch.by_route().at("513"), &batch.order()};
}

class SealedTreeTest : public ::testing::Test {
 protected:
  SealedTreeTest()
      : converter_(keys_.Load(Role::kConverter)),
        gate_(keys_.Load(Role::kGate)),
        list_(keys_.Load(Role::kList)),
        sealing_(MakeFor(converter_.get())),
        opening_(MakeFor(gate_.get())),
        listing_(MakeFor(list_.get())) {}

  static std::unique_ptr<MessageSealer> MakeFor(const Keyring* keyring) {
    return MessageSealer::Create(keyring, shop::Batch::descriptor()).value();
  }

  std::string Opened(const google::protobuf::Message& record, Slot slot) {
    const absl::StatusOr<Plaintext> text = opening_->OpenField(record, slot);
    EXPECT_THAT(text, IsOk());
    if (!text.ok()) return "";
    return text->Use(
        [](std::string_view opened) { return std::string(opened); });
  }

  testing::TestKeyring keys_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Keyring> list_;
  std::unique_ptr<MessageSealer> sealing_;
  std::unique_ptr<MessageSealer> opening_;
  std::unique_ptr<MessageSealer> listing_;
};

TEST_F(SealedTreeTest, SealsEveryRecordWhereverItStands) {
  shop::Batch batch = MakeBatch();
  ASSERT_THAT(sealing_->Seal(&batch), IsOk());
  EXPECT_THAT(batch.SerializeAsString(), Not(HasSubstr("12345678")));
  for (const shop::Order* order : OrdersOf(batch)) {
    EXPECT_EQ(Opened(*order, Slot::kRecipientPhone), "13812345678");
  }
  const shop::Pickup& pickup = batch.next().next().pickup();
  EXPECT_EQ(pickup.contact_case(), shop::Pickup::CONTACT_NOT_SET);
  EXPECT_EQ(Opened(pickup, Slot::kSenderPhone), "13912345678");
  EXPECT_EQ(batch.plain().more().text(), "left as it is");
}

TEST_F(SealedTreeTest, ShowsEveryRecordWhereverItStands) {
  shop::Batch batch = MakeBatch();
  ASSERT_THAT(sealing_->Seal(&batch), IsOk());
  ASSERT_THAT(listing_->ShowViews(&batch), IsOk());
  for (const shop::Order* order : OrdersOf(batch)) {
    EXPECT_EQ(order->phone(), "138****5678");
    EXPECT_TRUE(order->sealed().masked());
  }
  EXPECT_EQ(batch.next().next().pickup().phone(), "139****5678");
  EXPECT_THAT(sealing_->Seal(&batch), ReasonIs(Reason::kAlreadyMasked));
}

TEST_F(SealedTreeTest, LeavesTheWholeTreeUnchangedOnError) {
  shop::Batch batch = MakeBatch();
  batch.mutable_next()->mutable_next()->mutable_pickup()->set_phone("139****");
  const std::string before = batch.DebugString();
  EXPECT_THAT(sealing_->Seal(&batch), ReasonIs(Reason::kAlreadyMasked));
  EXPECT_EQ(batch.DebugString(), before);
}

TEST_F(SealedTreeTest, ShowsNoneWhereOneCannotBeOpened) {
  shop::Batch batch = MakeBatch();
  ASSERT_THAT(sealing_->Seal(&batch), IsOk());
  batch.mutable_next()->mutable_next()->mutable_pickup()->set_id(43);
  const std::string before = batch.DebugString();
  EXPECT_THAT(listing_->ShowViews(&batch), ReasonIs(Reason::kDecryptFailed));
  EXPECT_EQ(batch.DebugString(), before);
}

TEST_F(SealedTreeTest, RefusesAnIntegerRecordIdThatIsNotSet) {
  shop::Batch batch;
  batch.mutable_pickup()->set_phone("13912345678");
  EXPECT_THAT(sealing_->Seal(&batch), ReasonIs(Reason::kMalformed));
  EXPECT_EQ(batch.pickup().phone(), "13912345678");
}

TEST_F(SealedTreeTest, SealsWhatIsAddedToASealedMessage) {
  shop::Batch batch = MakeBatch();
  ASSERT_THAT(sealing_->Seal(&batch), IsOk());
  const std::string first = batch.orders(0).SerializeAsString();
  *batch.add_orders() = MakeOrder("SF6");
  ASSERT_THAT(sealing_->Seal(&batch), IsOk());
  EXPECT_EQ(batch.orders(0).SerializeAsString(), first);
  EXPECT_EQ(Opened(batch.orders(2), Slot::kRecipientPhone), "13812345678");
}

TEST_F(SealedTreeTest, SealsANestedTypeByItself) {
  shop::Order order = MakeOrder("SF7");
  ASSERT_THAT(sealing_->Seal(&order), IsOk());
  EXPECT_EQ(Opened(order, Slot::kRecipientPhone), "13812345678");
  shop::Batch batch;
  EXPECT_THAT(opening_->OpenField(batch, Slot::kRecipientPhone),
              ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil
