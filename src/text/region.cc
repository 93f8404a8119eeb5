// SPDX-License-Identifier: Apache-2.0

#include "src/text/region.h"

#include <array>
#include <cstdint>
#include <iterator>

namespace parcelveil::text {
namespace {

constexpr uint16_t kNone = 0xFFFF;
constexpr uint8_t kCertain = 0x80;  // a short form that is proof by itself

struct Row {
  uint8_t size;     // characters of the name
  uint8_t level;    // 1 province, 2 city, 3 county; maybe with kCertain
  uint16_t full;    // row of the full name: another one for short forms
  uint16_t parent;  // row of the region around it
};

#include "src/text/regions.inc"

constexpr size_t kNumRows = std::size(kRows);
constexpr int kCounty = 3;

constexpr int LevelOf(uint16_t row) {
  return kRows[row].level & (kCertain - 1);
}
constexpr bool IsShort(uint16_t row) { return kRows[row].full != row; }

// Every name has two characters at least.
constexpr uint32_t KeyOf(const char16_t* text) {
  return static_cast<uint32_t>(text[0]) << 16 | text[1];
}

struct Index {
  std::array<uint32_t, kNumRows> keys{};     // first two characters, ascending
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
static_assert(std::size(kNames) - 1 <= 0xFFFF, "offsets are 16 bits");
static_assert(kIndex.offsets.back() + kRows[kNumRows - 1].size ==
                  std::size(kNames) - 1,
              "names and rows agree");

// A hash table of the first row of each key: a mask looks up four names a
// text, and a binary search would take a third of its time.
constexpr size_t kNumBuckets = 16384;

constexpr size_t BucketOf(uint32_t key) {
  return static_cast<uint32_t>(key * 0x9E3779B1u) >> 18;
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
size_t FirstRow(uint32_t key) {
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

uint16_t ProvinceOf(uint16_t row) {
  while (row != kNone && kRows[row].parent != kNone) row = kRows[row].parent;
  return row;
}

bool StartsWith(std::u16string_view text, std::u16string_view start) {
  if (text.size() < start.size()) return false;
  for (size_t i = 0; i < start.size(); ++i) {
    if (text[i] != start[i]) return false;
  }
  return true;
}

bool IsIn(char16_t c, std::u16string_view set) {
  return set.find(c) != std::u16string_view::npos;
}

// True where what follows a county without its last character makes it the
// name of a road, a township or a village: 余杭东路, 鼓楼街道.
bool IsPartOfAPlace(std::u16string_view behind) {
  if (!behind.empty() && IsIn(behind[0], u"东南西北中"))
    behind.remove_prefix(1);
  if (behind.empty()) return false;
  if (IsIn(behind[0], u"路街巷镇乡村庄站桥")) return true;
  return behind.size() > 1 && behind[0] == u'大' && IsIn(behind[1], u"道街");
}

// Returns the row of the longest name at the start of `text` that lies within
// `around` (or is it: 北京市北京市), or kNone.
uint16_t FindRow(std::u16string_view text, uint16_t around) {
  if (text.size() < 2) return kNone;
  const uint32_t key = KeyOf(text.data());
  uint16_t best = kNone;
  for (size_t i = FirstRow(key); i < kNumRows && kIndex.keys[i] == key; ++i) {
    const std::u16string_view name(kNames + kIndex.offsets[i], kRows[i].size);
    if (!StartsWith(text, name)) continue;
    const uint16_t row = static_cast<uint16_t>(i);
    if (kRows[i].full != around && !Within(row, around)) continue;
    if (IsShort(row) && LevelOf(row) == kCounty &&
        (around == kNone || IsPartOfAPlace(text.substr(name.size())))) {
      continue;
    }
    if (best == kNone || name.size() > kRows[best].size) best = row;
  }
  return best;
}

size_t SkipGap(std::u16string_view text, size_t pos) {
  for (int i = 0; i < 2 && pos < text.size(); ++i) {
    if (text[pos] >= 0x4E00 || !IsIn(text[pos], u" ,、-/>|·")) break;
    ++pos;
  }
  return pos;
}

// 第八师, behind the production corps.
size_t DivisionSize(std::u16string_view text) {
  constexpr size_t kLongest = 5;
  if (text.empty() || text[0] != u'第') return 0;
  for (size_t i = 1; i < text.size() && i < kLongest; ++i) {
    if (text[i] == u'师') return i > 1 ? i + 1 : 0;
    if (!IsIn(text[i], u"一二三四五六七八九十")) return 0;
  }
  return 0;
}

}  // namespace

ProvenRegion FindRegion(std::u16string_view text) {
  constexpr std::u16string_view kFiller = u"市辖区";
  constexpr size_t kProofSize = 3;  // 东区 alone proves nothing
  ProvenRegion found;
  uint16_t around = kNone;
  int num_names = 0;
  size_t pos = 0;
  // Five: a municipality may stand there twice.
  while (num_names < 5) {
    const size_t start = num_names == 0 ? 0 : SkipGap(text, pos);
    const std::u16string_view rest = text.substr(start);
    uint16_t row = FindRow(rest, around);
    // People put counties into the wrong city, but hardly into another
    // province.
    if (row == kNone && around != kNone)
      row = FindRow(rest, ProvinceOf(around));
    if (row == kNone) break;
    ++num_names;
    pos = start + kRows[row].size;
    const bool proof = num_names > 1 || (kRows[row].level & kCertain) != 0 ||
                       (!IsShort(row) && kRows[row].size >= kProofSize);
    around = kRows[row].full;
    if (proof) found = {pos, LevelOf(row), num_names, around};
    if (LevelOf(row) == kCounty) break;
    if (StartsWith(text.substr(pos), kFiller)) pos += kFiller.size();
    const size_t division = DivisionSize(text.substr(pos));
    if (division != 0 && found.end != 0) found.end = pos += division;
  }
  return found;
}

bool IsRegionName(std::u16string_view name) {
  if (name.size() < 2) return false;
  const uint32_t key = KeyOf(name.data());
  for (size_t i = FirstRow(key); i < kNumRows && kIndex.keys[i] == key; ++i) {
    if (std::u16string_view(kNames + kIndex.offsets[i], kRows[i].size) ==
        name) {
      return true;
    }
  }
  return false;
}

}  // namespace parcelveil::text
