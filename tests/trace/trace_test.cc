// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/trace.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/trace/trace_fixture.h"

namespace parcelveil {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StatusIs;
using testing::TraceWorld;

class TraceTest : public ::testing::Test {
 protected:
  TraceTest() {
    world_.options();
    // Account 1 opens 10 parcels of outlet 1, account 2 others, 3 a few of 2.
    world_.Open(1, 1, 0, 10);
    world_.Open(2, 1, 10, 40);
    world_.Open(3, 2, 0, 20);
  }

  // Phones of outlet 1's parcels [first, last).
  static std::string Phones(int first, int last) {
    std::string list = "phone\n";
    for (int i = first; i < last; ++i) {
      list += TraceWorld::PhoneOf(1, i) + "\n";
    }
    return list;
  }
  static const ChannelScore* Find(const TraceResult& result,
                                  TraceChannel channel, uint64_t id) {
    for (const ChannelScore& score : result.channels) {
      if (score.channel == channel && score.id == id) return &score;
    }
    return nullptr;
  }

  TraceWorld world_;
};

TEST_F(TraceTest, NamesTheAccountThatOpenedWhatLeaked) {
  const TraceResult result = world_.MustRun(Phones(0, 8));
  EXPECT_EQ(result.matches.matched, 8u);
  EXPECT_EQ(result.principal_level.num_sources, 3u);
  ASSERT_EQ(result.principal_level.passes.size(), 1u);
  const PrincipalScore& first = result.principals[0];
  EXPECT_EQ(first.principal, 1u);
  EXPECT_EQ(first.score.standing, Standing::kStandsOut);
  EXPECT_EQ(first.score.k, 8u);
  EXPECT_EQ(first.score.n, 10u);
  EXPECT_EQ(first.score.N, 200u);
  EXPECT_EQ(first.score.days, 1);
  // Eight factors of 0.1 + 0.9 * 200 / 10.
  EXPECT_NEAR(first.score.log10_e, 8 * std::log10(18.1), 1e-9);
  EXPECT_LT(first.score.log10_p, -9);
  EXPECT_EQ(result.num_accesses, 8u);
  EXPECT_EQ(result.timeline[0].principal, 1u);
  EXPECT_FALSE(result.IsComplete()) << "the log was not verified";
  EXPECT_EQ(result.assumptions.field, Slot::kRecipientPhone);
  const ChannelScore* outlet = Find(result, TraceChannel::kOutlet, 1);
  ASSERT_NE(outlet, nullptr);
  EXPECT_EQ(outlet->score.N, 400u);
  EXPECT_EQ(outlet->score.k, 8u);
}

TEST_F(TraceTest, NamesNobodyWhereRowsHaveNothingToDoWithAccesses) {
  const TraceResult result = world_.MustRun(Phones(100, 140));
  EXPECT_EQ(result.matches.matched, 40u);
  EXPECT_TRUE(result.principal_level.passes.empty());
  for (const PrincipalScore& score : result.principals) {
    EXPECT_EQ(score.score.standing, Standing::kBelow);
    EXPECT_TRUE(score.score.ties.empty());
  }
  EXPECT_EQ(Find(result, TraceChannel::kOutlet, 1)->score.standing,
            Standing::kStandsOut)
      << "they are all of one outlet, though";
}

TEST_F(TraceTest, SaysTheSameWhateverTheOrderOfRows) {
  std::vector<std::string> lines;
  for (int i = 0; i < 8; ++i) lines.push_back(TraceWorld::PhoneOf(1, i));
  lines.push_back("+86 " + TraceWorld::PhoneOf(1, 3));
  lines.push_back(TraceWorld::PhoneOf(1, 77));
  lines.push_back("13900000000");
  lines.push_back("13900000000");
  lines.push_back("nonsense");
  std::mt19937_64 random(1);
  std::optional<TraceResult> first;
  for (int run = 0; run < 5; ++run) {
    std::string list = "phone\n";
    for (const std::string& line : lines) list += line + "\n";
    const TraceResult result = world_.MustRun(list);
    EXPECT_EQ(result.matches.rows, 13u);
    EXPECT_EQ(result.matches.duplicates, 2u);
    EXPECT_EQ(result.matches.unmatched, 1u);
    EXPECT_EQ(result.matches.matched, 9u);
    if (!first.has_value()) first = result;
    ASSERT_EQ(result.principals.size(), first->principals.size());
    for (size_t i = 0; i < result.principals.size(); ++i) {
      EXPECT_EQ(result.principals[i].principal, first->principals[i].principal);
      EXPECT_EQ(result.principals[i].score.log10_e,
                first->principals[i].score.log10_e);
    }
    std::shuffle(lines.begin(), lines.end(), random);
  }
}

TEST_F(TraceTest, CountsOnlyAccessesBeforeTheSighting) {
  const absl::Time seen = world_.keys().clock().Now();
  world_.Open(9, 1, 100, 110);  // looks into the leak afterwards
  world_.options().seen = seen;
  for (const PrincipalScore& score :
       world_.MustRun(Phones(100, 110)).principals) {
    EXPECT_NE(score.principal, 9u);
  }
  world_.options().seen = absl::InfiniteFuture();
  std::string list = "phone,seen\n";
  for (int i = 100; i < 110; ++i) {
    list += TraceWorld::PhoneOf(1, i) + "," +
            absl::FormatTime(absl::RFC3339_full, seen, absl::UTCTimeZone()) +
            "\n";
  }
  EXPECT_TRUE(world_.MustRun(list).principal_level.passes.empty());
  EXPECT_EQ(world_.MustRun(Phones(100, 110)).principals[0].principal, 9u);
}

TEST_F(TraceTest, MatchesWaybillsAndMaskedNumbersOfAnOutlet) {
  std::string list = "waybill,phone,name\n";
  list += TraceWorld::IdOf(1, 0) + ",,\n";
  list += "," + TraceWorld::PhoneOf(1, 1).substr(0, 3) + "****" +
          TraceWorld::PhoneOf(1, 1).substr(7) + ",李*\n";
  TraceResult result = world_.MustRun(list);
  EXPECT_EQ(result.matches.matched, 1u);
  EXPECT_EQ(result.matches
                .problems[static_cast<size_t>(LeakRowProblem::kMaskedNoOutlet)],
            1u);
  world_.options().outlets = {Scope{1}, Scope{2}};
  result = world_.MustRun(list);
  EXPECT_EQ(result.matches.matched, 2u);
  EXPECT_EQ(result.matches.masked, 1u);
  EXPECT_EQ(result.matches.ambiguous, 1u)
      << "both outlets have such a number and a name that fits";
}

TEST_F(TraceTest, TracesMaskedLeaksOverWhatWasShownMasked) {
  std::vector<std::array<uint8_t, 16>> refs;
  for (int i = 100; i < 108; ++i) {
    refs.push_back(
        world_.LeafOf(LeafType::kGrant, 5, TraceWorld::IdOf(1, i)).record_ref);
  }
  std::sort(refs.begin(), refs.end());
  Leaf leaf;
  leaf.type = LeafType::kViews;
  leaf.principal = 5;
  leaf.role = Role::kList;
  leaf.slots = {Slot::kRecipientView};
  for (const auto& ref : refs) leaf.detail.append(ref.begin(), ref.end());
  world_.Append(leaf);
  world_.options().outlets = {Scope{1}};
  std::string masked = "phone\n";
  for (int i = 100; i < 108; ++i) {
    const std::string phone = TraceWorld::PhoneOf(1, i);
    masked += phone.substr(0, 3) + "****" + phone.substr(7) + "\n";
  }
  const TraceResult result = world_.MustRun(masked);
  EXPECT_TRUE(result.assumptions.masked_views);
  EXPECT_EQ(result.principals[0].principal, 5u);
  EXPECT_EQ(result.principals[0].score.k, 8u);
  EXPECT_TRUE(world_.MustRun(Phones(100, 108)).principal_level.passes.empty())
      << "who saw masked rows cannot have leaked whole numbers";
}

TEST_F(TraceTest, TakesExportsTelephonyAndSharedAccountsForChannels) {
  for (int i = 100; i < 108; ++i) {
    world_.Append(world_.LeafOf(LeafType::kExport, 8, TraceWorld::IdOf(1, i)));
    Leaf dial = world_.LeafOf(LeafType::kDialIssued, 2, TraceWorld::IdOf(1, i));
    dial.detail = std::string(16, 't');
    world_.Append(dial);
  }
  world_.Open(6, 1, 100, 108);
  world_.options().shared_accounts = {6};
  const TraceResult result = world_.MustRun(Phones(100, 108));
  for (const PrincipalScore& score : result.principals) {
    EXPECT_EQ(score.score.k, 0u) << score.principal;
  }
  EXPECT_EQ(Find(result, TraceChannel::kExport, 8)->score.k, 8u);
  EXPECT_EQ(Find(result, TraceChannel::kTelephony, 0)->score.k, 8u);
  EXPECT_EQ(Find(result, TraceChannel::kSharedAccount, 6)->score.k, 8u);
}

TEST_F(TraceTest, AddsWhatCanariesSay) {
  TraceCanary canary{TraceWorld::IdOf(1, 0), world_.keys().clock().Now()};
  world_.options().canaries = {canary};
  world_.options().canary_noise = 0.01;
  const TraceResult result = world_.MustRun(Phones(1, 4));
  ASSERT_EQ(result.principals[0].principal, 1u);
  EXPECT_EQ(result.principals[0].score.canaries_hit, 1);
  EXPECT_EQ(result.principals[0].score.n, 9u) << "a canary is nobody's parcel";
  EXPECT_NEAR(result.principals[0].score.log10_e,
              3 * std::log10(0.1 + 0.9 * 199 / 9) + std::log10(0.95 + 5), 1e-9);
}

TEST_F(TraceTest, RefusesALogThatCannotBeVerifiedUnlessAsked) {
  world_.options().accept_unverified = false;
  EXPECT_THAT(world_.Run(Phones(0, 8)).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("cannot be verified without its key")));
}

