// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_party.h"

namespace parcelveil::cli {
namespace {

std::string TwoCharacters(const Stock& stock, Chance& chance) {
  return Concat({chance.Of(stock.surnames), chance.Of(stock.given_short)});
}

std::string ThreeCharacters(const Stock& stock, Chance& chance) {
  if (chance.Percent(1)) {
    return Concat(
        {chance.Of(stock.compound_surnames), chance.Of(stock.given_short)});
  }
  return Concat({chance.Of(stock.surnames), chance.Of(stock.given)});
}

// 欧阳子涵, or both parents' surnames: 王陈子涵.
std::string FourCharacters(const Stock& stock, Chance& chance) {
  if (chance.Percent(60)) {
    return Concat({chance.Of(stock.compound_surnames), chance.Of(stock.given)});
  }
  return Concat({chance.Of(stock.surnames), chance.Of(stock.surnames),
                 chance.Of(stock.given)});
}

// 买买提·吐尔逊; people type the dot in several ways.
std::string DottedName(const Stock& stock, Chance& chance) {
  const char* dot = chance.Percent(85) ? "·" : chance.Of({"•", "・", "‧"});
  return Concat(
      {chance.Of(stock.dotted_parts), dot, chance.Of(stock.dotted_parts)});
}

std::string TitledName(const Stock& stock, Chance& chance) {
  const std::string name = chance.Percent(80)
                               ? std::string(chance.Of(stock.surnames))
                               : MakeChineseName(stock, chance);
  return Concat({name, chance.Of(stock.titles)});
}

std::string FirmAndPerson(const Stock& stock, const Region& region,
                          Chance& chance) {
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
  const std::string person = MakeChineseName(stock, chance);
  return chance.Percent(70) ? Concat({firm, " ", person})
                            : Concat({firm, "（", person, "）"});
}

}  // namespace

std::string MakeChineseName(const Stock& stock, Chance& chance) {
  switch (chance.Weighted({20, 74, 6})) {
    case 0:
      return TwoCharacters(stock, chance);
    case 1:
      return ThreeCharacters(stock, chance);
    default:
      return FourCharacters(stock, chance);
  }
}

std::string MakeName(const Stock& stock, const Region& region, Chance& chance) {
  switch (chance.Weighted({92, 2, 1, 3, 2})) {
    case 0:
      return MakeChineseName(stock, chance);
    case 1:
      return DottedName(stock, chance);
    case 2:
      return Concat(
          {chance.Of(stock.latin_given), " ", chance.Of(stock.latin_surnames)});
    case 3:
      return TitledName(stock, chance);
    default:
      return FirmAndPerson(stock, region, chance);
  }
}

}  // namespace parcelveil::cli
