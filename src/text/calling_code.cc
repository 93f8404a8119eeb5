// SPDX-License-Identifier: Apache-2.0

#include "src/text/calling_code.h"

namespace parcelveil::text {
namespace {

struct Country {
  std::string_view code;
  uint8_t min_digits;
  uint8_t max_digits;
};

// Where parcels go most; of the others only the form of a number tells where
// it ends. Sizes of geographic and mobile numbers, ITU-T E.164 national plans.
constexpr Country kCountries[] = {
    {"1", 10, 10}, {"7", 10, 10},  {"852", 8, 8},  {"853", 8, 8},
    {"886", 8, 9}, {"65", 8, 8},   {"60", 8, 10},  {"62", 8, 12},
    {"63", 8, 10}, {"66", 8, 9},   {"84", 9, 10},  {"81", 9, 10},
    {"82", 8, 10}, {"91", 10, 10}, {"61", 9, 10},  {"64", 8, 10},
    {"44", 9, 10}, {"33", 9, 9},   {"34", 9, 9},   {"39", 8, 11},
    {"49", 7, 11}, {"31", 9, 9},   {"32", 8, 9},   {"41", 9, 9},
    {"43", 7, 12}, {"46", 7, 9},   {"47", 8, 8},   {"45", 8, 8},
    {"48", 9, 9},  {"351", 9, 9},  {"353", 7, 9},  {"971", 8, 9},
    {"972", 8, 9}, {"90", 10, 10}, {"55", 10, 11}, {"52", 10, 11},
    {"27", 9, 9},  {"855", 8, 9},  {"856", 8, 10}, {"95", 7, 10},
    {"976", 8, 8}};

// Codes of two digits; 1 and 7 have one, all others three.
bool HasTwoDigits(char a, char b) {
  constexpr std::string_view kSecond[] = {
      "",         "",        "07", "0123469", "013456789",
      "12345678", "0123456", "",   "1246",    "0123458"};
  return a >= '0' && a <= '9' &&
         kSecond[a - '0'].find(b) != std::string_view::npos;
}

}  // namespace

CallingCode FindCallingCode(std::string_view digits) {
  CallingCode code;
  if (digits.empty()) return code;
  if (digits[0] == '1' || digits[0] == '7') {
    code.size = 1;
  } else if (digits.size() > 1 && HasTwoDigits(digits[0], digits[1])) {
    code.size = 2;
  }
  for (const Country& country : kCountries) {
    if (country.code.size() == code.size &&
        digits.substr(0, code.size) == country.code) {
      code.min_digits = country.min_digits;
      code.max_digits = country.max_digits;
    }
  }
  return code;
}

}  // namespace parcelveil::text
