// SPDX-License-Identifier: Apache-2.0
#include "src/wire/bytes.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::FromHex;
using ::parcelveil::testing::ToHex;

TEST(WriterTest, WritesBigEndianIntegersAndBytesInOrder) {
  uint8_t out[20] = {};
  Writer writer(out);
  writer.Put(uint8_t{0x01});
  writer.Put(uint16_t{0x0203});
  writer.Put(uint32_t{0x04050607});
  writer.Put(uint64_t{0x08090a0b0c0d0e0f});
  writer.Put(std::string_view("\x10\x11", 2));
  writer.Put(std::string_view());
  EXPECT_EQ(writer.size(), 17u);
  EXPECT_EQ(ToHex(absl::Span<const uint8_t>(out, 17)),
            "0102030405060708090a0b0c0d0e0f1011");
}

TEST(ReaderTest, ReadsWhatWriterWrote) {
  const std::string bytes = FromHex("0102030405060708090a0b0c0d0e0f1011");
  Reader reader(bytes);
  EXPECT_EQ(reader.Get<uint8_t>(), 0x01);
  EXPECT_EQ(reader.Get<uint16_t>(), 0x0203);
  EXPECT_EQ(reader.Get<uint32_t>(), 0x04050607u);
  EXPECT_EQ(reader.Get<uint64_t>(), 0x08090a0b0c0d0e0fu);
  EXPECT_FALSE(reader.AtEnd());
  EXPECT_EQ(reader.size(), 2u);
  EXPECT_EQ(reader.Take(2), "\x10\x11");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(ReaderTest, KeepsTheHighBitOfEveryByte) {
  const std::string bytes(8, '\xff');
  EXPECT_EQ(Reader(bytes).Get<uint64_t>(), UINT64_MAX);
  EXPECT_EQ(Reader(bytes).Get<uint32_t>(), UINT32_MAX);
}

TEST(ReaderTest, GivesZerosFromTheFirstThingThatIsNotThere) {
  Reader reader("\x01\x02\x03");
  EXPECT_EQ(reader.Get<uint32_t>(), 0u);
  EXPECT_FALSE(reader.ok());
  // Also what would have been there: nothing after a hole is believed.
  EXPECT_EQ(reader.Get<uint8_t>(), 0);
  EXPECT_EQ(reader.Take(1), "");
  EXPECT_FALSE(reader.AtEnd());
}

TEST(ReaderTest, TakesNothingFromTheEnd) {
  Reader reader("");
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_EQ(reader.Take(0), "");
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_EQ(reader.Take(SIZE_MAX), "");
  EXPECT_FALSE(reader.AtEnd());
}

}  // namespace
}  // namespace parcelveil::wire
