// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_party.h"

#include <utility>

namespace parcelveil::cli {

Party MakeParty(const Stock& stock, const Region& region, Side side,
                Chance& chance) {
  Party party = {MakeName(stock, region, chance), MakePhone(region, chance),
                 MakeAddress(stock, region, side, chance)};
  // Some platforms repeat a virtual number's extension after name and address.
  constexpr int kRepeatedPerMille = 8;
  if (chance.Below(1000) < kRepeatedPerMille) {
    const Text extension = Mark(Part::kExtension, chance.Digits(4));
    party.name = Join({std::move(party.name), "[", extension, "]"});
    party.phone = Join({Mark(Part::kMain, MakeMobile(chance)), "-", extension});
    party.address = Join({std::move(party.address), "[", extension, "]"});
  }
  return party;
}

}  // namespace parcelveil::cli
