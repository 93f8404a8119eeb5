// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/schema.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/keyring/schema_codec.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSteward[] = "role { id: STEWARD bucket_days: 31 }\n";

// A schema that is well-formed, with `more` appended.
std::string With(const std::string& more) {
  return "calling_code: \"86\"\n"
         "slot { id: RECIPIENT_NAME party: RECIPIENT kind: NAME pad: 32 }\n"
         "slot { id: RECIPIENT_PHONE party: RECIPIENT kind: PHONE pad: 16 }\n" +
         std::string(kSteward) + more;
}

// The schema of a vector: its slots, one recipient view that shows them all,
// and their indexes.
std::string TextOf(const Vector& vector) {
  std::string text = "calling_code: \"86\"\n" + std::string(kSteward);
  std::string shown;
  for (const Vector& slot : vector.List("slots")) {
    const std::string id = std::to_string(slot.Number("slot"));
    text += "slot { id: " + id +
            " party: " + std::to_string(slot.Number("party")) +
            " kind: " + std::to_string(slot.Number("kind")) +
            " pad: " + std::to_string(slot.Number("pad")) + " }\n";
    shown += " show: " + id;
    for (uint64_t index : slot.Numbers("index_slots")) {
      text +=
          "index { id: " + std::to_string(index) + " of: " + id +
          (index == 0x4002 ? " rule: LAST4 bits: 9" : " rule: PHONE bits: 19") +
          " }\n";
    }
  }
  if (shown.empty()) return text;
  return text + "view { id: RECIPIENT_VIEW party: RECIPIENT preset: HANDHELD" +
         shown + " pad: 64 }\n";
}

TEST(SchemaHashTest, IsThatOfEveryVector) {
  const auto cases = LoadVectors("schema_hash").List("cases");
  ASSERT_EQ(cases.size(), 3u);
  for (const Vector& vector : cases) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Schema schema,
                                    Schema::Parse(TextOf(vector)));
    EXPECT_EQ(ToHex(schema.Hash()), vector.Text("sha256"));
  }
}

TEST(SchemaHashTest, ChangesWithPadMaskAndIndex) {
  const auto hash = [](const std::string& more) {
    return Schema::Parse(With(more)).value().Hash();
  };
  const std::string view =
      "view { id: RECIPIENT_VIEW party: RECIPIENT show: RECIPIENT_PHONE "
      "pad: 64 preset: ";
  EXPECT_NE(hash(""), hash(view + "HANDHELD }"));
  EXPECT_NE(hash(view + "HANDHELD }"), hash(view + "LABEL }"));
  EXPECT_NE(hash(""), hash("index { id: RECIPIENT_PHONE_INDEX of: "
                           "RECIPIENT_PHONE rule: PHONE bits: 19 }"));
  EXPECT_NE(hash(""), hash("slot { id: 64 party: SENDER kind: TEXT pad: 16 }"));
  // The order of entries in the text is of no consequence.
  EXPECT_EQ(hash("slot { id: 65 party: SENDER kind: TEXT pad: 16 } "
                 "slot { id: 64 party: SENDER kind: TEXT pad: 16 }"),
            hash("slot { id: 64 party: SENDER kind: TEXT pad: 16 } "
                 "slot { id: 65 party: SENDER kind: TEXT pad: 16 }"));
}

TEST(SchemaTest, TheDefaultHasSixFieldsTwoViewsThreeIndexesEightRoles) {
  const Schema schema = Schema::Default();
  EXPECT_EQ(schema.slots().size(), 6u);
  EXPECT_EQ(schema.views().size(), 2u);
  EXPECT_EQ(schema.indexes().size(), 3u);
  EXPECT_EQ(schema.roles().size(), 8u);
  EXPECT_EQ(schema.KeyedSlots().size(), 14u);
  EXPECT_EQ(schema.destroy_after_days(), 0u);
  EXPECT_EQ(schema.calling_code(), "86");
}

TEST(SchemaTest, TheDefaultListRoleOpensViewsAlone) {
  const Schema schema = Schema::Default();
  const Schema::RoleAccess* list = schema.FindRole(Role::kList);
  ASSERT_NE(list, nullptr);
  EXPECT_THAT(list->slots,
              ::testing::ElementsAre(Slot::kRecipientView, Slot::kSenderView));
}

