// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "parcelveil/dial.h"
#include "src/crypto/hash.h"
#include "src/gate/dial_issuer.h"
#include "src/wire/bytes.h"
#include "src/wire/leaf.h"
#include "tests/testing/damage.h"
#include "tests/testing/memory_gate_store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::MemoryGateStore;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::TestKeyring;

constexpr uint64_t kCourier = 1007;

std::string TextOf(const Plaintext& text) {
  return text.Use([](std::string_view digits) { return std::string(digits); });
}

// A gate that issues tokens, and a telephony platform that uses them.
class DialDeskTest : public ::testing::Test {
 protected:
  DialDeskTest()
      : gate_keyring_(keys_.Load(Role::kGate)),
        issuer_(gate::DialIssuer::Create(gate_keyring_.get()).value()) {
    grant_.token_id = gate::DialIssuer::NewTokenId();
    grant_.expires = keys_.clock().Now() + absl::Minutes(10);
    grant_.principal = kCourier;
    grant_.purpose = Purpose::kDeliver;
    grant_.max_calls = 3;
    grant_.record_ref.fill(0x77);
    Start();
  }

  // Makes the desk anew over what was kept, as after a crash.
  void Start() {
    desk_.reset();
    log_.reset();
    keyring_ = keys_.Load(Role::kTelephony);
    AuditLogOptions log;
    log.origin = "courier.example/audit/7/telephony";
    std::array<uint8_t, 32> seed;
    seed.fill(0x10);
    log.signing_seed = Secret::Take(absl::MakeSpan(seed)).value();
    log.store = &store_;
    log.clock = &keys_.clock();
    log_ = AuditLog::Open(std::move(log)).value();
    desk_ = DialDesk::Create(Options()).value();
  }
  DialDeskOptions Options() {
    return {keyring_.get(), &store_, log_.get(), &keys_.clock()};
  }
  std::string TokenBytes(std::string_view phone = "141 1234 5678") {
    return issuer_->Issue(grant_, phone, "86").value();
  }
  std::string Token() { return absl::WebSafeBase64Escape(TokenBytes()); }
  std::vector<Leaf> Leaves(LeafType type = LeafType::kDialUsed) {
    std::vector<Leaf> leaves;
    EXPECT_THAT(store_.ReadLeaves(0, store_.NumLeaves().value(),
                                  [&](uint64_t, std::string_view bytes) {
                                    Leaf leaf;
                                    EXPECT_THAT(wire::ParseLeaf(bytes, &leaf),
                                                IsOk());
                                    if (leaf.type == type) {
                                      leaves.push_back(leaf);
                                    }
                                    return absl::OkStatus();
                                  }),
                IsOk());
    return leaves;
  }

  TestKeyring keys_;
  std::unique_ptr<Keyring> gate_keyring_;
  std::unique_ptr<gate::DialIssuer> issuer_;
  gate::DialGrant grant_;
  MemoryGateStore store_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<AuditLog> log_;
  std::unique_ptr<DialDesk> desk_;
};

TEST_F(DialDeskTest, GivesTheNumberToBind) {
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const DialBinding binding,
                                  desk_->Bind(Token(), kCourier));
  EXPECT_EQ(TextOf(binding.number), "8614112345678");
  EXPECT_EQ(TextOf(binding.extension), "");
  EXPECT_EQ(binding.expires, keys_.clock().Now() + absl::Minutes(10));
  EXPECT_EQ(binding.uses_left, 2);
  EXPECT_EQ(binding.purpose, Purpose::kDeliver);
}

TEST_F(DialDeskTest, GivesAnExtensionApart) {
  const std::string token =
      absl::WebSafeBase64Escape(TokenBytes("14112345678转1234"));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const DialBinding binding,
                                  desk_->Bind(token, kCourier));
  EXPECT_EQ(TextOf(binding.number), "8614112345678");
  EXPECT_EQ(TextOf(binding.extension), "1234");
}

