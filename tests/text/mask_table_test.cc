// SPDX-License-Identifier: Apache-2.0
// tests/text/data/masks.tsv: values that trip masks up, each with what its mask
// must hide and what it must keep.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "parcelveil/mask.h"
#include "src/text/utf8.h"

namespace parcelveil {
namespace {

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (size_t at; (at = text.find(separator, from)) != std::string::npos;
       from = at + 1) {
    parts.push_back(text.substr(from, at - from));
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::string Utf8(unsigned long c) {
  std::string out;
  if (c < 0x800) {
    out = {static_cast<char>(0xC0 | c >> 6),
           static_cast<char>(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    out = {static_cast<char>(0xE0 | c >> 12),
           static_cast<char>(0x80 | (c >> 6 & 63)),
           static_cast<char>(0x80 | (c & 63))};
  } else {
    out = {static_cast<char>(0xF0 | c >> 18),
           static_cast<char>(0x80 | (c >> 12 & 63)),
           static_cast<char>(0x80 | (c >> 6 & 63)),
           static_cast<char>(0x80 | (c & 63))};
  }
  return out;
}

// \xFF is a byte, \u200b and \U000e0100 are characters, \t and \n as in C.
std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    const char what = text[++i];
    const size_t size = what == 'x' ? 2 : what == 'u' ? 4 : what == 'U' ? 8 : 0;
    const unsigned long value =
        std::strtoul(text.substr(i + 1, size).c_str(), nullptr, 16);
    if (what == 'x') out.push_back(static_cast<char>(value));
    if (what == 'u' || what == 'U') out += Utf8(value);
    if (what == 't') out.push_back('\t');
    if (what == 'n') out.push_back('\n');
    i += size;
  }
  return out;
}

struct Row {
  std::string kind;
  MaskPreset preset;
  std::string text;
  std::vector<std::string> hidden;
  std::vector<std::string> kept;
  std::string exact;

  std::string Masked() const { return MaskText(text); }

  std::string MaskText(const std::string& value) const {
    if (kind == "record") return MaskLine(preset, value).text();
    if (kind == "virtual") {
      return MaskPhoneOf(NumberOwner::kVirtual, preset, value).text();
    }
    const FieldKind field = kind == "name"    ? FieldKind::kName
                            : kind == "phone" ? FieldKind::kPhone
                                              : FieldKind::kAddress;
    return Mask(RuleFor(field, preset), value).text();
  }
};

std::vector<Row> ReadRows() {
  std::ifstream file(PARCELVEIL_SOURCE_DIR "/tests/text/data/masks.tsv");
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);  // licence
  std::getline(file, line);  // names of the columns
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = Split(line, '\t');
    EXPECT_EQ(cells.size(), 6u) << line;
    if (cells.size() != 6) continue;
    Row row{cells[0],
            cells[1] == "label"    ? MaskPreset::kLabel
            : cells[1] == "region" ? MaskPreset::kRegion
                                   : MaskPreset::kHandheld,
            Unescape(cells[2]),
            {},
            {},
            cells[5]};
    for (const std::string& word : Split(cells[3], '|')) {
      if (!word.empty()) row.hidden.push_back(Unescape(word));
    }
    for (const std::string& word : Split(cells[4], '|')) {
      if (!word.empty()) row.kept.push_back(Unescape(word));
    }
    rows.push_back(row);
  }
  return rows;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const text::CodePoint c = text::Decode(text, at);
    if (c.value == text::kBad) return false;
    at += c.size;
  }
  return true;
}

std::string WithoutStars(const std::string& mask) {
  std::string text;
  for (char c : mask) {
    if (c != '*') text.push_back(c);
  }
  return text;
}

TEST(MaskTableTest, HasHundredsOfRowsOfEveryKind) {
  const std::vector<Row> rows = ReadRows();
  EXPECT_GE(rows.size(), 400u);
  std::set<std::string> kinds;
  for (const Row& row : rows) kinds.insert(row.kind);
  EXPECT_EQ(kinds, (std::set<std::string>{"address", "name", "phone", "record",
                                          "virtual"}));
}

TEST(MaskTableTest, HidesWhatMustBeHidden) {
  for (const Row& row : ReadRows()) {
    const std::string mask = row.Masked();
    for (const std::string& word : row.hidden) {
      EXPECT_EQ(mask.find(word), std::string::npos)
          << row.kind << " " << row.text << " shows " << word << ": " << mask;
    }
  }
}

TEST(MaskTableTest, KeepsWhatIsHarmless) {
  for (const Row& row : ReadRows()) {
    const std::string mask = row.Masked();
    for (const std::string& word : row.kept) {
      EXPECT_NE(mask.find(word), std::string::npos)
          << row.kind << " " << row.text << " lacks " << word << ": " << mask;
    }
    if (!row.exact.empty()) {
      EXPECT_EQ(mask, row.exact) << row.text;
    }
  }
}

TEST(MaskTableTest, GivesUtf8ThatShowsNothingNewWhenMaskedAgain) {
  for (const Row& row : ReadRows()) {
    const std::string mask = row.Masked();
    EXPECT_TRUE(IsUtf8(mask)) << row.text;
    // Only a number declared virtual comes back whole.
    if (row.kind == "virtual") continue;
    EXPECT_NE(mask.find('*'), std::string::npos) << row.text << " " << mask;
    const std::string again = WithoutStars(row.MaskText(mask));
    const std::string shown = WithoutStars(mask);
    size_t found = 0;
    for (char c : shown) found += found < again.size() && again[found] == c;
    EXPECT_EQ(found, again.size()) << mask << " becomes " << again;
  }
}

}  // namespace
}  // namespace parcelveil
