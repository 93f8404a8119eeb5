// SPDX-License-Identifier: Apache-2.0
// Masks of generated fields, checked against the true span of each part: what
// is shown must lie outside every part that has to be hidden.

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "parcelveil/mask.h"
#include "src/cli/generate_waybill.h"
#include "src/text/utf8.h"

namespace parcelveil::cli {
namespace {

constexpr int kNumRows = 4000;
constexpr MaskPreset kPresets[] = {MaskPreset::kHandheld, MaskPreset::kRegion,
                                   MaskPreset::kLabel};

// What no preset shows.
const std::set<Part> kAlwaysHidden = {
    Part::kGiven,    Part::kExtension, Part::kHouse, Part::kGroup,
    Part::kBuilding, Part::kUnit,      Part::kFloor, Part::kRoom,
    Part::kRemark,   Part::kPerson,    Part::kPhone};

void ForEachRow(const std::function<void(const Waybill&)>& check) {
  GenerateOptions options;
  options.rows = kNumRows;
  options.seed = 20240701;
  options.until = absl::CivilDay(2026, 11, 24);
  WaybillSource source(options);
  for (int i = 0; i < kNumRows; ++i) check(source.Next());
}

// Returns the text with each byte of the parts `hidden` made one that no mask
// shows, so that what a mask shows is looked for outside of them only. A
// character that also stands elsewhere is thus no leak, one that stands only
// there is.
std::string Without(const Text& field, const std::set<Part>& hidden) {
  std::string text = field.text;
  for (const Span& span : field.spans) {
    if (hidden.count(span.part) == 0) continue;
    text.replace(span.begin, span.end - span.begin, span.end - span.begin,
                 '\x01');
  }
  return text;
}

// The rows of characters between the stars of a mask.
std::vector<std::string> ShownParts(const std::string& mask) {
  std::vector<std::string> parts;
  std::string part;
  for (char c : mask + "*") {
    if (c != '*') {
      part.push_back(c);
    } else if (!part.empty()) {
      parts.push_back(part);
      part.clear();
    }
  }
  return parts;
}

// True where all that `mask` shows stands in `text`, in the same order.
bool StandsIn(const std::string& mask, const std::string& text) {
  size_t from = 0;
  for (const std::string& part : ShownParts(mask)) {
    const size_t at = text.find(part, from);
    if (at == std::string::npos) return false;
    from = at + part.size();
  }
  return true;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::Decode(text, at);
    if (c.value == text::kBad) return false;
    at += c.size;
  }
  return true;
}

std::string MaskOf(FieldKind kind, MaskPreset preset, const std::string& text) {
  return Mask(RuleFor(kind, preset), text).text();
}

const Text& FieldOf(const Party& party, FieldKind kind) {
  if (kind == FieldKind::kName) return party.name;
  return kind == FieldKind::kPhone ? party.phone : party.address;
}

TEST(GeneratedMaskTest, HidesEverySensitivePartOfNamesAndAddresses) {
  ForEachRow([](const Waybill& row) {
    for (const Party* party : {&row.sender, &row.recipient}) {
      for (FieldKind kind : {FieldKind::kName, FieldKind::kAddress}) {
        const Text& field = FieldOf(*party, kind);
        const std::string open = Without(field, kAlwaysHidden);
        for (MaskPreset preset : kPresets) {
          const std::string mask = MaskOf(kind, preset, field.text);
          EXPECT_TRUE(StandsIn(mask, open)) << field.text << " -> " << mask;
        }
      }
    }
  });
}

TEST(GeneratedMaskTest, ShowsNoMoreThanTheTownForTheRegionPreset) {
  std::set<Part> hidden = kAlwaysHidden;
  hidden.insert({Part::kRoad, Part::kEstate, Part::kVillage});
  ForEachRow([&](const Waybill& row) {
    const Text& field = row.recipient.address;
    const std::string mask =
        MaskOf(FieldKind::kAddress, MaskPreset::kRegion, field.text);
    EXPECT_TRUE(StandsIn(mask, Without(field, hidden)))
        << field.text << " -> " << mask;
  });
}

TEST(GeneratedMaskTest, ShowsTheFirstLetterOfAForeignNameAtMost) {
  ForEachRow([](const Waybill& row) {
    const Text& name = row.recipient.name;
    for (const Span& span : name.spans) {
      if (span.part != Part::kForeignName) continue;
      const std::string mask =
          MaskOf(FieldKind::kName, MaskPreset::kHandheld, name.text);
      const size_t first = text::Decode(name.text, span.begin).size;
      EXPECT_EQ(mask, name.text.substr(span.begin, first) + "***");
    }
  });
}

// ASCII digits of `text`, full-width ones among them.
std::string Digits(std::string_view text) {
  std::string digits;
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::Decode(text, at);
    const int value = text::DigitValue(c.value);
    if (value >= 0) digits.push_back(static_cast<char>('0' + value));
    at += c.size;
  }
  return digits;
}

bool IsMobile(std::string_view digits) {
  for (std::string_view prefix : kMobilePrefixes) {
    if (digits.size() == 11 && digits.substr(0, 3) == prefix) return true;
  }
  return false;
}