TEST_F(DialDeskTest, RecordsEachUseWithoutTheNumber) {
  ASSERT_THAT(desk_->Bind(Token(), kCourier), IsOk());
  keys_.clock().Advance(absl::Minutes(1));
  const std::string token = TokenBytes();
  ASSERT_THAT(desk_->Bind(absl::WebSafeBase64Escape(token), kCourier), IsOk());
  const std::vector<Leaf> leaves = Leaves();
  ASSERT_EQ(leaves.size(), 2u);
  const Leaf& leaf = leaves[1];
  EXPECT_EQ(leaf.type, LeafType::kDialUsed);
  EXPECT_EQ(leaf.tenant, 7u);
  EXPECT_EQ(leaf.principal, kCourier);
  EXPECT_EQ(leaf.purpose, static_cast<uint16_t>(Purpose::kDeliver));
  EXPECT_EQ(leaf.record_ref, grant_.record_ref);
  EXPECT_EQ(leaf.object_hash, crypto::Sha256(token));
  EXPECT_EQ(leaf.detail, std::string(wire::AsText(grant_.token_id)) + '\x02');
  EXPECT_EQ(leaf.time_ms,
            static_cast<uint64_t>(absl::ToUnixMillis(keys_.clock().Now())));
  EXPECT_EQ(store_.Dump().find("14112345678"), std::string::npos);
}

TEST_F(DialDeskTest, GivesANumberAsOftenAsTheTokenSays) {
  const std::string token = Token();
  for (int uses_left : {2, 1, 0}) {
    EXPECT_EQ(desk_->Bind(token, kCourier)->uses_left, uses_left);
  }
  EXPECT_THAT(desk_->Bind(token, kCourier), ReasonIs(Reason::kQuota));
  EXPECT_THAT(desk_->Bind(token, kCourier), ReasonIs(Reason::kQuota));
  EXPECT_EQ(Leaves().size(), 3u);
}

TEST_F(DialDeskTest, CountsOnAfterARestart) {
  const std::string token = Token();
  ASSERT_THAT(desk_->Bind(token, kCourier), IsOk());
  Start();
  EXPECT_EQ(desk_->Bind(token, kCourier)->uses_left, 1);
  Start();
  EXPECT_EQ(desk_->Bind(token, kCourier)->uses_left, 0);
  Start();
  EXPECT_THAT(desk_->Bind(token, kCourier), ReasonIs(Reason::kQuota));
}

TEST_F(DialDeskTest, NeverGivesOneUseTwiceToManyAtOnce) {
  grant_.max_calls = 5;
  const std::string token = Token();
  std::atomic<int> num_given{0};
  std::atomic<int> num_refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto binding = desk_->Bind(token, kCourier);
      if (binding.ok()) ++num_given;
      if (ReasonOf(binding.status()) == Reason::kQuota) ++num_refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_given, 5);
  EXPECT_EQ(num_refused, 11);
  const std::vector<Leaf> leaves = Leaves();
  ASSERT_EQ(leaves.size(), 5u);
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(leaves[i].detail.back(), static_cast<char>(i + 1));
  }
}

TEST_F(DialDeskTest, RefusesAnotherPrincipalsLineAndChargesNothing) {
  const int num_commits = store_.num_commits();
  EXPECT_THAT(desk_->Bind(Token(), kCourier + 1), ReasonIs(Reason::kForbidden));
  EXPECT_EQ(store_.num_commits(), num_commits);
  EXPECT_EQ(desk_->Bind(Token(), kCourier)->uses_left, 2);
}

TEST_F(DialDeskTest, RefusesATokenFromItsExpiryOn) {
  const std::string token = Token();
  keys_.clock().Set(grant_.expires - absl::Milliseconds(1));
  EXPECT_THAT(desk_->Bind(token, kCourier), IsOk());
  keys_.clock().Set(grant_.expires);
  EXPECT_THAT(desk_->Bind(token, kCourier), ReasonIs(Reason::kStale));
  EXPECT_EQ(Leaves().size(), 1u);
}

