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
Text RegionText(const Region& region, Chance& chance) {
  const std::string_view gap = chance.Percent(25) ? " " : "";
  const std::string city =
      region.city.empty() ? "" : Concat({region.city, gap});
  return Join(
      {Mark(Part::kRegion, Concat({region.province, gap, city, region.county})),
       gap, Mark(Part::kTown, region.town), gap});
}

Text Street(const Stock& stock, Chance& chance) {
  return Join({Mark(Part::kRoad, chance.Of(stock.roads)),
               Mark(Part::kHouse, Concat({Number(chance, 1, 999), "号"}))});
}

Text EstateName(const Stock& stock, Chance& chance) {
  return Mark(Part::kEstate, Join({chance.Of(stock.estate_words),
                                   chance.Of(stock.estate_forms)}));
}

// 3幢2单元501室
Text Flat(Chance& chance) {
  const char* building = chance.Of({"幢", "栋", "号楼", "座"});
  const char* room = chance.Percent(80) ? "室" : "";
  return Join({Mark(Part::kBuilding, Concat({Number(chance, 1, 60), building})),
               Mark(Part::kUnit, Concat({Number(chance, 1, 4), "单元"})),
               Mark(Part::kRoom, Concat({Room(chance), room}))});
}

Text EstateText(const Stock& stock, Chance& chance) {
  const Text street = chance.Percent(60) ? Street(stock, chance) : Text();
  return Join({street, EstateName(stock, chance), Flat(chance)});
}

Text VillageText(const Stock& stock, Chance& chance) {
  const Text village =
      Mark(Part::kVillage,
           Join({chance.Of(stock.surnames), chance.Of(stock.village_forms)}));
  const auto house = [&](int high) {
    return Mark(Part::kHouse, Concat({Number(chance, 1, high), "号"}));
  };
  switch (chance.Weighted({6, 2, 1, 1})) {
    case 0:
      return Join({village,
                   Mark(Part::kGroup, Concat({Number(chance, 1, 20), "组"})),
                   house(200)});
    case 1:
      return Join({village, house(400)});
    case 2:
      return Join({village,
                   Mark(Part::kGroup,
                        Concat({chance.Of({"前", "后", "东", "西"}), "社"})),
                   house(90)});
    default:
      return Join({village, "村委会", Mark(Part::kRemark, "旁小卖部")});
  }
}

Text OfficeText(const Stock& stock, Chance& chance) {
  const int floor = chance.Between(2, 30);
  return Join({Street(stock, chance),
               Mark(Part::kEstate, Join({chance.Of(stock.estate_words),
                                         chance.Of(stock.towers)})),
               Mark(Part::kBuilding, chance.Of({"A座", "B座", "C座"})),
               Mark(Part::kFloor, Concat({std::to_string(floor), "层"})),
               Mark(Part::kRoom, Concat({RoomOn(floor, chance), "室"}))});
}

// 3-2-501
Text DashedText(const Stock& stock, Chance& chance) {
  return Join(
      {EstateName(stock, chance), Mark(Part::kBuilding, Number(chance, 1, 60)),
       "-", Mark(Part::kUnit, Number(chance, 1, 4)), "-",
       Mark(Part::kRoom, Room(chance)), chance.Of({"", "", "#", "室"})});
}

// Without the province, or the city, or any region at all.
Text MissingLevels(const Stock& stock, const Region& region, Chance& chance) {
  const Text estate = EstateText(stock, chance);
  const Text town = Mark(Part::kTown, region.town);
  switch (chance.Weighted({4, 3, 3})) {
    case 0:
      return Join({Mark(Part::kRegion, region.county), town, estate});
    case 1:
      return Join({town, estate});
    default:
      return estate;
  }
}

Text WithContact(const Stock& stock, const Region& region, Chance& chance) {
  const Text address =
      Join({RegionText(region, chance), EstateText(stock, chance)});
  const auto person = [&] {
    return Mark(Part::kPerson, MakeChineseName(stock, chance));
  };
  const auto phone = [&] { return Mark(Part::kPhone, MakeMobile(chance)); };
  switch (chance.Weighted({1, 1, 1})) {
    case 0:
      return Join({address, " ", person(), " ", phone()});
    case 1:
      return Join({address, "（电话", phone(), "）"});
    default:
      return Join({address, " ", person(), "收"});
  }
}

// Only towns of an outlet have their region in another script; elsewhere the
// address stays as most are.
Text OtherScript(const Stock& stock, const Region& region, Chance& chance) {
  if (region.english.empty()) {
    return Join({RegionText(region, chance), EstateText(stock, chance)});
  }
  if (chance.Percent(50)) {
    return Join({Mark(Part::kRegion, region.traditional),
                 Mark(Part::kEstate, chance.Of(stock.traditional_estates)),
                 Mark(Part::kBuilding, Concat({Number(chance, 1, 60), "棟"})),
                 Mark(Part::kUnit, Concat({Number(chance, 1, 4), "單元"})),
                 Mark(Part::kRoom, Concat({Room(chance), "室"}))});
  }
  return Join({"Room ", Mark(Part::kRoom, Room(chance)), ", Building ",
               Mark(Part::kBuilding, Number(chance, 1, 60)), ", ",
               Mark(Part::kEstate, chance.Of(stock.english_estates)), ", ",
               Mark(Part::kHouse, Number(chance, 1, 999)), " ",
               Mark(Part::kRoad, chance.Of(stock.english_roads)), ", ",
               Mark(Part::kRegion, region.english)});
}

}  // namespace

Text MakeAddress(const Stock& stock, const Region& region, Side side,
                 Chance& chance) {
  const auto whole = [&](const Text& rest) {
    // Only who receives says where to leave the parcel.
    const bool says = side == Side::kRecipient && chance.Percent(5);
    const std::string_view remark = says ? chance.Of(stock.remarks) : "";
    return Join(
        {RegionText(region, chance), rest, Mark(Part::kRemark, remark)});
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
