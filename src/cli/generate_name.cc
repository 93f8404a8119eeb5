// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_party.h"

namespace parcelveil::cli {
namespace {

Text Surname(const Words& surnames, Chance& chance) {
  return Mark(Part::kSurname, chance.Of(surnames));
}

Text TwoCharacters(const Stock& stock, Chance& chance) {
  return Join({Surname(stock.surnames, chance),
               Mark(Part::kGiven, chance.Of(stock.given_short))});
}

Text ThreeCharacters(const Stock& stock, Chance& chance) {
  if (chance.Percent(1)) {
    return Join({Surname(stock.compound_surnames, chance),
                 Mark(Part::kGiven, chance.Of(stock.given_short))});
  }
  return Join({Surname(stock.surnames, chance),
               Mark(Part::kGiven, chance.Of(stock.given))});
}

// 欧阳子涵, or both parents' surnames, of which a mask shows one: 王陈子涵.
Text FourCharacters(const Stock& stock, Chance& chance) {
  if (chance.Percent(60)) {
    return Join({Surname(stock.compound_surnames, chance),
                 Mark(Part::kGiven, chance.Of(stock.given))});
  }
  return Join({Surname(stock.surnames, chance),
               Mark(Part::kGiven, Join({chance.Of(stock.surnames),
                                        chance.Of(stock.given)}))});
}

// 买买提·吐尔逊; people type the dot in several ways.
Text DottedName(const Stock& stock, Chance& chance) {
  const char* dot = chance.Percent(85) ? "·" : chance.Of({"•", "・", "‧"});
  return Mark(Part::kForeignName, Join({chance.Of(stock.dotted_parts), dot,
                                        chance.Of(stock.dotted_parts)}));
}

Text TitledName(const Stock& stock, Chance& chance) {
  const Text name = chance.Percent(80) ? Surname(stock.surnames, chance)
                                       : MakeChineseName(stock, chance);
  return Join({name, chance.Of(stock.titles)});
}

Text FirmAndPerson(const Stock& stock, const Region& region, Chance& chance) {
  constexpr std::string_view kCity = "市";
  std::string_view city = region.city;
  const size_t stem = city.size() - kCity.size();
  // 大理白族自治州 is too long for a firm's name.
  const bool short_name =
      city.size() > kCity.size() && city.substr(stem) == kCity;
  city = short_name ? city.substr(0, stem) : std::string_view();
  const std::string firm =
      Concat({city, chance.Of(stock.firm_words), chance.Of(stock.firm_trades),
              chance.Of(stock.firm_forms)});
  const Text person = Mark(Part::kPerson, MakeChineseName(stock, chance));
  return chance.Percent(70) ? Join({firm, " ", person})
                            : Join({firm, "（", person, "）"});
}

}  // namespace

Text MakeChineseName(const Stock& stock, Chance& chance) {
  switch (chance.Weighted({20, 74, 6})) {
    case 0:
      return TwoCharacters(stock, chance);
    case 1:
      return ThreeCharacters(stock, chance);
    default:
      return FourCharacters(stock, chance);
  }
}

Text MakeName(const Stock& stock, const Region& region, Chance& chance) {
  switch (chance.Weighted({92, 2, 1, 3, 2})) {
    case 0:
      return MakeChineseName(stock, chance);
    case 1:
      return DottedName(stock, chance);
    case 2:
      return Mark(Part::kForeignName, Join({chance.Of(stock.latin_given), " ",
                                            chance.Of(stock.latin_surnames)}));
    case 3:
      return TitledName(stock, chance);
    default:
      return FirmAndPerson(stock, region, chance);
  }
}

}  // namespace parcelveil::cli
