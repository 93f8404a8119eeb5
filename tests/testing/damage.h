// SPDX-License-Identifier: Apache-2.0
// Damage: every small way in which stored bytes go wrong.

#ifndef PARCELVEIL_TESTS_TESTING_DAMAGE_H_
#define PARCELVEIL_TESTS_TESTING_DAMAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace parcelveil::testing {

// Calls check(damaged) for every shorter beginning of `whole`, the empty one
// included, and for `whole` with one byte more, 0x00 and 0x80.
template <typename Check>
void ForEveryWrongSize(std::string_view whole, Check check) {
  for (size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE("cut to " + std::to_string(size) + " bytes");
    check(std::string(whole.substr(0, size)));
  }
  for (char byte : {'\x00', '\x80'}) {
    SCOPED_TRACE("extended by a byte");
    check(std::string(whole) + byte);
  }
}

// Calls check(damaged, offset of the byte) for every single flipped bit.
template <typename Check>
void ForEveryFlippedBit(std::string_view whole, Check check) {
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    SCOPED_TRACE("bit " + std::to_string(bit) + " flipped");
    std::string damaged(whole);
    damaged[bit / 8] =
        static_cast<char>(damaged[bit / 8] ^ static_cast<char>(1 << bit % 8));
    check(damaged, bit / 8);
  }
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_DAMAGE_H_