TEST_F(TraceTest, CountsLeavesThatItCannotRead) {
  world_.store().log().leaves[2] = "no leaf";
  const TraceResult result = world_.MustRun(Phones(0, 8));
  EXPECT_EQ(result.logs[0].unreadable, 1u);
  EXPECT_EQ(result.logs[0].state, LogState::kUnverified);
  EXPECT_EQ(result.principals[0].score.k, 7u);
}

TEST_F(TraceTest, StopsWhenItIsTold) {
  const std::atomic<bool> stop{true};
  world_.options().stop = &stop;
  EXPECT_THAT(world_.Run(Phones(0, 8)).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopped")));
}

TEST_F(TraceTest, HasAnAnswerForAnEmptyList) {
  for (const char* list : {"", "phone\n", "phone\n13900000000\n"}) {
    const TraceResult result = world_.MustRun(list);
    EXPECT_EQ(result.matches.matched, 0u);
    EXPECT_TRUE(result.principal_level.passes.empty());
    EXPECT_TRUE(result.channel_level.passes.empty());
    EXPECT_FALSE(result.planted.behind_finding.has_value());
  }
}

TEST_F(TraceTest, ReportsRowsWhoseDaysWereDestroyed) {
  // Past DISPUTE's time for today and all the days that have keys.
  world_.keys().clock().Advance(absl::Hours(24 * 220));
  world_.options().days = 366;
  const TraceResult result =
      world_.MustRun("waybill\n" + TraceWorld::IdOf(1, 0) + "\n");
  EXPECT_EQ(result.matches.untraceable, 1u);
  EXPECT_EQ(result.matches.matched, 0u);
  EXPECT_EQ(result.assumptions.closed_days.size(), 36u);
  EXPECT_EQ(result.logs[0].untraceable, 60u) << "leaves of these days";
  EXPECT_TRUE(result.principals.empty());
}

}  // namespace
}  // namespace parcelveil
