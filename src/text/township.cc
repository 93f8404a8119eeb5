// SPDX-License-Identifier: Apache-2.0

#include "src/text/township.h"

#include <algorithm>
#include <iterator>

#include "src/text/place.h"
#include "src/text/region.h"

namespace parcelveil::text {
namespace {

struct Group {
  uint16_t county;  // row in the list of regions
  uint16_t first;   // of its hashes
};

#include "src/text/townships.inc"

bool EndsLikeTownship(const Folded& text, size_t end) {
  const char16_t last = text[end - 1];
  return last == u'镇' || last == u'乡' || last == u'区' || last == u'场' ||
         text.EndsWith(end, u"街道") || text.EndsWith(end, u"苏木");
}

// Returns the end of the longest name at `pos` that one of the hashes stands
// for, or 0.
size_t ListedEnd(const Folded& text, size_t pos, const Group& group) {
  constexpr size_t kLongest = 13;
  const uint16_t* const first = kHashes + group.first;
  const uint16_t* const last = kHashes + (&group)[1].first;
  size_t found = 0;
  uint32_t hash = 0x811C9DC5;
  for (size_t at = pos; at < pos + kLongest; ++at) {
    if (!(text.flags(at) & kHan)) break;
    hash = (hash ^ text[at]) * 0x01000193;
    const size_t end = at + 1;
    if (end - pos < 2 || !EndsLikeTownship(text, end)) continue;
    if (text[at] == u'区' && text.StartsWith(end, u"街道")) continue;
    const auto value = static_cast<uint16_t>(hash ^ hash >> 16);
    if (std::binary_search(first, last, value)) found = end;
  }
  return found;
}

// True where a township may end soon behind `pos`; most addresses have none.
bool MayHaveTownship(const Folded& text, size_t pos) {
  constexpr size_t kFar = 18;
  for (size_t at = pos + 1; at < pos + kFar && (text.flags(at) & kHan); ++at) {
    if (EndsLikeTownship(text, at + 1)) return true;
  }
  return false;
}

// Finds a township of the list of `county` at `pos`, or behind a name of up to
// four characters.
Township FindListed(const Folded& text, size_t pos, uint16_t county) {
  constexpr size_t kLongestPerson = 4;
  const Group* const end = std::end(kGroups) - 1;
  const Group* const group =
      std::lower_bound(std::begin(kGroups), end, county,
                       [](const Group& a, uint16_t b) { return a.county < b; });
  if (group == end || group->county != county) return {};
  for (size_t start = pos; start <= pos + kLongestPerson; ++start) {
    if (!(text.flags(start) & kHan)) break;
    if (const size_t found = ListedEnd(text, start, *group); found != 0) {
      return {start, found};
    }
  }
  return {};
}

// 三栋镇 and 夏层铺镇 are towns' names, but nothing else may follow a unit in
// one, 蒙兀室韦苏木 excepted.
bool EndsBehindUnit(const Folded& text, size_t unit) {
  const size_t next = unit + 1;
  return text[next] == u'镇' || text[next] == u'乡' ||
         text.StartsWith(next, u"街道") || text.StartsWith(next, u"韦苏木") ||
         text[next + 1] == u'镇' || text[next + 1] == u'乡';
}

// 景德镇路 and 水乡大道 are roads.
bool IsRoadAt(const Folded& text, size_t pos) {
  if (text.flags(pos) & kDirection) {
    if (text[pos + 1] == u'路' || text[pos + 1] == u'街') return true;
  }
  return text[pos] == u'路' || text[pos] == u'巷' ||
         text.StartsWith(pos, u"大街");
}

// 下城区, which the list no longer has; not 小区, 东区 or 园区.
bool EndsDistrict(const Folded& text, size_t pos, size_t size) {
  constexpr std::u16string_view kOther =
      u"小社园住校厂院新家商别宿生作学务货场";
  return (size == 3 || size == 4) && text[pos] == u'区' &&
         kOther.find(text[pos - 1]) == std::u16string_view::npos &&
         !(text.flags(pos - 1) & (kNumeral | kDirection));
}

// Tells whether the character at `pos` ends a township or a zone of `size`
// characters.
bool EndsTownship(const Folded& text, size_t pos, size_t size) {
  constexpr size_t kLongest = 8;  // 阿拉坦额莫勒镇
  const size_t end = pos + 1;
  if (size < 3) return false;
  if (size <= kLongest && (text[pos] == u'镇' || text[pos] == u'乡')) {
    return true;
  }
  return text.EndsWith(end, u"族乡") || text.EndsWith(end, u"苏木") ||
         text.EndsWith(end, u"开发区") || text.EndsWith(end, u"高新区") ||
         text.EndsWith(end, u"工业园区") || text.EndsWith(end, u"示范区") ||
         text.EndsWith(end, u"管理区") || EndsDistrict(text, pos, size);
}

constexpr std::u16string_view kOffice = u"办事处";

// The township [start, end) without what may be a person's name; none of a
// short one that may be a person's as a whole (王小镇).
Township WithoutPerson(const Folded& text, size_t start, size_t stem_end,
                       size_t end) {
  const std::u16string_view stem = text.view().substr(start, stem_end - start);
  if (LooksLikePerson(text, start, stem_end + 1) && !IsRegionName(stem)) {
    return {end, end};
  }
  return {SkipPerson(text, start, stem_end), end};
}

Township FindUnlisted(const Folded& text, size_t pos) {
  constexpr size_t kMaxSize = 12;     // characters of a zone
  constexpr size_t kLongestName = 7;  // of a township before 街道
  Township found;
  for (size_t i = 0; i < kMaxSize; ++i) {
    const size_t at = pos + i;
    const uint16_t flags = text.flags(at);
    if (!(flags & kHan) || StartsHiddenWord(text, at)) break;
    if (flags & kTownEnd) {
      if (i >= 1 && i < kLongestName && text.StartsWith(at, u"街道")) {
        size_t end = at + 2;
        if (text.StartsWith(end, kOffice)) end += kOffice.size();
        return WithoutPerson(text, pos, at, end);
      }
      // 长江路街道 is none.
      if (text[at] == u'路' && !text.StartsWith(at + 1, u"街道")) break;
      if (found.end == 0 && !IsRoadAt(text, at + 1) &&
          !text.StartsWith(at + 1, u"大道") && EndsTownship(text, at, i + 1)) {
        found = WithoutPerson(text, pos, at, at + 1);
      }
    }
    if ((flags & kAlwaysUnit) && !EndsBehindUnit(text, at)) break;
    if ((flags & kNumeral) && IsUnit(text, at + 1) &&
        !EndsBehindUnit(text, at + 1)) {
      break;
    }
  }
  return found;
}

}  // namespace

Township FindTownship(const Folded& text, size_t pos, uint16_t county) {
  if (!MayHaveTownship(text, pos)) return {};
  Township found = FindListed(text, pos, county);
  if (found.start != pos || found.end == 0) {
    const Township unlisted = FindUnlisted(text, pos);
    // One that the list lost, and a zone of the list behind it.
    if (found.end == 0 || (unlisted.end != 0 && unlisted.end <= found.start)) {
      return unlisted;
    }
  }
  if (text.StartsWith(found.end, kOffice)) found.end += kOffice.size();
  return found;
}

}  // namespace parcelveil::text
