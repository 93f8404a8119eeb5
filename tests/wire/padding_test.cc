// SPDX-License-Identifier: Apache-2.0
#include "src/wire/padding.h"

#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace parcelveil::wire {
namespace {

// `size` bytes of `fill`, padded to a multiple of `block`.
std::vector<uint8_t> Padded(size_t size, uint8_t fill, size_t block) {
  std::vector<uint8_t> buffer(PaddedSize(size, block), fill);
  Pad(absl::MakeSpan(buffer), size);
  return buffer;
}

TEST(PaddingTest, AddsAtLeastOneByteUpToTheNextMultiple) {
  EXPECT_EQ(PaddedSize(0, 64), 64u);
  EXPECT_EQ(PaddedSize(63, 64), 64u);
  EXPECT_EQ(PaddedSize(64, 64), 128u);
  EXPECT_EQ(Padded(3, 'x', 8),
            (std::vector<uint8_t>{'x', 'x', 'x', 0x80, 0, 0, 0, 0}));
}

TEST(PaddingTest, EverySizeComesBackWhateverTheBytes) {
  for (uint8_t fill : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
    for (size_t size = 0; size < 300; ++size) {
      EXPECT_EQ(UnpaddedSize(Padded(size, fill, 128)), size) << int{fill};
    }
  }
}

TEST(PaddingTest, TheBlockNeedNotBeKnown) {
  std::vector<uint8_t> buffer(512, 'x');
  Pad(absl::MakeSpan(buffer), 5);
  EXPECT_EQ(UnpaddedSize(buffer), 5u);
}

TEST(PaddingTest, BytesWithoutTheMarkAreNotPadded) {
  EXPECT_EQ(UnpaddedSize({}), std::nullopt);
  EXPECT_EQ(UnpaddedSize(std::vector<uint8_t>(64, 0)), std::nullopt);
  for (int last = 1; last <= 255; ++last) {
    std::vector<uint8_t> buffer = Padded(10, 'x', 16);
    buffer[12] = static_cast<uint8_t>(last);
    EXPECT_EQ(UnpaddedSize(buffer).has_value(), last == 0x80) << last;
  }
}

}  // namespace
}  // namespace parcelveil::wire
