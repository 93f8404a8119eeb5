// SPDX-License-Identifier: Apache-2.0
// What single Chinese characters may mean in an address.

#ifndef PARCELVEIL_SRC_TEXT_HAN_H_
#define PARCELVEIL_SRC_TEXT_HAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parcelveil::text {

inline constexpr size_t kHanSize = 3;  // bytes of a character of this block
inline constexpr uint16_t kFirstHan = 0x4E00;
inline constexpr uint16_t kLastHan = 0x9FFF;

// Returns the character of the basic CJK block at `pos`, or 0 for anything
// else. No byte inside a longer sequence can pass for the first byte of one.
inline uint16_t HanAt(std::string_view text, size_t pos) {
  if (pos + kHanSize > text.size()) return 0;
  const uint8_t a = static_cast<uint8_t>(text[pos]);
  const uint8_t b = static_cast<uint8_t>(text[pos + 1]);
  const uint8_t c = static_cast<uint8_t>(text[pos + 2]);
  if ((a & 0xF0) != 0xE0 || (b & 0xC0) != 0x80 || (c & 0xC0) != 0x80) return 0;
  const uint16_t value =
      static_cast<uint16_t>((a & 0x0F) << 12 | (b & 0x3F) << 6 | (c & 0x3F));
  return value >= kFirstHan && value <= kLastHan ? value : 0;
}

enum HanFlag : uint16_t {
  kNumeral = 1,          // 三
  kMultiple = 2,         // 百: goes on with a number, does not start one
  kNumberUnit = 4,       // 楼: a house number's unit after a number only
  kAlwaysUnit = 8,       // 栋: the unit of a house number anywhere
  kPlaceEnd = 16,        // may end the name of a road, an estate, a village
  kWordStart = 32,       // may start a word that is about a person or a remark
  kPersonOrRemark = 64,  // is such a word by itself
  kAlone = 128,     // ends the name of a place without a character before it
  kTownEnd = 256,   // may end the name of a township or zone, or be a road
  kNameWord = 512,  // may start a label or a title beside a name
};

using HanTable = std::array<uint16_t, kLastHan - kFirstHan + 1>;

constexpr void MarkHan(HanTable* table, std::string_view characters,
                       HanFlag flag) {
  for (size_t i = 0; i + kHanSize <= characters.size(); i += kHanSize) {
    const uint16_t value = static_cast<uint16_t>(
        (characters[i] & 0x0F) << 12 | (characters[i + 1] & 0x3F) << 6 |
        (characters[i + 2] & 0x3F));
    (*table)[value - kFirstHan] |= flag;
  }
}

constexpr HanTable MakeHanTable() {
  HanTable table{};
  MarkHan(&table, "一二三四五六七八九十零两幺壹贰叁肆伍陆柒捌玖拾廿卅",
          kNumeral);
  MarkHan(&table, "百千佰仟", kMultiple);
  MarkHan(&table, "楼门组队社期区排米院铺房连团段单井梯进", kNumberUnit);
  MarkHan(&table, "号栋幢室弄座层户號棟戶層", kAlwaysUnit);
  MarkHan(&table, "路街道巷村庄屯寨坊里苑园城府湾居墅区厦场寓心同会际",
          kPlaceEnd);
  // The first characters of kHiddenWords in place.cc.
  MarkHan(&table,
          "先小女老师经主同医护保门传电手联备微密附隔对家快驿丰菜前"
          "物阿大太夫公集有酒宾超商饭餐自楼单左右后里外路拐",
          kWordStart);
  MarkHan(&table,
          "收请放送转拨您你我他她咱妈爸爷奶哥姐弟妹嫂婶姨叔"
          "旁勿没给寄退拒的柜",
          kPersonOrRemark);
  MarkHan(&table, "路街道巷村庄屯寨坊里苑园城府湾居墅", kAlone);
  MarkHan(&table, "镇乡街区路", kTownEnd);
  MarkHan(&table, "收寄发联姓名客用先女小老师经主同医阿", kNameWord);
  return table;
}

// Two characters of three bytes as a number, to compare them at once.
constexpr uint64_t HanPair(std::string_view text) {
  uint64_t pair = 0;
  for (size_t i = 0; i < 2 * kHanSize; ++i) {
    pair = pair << 8 | static_cast<uint8_t>(text[i]);
  }
  return pair;
}

// The words of two characters in `words`, sorted by the compiler so that the
// lists themselves can stay readable.
template <size_t n>
constexpr std::array<uint64_t, n> SortedPairs(std::string_view words) {
  std::array<uint64_t, n> sorted{};
  for (size_t i = 0; i < n; ++i) {
    const uint64_t pair = HanPair(words.substr(i * 2 * kHanSize, 2 * kHanSize));
    size_t at = i;
    for (; at > 0 && sorted[at - 1] > pair; --at) sorted[at] = sorted[at - 1];
    sorted[at] = pair;
  }
  return sorted;
}

inline constexpr HanTable kHanTable = MakeHanTable();

// Returns the flags of a character that HanAt gave; 0 for 0.
inline uint16_t HanFlags(uint16_t han) {
  return han == 0 ? 0 : kHanTable[han - kFirstHan];
}

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_HAN_H_
