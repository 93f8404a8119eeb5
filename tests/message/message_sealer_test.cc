// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "google/protobuf/arena.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/dynamic_message.h"
#include "order.pb.h"
#include "parcelveil/mask.h"
#include "parcelveil/message.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kName[] = "欧阳锋";
constexpr char kPhone[] = "13812345678";
constexpr char kAddress[] = "江苏省苏州市姑苏区平江路128号3幢2单元501室";

shop::Order MakeOrder() {
  shop::Order order;
  order.set_waybill_no("SF1020304050607");
  order.set_name(kName);
  order.set_phone(kPhone);
  order.set_address(kAddress);
  order.set_route_code("512-A3");
  return order;
}

std::vector<int> SlotsOf(const v1::SealedRecord& record) {
  std::vector<int> slots;
  for (const auto& cell : record.cells()) slots.push_back(cell.slot());
  return slots;
}

class MessageSealerTest : public ::testing::Test {
 protected:
  MessageSealerTest()
      : converter_(keys_.Load(Role::kConverter)),
        gate_(keys_.Load(Role::kGate)),
        list_(keys_.Load(Role::kList)),
        sealing_(MakeFor(converter_.get())),
        opening_(MakeFor(gate_.get())),
        listing_(MakeFor(list_.get())) {}

  static std::unique_ptr<MessageSealer> MakeFor(const Keyring* keyring) {
    return MessageSealer::Create(keyring, shop::Order::descriptor()).value();
  }

  shop::Order SealedOrder() {
    shop::Order order = MakeOrder();
    EXPECT_THAT(sealing_->Seal(&order), IsOk());
    return order;
  }

