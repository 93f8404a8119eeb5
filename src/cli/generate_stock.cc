// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_stock.h"

#include <charconv>
#include <map>

namespace parcelveil::cli {
namespace {

// Keeps empty parts: a municipality has no city.
Words Split(std::string_view text, char separator) {
  Words parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

int Number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void AddRegion(const Words& row, Stock& stock) {
  const Region region = {row[1], row[2],         row[3], row[4],
                         row[5], Number(row[6]), row[7], row[8]};
  stock.regions.push_back(region);
  if (region.outlet == 0) return;
  if (stock.outlets.empty() || stock.outlets.back().number != region.outlet) {
    stock.outlets.push_back({region.outlet, {}});
  }
  stock.outlets.back().towns.push_back(region);
}

void AddSurname(const Words& row, Stock& stock) {
  constexpr size_t kOneCharacter = 3;  // bytes of UTF-8
  Words& list =
      row[1].size() == kOneCharacter ? stock.surnames : stock.compound_surnames;
  list.insert(list.end(), Number(row[2]), row[1]);
}

}  // namespace

Stock LoadStock() {
  Stock stock;
  const std::map<std::string_view, Words*> lists = {
      {"given", &stock.given},
      {"given_short", &stock.given_short},
      {"latin_given", &stock.latin_given},
      {"latin_surname", &stock.latin_surnames},
      {"dotted_part", &stock.dotted_parts},
      {"title", &stock.titles},
      {"firm_word", &stock.firm_words},
      {"firm_trade", &stock.firm_trades},
      {"firm_form", &stock.firm_forms},
      {"road", &stock.roads},
      {"estate_word", &stock.estate_words},
      {"estate_form", &stock.estate_forms},
      {"village_form", &stock.village_forms},
      {"tower", &stock.towers},
      {"remark", &stock.remarks},
      {"english_road", &stock.english_roads},
      {"english_estate", &stock.english_estates},
      {"traditional_estate", &stock.traditional_estates},
  };
  for (std::string_view line : Split(kStockText, '\n')) {
    const Words row = Split(line, '\t');
    if (row[0] == "region") AddRegion(row, stock);
    if (row[0] == "surname") AddSurname(row, stock);
    const auto list = lists.find(row[0]);
    if (list != lists.end()) list->second->push_back(row[1]);
  }
  return stock;
}

}  // namespace parcelveil::cli
