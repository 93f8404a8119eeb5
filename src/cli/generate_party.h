// SPDX-License-Identifier: Apache-2.0
// A made-up sender or recipient. Nobody real: the names are drawn from lists,
// the phone numbers from ranges that belong to no subscriber.
//
// The shares of each form follow what couriers' systems hold: mostly a mobile
// number, a two- or three-character name and a flat in an estate, and a few
// per cent of everything that trips a parser.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_PARTY_H_
#define PARCELVEIL_SRC_CLI_GENERATE_PARTY_H_

#include <array>
#include <string>
#include <string_view>

#include "src/cli/generate_chance.h"
#include "src/cli/generate_stock.h"
#include "src/cli/generate_text.h"

namespace parcelveil::cli {

// UTF-8, each at least 6 bytes long.
struct Party {
  Text name;
  Text phone;
  Text address;
};

// First three digits of mobile numbers that no carrier was given.
inline constexpr std::array<std::string_view, 9> kMobilePrefixes = {
    "140", "141", "142", "143", "144", "154", "160", "161", "163"};

enum class Side { kSender, kRecipient };

Party MakeParty(const Stock& stock, const Region& region, Side side,
                Chance& chance);

// The three fields on their own, and what they share.
Text MakeName(const Stock& stock, const Region& region, Chance& chance);
Text MakePhone(const Region& region, Chance& chance);
Text MakeAddress(const Stock& stock, const Region& region, Side side,
                 Chance& chance);
std::string MakeMobile(Chance& chance);
Text MakeChineseName(const Stock& stock, Chance& chance);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_PARTY_H_