  std::string Opened(const google::protobuf::Message& order, Slot slot) {
    const absl::StatusOr<Plaintext> text = opening_->OpenField(order, slot);
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

TEST_F(MessageSealerTest, TakesTheStringsOutAndLeavesTheRest) {
  const shop::Order order = SealedOrder();
  EXPECT_EQ(order.name(), "");
  EXPECT_EQ(order.phone(), "");
  EXPECT_EQ(order.address(), "");
  EXPECT_EQ(order.waybill_no(), "SF1020304050607");
  EXPECT_EQ(order.route_code(), "512-A3");
  EXPECT_THAT(SlotsOf(order.sealed()),
              ElementsAre(4, 5, 6, 0x4001, 0x4002, 0x8001));
  EXPECT_FALSE(order.sealed().masked());
}

TEST_F(MessageSealerTest, OpensExactlyTheBytesThatWereSealed) {
  const std::string strange(
      "𠮷野家👨‍👩‍👧 e\u0301 １３８ nul\0in \n", 42);
  shop::Order order = MakeOrder();
  order.set_address(strange);
  ASSERT_THAT(sealing_->Seal(&order), IsOk());
  EXPECT_EQ(Opened(order, Slot::kRecipientName), kName);
  EXPECT_EQ(Opened(order, Slot::kRecipientPhone), kPhone);
  EXPECT_EQ(Opened(order, Slot::kRecipientAddress), strange);
}

TEST_F(MessageSealerTest, LeavesNoValueInTheSerialisedMessage) {
  const std::string bytes = SealedOrder().SerializeAsString();
  EXPECT_THAT(bytes, HasSubstr("512-A3"));
  EXPECT_THAT(bytes, Not(HasSubstr(kPhone)));
  EXPECT_THAT(bytes, Not(HasSubstr("5678")));
  EXPECT_THAT(bytes, Not(HasSubstr("欧阳")));
  EXPECT_THAT(bytes, Not(HasSubstr("平江路")));
}

// An arena keeps what was cleared until it dies, so the bytes can be looked at.
TEST_F(MessageSealerTest, ZeroesTheBytesOfTheStrings) {
  google::protobuf::Arena arena;
  auto* order = google::protobuf::Arena::CreateMessage<shop::Order>(&arena);
  *order = MakeOrder();
  const std::string& phone = order->phone();
  const std::string& address = order->address();
  const std::string_view texts[] = {phone, address};
  ASSERT_THAT(sealing_->Seal(order), IsOk());
  ASSERT_NE(&order->phone(), &phone);
  for (std::string_view text : texts) {
    EXPECT_EQ(text, std::string(text.size(), '\0'));
  }
}

TEST_F(MessageSealerTest, ShowsTheMasksWhereTheStringsWere) {
  shop::Order order = SealedOrder();
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  EXPECT_EQ(order.name(), "欧阳*");
  EXPECT_EQ(order.phone(), "138****5678");
  EXPECT_EQ(order.address(), Mask(MaskRule::kAddressStreet, kAddress).text());
  EXPECT_TRUE(order.sealed().masked());
  EXPECT_EQ(order.route_code(), "512-A3");
}

TEST_F(MessageSealerTest, ShowsAgainAndStillOpensWhatIsMasked) {
  shop::Order order = SealedOrder();
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  const std::string shown = order.SerializeAsString();
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  EXPECT_EQ(order.SerializeAsString(), shown);
  EXPECT_EQ(Opened(order, Slot::kRecipientPhone), kPhone);
}

TEST_F(MessageSealerTest, RefusesToSealMasks) {
  shop::Order order = SealedOrder();
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  const std::string shown = order.SerializeAsString();
  EXPECT_THAT(sealing_->Seal(&order), ReasonIs(Reason::kAlreadyMasked));
  EXPECT_EQ(order.SerializeAsString(), shown);
  // Nor does it help to drop the mark with the cells.
  order.clear_sealed();
  EXPECT_THAT(sealing_->Seal(&order), ReasonIs(Reason::kAlreadyMasked));
}

TEST_F(MessageSealerTest, ChangesNothingWhenSealedTwice) {
  shop::Order order = SealedOrder();
  const std::string sealed = order.SerializeAsString();
  ASSERT_THAT(sealing_->Seal(&order), IsOk());
  EXPECT_EQ(order.SerializeAsString(), sealed);
}

TEST_F(MessageSealerTest, RefusesTextBesideCells) {
  shop::Order order = SealedOrder();
  order.set_phone("13900000000");
  const std::string before = order.SerializeAsString();
  EXPECT_THAT(sealing_->Seal(&order), ReasonIs(Reason::kWrongState));
  EXPECT_THAT(listing_->ShowViews(&order), ReasonIs(Reason::kWrongState));
  EXPECT_EQ(order.SerializeAsString(), before);
}

TEST_F(MessageSealerTest, NeverShowsTextThatWasNotSealed) {
  shop::Order order = MakeOrder();
  EXPECT_THAT(listing_->ShowViews(&order), ReasonIs(Reason::kWrongState));
}

TEST_F(MessageSealerTest, SealsAnEmptyStringOnlyWhereItIsSet) {
  shop::Order order;
  order.set_waybill_no("SF1");
  order.set_sender_name("");
  ASSERT_THAT(sealing_->Seal(&order), IsOk());
  EXPECT_FALSE(order.has_sender_name());
  EXPECT_THAT(SlotsOf(order.sealed()), ElementsAre(1, 0x8002));
  EXPECT_EQ(Opened(order, Slot::kSenderName), "");
  EXPECT_THAT(opening_->OpenField(order, Slot::kRecipientName),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no cell")));
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  EXPECT_TRUE(order.has_sender_name());
}

TEST_F(MessageSealerTest, LeavesAMessageWithoutTextsAlone) {
  shop::Order order;
  order.set_route_code("512-A3");
  ASSERT_THAT(sealing_->Seal(&order), IsOk());
  ASSERT_THAT(listing_->ShowViews(&order), IsOk());
  EXPECT_FALSE(order.has_sealed());
}

TEST_F(MessageSealerTest, LeavesTheMessageUnchangedOnError) {
  shop::Order order = MakeOrder();
  order.set_sender_name(std::string(4096, 'a'));
  const std::string before = order.SerializeAsString();
  EXPECT_THAT(
      sealing_->Seal(&order),
      AllOf(ReasonIs(Reason::kMalformed),
            StatusIs(absl::StatusCode::kInvalidArgument,
                     AllOf(HasSubstr("seal message shop.Order"),
                           HasSubstr("slot 1 (sender name)"),
                           Not(HasSubstr("aaaa")), Not(HasSubstr(kPhone))))));
  EXPECT_EQ(order.SerializeAsString(), before);
}

TEST_F(MessageSealerTest, RefusesAMessageWithoutRecordId) {
  shop::Order order = MakeOrder();
  order.clear_waybill_no();
  EXPECT_THAT(sealing_->Seal(&order),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("shop.Order.waybill_no")));
  EXPECT_EQ(order.phone(), kPhone);
}

TEST_F(MessageSealerTest, RefusesCellsOfAnotherRecordOrVersion) {
  shop::Order order = SealedOrder();
  shop::Order moved = order;
  moved.set_waybill_no("SF9999999999999");
  EXPECT_THAT(opening_->OpenField(moved, Slot::kRecipientPhone),
              ReasonIs(Reason::kDecryptFailed));
  const std::string before = moved.SerializeAsString();
  EXPECT_THAT(listing_->ShowViews(&moved), ReasonIs(Reason::kDecryptFailed));
  EXPECT_EQ(moved.SerializeAsString(), before);
  order.mutable_sealed()->set_version(1);
  EXPECT_THAT(opening_->OpenField(order, Slot::kRecipientPhone),
              ReasonIs(Reason::kDecryptFailed));
}

TEST_F(MessageSealerTest, OpensViewsButNoFieldAsList) {
  const shop::Order order = SealedOrder();
  for (Slot slot :
       {Slot::kRecipientName, Slot::kRecipientPhone, Slot::kRecipientAddress}) {
    EXPECT_THAT(listing_->OpenField(order, slot), ReasonIs(Reason::kForbidden));
  }
}

TEST_F(MessageSealerTest, ShowsNothingToARoleWithoutViews) {
  const std::unique_ptr<Keyring> dispute = keys_.Load(Role::kDispute);
  shop::Order order = SealedOrder();
  const std::string before = order.SerializeAsString();
  EXPECT_THAT(MakeFor(dispute.get())->ShowViews(&order),
              ReasonIs(Reason::kForbidden));
  EXPECT_EQ(order.SerializeAsString(), before);
}

TEST_F(MessageSealerTest, OpensNoViewAndNoForeignSlot) {
  const shop::Order order = SealedOrder();
  EXPECT_THAT(opening_->OpenField(order, Slot::kRecipientView),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(opening_->OpenField(order, Slot::kSenderPhone),
              ReasonIs(Reason::kMalformed));
}

TEST_F(MessageSealerTest, BindsScopeAndVersion) {
  SealOptions options;
  options.scope = Scope{5712};
  options.version = 9;
  shop::Order order = MakeOrder();
  ASSERT_THAT(sealing_->Seal(&order, options), IsOk());
  EXPECT_EQ(order.sealed().version(), 9u);
  // Bytes 4 to 7 of a cell are its scope (SPEC.md section 5).
  EXPECT_EQ(order.sealed().cells(0).sealed().substr(4, 4),
            std::string("\0\0\x16\x50", 4));
  EXPECT_EQ(Opened(order, Slot::kRecipientPhone), kPhone);
}

TEST_F(MessageSealerTest, SealsUnderThePastDayThatItIsGiven) {
  const Epoch yesterday{static_cast<uint16_t>(ToInt(keys_.today()) - 1)};
  SealOptions options;
  options.day = DayOf(yesterday);
  shop::Order order = MakeOrder();
  EXPECT_THAT(sealing_->Seal(&order, options), ReasonIs(Reason::kNoActiveKey));
  EXPECT_EQ(order.phone(), kPhone);
  ASSERT_THAT(keys_.editor().Backfill(yesterday), IsOk());
  keys_.Publish();
  ASSERT_THAT(converter_->Reload(), IsOk());
  ASSERT_THAT(sealing_->Seal(&order, options), IsOk());
  ASSERT_THAT(gate_->Reload(), IsOk());
  EXPECT_EQ(Opened(order, Slot::kRecipientPhone), kPhone);
}

TEST_F(MessageSealerTest, RefusesADamagedSealedRecord) {
  shop::Order order = SealedOrder();
  order.mutable_sealed()->mutable_cells()->SwapElements(0, 1);
  EXPECT_THAT(sealing_->Seal(&order), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(listing_->ShowViews(&order), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(opening_->OpenField(order, Slot::kRecipientPhone),
              ReasonIs(Reason::kMalformed));
}

TEST_F(MessageSealerTest, RefusesAnotherType) {
  shop::Plain plain;
  EXPECT_THAT(sealing_->Seal(&plain),
              AllOf(ReasonIs(Reason::kMalformed),
                    StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("shop.Plain"))));
}

// A pool of its own: neither Order nor SealedRecord is the generated class.
TEST_F(MessageSealerTest, WorksOnDynamicMessages) {
  google::protobuf::SimpleDescriptorDatabase files;
  for (const auto* file :
       {google::protobuf::FileDescriptorProto::descriptor()->file(),
        v1::Field::descriptor()->file(), v1::SealedRecord::descriptor()->file(),
        shop::Order::descriptor()->file()->dependency(0),
        shop::Order::descriptor()->file()}) {
    google::protobuf::FileDescriptorProto copy;
    file->CopyTo(&copy);
    ASSERT_TRUE(files.Add(copy));
  }
  google::protobuf::DescriptorPool pool(&files);
  const google::protobuf::Descriptor* type =
      pool.FindMessageTypeByName("shop.Order");
  ASSERT_NE(type, nullptr);
  ASSERT_NE(type, shop::Order::descriptor());
  google::protobuf::DynamicMessageFactory factory;
  std::unique_ptr<google::protobuf::Message> order(
      factory.GetPrototype(type)->New());
  ASSERT_TRUE(order->ParseFromString(MakeOrder().SerializeAsString()));

  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      auto sealing, MessageSealer::Create(converter_.get(), type));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(auto listing,
                                  MessageSealer::Create(list_.get(), type));
  ASSERT_THAT(sealing->Seal(order.get()), IsOk());
  shop::Order generated;
  ASSERT_TRUE(generated.ParseFromString(order->SerializeAsString()));
  EXPECT_EQ(generated.phone(), "");
  EXPECT_EQ(Opened(generated, Slot::kRecipientPhone), kPhone);
  ASSERT_THAT(listing->ShowViews(order.get()), IsOk());
  EXPECT_THAT(sealing->Seal(order.get()), ReasonIs(Reason::kAlreadyMasked));
  ASSERT_TRUE(generated.ParseFromString(order->SerializeAsString()));
  EXPECT_EQ(generated.phone(), "138****5678");
  EXPECT_TRUE(generated.sealed().masked());
}

}  // namespace
}  // namespace parcelveil
