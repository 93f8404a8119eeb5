// SPDX-License-Identifier: Apache-2.0

#include "src/text/township.h"

#include "src/text/place.h"

namespace parcelveil::text {
namespace {

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

}  // namespace

Township FindTownship(const Folded& text, size_t pos) {
  constexpr size_t kMaxSize = 12;     // characters of a zone
  constexpr size_t kLongestName = 7;  // of a township before 街道
  constexpr std::u16string_view kOffice = u"办事处";
  Township found;
  for (size_t i = 0; i < kMaxSize; ++i) {
    const size_t at = pos + i;
    const uint16_t flags = text.flags(at);
    if (!(flags & kHan) || StartsHiddenWord(text, at)) break;
    if (flags & kTownEnd) {
      if (i >= 1 && i < kLongestName && text.StartsWith(at, u"街道")) {
        size_t end = at + 2;
        if (text.StartsWith(end, kOffice)) end += kOffice.size();
        return {SkipPerson(text, pos, at), end};
      }
      // 长江路街道 is none.
      if (text[at] == u'路' && !text.StartsWith(at + 1, u"街道")) break;
      if (found.end == 0 && !IsRoadAt(text, at + 1) &&
          !text.StartsWith(at + 1, u"大道") && EndsTownship(text, at, i + 1)) {
        found = {SkipPerson(text, pos, at), at + 1};
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

}  // namespace parcelveil::text
