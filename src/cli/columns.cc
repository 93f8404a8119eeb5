// SPDX-License-Identifier: Apache-2.0

#include "src/cli/columns.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "src/text/utf8.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kGap = 2;

struct Range {
  char32_t first;
  char32_t last;
};

// East Asian Width W and F (UAX #11), and emoji; coarse.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kZero[] = {{0x0300, 0x036F}, {0xFE00, 0xFE0F}};

template <size_t kSize>
bool IsIn(const Range (&ranges)[kSize], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges), [c](Range range) {
    return c >= range.first && c <= range.last;
  });
}

size_t Width(char32_t c) {
  if (text::IsInvisible(c) || IsIn(kZero, c)) return 0;
  return IsIn(kWide, c) ? 2 : 1;
}

bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  // At most; what it outgrew would be freed as it is.
  printable.reserve(3 * text.size());
  for (size_t pos = 0; pos < text.size();) {
    const text::CodePoint c = text::Decode(text, pos);
    if (c.value == text::kBad) {
      printable += "\xEF\xBF\xBD";  // U+FFFD
    } else if (IsControl(c.value)) {
      printable += ' ';
    } else {
      printable += text.substr(pos, c.size);
    }
    pos += c.size;
  }
  return printable;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t pos = 0; pos < text.size();) {
    const text::CodePoint c = text::Decode(text, pos);
    width += c.value == text::kBad ? 1 : Width(c.value);
    pos += c.size;
  }
  return width;
}

void Columns::AddLine(std::vector<std::string> cells) {
  lines_.push_back(std::move(cells));
}

std::string Columns::ToText() const {
  std::vector<size_t> widths;
  for (const auto& line : lines_) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i + 1 < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines_) {
    if (!text.empty()) text += '\n';
    for (size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 == line.size()) continue;
      text.append(widths[i] - DisplayWidth(line[i]) + kGap, ' ');
    }
  }
  return text;
}

}  // namespace parcelveil::cli
