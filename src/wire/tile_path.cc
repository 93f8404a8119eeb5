// SPDX-License-Identifier: Apache-2.0
#include "src/wire/tile_path.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr std::string_view kTile = "tile/";
constexpr std::string_view kEntries = "entries/";
constexpr std::string_view kPartial = ".p/";

bool TakePrefix(std::string_view prefix, std::string_view* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Reads "<number><end>", or "<number>" to the end of `text` where there is no
// `end`. Leading zeros are for the caller to find.
template <typename Number>
bool TakeNumber(std::string_view end, std::string_view* text, Number* number) {
  const size_t size = text->find(end);
  const std::string_view digits = text->substr(0, size);
  text->remove_prefix(size == std::string_view::npos ? text->size()
                                                     : size + end.size());
  return digits.find_first_not_of("0123456789") == std::string_view::npos &&
         absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()),
                          number);
}

// "x001/x234/067" without its slashes and x: "001234067".
std::string DigitsOf(std::string_view groups) {
  std::string digits;
  for (char c : groups) {
    if (c != 'x' && c != '/') digits += c;
  }
  return digits;
}

}  // namespace

std::string EncodeTilePath(const TilePath& path) {
  std::string text(kTile);
  if (path.level.has_value()) {
    absl::StrAppend(&text, static_cast<int>(*path.level), "/");
  } else {
    text += kEntries;
  }
  std::string digits = std::to_string(path.index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  for (size_t i = 0; i + 3 < digits.size(); i += 3) {
    absl::StrAppend(&text, "x", digits.substr(i, 3), "/");
  }
  text += digits.substr(digits.size() - 3);
  if (path.width != kTileWidth) {
    text.append(kPartial).append(std::to_string(path.width));
  }
  return text;
}

absl::StatusOr<TilePath> ParseTilePath(std::string_view path) {
  TilePath parsed;
  std::string_view rest = path;
  bool is_path = TakePrefix(kTile, &rest);
  if (is_path && !TakePrefix(kEntries, &rest)) {
    uint32_t level = 0;
    is_path = TakeNumber("/", &rest, &level) && level <= kMaxTileLevel;
    parsed.level = static_cast<uint8_t>(level);
  }
  const size_t groups = rest.find(kPartial);
  is_path = is_path &&
            absl::SimpleAtoi(DigitsOf(rest.substr(0, groups)), &parsed.index);
  if (is_path && groups != std::string_view::npos) {
    rest.remove_prefix(groups + kPartial.size());
    is_path = TakeNumber("/", &rest, &parsed.width) && parsed.width > 0 &&
              parsed.width < kTileWidth;
  }
  // Whatever was read leniently above has one spelling here.
  if (!is_path || EncodeTilePath(parsed) != path) {
    return MakeStatus(Reason::kMalformed,
                      "tile path: it is not one that a log of 256-wide tiles "
                      "has; check the address");
  }
  return parsed;
}

void AppendBundleEntry(std::string_view leaf, std::string* bundle) {
  Appender out(bundle);
  out.Put(static_cast<uint16_t>(leaf.size()));
  out.Put(leaf);
}

absl::StatusOr<std::vector<std::string_view>> ParseEntryBundle(
    std::string_view bundle) {
  std::vector<std::string_view> leaves;
  Reader reader(bundle);
  while (reader.size() > 0 && leaves.size() <= kTileWidth) {
    leaves.push_back(reader.Take(reader.Get<uint16_t>()));
  }
  if (!reader.AtEnd() || leaves.empty() || leaves.size() > kTileWidth) {
    return MakeStatus(Reason::kMalformed,
                      "entry bundle: it is not 1 to 256 whole leaves; fetch "
                      "it again");
  }
  return leaves;
}

}  // namespace parcelveil::wire
