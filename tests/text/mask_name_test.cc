// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parcelveil/mask.h"

namespace parcelveil {
namespace {

struct Example {
  const char* text;
  const char* mask;
};

std::string NameMask(std::string_view text) {
  return Mask(MaskRule::kNameSurname, text).text();
}

TEST(MaskNameTest, KeepsTheSurnameOnly) {
  for (const Example& e : {Example{"张三", "张*"},
                           {"张三丰", "张**"},
                           {"張三豐", "張**"},
                           {"𠮷田", "𠮷*"},
                           {"张 三", "张*"},
                           {"张　三", "张*"},
                           {"张三李四", "张***"},
                           {" 张三 ", "张*"}}) {
    EXPECT_EQ(NameMask(e.text), e.mask) << e.text;
  }
}

TEST(MaskNameTest, KeepsACompoundSurnameWhereSomethingIsLeftToHide) {
  for (const Example& e : {Example{"欧阳锋", "欧阳*"},
                           {"欧阳", "欧*"},
                           {"歐陽鋒", "歐陽*"},
                           {"司马相如", "司马**"},
                           {"诸葛亮", "诸葛*"},
                           {"上官婉儿", "上官**"},
                           {"欧阳锋先生", "欧阳***"},
                           {"欧阳先生", "欧***"},
                           {"东方明珠塔", "东***"}}) {
    EXPECT_EQ(NameMask(e.text), e.mask) << e.text;
  }
}

TEST(MaskNameTest, HidesANameOfOneCharacter) {
  EXPECT_EQ(NameMask("王"), "*");
  EXPECT_EQ(NameMask("王[7839]"), "***");
  EXPECT_EQ(NameMask("王 13812345678"), "***");
  EXPECT_EQ(NameMask("J"), "***");
}

TEST(MaskNameTest, NeverShowsLabelsAndTitles) {
  for (const Example& e : {Example{"收件人：张三", "张*"},
                           {"收件人张三", "张*"},
                           {"姓名: 张三", "张*"},
                           {"收货人 欧阳锋", "欧阳*"},
                           {"收件人", "***"},
                           {"张三先生", "张***"},
                           {"张三收", "张***"},
                           {"王先生", "王**"},
                           {"先生", "***"},
                           {"女士张三", "***"}}) {
    EXPECT_EQ(NameMask(e.text), e.mask) << e.text;
  }
}

TEST(MaskNameTest, NeverShowsWhatElseStandsInTheField) {
  for (const Example& e : {Example{"张三[7839]", "张***"},
                           {"张三 13812345678", "张***"},
                           {"张三13812345678", "张***"},
                           {"张三(公司)", "张***"},
                           {"张三、李四", "张***"},
                           {"张三/李四", "张***"},
                           {"杭州某某有限公司", "杭***"},
                           {"杭州公司（张三）", "杭***"},
                           {"张三 310101199001011234", "张***"},
                           {"zhang@example.com", "z***"},
                           {"13812345678", "***"},
                           {"一三八一二三四", "***"},
                           {"(张三)", "张***"},
                           {"7839张三", "***"}}) {
    EXPECT_EQ(NameMask(e.text), e.mask) << e.text;
  }
}

TEST(MaskNameTest, ShowsAtMostTheFirstLetterOfOtherNames) {
  for (const Example& e : {Example{"John Smith", "J***"},
                           {"Ｊｏｈｎ", "Ｊ***"},
                           {"Élodie", "É***"},
                           {"Иван Петров", "И***"},
                           {"김철수", "김***"},
                           {"さくら", "さ***"},
                           {"买买提·吐尔逊", "买***"},
                           {"محمد", "***"},
                           {"Tom张三", "T***"}}) {
    EXPECT_EQ(NameMask(e.text), e.mask) << e.text;
  }
}

TEST(MaskNameTest, NeverCutsACharacterFromItsMarks) {
  EXPECT_EQ(NameMask("张\u0301三"), "***");
  EXPECT_EQ(NameMask("张\U000E0100三"), "***");
  EXPECT_EQ(NameMask("e\u0301lodie"), "***");
  EXPECT_EQ(NameMask("👩‍🚀张三"), "***");
  EXPECT_EQ(NameMask("张\xff三"), "***");
  EXPECT_EQ(NameMask("\xe5\xbc"), "***");
}

TEST(MaskNameTest, LeavesAMaskAsItIs) {
  for (const char* text : {"张*", "张**", "张***", "欧阳*", "欧阳**", "欧阳***",
                           "欧*", "J***", "*", "***"}) {
    EXPECT_EQ(NameMask(text), text);
  }
}

}  // namespace
}  // namespace parcelveil
