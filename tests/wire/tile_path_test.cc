// SPDX-License-Identifier: Apache-2.0
#include "src/wire/tile_path.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::Vector;

TEST(TilePathTest, GivesEveryVector) {
  const auto paths = LoadVectors("tiles").List("paths");
  ASSERT_EQ(paths.size(), 10u);
  for (const Vector& vector : paths) {
    TilePath path;
    if (!vector.Flag("is_bundle")) {
      path.level = static_cast<uint8_t>(vector.Number("level"));
    }
    path.index = vector.Number("index");
    path.width = vector.Number("width");
    EXPECT_EQ(EncodeTilePath(path), vector.Bytes("path"));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const TilePath parsed,
                                    ParseTilePath(vector.Bytes("path")));
    EXPECT_EQ(parsed.level, path.level);
    EXPECT_EQ(parsed.index, path.index);
    EXPECT_EQ(parsed.width, path.width);
  }
}

TEST(TilePathTest, RefusesWhatTheVectorsRefuse) {
  const auto refused = LoadVectors("tiles").List("refused_paths");
  ASSERT_EQ(refused.size(), 34u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseTilePath(vector.Bytes("path")),
                ReasonIs(Reason::kMalformed))
        << vector.Bytes("path");
  }
}

TEST(TilePathTest, HasOneSpelling) {
  for (const Vector& vector : LoadVectors("tiles").List("paths")) {
    const auto check = [](const std::string& damaged) {
      const auto path = ParseTilePath(damaged);
      if (!path.ok()) return;
      EXPECT_EQ(EncodeTilePath(*path), damaged);
    };
    ForEveryWrongSize(vector.Bytes("path"), check);
    ForEveryFlippedBit(vector.Bytes("path"), [&](const std::string& damaged,
                                                 size_t) { check(damaged); });
  }
}

TEST(EntryBundleTest, GivesTheVector) {
  const Vector vectors = LoadVectors("tiles");
  const std::string bundle = vectors.Bytes("bundle");
  std::string made;
  for (const Vector& leaf : vectors.List("bundle_leaves")) {
    AppendBundleEntry(leaf.Bytes("leaf"), &made);
  }
  EXPECT_EQ(made, bundle);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto leaves, ParseEntryBundle(bundle));
  ASSERT_EQ(leaves.size(), vectors.List("bundle_leaves").size());
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(leaves[i], vectors.List("bundle_leaves")[i].Bytes("leaf"));
  }
}

TEST(EntryBundleTest, RefusesWhatTheVectorsRefuse) {
  const auto refused = LoadVectors("tiles").List("refused_bundles");
  ASSERT_EQ(refused.size(), 5u);
  for (const Vector& vector : refused) {
    EXPECT_THAT(ParseEntryBundle(vector.Bytes("bundle")),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(EntryBundleTest, HasOneSpelling) {
  const auto check = [](const std::string& damaged) {
    const auto leaves = ParseEntryBundle(damaged);
    if (!leaves.ok()) return;
    std::string again;
    for (std::string_view leaf : *leaves) AppendBundleEntry(leaf, &again);
    EXPECT_EQ(again, damaged);
  };
  const std::string bundle = LoadVectors("tiles").Bytes("bundle");
  ForEveryWrongSize(bundle, check);
  ForEveryFlippedBit(
      bundle, [&](const std::string& damaged, size_t) { check(damaged); });
}

}  // namespace
}  // namespace parcelveil::wire
