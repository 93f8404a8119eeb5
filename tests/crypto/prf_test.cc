// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/prf.h"

#include <string>

#include "gtest/gtest.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

std::string PrfHex(std::string_view key, std::string_view label,
                   std::string_view message, size_t size) {
  std::string out(size, '\0');
  Prf(wire::AsBytes(key), label, wire::AsBytes(message),
      {reinterpret_cast<uint8_t*>(out.data()), out.size()});
  return ToHex(out);
}

TEST(PrfTest, GivesTheVectorsOfEveryLabelAndSize) {
  const auto cases = LoadVectors("prf").List("cases");
  ASSERT_FALSE(cases.empty());
  for (const Vector& vector : cases) {
    EXPECT_EQ(PrfHex(vector.Bytes("key"), vector.Text("label"),
                     vector.Bytes("message"), vector.Number("size")),
              vector.Text("out"))
        << vector.Text("label");
  }
}

TEST(PrfTest, SeparatesLabelsAndSizes) {
  const std::string key(32, 'k');
  EXPECT_NE(PrfHex(key, kLabelScopeKey, "m", 32),
            PrfHex(key, kLabelCellKeys, "m", 32));
  // The size is part of the hash: a short output is no prefix of a long one.
  EXPECT_NE(PrfHex(key, kLabelIndex, "m", 16),
            PrfHex(key, kLabelIndex, "m", 32).substr(0, 32));
}

TEST(LabelsTest, FitWhereTheyAreUsedAndNoneStartsAnother) {
  for (std::string_view label : {kLabelScopeKey, kLabelCellKeys, kLabelKeyCheck,
                                 kLabelIndex, kLabelIntakeKey, kLabelRawSeal}) {
    EXPECT_LE(label.size(), 16u);
    EXPECT_EQ(label.substr(0, 4), "pv1/");
  }
  for (std::string_view prefix : {kInfoWrap, kSignedKeyring}) {
    EXPECT_EQ(prefix.find('\0'), prefix.size() - 1);
    EXPECT_EQ(prefix.substr(0, 14), "parcelveil/v1/");
  }
}

}  // namespace
}  // namespace parcelveil::crypto
