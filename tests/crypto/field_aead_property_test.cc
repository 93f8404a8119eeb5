// SPDX-License-Identifier: Apache-2.0
// Properties of the field AEAD over random cells. The seed is fixed and
// printed with every failure.

#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "src/crypto/field_aead.h"
#include "src/wire/cell.h"
#include "tests/testing/cell_vector.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::CellVector;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

constexpr uint32_t kSeed = 20261124;

class FieldAeadPropertyTest : public ::testing::Test {
 protected:
  FieldAeadPropertyTest() : random_(kSeed) {
    std::cout << "seed " << kSeed << std::endl;
  }

  uint64_t Below(uint64_t end) { return random_() % end; }
  std::string Bytes(size_t size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(Below(256));
    return bytes;
  }
  CellVector RandomCell() {
    google::protobuf::Struct cell;
    auto& fields = *cell.mutable_fields();
    const auto number = [&](const char* name, uint64_t end) {
      fields[name].set_number_value(static_cast<double>(Below(end)));
    };
    number("gen", 256);
    number("epoch", 65536);
    number("scope", uint64_t{1} << 32);
    number("tenant", uint64_t{1} << 32);
    number("slot", 65536);
    number("version", uint64_t{1} << 32);
    fields["ek"].set_string_value(ToHex(Bytes(32)));
    fields["record_id"].set_string_value(ToHex(Bytes(1 + Below(64))));
    return CellVector(Vector(cell));
  }
  size_t RandomPad() { return size_t{16} << Below(5); }
  // Most values are short; some are as long as they may be.
  size_t RandomTextSize() {
    return Below(8) == 0 ? Below(kMaxTextSize + 1) : Below(130);
  }

  std::mt19937_64 random_;
};

TEST_F(FieldAeadPropertyTest, WhatIsSealedComesBackByteForByte) {
  for (int i = 0; i < 500; ++i) {
    SCOPED_TRACE(i);
    const CellVector cell = RandomCell();
    const std::string text = Bytes(RandomTextSize());
    const size_t pad = RandomPad();
    const std::string sealed = cell.Seal(text, pad, Bytes(16), random_());
    EXPECT_EQ(sealed.size(),
              wire::kFieldOverhead + PaddedSize(text.size(), pad));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::FieldHeader header,
                                    wire::ParseFieldHeader(sealed));
    EXPECT_EQ(cell.Open(header, sealed), text);
  }
}

TEST_F(FieldAeadPropertyTest, AnyFlippedBitIsRefused) {
  for (int i = 0; i < 500; ++i) {
    SCOPED_TRACE(i);
    const CellVector cell = RandomCell();
    std::string sealed =
        cell.Seal(Bytes(RandomTextSize()), RandomPad(), Bytes(16), random_());
    const size_t bit = Below(8 * (sealed.size() - 1)) + 8;  // not the type
    sealed[bit / 8] = static_cast<char>(sealed[bit / 8] ^ (1 << bit % 8));
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::FieldHeader header,
                                    wire::ParseFieldHeader(sealed));
    EXPECT_EQ(cell.Open(header, sealed), std::nullopt);
  }
}

TEST_F(FieldAeadPropertyTest, EqualTextsLookDifferentInEveryCellAndEveryTime) {
  const std::string seed = Bytes(16);
  std::set<std::string> bodies;
  for (uint64_t counter = 0; counter < 300; ++counter) {
    // The same counter in two cells, as two sealing objects would have it.
    for (const CellVector& cell : {RandomCell(), RandomCell()}) {
      bodies.insert(cell.Seal("8613800001234", 16, seed, counter).substr(16));
    }
  }
  const CellVector cell = RandomCell();
  for (uint64_t counter = 0; counter < 300; ++counter) {
    bodies.insert(cell.Seal("8613800001234", 16, seed, counter).substr(16));
  }
  EXPECT_EQ(bodies.size(), 900u);
}

TEST_F(FieldAeadPropertyTest, ARepeatedCounterRepeatsTheNonceForEqualTextOnly) {
  const CellVector cell = RandomCell();
  const std::string seed = Bytes(16);
  const auto nonce = [&](std::string_view text, uint64_t counter) {
    return cell.Seal(text, 16, seed, counter).substr(8, kStoredNonceSize);
  };
  EXPECT_EQ(nonce("8613800001234", 1), nonce("8613800001234", 1));
  EXPECT_NE(nonce("8613800001234", 1), nonce("8613800001235", 1));
  EXPECT_NE(nonce("8613800001234", 1), nonce("8613800001234", 2));
}

}  // namespace
}  // namespace parcelveil::crypto