TEST(SchemaTest, ToTextReadsBackTheSame) {
  for (const Schema& schema :
       {Schema::Default(), Schema::Parse(With("")).value()}) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Schema back,
                                    Schema::Parse(schema.ToText()));
    EXPECT_EQ(back.ToText(), schema.ToText());
    EXPECT_EQ(back.Hash(), schema.Hash());
  }
}

TEST(SchemaTest, FindsWhatItHasAndNothingElse) {
  const Schema schema = Schema::Default();
  EXPECT_EQ(schema.FindSlot(Slot::kRecipientPhone)->pad, 16);
  EXPECT_EQ(schema.FindSlot(Slot{64}), nullptr);
  EXPECT_EQ(schema.FindView(Slot::kSenderView)->shows.size(), 3u);
  EXPECT_EQ(schema.FindView(Slot::kSenderName), nullptr);
  EXPECT_EQ(schema.FindIndex(Slot::kRecipientLast4Index)->bits, 9);
  EXPECT_EQ(schema.FindIndex(Slot::kRecipientPhone), nullptr);
  EXPECT_EQ(schema.FindRole(Role{64}), nullptr);
  EXPECT_EQ(schema.FindIndexOf(Slot::kRecipientPhone, IndexRule::kLast4)->id,
            Slot::kRecipientLast4Index);
  EXPECT_EQ(schema.FindIndexOf(Slot::kRecipientPhone, IndexRule::kText),
            nullptr);
  EXPECT_EQ(schema.FindField(Party::kSender, FieldKind::kAddress)->id,
            Slot::kSenderAddress);
  EXPECT_EQ(schema.FindField(Party::kSender, FieldKind::kText), nullptr);
}

TEST(SchemaTest, APhoneIndexIsNotGrantedWithoutThePhone) {
  Schema schema = Schema::Default();
  const absl::Status status =
      schema.Grant(Role::kList, Slot::kRecipientPhoneIndex);
  EXPECT_THAT(status, ReasonIs(Reason::kForbidden));
  EXPECT_THAT(schema.FindRole(Role::kList)->slots,
              Not(Contains(Slot::kRecipientPhoneIndex)));
  // Nor is the phone taken away from under it.
  EXPECT_THAT(schema.Revoke(Role::kGate, Slot::kRecipientPhone),
              ReasonIs(Reason::kForbidden));
  EXPECT_THAT(schema.FindRole(Role::kGate)->slots,
              Contains(Slot::kRecipientPhone));
}

TEST(SchemaTest, GrantAddsAndRevokeTakesAway) {
  Schema schema = Schema::Default();
  EXPECT_THAT(schema.Grant(Role::kList, Slot::kRecipientName), IsOk());
  EXPECT_THAT(schema.Grant(Role::kList, Slot::kRecipientName), IsOk());
  EXPECT_EQ(schema.FindRole(Role::kList)->slots.size(), 3u);
  EXPECT_THAT(schema.Revoke(Role::kList, Slot::kRecipientName), IsOk());
  EXPECT_EQ(schema.ToText(), Schema::Default().ToText());
  EXPECT_THAT(schema.Revoke(Role::kList, Slot::kRecipientName),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("LIST")));
  EXPECT_THAT(schema.Grant(Role{64}, Slot::kRecipientName),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("role 64")));
  EXPECT_THAT(schema.Grant(Role::kList, Slot{64}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("slot 64")));
}

