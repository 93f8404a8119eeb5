// SPDX-License-Identifier: Apache-2.0

#include "src/text/place.h"

#include <algorithm>
#include <array>

#include "src/text/han.h"
#include "src/text/utf8.h"

namespace parcelveil::text {
namespace {

// Words of two characters, one after the other.
constexpr std::string_view kHiddenWords =
    "先生小姐女士老师师傅经理主任同学同志医生护士阿姨大哥大叔大爷大妈太太夫人"
    "老板小哥保安门卫传达物业前台电话手机联系备注微信密码单位公司集团有限酒店"
    "宾馆超市商店饭店餐厅快递驿站丰巢菜鸟自提家里门口楼下楼上附近隔壁对面左边"
    "右边后面前面里面外面路口拐角";

// Endings that no person's name has; the last character has kPlaceEnd.
constexpr std::string_view kStrongEndings =
    "大道大街街道国道省道新村花园家园公园件园技园业园物园意园新城商城花苑嘉苑"
    "小区社区园区新区城区发区墅区活区宅区业区大厦商厦广场市场商场公寓中心胡同"
    "委会国际别墅环路公路";

constexpr size_t kPairSize = 2 * kHanSize;

constexpr auto kHiddenPairs =
    SortedPairs<kHiddenWords.size() / kPairSize>(kHiddenWords);
constexpr auto kStrongPairs =
    SortedPairs<kStrongEndings.size() / kPairSize>(kStrongEndings);

template <size_t n>
bool Contains(const std::array<uint64_t, n>& pairs, std::string_view word) {
  return std::binary_search(pairs.begin(), pairs.end(), HanPair(word));
}

}  // namespace

bool IsHiddenWord(std::string_view text, size_t pos, uint16_t flags) {
  if (flags & kPersonOrRemark) {
    if (pos < kHanSize) return true;
    // 解放路, 开放大道, 丰收村: everyday names of places.
    const std::string_view word = text.substr(pos - kHanSize, kPairSize);
    return word != "解放" && word != "开放" && word != "丰收";
  }
  if (!(flags & kWordStart) || text.size() - pos < kPairSize) return false;
  return Contains(kHiddenPairs, text.substr(pos, kPairSize));
}

Ending EndsPlace(std::string_view text, size_t pos) {
  if (pos >= kHanSize &&
      Contains(kStrongPairs, text.substr(pos - kHanSize, kPairSize))) {
    return Ending::kStrong;
  }
  return HanFlags(HanAt(text, pos)) & kAlone ? Ending::kWeak : Ending::kNone;
}

std::string_view NumeralsAt(std::string_view text, size_t pos) {
  size_t end = pos;
  while (HanFlags(HanAt(text, end)) & (kNumeral | kMultiple)) end += kHanSize;
  return text.substr(pos, end - pos);
}

bool IsMemorialDay(std::string_view numerals) {
  return numerals == "八一" || numerals == "五一" || numerals == "五四" ||
         numerals == "七一" || numerals == "六一" || numerals == "二七" ||
         numerals == "三八";
}

bool IsUnit(std::string_view text, size_t pos) {
  return (HanFlags(HanAt(text, pos)) & (kNumberUnit | kAlwaysUnit)) != 0;
}

size_t SkipUnits(std::string_view text, size_t pos) {
  while (IsUnit(text, pos)) {
    pos += text.substr(pos, kPairSize) == "单元" ? kPairSize : kHanSize;
  }
  return pos;
}

size_t HouseNumberAt(std::string_view text, size_t pos) {
  constexpr size_t kMaxDigits = 5;  // of the house number
  constexpr size_t kMaxInAll = 7;   // with building and room: 128-3-1501
  size_t size = 0;
  size_t digits = 0;
  for (size_t at = pos; at < text.size();) {
    const CodePoint c = Decode(text, at);
    if (DigitValue(c.value) >= 0) {
      if (++digits > kMaxInAll) return 0;
    } else {
      if (size == 0) {
        if (digits > kMaxDigits) return 0;
        size = at - pos;
      }
      if (c.value == '*') return 0;
      if (digits == 0 || (c.value != '-' && c.value != ' ')) return size;
    }
    at += c.size;
  }
  if (size != 0) return size;
  return digits > kMaxDigits ? 0 : text.size() - pos;
}

}  // namespace parcelveil::text
