// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/field_aead.h"

#include <algorithm>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "tests/testing/cell_vector.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::CellVector;
using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

// Cells and views are sealed alike.
std::vector<Vector> SealedVectors() {
  std::vector<Vector> vectors = LoadVectors("cell").List("cells");
  for (Vector& view : LoadVectors("view").List("cases")) {
    vectors.push_back(std::move(view));
  }
  EXPECT_GE(vectors.size(), 40u);
  return vectors;
}

TEST(FieldAeadTest, SealsEveryVector) {
  for (const Vector& vector : SealedVectors()) {
    EXPECT_EQ(ToHex(CellVector(vector).Seal(
                  vector.Bytes("plaintext"), vector.Number("pad"),
                  vector.Bytes("seed"), vector.Number("ctr"))),
              vector.Text("sealed"))
        << vector.Text("what");
  }
}

TEST(FieldAeadTest, OpensEveryVectorToTheBytesThatWereSealed) {
  for (const Vector& vector : SealedVectors()) {
    const CellVector cell(vector);
    const std::string sealed = vector.Bytes("sealed");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::FieldHeader header,
                                    wire::ParseFieldHeader(sealed));
    EXPECT_EQ(cell.Open(header, sealed), vector.Bytes("plaintext"))
        << vector.Text("what");
  }
}

TEST(FieldAeadTest, NoVectorOpensInTheCellOfAnother) {
  const std::vector<Vector> vectors = SealedVectors();
  for (const Vector& sealed_as : vectors) {
    const std::string sealed = sealed_as.Bytes("sealed");
    const auto header = wire::ParseFieldHeader(sealed);
    for (const Vector& opened_as : vectors) {
      const bool is_same_cell =
          sealed_as.Text("ctx") == opened_as.Text("ctx") &&
          sealed_as.Text("ek") == opened_as.Text("ek") &&
          sealed_as.Text("sealed").substr(0, 16) ==
              opened_as.Text("sealed").substr(0, 16);
      if (is_same_cell) continue;
      EXPECT_EQ(CellVector(opened_as).Open(*header, sealed), std::nullopt)
          << sealed_as.Text("what") << " as " << opened_as.Text("what");
    }
  }
}

TEST(FieldAeadTest, EveryFlippedBitIsRefused) {
  const Vector vector = LoadVectors("cell").List("cells").at(0);
  const CellVector cell(vector);
  ForEveryFlippedBit(vector.Bytes("sealed"),
                     [&](const std::string& damaged, size_t byte) {
                       const auto header = wire::ParseFieldHeader(damaged);
                       if (byte == 0) {
                         EXPECT_THAT(header, ReasonIs(Reason::kMalformed));
                         return;
                       }
                       ASSERT_THAT(header, IsOk());
                       EXPECT_EQ(cell.Open(*header, damaged), std::nullopt);
                     });
}

// Damaged cells, and three that authenticate over padding nobody writes.
TEST(FieldAeadTest, RefusesEveryDamagedCellOfTheVectors) {
  for (const Vector& vector : LoadVectors("negatives").List("cells")) {
    SCOPED_TRACE(vector.Text("what"));
    const std::string sealed = vector.Bytes("sealed");
    const auto header = wire::ParseFieldHeader(sealed);
    if (vector.Text("reason") == "MALFORMED") {
      EXPECT_THAT(header, ReasonIs(Reason::kMalformed));
      continue;
    }
    ASSERT_THAT(header, IsOk());
    // NK takes no part in opening.
    const std::string keys =
        vector.Bytes("fk") + vector.Bytes("tk") + std::string(16, '\0');
    const std::string record_id = vector.Bytes("record_id");
    const wire::CellBinding binding(
        *header, static_cast<uint32_t>(vector.Number("tenant")),
        {Slot{static_cast<uint16_t>(vector.Number("slot"))}, record_id,
         static_cast<uint32_t>(vector.Number("version"))});
    std::string out(sealed.size() - wire::kFieldOverhead, 'x');
    size_t text_size = 0;
    EXPECT_EQ(OpenField(wire::AsBytes(keys), {binding.bytes()},
                        wire::AsBytes(sealed).subspan(wire::kFieldHeaderSize),
                        {reinterpret_cast<uint8_t*>(out.data()), out.size()},
                        &text_size),
              vector.Text("reason") == "OK");
    if (vector.Text("reason") != "OK") {
      EXPECT_EQ(out, std::string(out.size(), '\0'));
    }
  }
}

TEST(FieldAeadTest, PaddedSizeIsTheNextMultipleAboveTheText) {
  EXPECT_EQ(PaddedSize(0, 16), 16u);
  EXPECT_EQ(PaddedSize(15, 16), 16u);
  EXPECT_EQ(PaddedSize(16, 16), 32u);
  EXPECT_EQ(PaddedSize(63, 64), 64u);
  EXPECT_EQ(PaddedSize(64, 64), 128u);
  EXPECT_EQ(PaddedSize(kMaxTextSize, 256), kMaxPaddedSize);
}

TEST(CapabilityTest, DerivesTheSubkeyOfEveryVectorAndOpensItsCell) {
  const auto cases = LoadVectors("capability").List("cases");
  ASSERT_FALSE(cases.empty());
  for (const Vector& vector : cases) {
    const CellVector cell(vector);
    const wire::CellBinding binding = cell.Binding(cell.header());
    std::array<uint8_t, kSubkeySize> subkey;
    DeriveSubkey(cell.keys(), {binding.bytes()}, absl::MakeSpan(subkey));
    EXPECT_EQ(ToHex(subkey), vector.Text("subkey"));
    EXPECT_EQ(cell.OpenWithSubkey(subkey, vector.Bytes("sealed")),
              vector.Bytes("plaintext"));
  }
}

TEST(CapabilityTest, OpensNoOtherCellAndNoDamagedOne) {
  const Vector vector = LoadVectors("capability").List("cases").at(0);
  const std::string subkey = vector.Bytes("subkey");
  for (const Vector& other : SealedVectors()) {
    if (other.Text("ctx") ==
        LoadVectors("cell").List("cells").at(0).Text("ctx")) {
      continue;
    }
    EXPECT_EQ(CellVector(other).OpenWithSubkey(wire::AsBytes(subkey),
                                               other.Bytes("sealed")),
              std::nullopt)
        << other.Text("what");
  }
  const CellVector cell(vector);
  ForEveryFlippedBit(
      vector.Bytes("sealed").substr(8), [&](const std::string& body, size_t) {
        const std::string damaged = vector.Bytes("sealed").substr(0, 8) + body;
        EXPECT_EQ(cell.OpenWithSubkey(wire::AsBytes(subkey), damaged),
                  std::nullopt);
      });
  ForEveryFlippedBit(subkey, [&](const std::string& damaged, size_t) {
    EXPECT_EQ(
        cell.OpenWithSubkey(wire::AsBytes(damaged), vector.Bytes("sealed")),
        std::nullopt);
  });
}

}  // namespace
}  // namespace parcelveil::crypto
