// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_party.h"

namespace parcelveil::cli {

std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) joined += part;
  return joined;
}

Party MakeParty(const Stock& stock, const Region& region, Side side,
                Chance& chance) {
  Party party = {MakeName(stock, region, chance), MakePhone(region, chance),
                 MakeAddress(stock, region, side, chance)};
  // Some platforms repeat a virtual number's extension after name and address.
  constexpr int kRepeatedPerMille = 8;
  if (chance.Below(1000) < kRepeatedPerMille) {
    const std::string extension = chance.Digits(4);
    party.name += Concat({"[", extension, "]"});
    party.phone = Concat({MakeMobile(chance), "-", extension});
    party.address += Concat({"[", extension, "]"});
  }
  return party;
}

}  // namespace parcelveil::cli
