// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/reveal.h"

#include <set>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/testing/vectors.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;

TEST(RevealTest, EveryKindAndPurposeHasAWordOfItsOwn) {
  std::set<std::string_view> kinds, purposes;
  for (uint8_t i = 0; i <= 3; ++i) kinds.insert(Describe(RequestKind{i}));
  for (uint16_t i = 1; i <= 7; ++i) purposes.insert(Describe(Purpose{i}));
  EXPECT_EQ(kinds.size(), 4u);
  EXPECT_EQ(purposes.size(), 7u);
  EXPECT_EQ(kinds.count("unknown") + purposes.count("unknown"), 0u);
  EXPECT_EQ(Describe(RequestKind{4}), "unknown");
  EXPECT_EQ(Describe(Purpose{0}), "unknown");
  EXPECT_EQ(Describe(Purpose{8}), "unknown");
}

TEST(RevealTest, AGateIsNamedByTheHashOfItsKey) {
  const auto request = LoadVectors("reveal_request").List("cases").at(0);
  const auto reply = LoadVectors("reveal_reply").List("cases").at(0);
  Ed25519PublicKey key;
  const std::string bytes = reply.Bytes("gate_pk");
  std::copy(bytes.begin(), bytes.end(), key.begin());
  EXPECT_EQ(ToHex(GateIdOf(key)), request.Text("gate_id"));
}

}  // namespace
}  // namespace parcelveil
