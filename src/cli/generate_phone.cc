// SPDX-License-Identifier: Apache-2.0
// Every number is one that cannot ring: unassigned mobile prefixes, local
// numbers that begin with 0, ranges kept for films.

#include <utility>

#include "src/cli/generate_party.h"

namespace parcelveil::cli {
namespace {

Text Main(std::string number) { return Mark(Part::kMain, std::move(number)); }

Text Extension(std::string digits) {
  return Mark(Part::kExtension, std::move(digits));
}

// +86 or spaced; one in twelve in full-width digits.
Text SpelledMobile(Chance& chance) {
  const std::string mobile = MakeMobile(chance);
  const std::string_view view = mobile;
  const std::string_view a = view.substr(0, 3);
  const std::string_view b = view.substr(3, 4);
  const std::string_view c = view.substr(7);
  switch (chance.Weighted({4, 2, 1, 1, 2, 1, 1})) {
    case 0:
      return Join({"+86", Main(mobile)});
    case 1:
      return Join({"+86 ", Main(Concat({a, " ", b, " ", c}))});
    case 2:
      return Join({"86-", Main(mobile)});
    case 3:
      return Join({"0086", Main(mobile)});
    case 4:
      return Main(Concat({a, " ", b, " ", c}));
    case 5:
      return Main(Concat({a, "-", b, "-", c}));
    default:
      break;
  }
  std::string wide;
  for (char digit : mobile) {
    wide += "\xef\xbc";  // U+FF10 is EF BC 90
    wide += static_cast<char>(0x90 + (digit - '0'));
  }
  return Main(std::move(wide));
}

Text VirtualNumber(Chance& chance) {
  const char* mark = chance.Of({"-", "-", "-", "转", "转", ",", "#", " 分机"});
  return Join({Main(MakeMobile(chance)), mark, Extension(chance.Digits(4))});
}

Text Landline(const Region& region, Chance& chance) {
  const std::string local = "0" + chance.Digits(7);
  switch (chance.Weighted({7, 1, 1, 1})) {
    case 0:
      return Main(Concat({region.area_code, "-", local}));
    case 1:
      return Main(Concat({"(", region.area_code, ")", local}));
    case 2:
      return Join({Main(Concat({region.area_code, "-", local})), "-",
                   Extension(chance.Digits(3))});
    default:
      return Join({Main(Concat({region.area_code, "-", local})), "转",
                   Extension(chance.Digits(3))});
  }
}

std::string NumberFromAbroad(Chance& chance) {
  switch (chance.Weighted({4, 1, 2, 2, 1})) {
    case 0:  // Hong Kong
      return Concat({"+852 0", chance.Digits(3), " ", chance.Digits(4)});
    case 1:  // Macau
      return Concat({"+853 0", chance.Digits(3), " ", chance.Digits(4)});
    case 2:  // Taiwan, which has no area code 01
      return Concat({"+886 1", chance.Digits(2), " ", chance.Digits(3), " ",
                     chance.Digits(3)});
    case 3:  // 555-01xx is fiction's range in North America
      return Concat({"+1 ", chance.Of({"212", "415", "604"}), "-555-01",
                     chance.Digits(2)});
    default:  // Ofcom's range for drama
      return Concat({"+44 7700 900", chance.Digits(3)});
  }
}

Text TwoNumbersOrNoise(Chance& chance) {
  const Text mobile = Main(MakeMobile(chance));
  switch (chance.Weighted({3, 2, 2, 2, 1})) {
    case 0:
      return Join({mobile, "/", Main(MakeMobile(chance))});
    case 1:
      return Join({mobile, "，", Main(MakeMobile(chance))});
    case 2:
      return Join({mobile, "（微信同号）"});
    case 3:
      return Join({"电话：", mobile});
    default:
      return Join({mobile, " 晚上打"});
  }
}

}  // namespace

std::string MakeMobile(Chance& chance) {
  const auto prefix = chance.Below(kMobilePrefixes.size());
  return Concat({kMobilePrefixes[prefix], chance.Digits(8)});
}

Text MakePhone(const Region& region, Chance& chance) {
  // Per mille. MakeParty adds 8 virtual numbers to these 32.
  switch (chance.Weighted({880, 40, 32, 20, 10, 10})) {
    case 0:
      return Main(MakeMobile(chance));
    case 1:
      return SpelledMobile(chance);
    case 2:
      return VirtualNumber(chance);
    case 3:
      return Landline(region, chance);
    case 4:
      return Main(NumberFromAbroad(chance));
    default:
      return TwoNumbersOrNoise(chance);
  }
}

}  // namespace parcelveil::cli