TEST(SchemaTest, ASyntaxErrorIsNamedByItsLine) {
  EXPECT_THAT(
      Schema::Parse("calling_code: \"86\"\nslott { }\n"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 2")));
}

struct SchemaRow {
  const char* more;
  const char* named;  // in the error
};

constexpr SchemaRow kRefused[] = {
    {"slot { id: 7 party: SENDER kind: TEXT pad: 16 }", "slot 7"},
    {"slot { id: 63 party: SENDER kind: TEXT pad: 16 }", "slot 63"},
    {"slot { id: 0x4000 party: SENDER kind: TEXT pad: 16 }", "slot 16384"},
    {"slot { id: 65600 party: SENDER kind: TEXT pad: 16 }", "65600"},
    {"slot { id: -1 party: SENDER kind: TEXT pad: 16 }", "-1"},
    {"slot { id: 64 party: SENDER kind: TEXT pad: 0 }", "slot 64"},
    {"slot { id: 64 party: SENDER kind: TEXT pad: 24 }", "slot 64"},
    {"slot { id: 64 party: SENDER kind: TEXT pad: 512 }", "slot 64"},
    {"slot { id: 64 party: SENDER kind: TEXT pad: 65552 }", "slot 64"},
    {"slot { id: 64 party: SENDER pad: 16 }", "slot 64"},
    {"slot { id: 64 party: SENDER kind: RECORD_ID pad: 16 }", "slot 64"},
    {"slot { id: 64 kind: TEXT pad: 16 }", "slot 64"},
    {"slot { id: 64 party: 3 kind: TEXT pad: 16 }", "slot 64"},
    {"slot { id: RECIPIENT_NAME party: RECIPIENT kind: NAME pad: 32 }",
     "named twice"},
    {"slot { id: SENDER_NAME party: RECIPIENT kind: PHONE pad: 32 }", "slot 1"},
    {"view { id: 0x8003 party: SENDER preset: HANDHELD pad: 64 "
     "show: RECIPIENT_NAME }",
     "slot 32771"},
    {"view { id: SENDER_VIEW party: SENDER preset: HANDHELD pad: 64 }",
     "sender view"},
    {"view { id: SENDER_VIEW party: SENDER preset: HANDHELD pad: 64 "
     "show: SENDER_NAME }",
     "sender name"},
    {"view { id: SENDER_VIEW party: SENDER preset: 4 pad: 64 "
     "show: RECIPIENT_NAME }",
     "sender view"},
    {"index { id: 0x4004 of: RECIPIENT_PHONE rule: PHONE bits: 19 }",
     "slot 16388"},
    {"index { id: RECIPIENT_PHONE_INDEX of: RECIPIENT_PHONE rule: PHONE "
     "bits: 0 }",
     "recipient phone index"},
    {"index { id: RECIPIENT_PHONE_INDEX of: RECIPIENT_PHONE rule: PHONE "
     "bits: 33 }",
     "recipient phone index"},
    {"index { id: RECIPIENT_PHONE_INDEX of: RECIPIENT_PHONE rule: PHONE "
     "bits: 275 }",
     "recipient phone index"},
    {"index { id: RECIPIENT_PHONE_INDEX of: SENDER_PHONE rule: PHONE "
     "bits: 19 }",
     "recipient phone index"},
    {"other: 7", "slot 7"},
    {"other: SENDER_NAME", "slot 1"},
    {"role { id: STEWARD bucket_days: 31 }", "named twice"},
    {"role { id: 64 }", "role 64"},
    {"role { id: 64 bucket_days: 367 }", "role 64"},
    {"role { id: 64 bucket_days: 7 open_days: 36501 }", "role 64"},
    {"role { id: 64 bucket_days: 7 slot: SENDER_NAME }", "sender name"},
    {"role { id: 9 bucket_days: 7 }", "role 9"},
    {"role { id: 65539 bucket_days: 7 }", "65539"},
    {"calling_code: \"\"", "calling_code"},
    {"calling_code: \"+86\"", "calling_code"},
    {"calling_code: \"0086\"", "calling_code"},
};

TEST(SchemaTest, EveryEntryThatNoSchemaHasIsRefusedByName) {
  ASSERT_THAT(Schema::Parse(With("")), IsOk());
  for (const SchemaRow& row : kRefused) {
    const auto schema = Schema::Parse(With(row.more));
    EXPECT_THAT(schema, ReasonIs(Reason::kMalformed)) << row.more;
    EXPECT_THAT(std::string(schema.status().message()), HasSubstr(row.named))
        << row.more;
  }
}

TEST(SchemaTest, ASchemaWithoutStewardIsRefused) {
  EXPECT_THAT(Schema::Parse("calling_code: \"86\""),
              ReasonIs(Reason::kMalformed));
  EXPECT_THAT(Schema::Parse("calling_code: \"86\" role { id: STEWARD "
                            "bucket_days: 31 scoped: true }"),
              ReasonIs(Reason::kMalformed));
}

TEST(SchemaCodecTest, WhatIsInTheKeyringReadsBackTheSame) {
  const Schema schema = Schema::Default();
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const Schema back, SchemaCodec::FromProto(SchemaCodec::ToProto(schema)));
  EXPECT_EQ(back.ToText(), schema.ToText());
}

}  // namespace
}  // namespace parcelveil
