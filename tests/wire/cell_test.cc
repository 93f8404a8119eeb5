// SPDX-License-Identifier: Apache-2.0
#include "src/wire/cell.h"

#include <string>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "tests/testing/cell_vector.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::CellVector;
using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

std::string EncodedHeader(const FieldHeader& header) {
  std::string bytes(kFieldHeaderSize, '\0');
  EncodeFieldHeader(header, reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes;
}

TEST(CellBindingTest, IsHeaderAndContextOfEveryVector) {
  for (const Vector& vector : LoadVectors("cell").List("cells")) {
    const CellVector cell(vector);
    EXPECT_EQ(ToHex(cell.Binding(cell.header()).bytes()),
              vector.Text("sealed").substr(0, 16) + vector.Text("ctx"))
        << vector.Text("what");
  }
}

TEST(CellBindingTest, IsTheContextOfRecordReferences) {
  for (const Vector& vector : LoadVectors("record_ref").List("cases")) {
    const std::string record_id = vector.Bytes("record_id");
    const CellBinding binding({0, Epoch{0}, Scope::kNational},
                              static_cast<uint32_t>(vector.Number("tenant")),
                              {Slot::kAuditRef, record_id, 0});
    EXPECT_EQ(ToHex(binding.bytes().subspan(kFieldHeaderSize)),
              vector.Text("ctx"));
  }
}

TEST(FieldHeaderTest, ComesBackFromEveryVector) {
  for (const Vector& vector : LoadVectors("cell").List("cells")) {
    const std::string sealed = vector.Bytes("sealed");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const FieldHeader header,
                                    ParseFieldHeader(sealed));
    EXPECT_EQ(header.gen, vector.Number("gen"));
    EXPECT_EQ(ToInt(header.epoch), vector.Number("epoch"));
    EXPECT_EQ(ToInt(header.scope), vector.Number("scope"));
    EXPECT_EQ(EncodedHeader(header), sealed.substr(0, kFieldHeaderSize));
  }
}

TEST(FieldHeaderTest, TakesOnlySizesThatAPadGives) {
  for (size_t size = 0; size <= kMaxFieldSize + 64; ++size) {
    std::string sealed(size, '\0');
    if (size > 0) sealed[0] = 0x01;
    const bool is_size = size >= 48 && size <= 4128 && size % 16 == 0;
    if (is_size) {
      EXPECT_THAT(ParseFieldHeader(sealed), IsOk()) << size;
    } else {
      EXPECT_THAT(ParseFieldHeader(sealed), ReasonIs(Reason::kMalformed))
          << size;
    }
  }
}

TEST(FieldHeaderTest, TakesNoOtherTypeThanAField) {
  std::string sealed(kMinFieldSize, '\0');
  for (int type = 0; type < 256; ++type) {
    sealed[0] = static_cast<char>(type);
    EXPECT_EQ(ParseFieldHeader(sealed).ok(), type == 0x01) << type;
  }
}

TEST(RecordIdTest, HasOneTo64Bytes) {
  EXPECT_THAT(CheckRecordId(""), ReasonIs(Reason::kMalformed));
  EXPECT_THAT(CheckRecordId("1"), IsOk());
  EXPECT_THAT(CheckRecordId(std::string(64, '\0')), IsOk());
  EXPECT_THAT(CheckRecordId(std::string(65, '1')),
              ReasonIs(Reason::kMalformed));
}

TEST(CapabilityLayoutTest, ComesBackFromEveryVector) {
  for (const Vector& vector : LoadVectors("capability").List("cases")) {
    const std::string bytes = vector.Bytes("capability");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const Capability capability,
                                    ParseCapability(AsBytes(bytes)));
    EXPECT_EQ(ToHex(capability.subkey), vector.Text("subkey"));
    EXPECT_EQ(ToHex(EncodedHeader(capability.header)),
              vector.Text("sealed").substr(0, 16));
    std::string encoded(kCapabilitySize, '\0');
    EncodeCapability(capability, reinterpret_cast<uint8_t*>(encoded.data()));
    EXPECT_EQ(ToHex(encoded), vector.Text("capability"));
  }
}

TEST(CapabilityLayoutTest, HasOneSizeAndTwoTypeBytes) {
  const std::string bytes =
      LoadVectors("capability").List("cases").at(0).Bytes("capability");
  ForEveryWrongSize(bytes, [](const std::string& damaged) {
    EXPECT_THAT(ParseCapability(AsBytes(damaged)),
                ReasonIs(Reason::kMalformed));
  });
  ForEveryFlippedBit(bytes, [](const std::string& damaged, size_t byte) {
    const auto capability = ParseCapability(AsBytes(damaged));
    if (byte <= 1) {
      EXPECT_THAT(capability, ReasonIs(Reason::kMalformed));
      return;
    }
    ASSERT_THAT(capability, IsOk());
    std::string encoded(kCapabilitySize, '\0');
    EncodeCapability(*capability, reinterpret_cast<uint8_t*>(encoded.data()));
    EXPECT_EQ(encoded, damaged);
  });
}

}  // namespace
}  // namespace parcelveil::wire
