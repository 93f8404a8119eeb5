// SPDX-License-Identifier: Apache-2.0
// The word stock of the generator: regions, names, roads, estates.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_STOCK_H_
#define PARCELVEIL_SRC_CLI_GENERATE_STOCK_H_

#include <string_view>
#include <vector>

namespace parcelveil::cli {

// src/cli/data/stock.tsv, put here by the build.
extern const char kStockText[];

// One town with all that stands above it.
struct Region {
  std::string_view province;
  std::string_view city;  // empty in a municipality such as 北京市
  std::string_view county;
  std::string_view town;
  std::string_view area_code;    // 0571
  int outlet = 0;                // 0: no outlet delivers here
  std::string_view english;      // empty where there is no outlet
  std::string_view traditional;  // empty where there is no outlet
};

struct Outlet {
  int number;
  std::vector<Region> towns;  // where it delivers
};

using Words = std::vector<std::string_view>;

// Views into kStockText; no list is empty.
struct Stock {
  std::vector<Region> regions;
  std::vector<Outlet> outlets;
  Words surnames;           // a common one as often as its weight
  Words compound_surnames;  // 欧阳
  Words given;              // two characters
  Words given_short;        // one
  Words latin_given, latin_surnames;
  Words dotted_parts;  // 买买提
  Words titles;
  Words firm_words, firm_trades, firm_forms;
  Words roads, estate_words, estate_forms, village_forms, towers, remarks;
  Words english_roads, english_estates, traditional_estates;
};

Stock LoadStock();

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_STOCK_H_
