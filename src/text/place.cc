// SPDX-License-Identifier: Apache-2.0

#include "src/text/place.h"

#include <algorithm>
#include <array>

#include "src/text/region.h"
#include "src/text/surname.h"

namespace parcelveil::text {
namespace {

// Words of two characters, one after the other.
constexpr std::u16string_view kHiddenWords =
    u"先生小姐女士老师师傅经理主任同学同志医生护士阿姨大哥大叔大爷大妈太太夫人"
    u"老板小哥保安门卫传达物业前台电话手机联系备注微信密码单位公司集团有限酒店"
    u"宾馆超市商店饭店餐厅快递驿站丰巢菜鸟自提家里门口楼下楼上附近隔壁对面左边"
    u"右边后面前面里面外面路口拐角老公老婆家属门禁钥匙麻烦谢谢尽快易碎务必姓名"
    u"电联周末周日周六周一周五取件取货";

// Endings that no person's name has; the last character has kPlaceEnd.
constexpr std::u16string_view kStrongEndings =
    u"大道大街街道国道省道新村花园家园公园件园技园业园物园意园新城商城花苑嘉苑"
    u"小区社区园区新区城区发区墅区活区宅区业区大厦商厦广场市场商场公寓中心胡同"
    u"名邸华庭豪庭雅庭水岸华府公馆府邸小筑山庄庄园委会国际别墅环路公路东路西路"
    u"南路北路中路支路大学中学小学学院医院车站苏木"
    u"农场林场牧场渔场";

// Words that begin like a person's name but begin a place's.
constexpr std::u16string_view kPlaceWords =
    u"高新金融华侨黄金文化江南江北石化石油万达龙湖华强白云东方高科金色方正常青"
    u"文明华夏金山黄山黄河汉江康复安全和平成功阳光古城平安时代广电都市国贸国防"
    u"盛世康乐和谐金色";

constexpr auto kHiddenPairs =
    SortedPairs<kHiddenWords.size() / 2>(kHiddenWords);
constexpr auto kStrongPairs =
    SortedPairs<kStrongEndings.size() / 2>(kStrongEndings);
constexpr auto kPlacePairs = SortedPairs<kPlaceWords.size() / 2>(kPlaceWords);

template <size_t n>
bool Contains(const std::array<uint32_t, n>& pairs, const Folded& text,
              size_t pos) {
  return std::binary_search(pairs.begin(), pairs.end(),
                            HanPair({&text.view()[pos], 2}));
}

// Characters of the surname at `pos`; 0 where none stands there.
size_t SurnameSize(const Folded& text, size_t pos) {
  if (pos + 2 < text.size() && IsCompoundSurname(text.view().substr(pos, 2))) {
    return 2;
  }
  return text.flags(pos) & kSurname ? 1 : 0;
}

bool EndsStreet(const Folded& text, size_t end) {
  constexpr std::u16string_view kStreets = u"路街道巷";
  return kStreets.find(text[end - 1]) != std::u16string_view::npos;
}

// True where what stands behind a surname makes it a place's name: 李桥,
// 王家湾, but not 孙家豪. Characters of given names (海, 洲, 湖) do not count
// here.
bool IsPlaceBehindSurname(const Folded& text, size_t pos) {
  constexpr std::u16string_view kNever =
      u"桥店庄村沟坊门府港塘井堡寨屯集滩坪坝洞陵口镇乡厂矿场铺渡街路巷圩墩埠垭"
      u"关";
  if (text[pos] == u'家') return text.flags(pos + 1) & kLandform;
  return kNever.find(text[pos]) != std::u16string_view::npos;
}

// 买买提平江路, 扎西人民路: who has no surname of the list, but a name of other
// sounds.
size_t SkipForeigner(const Folded& text, size_t start, size_t stem_end) {
  constexpr std::u16string_view kStarts = u"买艾扎卓玛阿古热努吐图巴迪玉";
  constexpr std::u16string_view kSounds =
      u"买提力吐尔木拉克曼丽夏西玛卓杰古仁次丹";
  if (kStarts.find(text[start]) == std::u16string_view::npos) return start;
  constexpr size_t kLongRoad = 5;  // characters that hardly a road has
  if (stem_end - start < kLongRoad &&
      kSounds.find(text[start + 1]) == std::u16string_view::npos) {
    return start;
  }
  if (IsRegionName(text.view().substr(start, stem_end - start))) return start;
  return stem_end - 2;
}

}  // namespace

bool IsHiddenWord(const Folded& text, size_t pos) {
  if (text.flags(pos) & kPersonOrRemark) {
    if (pos == 0) return true;
    // 解放路, 开放大道, 丰收村: everyday names of places.
    const std::u16string_view word = text.view().substr(pos - 1, 2);
    return word != u"解放" && word != u"开放" && word != u"丰收";
  }
  if (pos + 1 >= text.size() || !Contains(kHiddenPairs, text, pos))
    return false;
  // 营门口路, not 对面路口.
  return text[pos + 2] != u'路' || text[pos + 3] == u'口' ||
         text[pos + 3] == u'边';
}

Ending EndingAt(const Folded& text, size_t pos) {
  if (pos > 0 && Contains(kStrongPairs, text, pos - 1)) return {2, true};
  return {text.flags(pos) & kAlone ? size_t{1} : 0, false};
}

size_t SkipNumerals(const Folded& text, size_t pos) {
  while (text.flags(pos) & (kNumeral | kMultiple)) ++pos;
  return pos;
}

bool IsMemorialDay(std::u16string_view numerals) {
  return numerals == u"八一" || numerals == u"五一" || numerals == u"五四" ||
         numerals == u"七一" || numerals == u"六一" || numerals == u"二七" ||
         numerals == u"三八";
}

size_t SkipUnits(const Folded& text, size_t pos) {
  while (IsUnit(text, pos)) pos += text.StartsWith(pos, u"单元") ? 2 : 1;
  return pos;
}

size_t HouseNumberAt(const Folded& text, size_t pos) {
  constexpr size_t kMaxDigits = 5;  // of the house number
  constexpr size_t kMaxInAll = 7;   // with building and room: 128-3-1501
  size_t size = 0;
  size_t digits = 0;
  for (size_t at = pos; at < text.size(); ++at) {
    if (text.flags(at) & kDigit) {
      if (++digits > kMaxInAll) return 0;
      continue;
    }
    if (size == 0) {
      if (digits > kMaxDigits) return 0;
      size = at - pos;
    }
    if (text[at] == u'*') return 0;
    if (digits == 0 || (text[at] != u'-' && text[at] != u' ')) return size;
  }
  if (size != 0) return size;
  return digits > kMaxDigits ? 0 : text.size() - pos;
}

size_t SkipPerson(const Folded& text, size_t start, size_t stem_end) {
  constexpr size_t kShortest = 4;  // 张三 and 平江
  if (stem_end < start + kShortest) return start;
  const size_t surname = SurnameSize(text, start);
  if (Contains(kPlacePairs, text, start)) return start;
  if (surname == 0) {
    return EndsStreet(text, stem_end + 1) ? SkipForeigner(text, start, stem_end)
                                          : start;
  }
  // 王家庄子, 张桥港口: hardly anybody is called so.
  if (IsPlaceBehindSurname(text, start + 1)) return start;
  const std::u16string_view stem = text.view().substr(start, stem_end - start);
  // 龙隆族村, 巴格艾日克村: names of peoples, or sounds of another language.
  const bool village = text[stem_end] == u'村' || text[stem_end] == u'乡' ||
                       text[stem_end] == u'镇';
  if (village &&
      stem.find_first_of(u"族克勒孜吐提") != std::u16string_view::npos) {
    return start;
  }
  // 咸阳师范学院, but a person before a road may have a region's name.
  if (!village && !EndsStreet(text, stem_end + 1) &&
      IsRegionName(stem.substr(0, 2))) {
    return start;
  }
  const bool direction = text.flags(stem_end - 1) & kDirection;
  // 金鸡湖东路: no road is called just 东路.
  if (direction && stem.size() == kShortest &&
      (text.flags(stem_end - 2) & kLandform)) {
    return start;
  }
  if (IsRegionName(stem) ||
      (direction && IsRegionName(stem.substr(0, stem.size() - 1)))) {
    return start;  // 齐齐哈尔路
  }
  // A given name has two characters at most, a road's name two at least, but
  // one before a direction is none: 张小三东路.
  const size_t longest = surname + 2;
  const size_t left = stem.size() > longest ? stem.size() - longest : 0;
  return stem_end - std::max<size_t>(left, direction ? 0 : 2);
}

bool LooksLikePerson(const Folded& text, size_t start, size_t end) {
  const size_t size = end - start;
  if (size < 2 || size > 3 || !(text.flags(start) & kSurname)) return false;
  if (Contains(kPlacePairs, text, start)) return false;
  return size == 2 || !(text.flags(start + 1) & kLandform);
}

bool IsCommonName(const Folded& text, size_t start, size_t end) {
  constexpr std::u16string_view kCommon =
      u"王李张刘陈杨赵周吴徐孙胡朱何郭罗梁宋郑谢韩冯董程曹袁邓许傅曾彭吕蒋蔡贾"
      u"魏薛叶余潘杜汪任姜范谭廖邹陆郝孔崔邱顾邵钱尹黎龚"
      u"林马高于姚熊孟侯段乔贺赖秦";
  constexpr std::u16string_view kDirections = u"东南西北中";
  constexpr std::u16string_view kVillages = u"楼庙窑郢厝";  // 王楼村
  const size_t size = end - start;
  if (size > 2 && size < 5 && IsCompoundSurname(text.view().substr(start, 2))) {
    return true;  // 欧阳锋
  }
  return (size == 2 || size == 3) &&
         kVillages.find(text[start + 1]) == std::u16string_view::npos &&
         kCommon.find(text[start]) != std::u16string_view::npos &&
         !Contains(kPlacePairs, text, start) &&
         !(text.flags(start + 1) & kLandform) &&
         kDirections.find(text[start + 1]) == std::u16string_view::npos &&
         !IsRegionName(text.view().substr(start, 2));
}

bool LooksLikeCommonPerson(const Folded& text, size_t start, size_t end) {
  // 王庄 is mostly a village, but no road has two characters.
  if (end - start == 2) {
    return EndsStreet(text, end) && LooksLikePerson(text, start, end);
  }
  return IsCommonName(text, start, end);
}

}  // namespace parcelveil::text
