// SPDX-License-Identifier: Apache-2.0
#include "src/audit/tree.h"

#include <algorithm>
#include <map>

#include "gtest/gtest.h"
#include "parcelveil/audit_verify.h"
#include "src/wire/bytes.h"
#include "tests/audit/tree_fixture.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::MemoryLogStore;
using ::parcelveil::testing::StatusIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::HasSubstr;

constexpr uint64_t kMaxSize = 70000;

std::string HexOf(const MerkleProof& proof) {
  std::string hex;
  for (const Sha256Digest& hash : proof) hex += ToHex(hash);
  return hex;
}

// The whole tree of the vectors, made once; and its root at each size of
// theirs.
class TreeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    store_ = new MemoryLogStore;
    roots_ = new std::map<uint64_t, Sha256Digest>;
    TreeGrower grower(&store_->log());
    for (const Vector& vector : LoadVectors("merkle").List("roots")) {
      grower.GrowTo(vector.Number("size"));
      (*roots_)[vector.Number("size")] = grower.head().root;
    }
    ASSERT_EQ(grower.head().size, kMaxSize);
  }
  static void TearDownTestSuite() {
    delete store_;
    delete roots_;
  }
  static TreeHead HeadAt(uint64_t size) {
    TiledTree tree(kMaxSize, TilesOf(store_));
    return {size, *tree.RangeRoot(0, size)};
  }

  static MemoryLogStore* store_;
  static std::map<uint64_t, Sha256Digest>* roots_;
};
MemoryLogStore* TreeTest::store_ = nullptr;
std::map<uint64_t, Sha256Digest>* TreeTest::roots_ = nullptr;

TEST_F(TreeTest, GrowsToEveryRootOfTheVectors) {
  const auto vectors = LoadVectors("merkle").List("roots");
  ASSERT_EQ(vectors.size(), 25u);
  for (const Vector& vector : vectors) {
    EXPECT_EQ(ToHex((*roots_)[vector.Number("size")]), vector.Text("root"))
        << vector.Number("size");
  }
}

TEST_F(TreeTest, ReadsEveryRootFromTiles) {
  for (const auto& [size, root] : *roots_) {
    EXPECT_EQ(HeadAt(size).root, root) << size;
  }
}

TEST_F(TreeTest, MakesEveryInclusionProofOfTheVectors) {
  const auto vectors = LoadVectors("merkle").List("inclusion");
  ASSERT_EQ(vectors.size(), 175u);
  for (const Vector& vector : vectors) {
    const uint64_t index = vector.Number("index");
    const uint64_t size = vector.Number("size");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MerkleProof proof,
                                    ProveInclusion(store_, index, size));
    EXPECT_EQ(HexOf(proof), vector.Text("proof")) << index << " in " << size;
    EXPECT_THAT(VerifyInclusion(TreeLeaf(index), index, HeadAt(size), proof),
                IsOk());
  }
}

TEST_F(TreeTest, MakesEveryConsistencyProofOfTheVectors) {
  const auto vectors = LoadVectors("merkle").List("consistency");
  ASSERT_EQ(vectors.size(), 147u);
  for (const Vector& vector : vectors) {
    const uint64_t old_size = vector.Number("old_size");
    const uint64_t size = vector.Number("size");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const MerkleProof proof,
                                    ProveConsistency(store_, old_size, size));
    EXPECT_EQ(HexOf(proof), vector.Text("proof")) << old_size << " " << size;
    EXPECT_THAT(VerifyConsistency(HeadAt(old_size), HeadAt(size), proof),
                IsOk());
  }
}

TEST_F(TreeTest, ProvesNothingOfLeavesThatAreNotThere) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("never had those leaves"));
  EXPECT_THAT(ProveInclusion(store_, 5, 5), refused);
  EXPECT_THAT(ProveInclusion(store_, 5, kMaxSize + 1), refused);
  EXPECT_THAT(ProveConsistency(store_, 6, 5), refused);
  EXPECT_THAT(ProveConsistency(store_, 5, kMaxSize + 1), refused);
}

