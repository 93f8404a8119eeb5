// SPDX-License-Identifier: Apache-2.0
#include "src/wire/leaf.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "src/crypto/hash.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

template <size_t N>
void Fill(const std::string& bytes, std::array<uint8_t, N>* out) {
  ASSERT_EQ(bytes.size(), N);
  std::copy(bytes.begin(), bytes.end(), out->begin());
}

Leaf LeafOf(const Vector& vector) {
  Leaf leaf;
  leaf.type = static_cast<LeafType>(vector.Number("type"));
  leaf.ref_gen = static_cast<uint8_t>(vector.Number("ref_gen"));
  leaf.tenant = static_cast<uint32_t>(vector.Number("tenant"));
  leaf.time_ms = vector.Number("time_ms");
  leaf.principal = vector.Number("principal");
  leaf.device = vector.Number("device");
  leaf.role = Role{static_cast<uint16_t>(vector.Number("role"))};
  leaf.purpose = static_cast<uint16_t>(vector.Number("purpose"));
  leaf.result = static_cast<uint16_t>(vector.Number("result"));
  for (uint64_t slot : vector.Numbers("slots")) {
    leaf.slots.push_back(Slot{static_cast<uint16_t>(slot)});
  }
  Fill(vector.Bytes("record_ref"), &leaf.record_ref);
  Fill(vector.Bytes("object_hash"), &leaf.object_hash);
  leaf.detail = vector.Bytes("detail");
  return leaf;
}

TEST(LeafTest, GivesEveryVector) {
  const auto cases = LoadVectors("leaf").List("cases");
  ASSERT_EQ(cases.size(), 21u);
  for (const Vector& vector : cases) {
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string bytes,
                                    EncodeLeaf(LeafOf(vector)));
    EXPECT_EQ(ToHex(bytes), vector.Text("leaf"));
    EXPECT_EQ(ToHex(crypto::Sha256(std::string(1, '\0') + bytes)),
              vector.Text("leaf_hash"));
  }
}

TEST(LeafTest, ComesBackFromEveryVector) {
  Leaf leaf;  // its memory is used again
  for (const Vector& vector : LoadVectors("leaf").List("cases")) {
    ASSERT_THAT(ParseLeaf(vector.Bytes("leaf"), &leaf), IsOk());
    const Leaf expected = LeafOf(vector);
    EXPECT_EQ(leaf.type, expected.type);
    EXPECT_EQ(leaf.ref_gen, expected.ref_gen);
    EXPECT_EQ(leaf.tenant, expected.tenant);
    EXPECT_EQ(leaf.time_ms, expected.time_ms);
    EXPECT_EQ(leaf.principal, expected.principal);
    EXPECT_EQ(leaf.device, expected.device);
    EXPECT_EQ(leaf.role, expected.role);
    EXPECT_EQ(leaf.purpose, expected.purpose);
    EXPECT_EQ(leaf.result, expected.result);
    EXPECT_EQ(leaf.slots, expected.slots);
    EXPECT_EQ(leaf.record_ref, expected.record_ref);
    EXPECT_EQ(leaf.object_hash, expected.object_hash);
    EXPECT_EQ(leaf.detail, expected.detail);
  }
}

TEST(LeafTest, RefusesWhatTheVectorsRefuse) {
  const auto refused = LoadVectors("leaf").List("refused");
  ASSERT_EQ(refused.size(), 20u);
  for (const Vector& vector : refused) {
    Leaf leaf;
    EXPECT_THAT(ParseLeaf(vector.Bytes("leaf"), &leaf),
                ReasonIs(Reason::kMalformed))
        << vector.Text("what");
  }
}

TEST(LeafTest, HasOneSpelling) {
  for (const Vector& vector : LoadVectors("leaf").List("cases")) {
    const std::string whole = vector.Bytes("leaf");
    Leaf leaf;
    ForEveryWrongSize(whole, [&](const std::string& damaged) {
      EXPECT_THAT(ParseLeaf(damaged, &leaf), ReasonIs(Reason::kMalformed));
    });
    ForEveryFlippedBit(whole, [&](const std::string& damaged, size_t) {
      if (!ParseLeaf(damaged, &leaf).ok()) return;
      // The tree's hash finds it; here it is another leaf.
      PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string again,
                                      EncodeLeaf(leaf));
      EXPECT_EQ(again, damaged);
    });
  }
}

TEST(LeafTest, IsNotWrittenIfItCannotBeRead) {
  Leaf leaf;
  leaf.type = static_cast<LeafType>(19);
  EXPECT_THAT(EncodeLeaf(leaf), ReasonIs(Reason::kMalformed));
  leaf.type = LeafType::kKeyring;
  EXPECT_THAT(EncodeLeaf(leaf), ReasonIs(Reason::kMalformed));
  leaf.detail = std::string(8, 'x');
  EXPECT_THAT(EncodeLeaf(leaf), IsOk());
  leaf.slots = {Slot::kRecipientPhone, Slot::kRecipientName};
  EXPECT_THAT(EncodeLeaf(leaf), ReasonIs(Reason::kMalformed));
}

TEST(LeafTest, KeepsWithinTheSizesThatItStates) {
  Leaf leaf;
  leaf.type = LeafType::kGrant;
  EXPECT_EQ(EncodeLeaf(leaf)->size(), kMinLeafSize);
  leaf.type = LeafType::kViews;
  for (char i = 0; i < static_cast<char>(Leaf::kMaxViews); ++i) {
    leaf.detail += std::string(16, i);
  }
  for (uint16_t i = 1; i <= Leaf::kMaxSlots; ++i) leaf.slots.push_back(Slot{i});
  EXPECT_EQ(EncodeLeaf(leaf)->size(), kMaxLeafSize);
}

TEST(LeafTest, RecordsAKeyringAndADestroyedKey) {
  Sha256Digest hash;
  hash.fill(9);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string keyring,
                                  EncodeLeaf(KeyringLeaf(7, 88, hash)));
  Leaf leaf;
  ASSERT_THAT(ParseLeaf(keyring, &leaf), IsOk());
  EXPECT_EQ(leaf.type, LeafType::kKeyring);
  EXPECT_EQ(ToHex(leaf.detail), "0000000000000058");
  EXPECT_EQ(leaf.object_hash, hash);

  const DestroyedKey key{Slot::kRecipientAddress, Epoch{2500}, 1,
                         Scope::kNational, Role::kList};
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const std::string destroyed,
                                  EncodeLeaf(DestroyLeaf(7, key)));
  ASSERT_THAT(ParseLeaf(destroyed, &leaf), IsOk());
  EXPECT_EQ(leaf.type, LeafType::kDestroy);
  EXPECT_EQ(ToHex(leaf.detail), "00000007000609c40100000000000004");
}

}  // namespace
}  // namespace parcelveil::wire
