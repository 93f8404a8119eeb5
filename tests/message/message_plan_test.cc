// SPDX-License-Identifier: Apache-2.0
// What MessageSealer::Create accepts and refuses.

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "order.pb.h"
#include "parcelveil/message.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::google::protobuf::DescriptorPool;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kId[] =
    R"(field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL
         options { [parcelveil.v1.field] { kind: RECORD_ID } } } )";
constexpr char kPhone[] =
    R"(field { name: "phone" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL
         options { [parcelveil.v1.field] { party: RECIPIENT kind: PHONE } } } )";
constexpr char kSealed[] =
    R"(field { name: "sealed" number: 3 type: TYPE_MESSAGE label: LABEL_OPTIONAL
         type_name: ".parcelveil.v1.SealedRecord" } )";

// A field of `type` with `option`; `more` may override its label.
std::string Field(const std::string& name, const std::string& type,
                  const std::string& option,
                  const std::string& label = "LABEL_OPTIONAL") {
  return "field { name: '" + name + "' number: 9 type: " + type +
         " label: " + label + " options { [parcelveil.v1.field] { " + option +
         " } } } ";
}

class MessagePlanTest : public ::testing::Test {
 protected:
  // Plans message `test.M`, whose body is in the text format of a
  // DescriptorProto; `rest` is more of its file.
  absl::Status Plan(const std::string& body, const std::string& rest = "",
                    const Schema& schema = Schema::Default()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "name: 'm.proto' package: 'test' "
        "dependency: 'parcelveil/v1/annotations.proto' "
        "dependency: 'parcelveil/v1/sealed_record.proto' "
        "message_type { name: 'M' " +
            body + " } " + rest,
        &file));
    DescriptorPool pool(DescriptorPool::generated_pool());
    const auto* built = pool.BuildFile(file);
    if (built == nullptr) {
      ADD_FAILURE() << "not a valid file: " << file.DebugString();
      return absl::OkStatus();
    }
    testing::TestKeyring keys(schema);
    const std::unique_ptr<Keyring> keyring = keys.Load(Role::kConverter);
    return MessageSealer::Create(keyring.get(), built->message_type(0))
        .status();
  }

  static auto IsRefusedNaming(const std::string& what) {
    return AllOf(ReasonIs(Reason::kMalformed),
                 StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)));
  }
};

TEST_F(MessagePlanTest, TakesARecordIdAStringAndASealedRecord) {
  EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed), IsOk());
}

TEST_F(MessagePlanTest, RefusesSealedFieldsOfAWrongType) {
  for (const char* type : {"TYPE_BYTES", "TYPE_INT64", "TYPE_BOOL"}) {
    EXPECT_THAT(Plan(std::string(kId) + kSealed +
                     Field("wrong", type, "party: RECIPIENT kind: NAME")),
                IsRefusedNaming("test.M.wrong"));
  }
  EXPECT_THAT(Plan(std::string(kId) + kSealed +
                   Field("wrong", "TYPE_MESSAGE type_name: '.test.M'",
                         "party: RECIPIENT kind: NAME")),
              IsRefusedNaming("test.M.wrong"));
  for (const char* label : {"LABEL_REPEATED", "LABEL_REQUIRED"}) {
    EXPECT_THAT(Plan(std::string(kId) + kSealed +
                     Field("wrong", "TYPE_STRING",
                           "party: RECIPIENT kind: NAME", label)),
                IsRefusedNaming("test.M.wrong"));
  }
}

TEST_F(MessagePlanTest, RefusesRecordIdsOfAWrongType) {
  for (const char* type : {"TYPE_DOUBLE", "TYPE_BOOL"}) {
    EXPECT_THAT(Plan(std::string(kPhone) + kSealed +
                     Field("wrong", type, "kind: RECORD_ID")),
                IsRefusedNaming("test.M.wrong"));
  }
  EXPECT_THAT(
      Plan(std::string(kPhone) + kSealed +
           Field("wrong", "TYPE_STRING", "kind: RECORD_ID", "LABEL_REPEATED")),
      IsRefusedNaming("test.M.wrong"));
}

TEST_F(MessagePlanTest, TakesRecordIdsOfEveryIntegerTypeAndBytes) {
  for (const char* type : {"TYPE_INT32", "TYPE_SINT64", "TYPE_UINT32",
                           "TYPE_FIXED64", "TYPE_BYTES"}) {
    EXPECT_THAT(Plan(std::string(kPhone) + kSealed +
                     Field("id", type, "kind: RECORD_ID")),
                IsOk());
  }
}

TEST_F(MessagePlanTest, RefusesTwoFieldsOfOneSlot) {
  EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed +
                   Field("mobile", "TYPE_STRING", "slot: 5")),
              AllOf(IsRefusedNaming("test.M.mobile"),
                    IsRefusedNaming("slot 5 (recipient phone)")));
}

