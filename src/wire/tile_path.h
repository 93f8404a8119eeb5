// SPDX-License-Identifier: Apache-2.0
// Files of a published log (C2SP tlog-tiles): their paths, and entry bundles.
// SPEC.md section 14.

#ifndef PARCELVEIL_SRC_WIRE_TILE_PATH_H_
#define PARCELVEIL_SRC_WIRE_TILE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace parcelveil::wire {

inline constexpr uint64_t kTileWidth = 256;  // of a full tile or bundle
inline constexpr uint8_t kMaxTileLevel = 7;  // 2^64 leaves have no more

// "tile/<level>/<index>" for hashes, "tile/entries/<index>" for a bundle of
// leaves; then ".p/<width>" unless it is full. Index 1234067 is
// "x001/x234/067".
struct TilePath {
  std::optional<uint8_t> level;  // none: a bundle
  uint64_t index = 0;
  uint64_t width = kTileWidth;  // 1 to 256
};
std::string EncodeTilePath(const TilePath& path);
// Errors: MALFORMED.
absl::StatusOr<TilePath> ParseTilePath(std::string_view path);

// Appends u16 length | leaf. `leaf` has 65535 bytes at most.
void AppendBundleEntry(std::string_view leaf, std::string* bundle);
// The leaves of a bundle, borrowed from it. Errors: MALFORMED unless it holds
// 1 to 256 leaves and nothing else.
absl::StatusOr<std::vector<std::string_view>> ParseEntryBundle(
    std::string_view bundle);

}  // namespace parcelveil::wire

#endif  // PARCELVEIL_SRC_WIRE_TILE_PATH_H_
