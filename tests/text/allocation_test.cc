// SPDX-License-Identifier: Apache-2.0
// Masks and normal forms of ordinary values allocate nothing once the caller's
// buffers are large enough.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "src/text/mask.h"
#include "src/text/normalise.h"

namespace {

size_t num_allocations = 0;

}  // namespace

void* operator new(size_t size) {
  ++num_allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
// Not inlined: the compiler would take free() for the wrong partner of new.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace parcelveil {
namespace {

TEST(AllocationTest, SeesAllocations) {
  const size_t before = num_allocations;
  std::string text(1000, 'x');
  EXPECT_EQ(num_allocations, before + 1);
}

TEST(AllocationTest, MasksWithoutAllocating) {
  std::string out;
  out.reserve(256);
  const size_t before = num_allocations;
  for (std::string_view text :
       {"13812345678", "+86 138 1234 5678转9012", "张三丰",
        "收件人：欧阳锋先生",
        "浙江省杭州市西湖区文三路90号东部软件园2号楼A2306",
        "张三，江苏省苏州市姑苏区平江路128号3幢2单元501室"}) {
    for (int rule = 0; rule < 10; ++rule) {
      text::MaskInto(static_cast<MaskRule>(rule), text, &out);
    }
  }
  EXPECT_EQ(num_allocations, before);
}

TEST(AllocationTest, NormalisesWithoutAllocating) {
  std::string out;
  out.reserve(256);
  text::PhoneNumber number;
  const size_t before = num_allocations;
  for (std::string_view text :
       {"13812345678", "+86 138 1234 5678转9012", "010-62551234-802",
        "浙江省杭州市西湖区文三路90号东部软件园2号楼A2306"}) {
    for (int rule = 1; rule <= 3; ++rule) {
      text::Normalise(static_cast<text::NormaliseRule>(rule), text, "86", &out);
    }
    text::ParsePhone(text, "86", &number);
  }
  EXPECT_EQ(num_allocations, before);
}

}  // namespace
}  // namespace parcelveil