TEST(GeneratedMaskTest, ShowsOnlyTheLawfulDigitsOfEveryMainNumber) {
  ForEachRow([](const Waybill& row) {
    const Text& phone = row.recipient.phone;
    std::string handheld;  // what the masks of its mobiles must be
    std::string label;
    std::string other;  // the digits of a number that is no mobile
    for (const Span& span : phone.spans) {
      if (span.part != Part::kMain) continue;
      const std::string digits =
          Digits(std::string_view(phone.text)
                     .substr(span.begin, span.end - span.begin));
      if (!IsMobile(digits) || phone.text.substr(0, 2) == "+1") {
        other = digits;
        continue;
      }
      const char* const comma = handheld.empty() ? "" : ",";
      handheld += comma + digits.substr(0, 3) + "****" + digits.substr(7);
      label += comma + std::string("1******") + digits.substr(7);
    }
    for (MaskPreset preset : kPresets) {
      const std::string mask = MaskOf(FieldKind::kPhone, preset, phone.text);
      const bool is_label = preset == MaskPreset::kLabel;
      if (other.empty()) {
        EXPECT_EQ(mask, is_label ? label : handheld) << phone.text;
        continue;
      }
      const std::string shown = Digits(mask);
      const size_t hidden = other.size() - shown.size();
      EXPECT_LE(shown.size(), 4u) << phone.text << " -> " << mask;
      EXPECT_EQ(shown, other.substr(hidden)) << phone.text;
      EXPECT_GE(hidden, is_label ? 6u : 4u) << phone.text << " -> " << mask;
    }
  });
}

// A free line is masked by the form of its parts, without knowing the fields:
// somebody in the address is a name of its own there, with a surname to keep,
// and a remark may hold brackets and labels, which stay.
TEST(GeneratedMaskTest, HidesEverySensitivePartOfALine) {
  std::set<Part> hidden = kAlwaysHidden;
  hidden.erase(Part::kPerson);
  hidden.erase(Part::kPhone);
  hidden.erase(Part::kRemark);
  ForEachRow([&](const Waybill& row) {
    const Party& to = row.recipient;
    if (to.phone.text.size() != 11) return;  // others are no text of their own
    for (const Text& line : {Join({to.name, " ", to.phone, " ", to.address}),
                             Join({to.address, "，", to.name, "，", to.phone}),
                             Join({to.name, to.phone, to.address})}) {
      std::string open = Without(line, hidden);
      for (const Span& span : line.spans) {
        if (span.part != Part::kMain && span.part != Part::kPhone) continue;
        open.replace(span.begin + 3, 4, 4, '\x01');
      }
      const std::string mask =
          MaskLine(MaskPreset::kHandheld, line.text).text();
      EXPECT_TRUE(StandsIn(mask, open)) << line.text << " -> " << mask;
    }
  });
}

// Three stars for everything would be safe and of no use: shares of the parts
// that the handheld rule is to keep, over all rows that have one and a region.
TEST(GeneratedMaskTest, KeepsWhatACourierPlansTheRouteWith) {
  std::map<Part, int> seen;
  std::map<Part, int> kept;
  ForEachRow([&](const Waybill& row) {
    for (const Text* field : {&row.recipient.name, &row.recipient.address}) {
      const bool is_name = field == &row.recipient.name;
      const std::string mask =
          MaskOf(is_name ? FieldKind::kName : FieldKind::kAddress,
                 MaskPreset::kHandheld, field->text);
      bool region = is_name;
      for (const Span& span : field->spans) {
        region |= span.part == Part::kRegion;
      }
      if (!region) continue;
      for (const Span& span : field->spans) {
        ++seen[span.part];
        kept[span.part] +=
            mask.find(field->text.substr(span.begin, span.end - span.begin)) !=
            std::string::npos;
      }
    }
  });
  const std::map<Part, int> least = {
      {Part::kSurname, 95}, {Part::kRegion, 99}, {Part::kTown, 97},
      {Part::kRoad, 97},    {Part::kEstate, 90}, {Part::kVillage, 95}};
  for (const auto& [part, percent] : least) {
    EXPECT_GT(seen[part], 100) << NameOf(part);
    EXPECT_GE(kept[part] * 100, seen[part] * percent)
        << NameOf(part) << ": " << kept[part] << " of " << seen[part];
  }
}

TEST(GeneratedMaskTest, IsUtf8AndMonotone) {
  ForEachRow([](const Waybill& row) {
    for (FieldKind kind :
         {FieldKind::kName, FieldKind::kPhone, FieldKind::kAddress}) {
      const std::string& text = FieldOf(row.recipient, kind).text;
      const std::string handheld = MaskOf(kind, MaskPreset::kHandheld, text);
      for (MaskPreset preset : kPresets) {
        const std::string mask = MaskOf(kind, preset, text);
        EXPECT_TRUE(IsUtf8(mask));
        EXPECT_TRUE(StandsIn(MaskOf(kind, preset, mask), mask)) << text;
        // No preset shows more than handheld, nor does one made from it.
        EXPECT_TRUE(StandsIn(mask, handheld)) << handheld << " / " << mask;
        const std::string later = MaskOf(kind, preset, handheld);
        EXPECT_TRUE(StandsIn(later, handheld)) << handheld << " / " << later;
        EXPECT_TRUE(StandsIn(later, mask)) << mask << " / " << later;
      }
    }
  });
}

}  // namespace
}  // namespace parcelveil::cli
