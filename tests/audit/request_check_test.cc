// SPDX-License-Identifier: Apache-2.0
// Requests behind leaves.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/audit/tree.h"
#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"
#include "tests/audit/verify_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;

class RequestTest : public VerifyTest {
 protected:
  RequestTest() : device_key_(KeyOf(0x21)) {
    options_.find_request =
        [this](uint64_t index) -> absl::StatusOr<std::optional<std::string>> {
      const auto it = requests_.find(index);
      if (it == requests_.end()) return std::nullopt;
      return it->second;
    };
    options_.requests_since = absl::InfinitePast();
  }
  static crypto::SigningKey KeyOf(uint8_t byte) {
    return *crypto::SigningKey::FromSeed(LogSeed(byte));
  }
  static Leaf EnrolLeaf(const crypto::SigningKey& key) {
    Leaf leaf;
    leaf.type = LeafType::kDeviceEnrol;
    leaf.tenant = 7;
    leaf.device = 42;
    leaf.detail = std::string(wire::AsText(key.public_key()));
    return leaf;
  }
  static wire::RevealRequest RequestOf(RequestKind kind,
                                       std::vector<std::string> records) {
    wire::RevealRequest request;
    request.kind = kind;
    request.purpose = Purpose::kDeliver;
    request.tenant = 7;
    request.principal = 1007;
    request.device = 42;
    request.seen_root = EmptyRoot();
    request.slots = {Slot::kRecipientAddress};
    request.record_ids = std::move(records);
    return request;
  }
  static std::string Sign(const wire::RevealRequest& request,
                          const crypto::SigningKey& key) {
    std::string bytes = *wire::EncodeUnsignedRequest(request);
    const auto signature = *key.Sign(crypto::kSignedRequest, bytes);
    return bytes.append(wire::AsText(signature));
  }
  // Appends a leaf for `request`, which is kept if `is_kept`.
  void Put(LeafType type, const std::string& request, bool is_kept = true) {
    Leaf leaf = GrantLeaf(0);
    leaf.type = type;
    leaf.object_hash = crypto::Sha256(request);
    if (is_kept) requests_[store_.log().leaves.size()] = request;
    ASSERT_THAT((*Open())->Append({leaf}), IsOk());
  }
  std::string ProblemNow() {
    GrowAndSign(store_.log().leaves.size());
    return Problem();
  }

  crypto::SigningKey device_key_;
  std::map<uint64_t, std::string> requests_;
};

TEST_F(RequestTest, AcceptsLeavesThatTheirDevicesAskedFor) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_));
  const std::string sheet =
      Sign(RequestOf(RequestKind::kSheet, {"SF1", "SF2", "SF3"}), device_key_);
  Put(LeafType::kSheet, sheet);
  Put(LeafType::kSheet, sheet, false);
  Put(LeafType::kSheet, sheet, false);
  EXPECT_EQ(ProblemNow(), "");
  EXPECT_EQ(Verify().num_requests, 2u);
  Put(LeafType::kSheet, sheet, false);  // a fourth leaf of three records
  EXPECT_EQ(ProblemNow(), "5: the signed request behind it is missing");
}

TEST_F(RequestTest, LetsRequestsOfOldDaysBeGone) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_), false);
  EXPECT_EQ(ProblemNow(), "1: the signed request behind it is missing");
  options_.requests_since =
      absl::FromUnixMillis(static_cast<int64_t>(GrantLeaf(0).time_ms) + 1);
  EXPECT_EQ(ProblemNow(), "");
  EXPECT_EQ(Verify().num_requests_gone, 1u);
}

TEST_F(RequestTest, FindsARequestThatTheDeviceDidNotSign) {
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant,
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), KeyOf(0x99)));
  EXPECT_EQ(ProblemNow(),
            "1: its request is not signed by the device that was enrolled");
}

TEST_F(RequestTest, GoesByTheLatestEnrolmentBeforeALeaf) {
  const std::string request =
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_);
  ASSERT_THAT((*Open())->Append({EnrolLeaf(KeyOf(0x99))}), IsOk());
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(), "");
  ASSERT_THAT((*Open())->Append({EnrolLeaf(KeyOf(0x99))}), IsOk());
  EXPECT_EQ(ProblemNow(), "");
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(),
            "4: its request is not signed by the device that was enrolled");
}

TEST_F(RequestTest, FindsALeafThatRecordsSomethingElse) {
  const std::string request =
      Sign(RequestOf(RequestKind::kReveal, {"SF1"}), device_key_);
  Put(LeafType::kGrant, request);
  EXPECT_EQ(ProblemNow(), "0: no DEVICE_ENROL before it names its device");
  store_.log() = {};
  ASSERT_THAT((*Open())->Append({EnrolLeaf(device_key_)}), IsOk());
  wire::RevealRequest other = RequestOf(RequestKind::kReveal, {"SF1"});
  other.principal = 1008;
  Put(LeafType::kGrant, Sign(other, device_key_));
  EXPECT_EQ(ProblemNow(),
            "1: its request asks for something else than it records");
  requests_[1] = request;
  EXPECT_EQ(ProblemNow(), "1: the request that is kept for it is another one");
}

}  // namespace
}  // namespace parcelveil::audit
