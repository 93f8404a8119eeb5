// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/x25519.h"

#include <string>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

TEST(X25519Test, RefusesEveryLowOrderPointAndAgreesOnTheOthers) {
  int num_valid = 0;
  for (const Vector& vector : LoadVectors("negatives").List("x25519")) {
    SCOPED_TRACE(vector.Text("what"));
    std::array<uint8_t, 32> shared;
    const absl::Status status =
        X25519(wire::AsBytes(vector.Bytes("secret")),
               wire::AsBytes(vector.Bytes("public")), absl::MakeSpan(shared));
    if (!vector.Flag("valid")) {
      EXPECT_THAT(status, ReasonIs(Reason::kMalformed));
      continue;
    }
    EXPECT_THAT(status, IsOk());
    EXPECT_EQ(ToHex(shared), vector.Text("shared"));
    ++num_valid;
  }
  EXPECT_EQ(num_valid, 2);
}

TEST(X25519Test, DerivesThePublicKeysOfTheVectors) {
  for (const Vector& vector : LoadVectors("intake_key").List("cases")) {
    EXPECT_EQ(ToHex(X25519Public(wire::AsBytes(vector.Bytes("sk")))),
              vector.Text("pk"));
  }
  for (const Vector& vector : LoadVectors("wrap").List("cases")) {
    EXPECT_EQ(ToHex(X25519Public(wire::AsBytes(vector.Bytes("skR")))),
              vector.Text("pkR"));
  }
}

}  // namespace
}  // namespace parcelveil::crypto
