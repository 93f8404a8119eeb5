// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/gate_policy.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_replace.h"
#include "src/crypto/hash.h"
#include "src/gate/quota_window.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {
namespace {

using ::testing::HasSubstr;

std::string Edited(const std::string& from, const std::string& to) {
  const std::string text = GatePolicy::Default().ToText();
  EXPECT_NE(text.find(from), std::string::npos) << from;
  return absl::StrReplaceAll(text, {{from, to}});
}

uint64_t LimitOf(const std::vector<QuotaWindow>& windows,
                 absl::Duration length) {
  for (const QuotaWindow& window : windows) {
    if (window.length == length) return window.limit;
  }
  return 0;
}

TEST(GatePolicyTest, HasTheExampleBuiltIn) {
  std::ifstream file(std::string(PARCELVEIL_SOURCE_DIR) +
                     "/examples/gate_policy.textproto");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  EXPECT_EQ(GatePolicy::Default().ToText(), text.str());
  EXPECT_EQ(GatePolicy::Default().Hash(), crypto::Sha256(text.str()));
}

TEST(GatePolicyTest, AllowsOnlyWhatOneRuleNamesInFull) {
  const GatePolicy policy = GatePolicy::Default();
  GatePolicy::Request request{Role::kList,
                              RequestKind::kReveal,
                              Purpose::kDeliver,
                              {Slot::kRecipientName, Slot::kRecipientAddress}};
  EXPECT_TRUE(policy.Allows(request));
  EXPECT_TRUE(policy.AllowsIn(request, ParcelState::kOutForDelivery));
  EXPECT_FALSE(policy.AllowsIn(request, ParcelState::kSignedOff));
  EXPECT_FALSE(policy.AllowsIn(request, ParcelState::kUnknown));
  request.slots = {Slot::kSenderName, Slot::kRecipientName};
  EXPECT_FALSE(policy.Allows(request)) << "two rules do not add up";
  request.slots = {Slot::kRecipientName};
  request.purpose = Purpose::kCustoms;
  EXPECT_FALSE(policy.Allows(request));
  request.purpose = Purpose::kDeliver;
  request.role = Role::kOutlet;
  EXPECT_FALSE(policy.Allows(request));
}

TEST(GatePolicyTest, GivesADayFourTimesItsBurstAndFollowsTheWork) {
  const GatePolicy policy = GatePolicy::Default();
  const GatePolicy::Quota* addresses =
      policy.FindQuota(Role::kList, QuotaClass::kAddress);
  ASSERT_NE(addresses, nullptr);
  EXPECT_EQ(LimitOf(addresses->Windows(0), absl::Hours(24)), 10u);
  EXPECT_EQ(LimitOf(addresses->Windows(150), absl::Hours(24)), 160u);
  EXPECT_EQ(LimitOf(addresses->Windows(150), absl::Minutes(10)), 40u);
  EXPECT_EQ(LimitOf(addresses->Windows(390), absl::Hours(24)), 400u);
  EXPECT_EQ(LimitOf(addresses->Windows(UINT64_MAX), absl::Hours(24)), 400u);
  EXPECT_EQ(LimitOf(addresses->Windows(150), absl::Hours(720)), 9000u);
  const GatePolicy::Quota* phones =
      policy.FindQuota(Role::kList, QuotaClass::kPhone);
  EXPECT_EQ(LimitOf(phones->Windows(300), absl::Hours(24)), 20u);
  EXPECT_EQ(LimitOf(phones->Windows(300), absl::Minutes(10)), 5u);
  EXPECT_EQ(policy.FindQuota(Role::kAuditor, QuotaClass::kPhone), nullptr);
  EXPECT_EQ(policy.breakers().size(), 2u);
}

TEST(GatePolicyTest, ShowsADeliveryLongerThanAnythingElse) {
  const GatePolicy policy = GatePolicy::Default();
  EXPECT_EQ(policy.TimeToLive(Purpose::kDeliver), absl::Minutes(15));
  EXPECT_EQ(policy.TimeToLive(Purpose::kDispute), absl::Seconds(120));
}

TEST(GatePolicyTest, LetsPhonesCountAsAddressesWhereNobodyDials) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const GatePolicy policy,
      GatePolicy::Parse(Edited("profile: DIAL_THROUGH", "profile: NO_DIAL")));
  EXPECT_EQ(
      LimitOf(policy.FindQuota(Role::kList, QuotaClass::kPhone)->Windows(390),
              absl::Hours(24)),
      400u);
  EXPECT_FALSE(policy.Allows({Role::kList,
                              RequestKind::kDial,
                              Purpose::kDeliver,
                              {Slot::kRecipientPhone}}));
}

TEST(GatePolicyTest, SaysWhichLineIsWrong) {
  EXPECT_THAT(
      GatePolicy::Parse("profile: DIAL_THROUGH\nnonsense: 1\n"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 2")));
}

TEST(GatePolicyTest, RefusesAPolicyThatLeavesSomethingOut) {
  const std::pair<std::string, std::string> cases[] = {
      {"dial_calls: 3 ", "# "},
      {"sheet_hours: 14 ", "sheet_hours: 15 "},
      {"state: OUT_FOR_DELIVERY\n", "\n"},
      {"quota { role: OUTLET ", "quota { role: AUDITOR "},
      {"counts: PHONES        day: 20", "counts: NAMES  day: 20"},
      {"counts: PHONES        day: 20", "counts: PHONES  day: 0"},
      {"of: OUTLET  counts", "of: TENANT  counts"},
      {"kind: SHEET", "kind: 9"},
      {"role: 64\n  kind: SEARCH", "role: 70000\n  kind: SEARCH"},
      {"ttl { purpose: DELIVER seconds: 900 }", "ttl { seconds: 900 }"},
      {"work_to_hour: 22", "work_to_hour: 25"},
  };
  for (const auto& [from, to] : cases) {
    SCOPED_TRACE(to);
    EXPECT_THAT(GatePolicy::Parse(Edited(from, to)),
                ReasonIs(Reason::kMalformed));
  }
  EXPECT_THAT(GatePolicy::Parse(""), ReasonIs(Reason::kMalformed));
}

TEST(QuotaWindowTest, CountsWholeBucketsAndNamesTheTimeOfRoom) {
  const QuotaWindow window{absl::Minutes(12), 3};  // buckets of a minute
  const absl::Time start = absl::FromUnixSeconds(1000 * 60);
  EXPECT_EQ(gate::BucketAt(window.length, start), 1000);
  EXPECT_EQ(gate::BucketAt(window.length, start - absl::Milliseconds(1)), 999);
  EXPECT_EQ(gate::BucketAt(window.length, absl::FromUnixSeconds(-1)), -1);
  EXPECT_EQ(gate::OldestCounted(window.length, start), 988);
  const std::vector<gate::BucketCount> counts{{990, 2}, {995, 1}};
  EXPECT_EQ(gate::TimeUntilRoom(window, counts, 0, start),
            absl::ZeroDuration());
  EXPECT_EQ(gate::TimeUntilRoom(window, {}, 3, start), absl::ZeroDuration());
  EXPECT_EQ(gate::TimeUntilRoom(window, counts, 1, start), absl::Minutes(3));
  EXPECT_EQ(gate::TimeUntilRoom(window, counts, 3, start), absl::Minutes(8));
  EXPECT_EQ(gate::TimeUntilRoom(window, counts, 4, start), window.length)
      << "never";
}

}  // namespace
}  // namespace parcelveil::testing
