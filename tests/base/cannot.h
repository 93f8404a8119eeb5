// SPDX-License-Identifier: Apache-2.0
// What must not compile, as constants for static_assert.

#ifndef PARCELVEIL_TESTS_BASE_CANNOT_H_
#define PARCELVEIL_TESTS_BASE_CANNOT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace parcelveil::testing {

template <typename T, typename = void>
inline constexpr bool kIsStreamable = false;
template <typename T>
inline constexpr bool
    kIsStreamable<T, std::void_t<decltype(std::declval<std::ostream&>()
                                          << std::declval<const T&>())>> = true;

template <typename T, typename = void>
inline constexpr bool kIsEqualityComparable = false;
template <typename T>
inline constexpr bool
    kIsEqualityComparable<T, std::void_t<decltype(std::declval<const T&>() ==
                                                  std::declval<const T&>())>> =
        true;

// The constants themselves must be able to say yes.
static_assert(kIsStreamable<std::string>);
static_assert(kIsEqualityComparable<std::string>);

// Takes what AbslStringify writes.
struct StringSink {
  void Append(std::string_view more) { text.append(more); }
  std::string text;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_BASE_CANNOT_H_