TEST_F(TreeTest, AnEmptyTreeIsAtTheStartOfEveryTree) {
  const TreeHead empty{0, EmptyRoot()};
  EXPECT_THAT(VerifyConsistency(empty, HeadAt(300), {}), IsOk());
  EXPECT_THAT(VerifyConsistency(empty, empty, {}), IsOk());
  EXPECT_FALSE(VerifyConsistency({0, HeadAt(1).root}, HeadAt(300), {}).ok());
  EXPECT_FALSE(VerifyConsistency(empty, HeadAt(300), {EmptyRoot()}).ok());
}

// Every way in which a proof, or what it proves, is not quite right.
template <typename Check>
void ForEveryAlteredProof(const MerkleProof& proof, Check check) {
  for (size_t i = 0; i < proof.size(); ++i) {
    MerkleProof altered = proof;
    altered[i][i % 32] ^= 0x10;
    check(altered);
    altered = proof;
    altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(i));
    check(altered);
    altered = proof;
    altered.insert(altered.begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
    check(altered);
    if (i + 1 < proof.size()) {
      altered = proof;
      std::swap(altered[i], altered[i + 1]);
      check(altered);
    }
  }
  MerkleProof longer = proof;
  longer.push_back(EmptyRoot());
  check(longer);
}

TEST_F(TreeTest, NoAlteredInclusionProofVerifies) {
  const auto fails = StatusIs(absl::StatusCode::kDataLoss, HasSubstr("fails"));
  for (const auto& [index, size] :
       std::vector<std::pair<uint64_t, uint64_t>>{{0, 1},
                                                  {0, 2},
                                                  {4, 5},
                                                  {6, 7},
                                                  {3, 13},
                                                  {12, 13},
                                                  {255, 300},
                                                  {256, 257},
                                                  {40000, 65537},
                                                  {65536, 65537}}) {
    SCOPED_TRACE(std::to_string(index) + " in " + std::to_string(size));
    const TreeHead head = HeadAt(size);
    const MerkleProof proof = *ProveInclusion(store_, index, size);
    const std::string leaf = TreeLeaf(index);
    ForEveryAlteredProof(proof, [&, index = index](const MerkleProof& altered) {
      EXPECT_THAT(VerifyInclusion(leaf, index, head, altered), fails);
    });
    EXPECT_THAT(VerifyInclusion(TreeLeaf(index + 1), index, head, proof),
                fails);
    EXPECT_THAT(VerifyInclusion(leaf, index + 1, head, proof), fails);
    EXPECT_THAT(VerifyInclusion(leaf, index ^ 1, head, proof), fails);
    EXPECT_THAT(VerifyInclusion(leaf, size, head, proof), fails);
    EXPECT_THAT(VerifyInclusion(leaf, index, HeadAt(size + 1), proof), fails);
  }
}

TEST_F(TreeTest, NoAlteredConsistencyProofVerifies) {
  const auto fails = StatusIs(absl::StatusCode::kDataLoss, HasSubstr("fails"));
  for (const auto& [old_size, size] :
       std::vector<std::pair<uint64_t, uint64_t>>{{1, 2},
                                                  {2, 3},
                                                  {3, 4},
                                                  {4, 7},
                                                  {6, 8},
                                                  {8, 13},
                                                  {256, 257},
                                                  {255, 300},
                                                  {40000, 65537},
                                                  {65536, 65537}}) {
    SCOPED_TRACE(std::to_string(old_size) + " " + std::to_string(size));
    const TreeHead old_head = HeadAt(old_size);
    const TreeHead head = HeadAt(size);
    const MerkleProof proof = *ProveConsistency(store_, old_size, size);
    ForEveryAlteredProof(proof, [&](const MerkleProof& altered) {
      EXPECT_THAT(VerifyConsistency(old_head, head, altered), fails);
    });
    EXPECT_THAT(VerifyConsistency({old_size, head.root}, head, proof), fails);
    EXPECT_THAT(VerifyConsistency(old_head, {size, old_head.root}, proof),
                fails);
    EXPECT_THAT(VerifyConsistency(HeadAt(old_size - 1), head, proof), fails);
    EXPECT_THAT(VerifyConsistency(head, old_head, proof), fails);
  }
}

}  // namespace
}  // namespace parcelveil::audit
