// SPDX-License-Identifier: Apache-2.0
// Normalisation for indexes, masks and dialling; never for sealing.
//
// Written out in SPEC.md section 8 and versioned by rule number: it follows no
// phone library's metadata, since an upgrade would silently lose matches.

#ifndef PARCELVEIL_SRC_TEXT_NORMALISE_H_
#define PARCELVEIL_SRC_TEXT_NORMALISE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace parcelveil::text {

// On disk (in index values): never renumber.
enum class NormaliseRule : uint8_t {
  kPhone = 1,  // digits with country code, no plus, extension apart
  kLast4 = 2,  // the last four digits of kPhone
  kText = 3,   // trimmed, spaces collapsed, ASCII lower case
};

// A phone number taken apart: ASCII digits only.
struct PhoneNumber {
  std::string digits;     // with country code, no plus; empty if none was found
  std::string extension;  // empty if there is none
};

// Parses the first number of `text`. `country` is the tenant's calling code
// ("86"), assumed where the text writes none. Full-width and other scripts'
// digits count. Reuses the strings of `out`. Returns false, with `out` empty,
// where no number of 5 to 15 digits stands in the text.
bool ParsePhone(std::string_view text, std::string_view country,
                PhoneNumber* out);

// Writes the normal form of `text` to `out`, reusing its buffer. Returns false,
// with `out` empty, where there is none: empty or unparsable text cannot be
// found by its index.
bool Normalise(NormaliseRule rule, std::string_view text,
               std::string_view country, std::string* out);

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_NORMALISE_H_
