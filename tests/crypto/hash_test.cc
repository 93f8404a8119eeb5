// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/hash.h"

#include "gtest/gtest.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;

TEST(Sha256Test, GivesTheFiguresOfTheStandard) {
  EXPECT_EQ(ToHex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, HashesAKeyringFileAsTheVectorSays) {
  const auto vector = LoadVectors("keyring_file").List("cases").at(0);
  EXPECT_EQ(ToHex(Sha256(vector.Bytes("file"))), vector.Text("sha256"));
}

}  // namespace
}  // namespace parcelveil::crypto
