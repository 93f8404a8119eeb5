// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_text.h"

namespace parcelveil::cli {

std::string_view NameOf(Part part) {
  switch (part) {
    case Part::kSurname:
      return "surname";
    case Part::kGiven:
      return "given";
    case Part::kForeignName:
      return "foreign_name";
    case Part::kMain:
      return "main";
    case Part::kExtension:
      return "extension";
    case Part::kRegion:
      return "region";
    case Part::kTown:
      return "town";
    case Part::kRoad:
      return "road";
    case Part::kHouse:
      return "house";
    case Part::kEstate:
      return "estate";
    case Part::kVillage:
      return "village";
    case Part::kGroup:
      return "group";
    case Part::kBuilding:
      return "building";
    case Part::kUnit:
      return "unit";
    case Part::kFloor:
      return "floor";
    case Part::kRoom:
      return "room";
    case Part::kRemark:
      return "remark";
    case Part::kPerson:
      return "person";
    case Part::kPhone:
      return "phone";
  }
  return "";
}

Text Mark(Part part, Text text) {
  if (!text.text.empty()) text.spans.push_back({part, 0, text.text.size()});
  return text;
}

Text Join(std::initializer_list<Text> texts) {
  Text joined;
  for (const Text& text : texts) {
    const size_t before = joined.text.size();
    joined.text += text.text;
    for (const Span& span : text.spans) {
      joined.spans.push_back(
          {span.part, before + span.begin, before + span.end});
    }
  }
  return joined;
}

std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) joined += part;
  return joined;
}

}  // namespace parcelveil::cli