TEST_F(DialDeskTest, RefusesAForgedToken) {
  const int num_commits = store_.num_commits();
  ForEveryFlippedBit(TokenBytes(), [&](const std::string& forged, size_t) {
    EXPECT_FALSE(desk_->Bind(absl::WebSafeBase64Escape(forged), kCourier).ok());
  });
  // The number of one token under the id of another.
  std::string mixed = TokenBytes();
  grant_.token_id = gate::DialIssuer::NewTokenId();
  mixed.replace(1, 16, std::string(wire::AsText(grant_.token_id)));
  EXPECT_THAT(desk_->Bind(absl::WebSafeBase64Escape(mixed), kCourier),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_EQ(store_.num_commits(), num_commits);
}

TEST_F(DialDeskTest, TakesOneSpellingOfATokenOnly) {
  const std::string token = Token();
  std::string other = token;
  other.back() = static_cast<char>(other.back() + 1);  // bits that say nothing
  for (const std::string& text :
       {std::string(), token.substr(1), token + "=", token + " ", TokenBytes(),
        other, std::string(151, '!')}) {
    EXPECT_THAT(desk_->Bind(text, kCourier), ReasonIs(Reason::kMalformed))
        << text.size();
  }
}

TEST_F(DialDeskTest, ShowsNothingThatCouldNotBeRecorded) {
  const std::string token = Token();
  // Wherever it fails: the use's count, its leaf, before or after the commit.
  int num_failures = 0;
  for (int step = 1;; ++step) {
    store_.Plan(MemoryGateStore::Accident::kDeath, step);
    const auto binding = desk_->Bind(token, kCourier);
    store_.Revive();
    Start();
    if (binding.ok()) break;
    ++num_failures;
    const std::string text = binding.status().ToString();
    EXPECT_THAT(binding, ReasonIs(Reason::kAuditUnavailable));
    EXPECT_EQ(text.find("14112345678"), std::string::npos);
  }
  EXPECT_GE(num_failures, 3);
}

TEST_F(DialDeskTest, CountsAUseWhoseCommitIsUnsure) {
  store_.Plan(MemoryGateStore::Accident::kUnsureCommit, 1);
  EXPECT_THAT(desk_->Bind(Token(), kCourier),
              ReasonIs(Reason::kAuditUnavailable));
  store_.Revive();
  EXPECT_EQ(desk_->Bind(Token(), kCourier)->uses_left, 1);
  EXPECT_EQ(Leaves().size(), 2u);
}

TEST_F(DialDeskTest, WritesALeafForEachKeyringBeforeItIsUsed) {
  ASSERT_EQ(Leaves(LeafType::kKeyring).size(), 1u);
  Start();
  EXPECT_EQ(Leaves(LeafType::kKeyring).size(), 1u) << "it is known";
  ASSERT_THAT(keys_.editor().Rotate(Slot::kSenderName), IsOk());
  keys_.Publish();
  keys_.clock().Advance(absl::Seconds(6));
  ASSERT_THAT(desk_->Bind(Token(), kCourier), IsOk());
  const std::vector<Leaf> leaves = Leaves(LeafType::kKeyring);
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_LT(leaves[0].detail, leaves[1].detail) << "serials";
  EXPECT_EQ(leaves[1].object_hash, crypto::Sha256(keys_.file()->bytes));
}

TEST_F(DialDeskTest, RefusesAKeyringOlderThanItsLogHasSeen) {
  const auto old = keys_.Load(Role::kTelephony);
  ASSERT_THAT(keys_.editor().Rotate(Slot::kSenderName), IsOk());
  keys_.Publish();
  Start();
  DialDeskOptions options = Options();
  options.keyring = old.get();
  EXPECT_THAT(DialDesk::Create(options), ReasonIs(Reason::kKeyringRolledBack));
}

TEST_F(DialDeskTest, WorksForTelephonyOnly) {
  DialDeskOptions options = Options();
  options.keyring = gate_keyring_.get();
  EXPECT_THAT(DialDesk::Create(options), ReasonIs(Reason::kForbidden));
  options.keyring = nullptr;
  EXPECT_THAT(DialDesk::Create(options), ReasonIs(Reason::kMalformed));
}

}  // namespace
}  // namespace parcelveil
