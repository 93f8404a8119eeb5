// SPDX-License-Identifier: Apache-2.0

#include "src/text/surname.h"

#include <algorithm>
#include <cstddef>

#include "src/text/han.h"

namespace parcelveil::text {
namespace {

constexpr std::string_view kCompound =
    "欧阳歐陽太史端木上官司马司馬东方東方独孤獨孤南宫南宮万俟萬俟闻人聞人夏侯"
    "诸葛諸葛尉迟尉遲公羊赫连赫連澹台澹臺皇甫宗政濮阳濮陽公冶太叔申屠公孙公孫"
    "慕容仲孙仲孫钟离鍾離长孙長孫宇文司徒鲜于鮮于司空闾丘閭丘子车子車亓官司寇"
    "巫马巫馬公西颛孙顓孫壤驷壤駟公良漆雕乐正樂正宰父谷梁穀梁拓跋夹谷夾谷轩辕"
    "軒轅令狐段干百里呼延东郭東郭南门南門羊舌微生公户公戶公玉公仪公儀梁丘公仲"
    "公上公门公門公山公坚公堅左丘公伯西门西門公祖公乘第五贯丘貫丘公皙南荣南榮"
    "东里東里东宫東宮仲长仲長子书子書子桑即墨达奚達奚褚师褚師纳兰納蘭完颜"
    "完顏耶律叶赫葉赫哥舒贺兰賀蘭淳于单于單于叱干";

constexpr size_t kPairSize = 2 * kHanSize;
constexpr size_t kNumSurnames = kCompound.size() / kPairSize;

constexpr auto kSorted = SortedPairs<kNumSurnames>(kCompound);

}  // namespace

bool IsCompoundSurname(std::string_view name) {
  return name.size() == kPairSize &&
         std::binary_search(kSorted.begin(), kSorted.end(), HanPair(name));
}

}  // namespace parcelveil::text
