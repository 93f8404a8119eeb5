// SPDX-License-Identifier: Apache-2.0
// A made-up text that knows which of its bytes are what.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_TEXT_H_
#define PARCELVEIL_SRC_CLI_GENERATE_TEXT_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parcelveil::cli {

// What a part of a field is.
enum class Part {
  kSurname,
  kGiven,
  kForeignName,  // all of a name that has no Chinese surname
  kMain,         // a phone number without its extension
  kExtension,
  kRegion,  // province, city and county
  kTown,
  kRoad,
  kHouse,  // 128号
  kEstate,
  kVillage,
  kGroup,  // of a village: 3组
  kBuilding,
  kUnit,
  kFloor,
  kRoom,
  kRemark,
  kPerson,  // somebody who stands in an address or behind a firm
  kPhone,   // a number that stands in an address
};

// Returns the word for `part` in a span file: surname, given, foreign_name.
std::string_view NameOf(Part part);

struct Span {
  Part part;
  size_t begin;  // bytes
  size_t end;
};

struct Text {
  Text() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): plain text is part of none.
  Text(std::string_view plain) : text(plain) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Text(const char* plain) : text(plain) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Text(std::string plain) : text(std::move(plain)) {}

  std::string text;
  std::vector<Span> spans;  // may lie inside one another
};

// Returns `text` with all of it marked as `part`; an empty one as it is.
Text Mark(Part part, Text text);

// One behind the other; the spans move along.
Text Join(std::initializer_list<Text> texts);

// The same for texts without spans.
std::string Concat(std::initializer_list<std::string_view> parts);

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_TEXT_H_
