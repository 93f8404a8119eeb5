// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_party.h"

namespace parcelveil::cli {
namespace {

std::string Number(Chance& chance, int low, int high) {
  return std::to_string(chance.Between(low, high));
}

// 1203: twelfth floor, third door.
std::string RoomOn(int floor, Chance& chance) {
  return std::to_string(floor * 100 + chance.Between(1, 6));
}

std::string Room(Chance& chance) {
  const int floor = chance.Between(1, 32);
  return RoomOn(floor, chance);
}

// Down to the town; some shops put spaces between the levels.
std::string RegionText(const Region& region, Chance& chance) {
  const std::string_view gap = chance.Percent(25) ? " " : "";
  const std::string city =
      region.city.empty() ? "" : Concat({region.city, gap});
  return Concat(
      {region.province, gap, city, region.county, gap, region.town, gap});
}

std::string Street(const Stock& stock, Chance& chance) {
  return Concat({chance.Of(stock.roads), Number(chance, 1, 999), "号"});
}

std::string EstateName(const Stock& stock, Chance& chance) {
  return Concat({chance.Of(stock.estate_words), chance.Of(stock.estate_forms)});
}

// 3幢2单元501室
std::string Flat(Chance& chance) {
  const char* building = chance.Of({"幢", "栋", "号楼", "座"});
  const char* room = chance.Percent(80) ? "室" : "";
  return Concat({Number(chance, 1, 60), building, Number(chance, 1, 4), "单元",
                 Room(chance), room});
}

std::string EstateText(const Stock& stock, Chance& chance) {
  const std::string street = chance.Percent(60) ? Street(stock, chance) : "";
  return Concat({street, EstateName(stock, chance), Flat(chance)});
}

std::string VillageText(const Stock& stock, Chance& chance) {
  const std::string village =
      Concat({chance.Of(stock.surnames), chance.Of(stock.village_forms)});
  switch (chance.Weighted({6, 2, 1, 1})) {
    case 0:
      return Concat(
          {village, Number(chance, 1, 20), "组", Number(chance, 1, 200), "号"});
    case 1:
      return Concat({village, Number(chance, 1, 400), "号"});
    case 2:
      return Concat({village, chance.Of({"前", "后", "东", "西"}), "社",
                     Number(chance, 1, 90), "号"});
    default:
      return Concat({village, "村委会旁小卖部"});
  }
}

std::string OfficeText(const Stock& stock, Chance& chance) {
  const int floor = chance.Between(2, 30);
  return Concat({Street(stock, chance), chance.Of(stock.estate_words),
                 chance.Of(stock.towers), chance.Of({"A座", "B座", "C座"}),
                 std::to_string(floor), "层", RoomOn(floor, chance), "室"});
}

// 3-2-501
std::string DashedText(const Stock& stock, Chance& chance) {
  return Concat({EstateName(stock, chance), Number(chance, 1, 60), "-",
                 Number(chance, 1, 4), "-", Room(chance),
                 chance.Of({"", "", "#", "室"})});
}

// Without the province, or the city, or any region at all.
std::string MissingLevels(const Stock& stock, const Region& region,
                          Chance& chance) {
  const std::string estate = EstateText(stock, chance);
  switch (chance.Weighted({4, 3, 3})) {
    case 0:
      return Concat({region.county, region.town, estate});
    case 1:
      return Concat({region.town, estate});
    default:
      return estate;
  }
}

std::string WithContact(const Stock& stock, const Region& region,
                        Chance& chance) {
  const std::string address =
      Concat({RegionText(region, chance), EstateText(stock, chance)});
  switch (chance.Weighted({1, 1, 1})) {
    case 0:
      return Concat({address, " ", MakeChineseName(stock, chance), " ",
                     MakeMobile(chance)});
    case 1:
      return Concat({address, "（电话", MakeMobile(chance), "）"});
    default:
      return Concat({address, " ", MakeChineseName(stock, chance), "收"});
  }
}

// Only towns of an outlet have their region in another script; elsewhere the
// address stays as most are.
std::string OtherScript(const Stock& stock, const Region& region,
                        Chance& chance) {
  if (region.english.empty()) {
    return Concat({RegionText(region, chance), EstateText(stock, chance)});
  }
  if (chance.Percent(50)) {
    return Concat({region.traditional, chance.Of(stock.traditional_estates),
                   Number(chance, 1, 60), "棟", Number(chance, 1, 4), "單元",
                   Room(chance), "室"});
  }
  return Concat({"Room ", Room(chance), ", Building ", Number(chance, 1, 60),
                 ", ", chance.Of(stock.english_estates), ", ",
                 Number(chance, 1, 999), " ", chance.Of(stock.english_roads),
                 ", ", region.english});
}

}  // namespace

std::string MakeAddress(const Stock& stock, const Region& region, Side side,
                        Chance& chance) {
  const auto whole = [&](std::string_view rest) {
    // Only who receives says where to leave the parcel.
    const bool says = side == Side::kRecipient && chance.Percent(5);
    const std::string_view remark = says ? chance.Of(stock.remarks) : "";
    return Concat({RegionText(region, chance), rest, remark});
  };
  switch (chance.Weighted({70, 12, 6, 4, 4, 2, 2})) {
    case 0:
      return whole(EstateText(stock, chance));
    case 1:
      return whole(VillageText(stock, chance));
    case 2:
      return whole(OfficeText(stock, chance));
    case 3:
      return whole(DashedText(stock, chance));
    case 4:
      return MissingLevels(stock, region, chance);
    case 5:
      return WithContact(stock, region, chance);
    default:
      return OtherScript(stock, region, chance);
  }
}

}  // namespace parcelveil::cli