TEST_F(MessagePlanTest, RefusesAMissingOrSecondRecordId) {
  EXPECT_THAT(Plan(std::string(kPhone) + kSealed),
              IsRefusedNaming("message test.M"));
  EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed +
                   Field("number", "TYPE_STRING", "kind: RECORD_ID")),
              IsRefusedNaming("test.M.number"));
}

TEST_F(MessagePlanTest, RefusesAMissingSecondOrRepeatedSealedRecord) {
  EXPECT_THAT(Plan(std::string(kId) + kPhone),
              IsRefusedNaming("message test.M"));
  const std::string more =
      "field { name: 'more' number: 9 type: TYPE_MESSAGE "
      "type_name: '.parcelveil.v1.SealedRecord' ";
  EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed + more +
                   "label: LABEL_OPTIONAL }"),
              IsRefusedNaming("test.M.more"));
  EXPECT_THAT(
      Plan(std::string(kId) + kPhone + more + "label: LABEL_REPEATED }"),
      IsRefusedNaming("test.M.more"));
  // Setting it would clear what else is in the oneof.
  EXPECT_THAT(Plan(std::string(kId) + kPhone + "oneof_decl { name: 'either' }" +
                   more + "label: LABEL_OPTIONAL oneof_index: 0 }"),
              IsRefusedNaming("test.M.more"));
}

TEST_F(MessagePlanTest, RefusesAMessageWithoutAnnotatedStrings) {
  EXPECT_THAT(Plan(""), IsRefusedNaming("message test.M"));
  EXPECT_THAT(Plan(std::string(kId) + kSealed),
              IsRefusedNaming("message test.M"));
}

TEST_F(MessagePlanTest, RefusesSlotsThatTheSchemaLacks) {
  for (const char* option :
       {"slot: 64", "slot: 65541", "party: RECIPIENT kind: TEXT", "kind: PHONE",
        "party: RECIPIENT", ""}) {
    EXPECT_THAT(Plan(std::string(kId) + kSealed +
                     Field("wrong", "TYPE_STRING", option)),
                IsRefusedNaming("test.M.wrong"))
        << option;
  }
}

TEST_F(MessagePlanTest, FindsAUsersSlotByItsNumberOnly) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      Schema schema,
      Schema::Parse(Schema::Default().ToText() +
                    "slot { id: 64 party: RECIPIENT kind: TEXT pad: 32 }"));
  const auto plan = [&](const std::string& option) {
    return Plan(
        std::string(kId) + kSealed + Field("note", "TYPE_STRING", option), "",
        schema);
  };
  EXPECT_THAT(plan("slot: 64"), IsOk());
  EXPECT_THAT(plan("slot: 64 party: RECIPIENT kind: TEXT"), IsOk());
  EXPECT_THAT(plan("slot: 64 party: SENDER"), IsRefusedNaming("test.M.note"));
  EXPECT_THAT(plan("slot: 64 kind: NAME"), IsRefusedNaming("test.M.note"));
  EXPECT_THAT(plan("party: RECIPIENT kind: TEXT"),
              IsRefusedNaming("test.M.note"));
}

TEST_F(MessagePlanTest, FindsWhatIsWrongInNestedTypes) {
  const std::string nested =
      std::string("message_type { name: 'N' ") + kPhone + "}";
  for (const char* label : {"LABEL_OPTIONAL", "LABEL_REPEATED"}) {
    EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed +
                         "field { name: 'n' number: 9 type: TYPE_MESSAGE "
                         "type_name: '.test.N' label: " +
                         label + " }",
                     nested),
                IsRefusedNaming("message test.N"));
  }
}

TEST_F(MessagePlanTest, FindsWhatIsWrongInExtensions) {
  EXPECT_THAT(Plan(std::string(kId) + kSealed +
                       "extension_range { start: 100 end: 200 }",
                   "extension { name: 'wrong' extendee: '.test.M' number: 100 "
                   "type: TYPE_BYTES label: LABEL_OPTIONAL "
                   "options { [parcelveil.v1.field] { slot: 5 } } }"),
              IsRefusedNaming("test.wrong"));
}

TEST_F(MessagePlanTest, EndsOnTypesThatHoldThemselves) {
  EXPECT_THAT(Plan(std::string(kId) + kPhone + kSealed +
                   "field { name: 'next' number: 9 type: TYPE_MESSAGE "
                   "type_name: '.test.M' label: LABEL_OPTIONAL }"),
              IsOk());
}

TEST_F(MessagePlanTest, RefusesANullKeyringOrDescriptor) {
  EXPECT_THAT(MessageSealer::Create(nullptr, shop::Order::descriptor()),
              ReasonIs(Reason::kMalformed));
  testing::TestKeyring keys;
  const std::unique_ptr<Keyring> keyring = keys.Load(Role::kConverter);
  EXPECT_THAT(MessageSealer::Create(keyring.get(), nullptr),
              ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil
