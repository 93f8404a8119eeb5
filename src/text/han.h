// SPDX-License-Identifier: Apache-2.0
// What single characters may mean in an address or a name.

#ifndef PARCELVEIL_SRC_TEXT_HAN_H_
#define PARCELVEIL_SRC_TEXT_HAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parcelveil::text {

inline constexpr char16_t kFirstHan = 0x4E00;
inline constexpr char16_t kLastHan = 0x9FFF;

enum CharFlag : uint16_t {
  kNumeral = 1,          // 三
  kMultiple = 2,         // 百: goes on with a number, does not start one
  kNumberUnit = 4,       // 楼: a house number's unit after a number only
  kAlwaysUnit = 8,       // 栋: the unit of a house number anywhere
  kPlaceEnd = 16,        // may end the name of a road, an estate, a village
  kWordStart = 32,       // may start a word that is about a person or a remark
  kPersonOrRemark = 64,  // is such a word by itself
  kAlone = 128,       // ends the name of a place without a character before it
  kTownEnd = 256,     // may end the name of a township or zone, or be a road
  kSurname = 512,     // may begin a person's name
  kLandform = 1024,   // 家, 河: in names of places, hardly in given names
  kDirection = 2048,  // 北 of 中山北路
  kHan = 4096,        // a character of the basic block
  kDigit = 8192,      // of any script; folded to ASCII
  kLatin = 16384,     // an ASCII letter
  kGap = 32768,       // a space, or what stands for one
};

struct HanInfo {
  char16_t simplified;
  uint16_t flags;  // of the simplified form
};

#include "src/text/traditional.inc"

using HanTable = std::array<HanInfo, kLastHan - kFirstHan + 1>;

constexpr void MarkHan(HanTable* table, std::u16string_view characters,
                       CharFlag flag) {
  for (char16_t c : characters) (*table)[c - kFirstHan].flags |= flag;
}

constexpr HanTable MakeHanTable() {
  HanTable table{};
  for (size_t i = 0; i < table.size(); ++i) {
    table[i] = {static_cast<char16_t>(kFirstHan + i), kHan};
  }
  MarkHan(&table, u"一二三四五六七八九十零两幺壹贰叁肆伍陆柒捌玖拾廿卅",
          kNumeral);
  MarkHan(&table, u"百千佰仟", kMultiple);
  MarkHan(&table, u"楼门组队社期区排米院铺房连团段单井梯进", kNumberUnit);
  MarkHan(&table, u"号栋幢室弄座层户", kAlwaysUnit);
  MarkHan(
      &table,
      u"路街道巷村庄屯寨坊里苑园城府湾居墅区厦场寓心同会际学院站木邸庭岸馆筑",
      kPlaceEnd);
  // The first characters of kHiddenWords in place.cc and of the labels and
  // titles in mask_name.cc.
  MarkHan(&table,
          u"先小女老师经主同医护保门传电手联备微密附隔对家快驿丰菜前"
          u"物阿大太夫公集有酒宾超商饭餐自楼单左右后里外路拐钥麻谢尽易务必姓"
          u"发取名客用周",
          kWordStart);
  MarkHan(&table,
          u"收请放送转拨您你我他她咱妈爸爷奶哥姐弟妹嫂婶姨叔"
          u"旁勿没给寄退拒的柜",
          kPersonOrRemark);
  MarkHan(&table, u"路街道巷村庄屯寨坊里苑园城府湾居墅", kAlone);
  MarkHan(&table, u"镇乡街区路木县旗", kTownEnd);
  MarkHan(&table,
          u"赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严魏陶姜戚谢邹"
          u"喻苏潘葛范彭郎鲁韦昌马苗方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝"
          u"邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵汪祁毛禹狄贝臧计伏"
          u"成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁"
          u"钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪"
          u"包诸左石崔吉龚程邢裴陆荣翁荀羊甄家封芮储靳段富焦巴弓牧侯宓蓬全班仰"
          u"仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎薄印白怀蒲邰鄂索咸籍"
          u"赖卓蔺屠池乔阴胥苍闻党翟谭贡姬申扶堵冉宰郦雍桑桂濮牛寿边扈燕冀郏浦"
          u"尚农温别庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖庾居衡耿满弘匡文寇欧"
          u"沃蔚隆巩聂晁勾敖融冷訾辛阚简饶曾沙养鞠须丰巢关蒯查荆红游竺权盖益桓"
          u"肖覃涂付闫",
          kSurname);
  MarkHan(&table,
          u"家河湖桥店庄村沟湾坊府门岗岭洲港溪塘池潭井堡寨屯集滩坪坝洞浦州陵"
          u"关口镇乡厂矿场铺渡街路巷园城头圩墩埠营垭",
          kLandform);
  MarkHan(&table, u"东南西北中前后上下新老大小横直", kDirection);
  for (size_t i = 0; kTraditional[i] != 0; i += 2) {
    table[kTraditional[i] - kFirstHan] = table[kTraditional[i + 1] - kFirstHan];
  }
  return table;
}

inline constexpr HanTable kHanTable = MakeHanTable();

inline constexpr size_t kHanSize = 3;  // bytes of a character of the block

// Returns the character of the basic block at `pos`, or 0 for anything else.
inline char16_t HanAt(std::string_view text, size_t pos) {
  if (pos + kHanSize > text.size()) return 0;
  const uint8_t a = static_cast<uint8_t>(text[pos]);
  const uint8_t b = static_cast<uint8_t>(text[pos + 1]);
  const uint8_t c = static_cast<uint8_t>(text[pos + 2]);
  if ((a & 0xF0) != 0xE0 || (b & 0xC0) != 0x80 || (c & 0xC0) != 0x80) return 0;
  const char16_t value =
      static_cast<char16_t>((a & 0x0F) << 12 | (b & 0x3F) << 6 | (c & 0x3F));
  return value >= kFirstHan && value <= kLastHan ? value : u'\0';
}

// Two characters as a number, to compare them at once.
constexpr uint32_t HanPair(std::u16string_view text) {
  return static_cast<uint32_t>(text[0]) << 16 | text[1];
}

// The words of two characters in `words`, sorted by the compiler so that the
// lists themselves can stay readable.
template <size_t n>
constexpr std::array<uint32_t, n> SortedPairs(std::u16string_view words) {
  std::array<uint32_t, n> sorted{};
  for (size_t i = 0; i < n; ++i) {
    const uint32_t pair = HanPair(words.substr(i * 2, 2));
    size_t at = i;
    for (; at > 0 && sorted[at - 1] > pair; --at) sorted[at] = sorted[at - 1];
    sorted[at] = pair;
  }
  return sorted;
}

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_HAN_H_
