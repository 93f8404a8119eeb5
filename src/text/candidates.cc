// SPDX-License-Identifier: Apache-2.0
// How many numbers fit what a record shows.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "parcelveil/mask.h"
#include "src/text/folded.h"
#include "src/text/region.h"

namespace parcelveil {
namespace {

enum class Area { kUnknown, kProvince, kCity };

bool IsMunicipality(std::u16string_view region) {
  for (std::u16string_view name : {u"北京", u"上海", u"天津", u"重庆"}) {
    if (region.substr(0, name.size()) == name) return true;
  }
  return false;
}

// Returns what the visible part of an address tells.
Area AreaOf(std::string_view address) {
  const text::Folded folded(address);
  size_t start = 0;
  while (start < folded.size() && !(folded.flags(start) & text::kHan)) {
    // A region in Latin letters: a city is the safe guess.
    if (folded.flags(start) & text::kLatin) return Area::kCity;
    ++start;
  }
  const std::u16string_view rest = folded.view().substr(start);
  const text::ProvenRegion region = text::FindRegion(rest);
  if (region.end == 0) return Area::kUnknown;
  return region.level > 1 || IsMunicipality(rest) ? Area::kCity
                                                  : Area::kProvince;
}

uint64_t PowerOfTen(size_t exponent) {
  uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// The digits of the first number of a mask.
struct Digits {
  size_t head = 0;
  size_t stars = 0;
  size_t tail = 0;
};

Digits CountDigits(std::string_view mask) {
  Digits digits;
  for (char c : mask.substr(0, mask.find(','))) {
    if (c >= '0' && c <= '9') {
      ++(digits.stars == 0 ? digits.head : digits.tail);
    } else {
      ++digits.stars;
    }
  }
  return digits;
}

// Segments of mobiles that fit: see the header for where the figures are from.
uint64_t CountSegments(bool prefix_known, Area area) {
  constexpr uint64_t kSegments = 317822;
  constexpr uint64_t kPrefixes = 52;
  constexpr uint64_t kProvinces = 31;
  constexpr uint64_t kOfPrefixInCity = 49;
  switch (area) {
    case Area::kCity:
      return prefix_known ? kOfPrefixInCity : kOfPrefixInCity * kPrefixes;
    case Area::kProvince:
      return kSegments / kProvinces / (prefix_known ? kPrefixes : 1);
    case Area::kUnknown:
      break;
  }
  return kSegments / (prefix_known ? kPrefixes : 1);
}

}  // namespace

uint64_t CountCandidates(const Masked& phone, const Masked& address) {
  constexpr size_t kMobileTail = 4;
  constexpr size_t kMobileStars = 7;  // of *******1234
  constexpr size_t kAreaCode = 3;
  const Digits digits = CountDigits(phone.text());
  const Area area = AreaOf(address.text());
  const size_t tail = std::min(digits.tail, kMobileTail);
  const bool nothing = digits.head == 0 && digits.tail == 0;
  if (nothing || digits.head != 0 || digits.stars >= kMobileStars) {
    return CountSegments(digits.head >= 3, area) *
           PowerOfTen(kMobileTail - tail);
  }
  const bool area_code = area == Area::kCity && digits.stars > kAreaCode;
  return PowerOfTen(digits.stars - (area_code ? kAreaCode : 0));
}

}  // namespace parcelveil
