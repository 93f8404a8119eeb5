// SPDX-License-Identifier: Apache-2.0
#include "src/base/wipe.h"

#include <cstring>
#include <new>
#include <string>
#include <type_traits>

#include "gtest/gtest.h"

namespace parcelveil::base {
namespace {

static_assert(!std::is_copy_constructible_v<WipedBuffer<32>>);
static_assert(!std::is_copy_assignable_v<WipedBuffer<32>>);

// Read through a volatile pointer: the compiler knows that the buffer is dead.
std::string What(const uint8_t* memory, size_t size) {
  std::string bytes;
  const volatile uint8_t* at = memory;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(at[i]);
  return bytes;
}

TEST(WipedBufferTest, ZeroesWhatWasUsedWhenItDies) {
  alignas(WipedBuffer<64>) uint8_t memory[sizeof(WipedBuffer<64>)];
  auto* buffer = new (memory) WipedBuffer<64>(40);
  EXPECT_EQ(buffer->used(), 40u);
  EXPECT_EQ(buffer->span().size(), 40u);
  memset(buffer->data(), 's', 64);
  const size_t at = static_cast<size_t>(buffer->data() - memory);
  buffer->~WipedBuffer<64>();
  EXPECT_EQ(What(memory + at, 64),
            std::string(40, '\0') + std::string(24, 's'));
}

TEST(WipedBufferTest, UsesAllOfItWhereNothingElseIsSaid) {
  WipedBuffer<32> buffer;
  EXPECT_EQ(buffer.used(), 32u);
}

TEST(WipeOnExitTest, ZeroesWhenTheScopeEnds) {
  uint8_t bytes[16];
  memset(bytes, 's', sizeof(bytes));
  {
    WipeOnExit wipe(absl::MakeSpan(bytes).subspan(0, 12));
    EXPECT_EQ(What(bytes, 16), std::string(16, 's'));
  }
  EXPECT_EQ(What(bytes, 16), std::string(12, '\0') + std::string(4, 's'));
}

}  // namespace
}  // namespace parcelveil::base
