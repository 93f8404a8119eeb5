// SPDX-License-Identifier: Apache-2.0

#include "src/text/region.h"

#include <array>
#include <cstdint>
#include <iterator>

namespace parcelveil::text {
namespace {

constexpr uint16_t kNone = 0xFFFF;

struct Row {
  uint8_t size;     // bytes of the name
  uint8_t level;    // 1 province, 2 city, 3 county
  uint16_t full;    // row of the full name: another one for short forms
  uint16_t parent;  // row of the region around it
};

#include "src/text/regions.inc"

constexpr size_t kNumRows = std::size(kRows);
constexpr size_t kKeySize = 6;  // every name has two characters of 3 bytes

constexpr uint64_t KeyOf(const char* text) {
  uint64_t key = 0;
  for (size_t i = 0; i < kKeySize; ++i) {
    key = key << 8 | static_cast<uint8_t>(text[i]);
  }
  return key;
}

struct Index {
  std::array<uint64_t, kNumRows> keys{};     // first two characters, ascending
  std::array<uint16_t, kNumRows> offsets{};  // into kNames
};

constexpr Index MakeIndex() {
  Index index;
  size_t offset = 0;
  for (size_t i = 0; i < kNumRows; ++i) {
    index.keys[i] = KeyOf(kNames + offset);
    index.offsets[i] = static_cast<uint16_t>(offset);
    offset += kRows[i].size;
  }
  return index;
}

constexpr Index kIndex = MakeIndex();
static_assert(sizeof(kNames) - 1 <= 0xFFFF, "offsets are 16 bits");
static_assert(kIndex.offsets.back() + kRows[kNumRows - 1].size ==
                  sizeof(kNames) - 1,
              "names and rows agree");

// A hash table of the first row of each key: a mask looks up four names a
// text, and a binary search would take a third of its time.
constexpr size_t kNumBuckets = 8192;

constexpr size_t BucketOf(uint64_t key) {
  return static_cast<size_t>(key * 0x9E3779B97F4A7C15u >> 51);
}

constexpr std::array<uint16_t, kNumBuckets> MakeBuckets() {
  std::array<uint16_t, kNumBuckets> buckets{};
  for (size_t i = 0; i < kNumBuckets; ++i) buckets[i] = kNone;
  for (size_t i = 0; i < kNumRows; ++i) {
    if (i > 0 && kIndex.keys[i] == kIndex.keys[i - 1]) continue;
    size_t bucket = BucketOf(kIndex.keys[i]);
    while (buckets[bucket] != kNone) bucket = (bucket + 1) % kNumBuckets;
    buckets[bucket] = static_cast<uint16_t>(i);
  }
  return buckets;
}

constexpr std::array<uint16_t, kNumBuckets> kBuckets = MakeBuckets();
static_assert(kNumRows * 4 < kNumBuckets * 3, "enough buckets stay empty");

// Returns the first row of `key`, kNumRows where there is none.
size_t FirstRow(uint64_t key) {
  for (size_t bucket = BucketOf(key); kBuckets[bucket] != kNone;
       bucket = (bucket + 1) % kNumBuckets) {
    if (kIndex.keys[kBuckets[bucket]] == key) return kBuckets[bucket];
  }
  return kNumRows;
}

bool Within(uint16_t row, uint16_t around) {
  if (around == kNone) return true;
  for (uint16_t up = kRows[row].parent; up != kNone; up = kRows[up].parent) {
    if (up == around) return true;
  }
  return false;
}

// Returns the row of the longest name at the start of `text` that lies within
// `around` (or is it: 北京市北京市), or kNone.
uint16_t FindRow(std::string_view text, uint16_t around) {
  if (text.size() < kKeySize) return kNone;
  const uint64_t key = KeyOf(text.data());
  uint16_t best = kNone;
  for (size_t i = FirstRow(key); i < kNumRows && kIndex.keys[i] == key; ++i) {
    const std::string_view name(kNames + kIndex.offsets[i], kRows[i].size);
    if (text.substr(0, name.size()) != name) continue;
    const uint16_t row = static_cast<uint16_t>(i);
    if (kRows[i].full != around && !Within(row, around)) continue;
    if (best == kNone || name.size() > kRows[best].size) best = row;
  }
  return best;
}

size_t SkipSpaces(std::string_view text, size_t pos) {
  constexpr std::string_view kWideSpace = "\u3000";
  for (int i = 0; i < 2; ++i) {
    if (pos < text.size() && text[pos] == ' ') {
      ++pos;
    } else if (text.substr(pos, 3) == kWideSpace) {
      pos += 3;
    }
  }
  return pos;
}

}  // namespace

ProvenRegion FindRegion(std::string_view text) {
  constexpr std::string_view kFiller = "市辖区";
  constexpr size_t kProofSize = 9;  // 东区 alone proves nothing
  ProvenRegion found;
  uint16_t around = kNone;
  size_t pos = 0;
  // Four: a municipality may stand there twice.
  for (int i = 0; i < 4; ++i) {
    const size_t start = around == kNone ? pos : SkipSpaces(text, pos);
    const uint16_t row = FindRow(text.substr(start), around);
    if (row == kNone) break;
    pos = start + kRows[row].size;
    if (kRows[row].full == row &&
        (around != kNone || kRows[row].size >= kProofSize)) {
      found = {pos, kRows[row].level};
    }
    around = kRows[row].full;
    if (kRows[row].level == 3) break;
    if (text.substr(pos, kFiller.size()) == kFiller) pos += kFiller.size();
  }
  return found;
}

}  // namespace parcelveil::text
