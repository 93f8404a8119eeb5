// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string_view>

#include "src/cli/generate_waybill.h"

namespace parcelveil::cli {
namespace {

bool HoldsMobilePrefix(std::string_view text) {
  return std::any_of(kMobilePrefixes.begin(), kMobilePrefixes.end(),
                     [&](std::string_view prefix) {
                       return text.find(prefix) != std::string_view::npos;
                     });
}

// Source: UPU standard S10 (two letters, eight digits, check digit, country).
std::string PostNumber(Chance& chance) {
  constexpr int kWeights[] = {8, 6, 4, 2, 3, 5, 9, 7};
  const std::string serial = chance.Digits(8);
  int sum = 0;
  for (int i = 0; i < 8; ++i) sum += kWeights[i] * (serial[i] - '0');
  const int rest = 11 - sum % 11;
  const int check = rest == 10 ? 0 : rest == 11 ? 5 : rest;
  return Concat({chance.Of({"EA", "EB", "RA", "LA"}), serial,
                 std::to_string(check), "CN"});
}

std::string CarrierNumber(Chance& chance) {
  switch (chance.Weighted({15, 20, 18, 12, 16, 10, 4, 2, 2, 1})) {
    case 0:  // SF
      return Concat({"SF", chance.Digits(13)});
    case 1: {  // ZTO
      const char* start = chance.Of({"75", "78", "73"});
      return Concat({start, chance.Digits(chance.Between(12, 13))});
    }
    case 2:  // YTO
      return Concat({"YT", chance.Digits(13)});
    case 3:  // STO
      return Concat({"77", chance.Digits(13)});
    case 4:  // YUNDA
      return Concat({chance.Of({"43", "46", "31"}), chance.Digits(13)});
    case 5:  // J&T
      return Concat({"JT", chance.Digits(13)});
    case 6:  // JD
      return Concat({"JDVA", chance.Digits(11)});
    case 7:  // Deppon
      return Concat({"DPK", chance.Digits(12)});
    case 8:  // EMS
      return Concat(
          {chance.Of({"10", "11", "12", "97", "98"}), chance.Digits(11)});
    default:
      return PostNumber(chance);
  }
}

}  // namespace

std::string MakeWaybillNumber(Chance& chance) {
  while (true) {
    std::string number = CarrierNumber(chance);
    if (!HoldsMobilePrefix(number)) return number;
  }
}

std::string MakeOrderId(absl::CivilDay day, Chance& chance) {
  std::string date = absl::FormatCivilTime(day);
  date.erase(std::remove(date.begin(), date.end(), '-'), date.end());
  std::string tail = chance.Digits(12);
  while (HoldsMobilePrefix(tail)) tail = chance.Digits(12);
  return chance.Percent(60) ? Concat({"LP00", tail})
                            : Concat({"DD", date, "X", tail});
}

}  // namespace parcelveil::cli
