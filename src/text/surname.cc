// SPDX-License-Identifier: Apache-2.0

#include "src/text/surname.h"

#include <algorithm>
#include <cstddef>

#include "src/text/han.h"

namespace parcelveil::text {
namespace {

constexpr std::u16string_view kCompound =
    u"欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政"
    u"濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马"
    u"公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌"
    u"微生公户公玉公仪梁丘公仲公上公门公山公坚左丘公伯西门公祖公乘第五贯丘公皙"
    u"南荣东里东宫仲长子书子桑即墨达奚褚师纳兰完颜耶律叶赫哥舒贺兰淳于单于叱干";

constexpr auto kSorted = SortedPairs<kCompound.size() / 2>(kCompound);

}  // namespace

bool IsCompoundSurname(std::u16string_view name) {
  return name.size() == 2 &&
         std::binary_search(kSorted.begin(), kSorted.end(), HanPair(name));
}

}  // namespace parcelveil::text
