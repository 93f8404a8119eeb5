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

std::string Street(std::string_view text) {
  return Mask(MaskRule::kAddressStreet, text).text();
}
std::string Region(std::string_view text) {
  return Mask(MaskRule::kAddressRegion, text).text();
}

TEST(MaskAddressTest, KeepsRegionAndRoadAndHidesTheHouse) {
  for (const Example& e :
       {Example{"江苏省苏州市姑苏区平江路128号3幢2单元501室",
                "江苏省苏州市姑苏区平江路***"},
        {"江苏省苏州市姑苏区平江路128-3-501", "江苏省苏州市姑苏区平江路***"},
        {"江苏省苏州市姑苏区平江路１２８号", "江苏省苏州市姑苏区平江路***"},
        {"江苏省苏州市姑苏区平江路一百二十八号三幢五〇一室",
         "江苏省苏州市姑苏区平江路***"},
        {"江苏省 苏州市 姑苏区 平江路 128号", "江苏省 苏州市 姑苏区 平江路***"},
        {"上海市浦东新区张江镇盛夏路570弄3号楼502室",
         "上海市浦东新区张江镇盛夏路***"},
        {"江苏省苏州市姑苏区3-2-501", "江苏省苏州市姑苏区***"},
        {"江苏省苏州市姑苏区", "江苏省苏州市姑苏区***"}}) {
    EXPECT_EQ(Street(e.text), e.mask) << e.text;
  }
}

TEST(MaskAddressTest, KeepsTheEstateBehindTheHouseNumber) {
  for (const Example& e :
       {Example{"浙江省杭州市西湖区文三路90号东部软件园2号楼A2306",
                "浙江省杭州市西湖区文三路***东部软件园***"},
        {"上海市闵行区七宝镇七莘路3333号万科城市花园12号401室",
         "上海市闵行区七宝镇七莘路***万科城市花园***"},
        {"重庆市渝中区解放碑街道民权路28号英利大厦12楼",
         "重庆市渝中区解放碑街道民权路***英利大厦***"},
        {"江苏省苏州市姑苏区八一路18号八一新村5栋",
         "江苏省苏州市姑苏区八一路***八一新村***"},
        {"江苏省苏州市姑苏区平江路一百二十八号东部软件园二号楼",
         "江苏省苏州市姑苏区平江路***东部软件园***"},
        {"江苏省苏州市姑苏区平江路128号（幸福小区）3幢",
         "江苏省苏州市姑苏区平江路***幸福小区***"}}) {
    EXPECT_EQ(Street(e.text), e.mask) << e.text;
  }
}

TEST(MaskAddressTest, KeepsTheVillageAndHidesItsHouses) {
  for (const Example& e :
       {Example{"江苏昆山市周市镇新镇村3组15号", "江苏昆山市周市镇新镇村***"},
        {"江苏省昆山市周市镇李家村三组十五号", "江苏省昆山市周市镇李家村***"},
        {"广东省东莞市长安镇上沙社区中南路5号",
         "广东省东莞市长安镇上沙社区中南路***"}}) {
    EXPECT_EQ(Street(e.text), e.mask) << e.text;
  }
}

TEST(MaskAddressTest, IsNotFooledByKeywordsInsideRegions) {
  for (const Example& e :
       {Example{"南京市鼓楼区中山北路12号", "南京市鼓楼区中山北路***"},
        {"北京市房山区良乡镇政通路5号", "北京市房山区良乡镇政通路***"},
        {"北京市门头沟区大峪街道双峪路35号", "北京市门头沟区大峪街道双峪路***"},
        {"青岛市市南区香港中路10号", "青岛市市南区香港中路***"},
        {"湖南省岳阳市岳阳楼区巴陵中路2号", "湖南省岳阳市岳阳楼区巴陵中路***"},
        {"广东省惠州市惠城区三栋镇中心村12号",
         "广东省惠州市惠城区三栋镇中心村***"},
        {"广东省广州市海珠区海幢街道同福中路9号",
         "广东省广州市海珠区海幢街道同福中路***"},
        {"山东省青岛市黄岛区长江路街道井冈山路157号",
         "山东省青岛市黄岛区长江路街道井冈山路***"},
        {"江西省景德镇市珠山区景德镇路1号",
         "江西省景德镇市珠山区景德镇路***"}}) {
    EXPECT_EQ(Street(e.text), e.mask) << e.text;
  }
}

TEST(MaskAddressTest, KnowsRegionsWithLevelsMissingShortOrRepeated) {
  for (const Example& e :
       {Example{"江苏苏州姑苏区平江路1号", "江苏苏州姑苏区***"},
        {"江苏省昆山市玉山镇1号", "江苏省昆山市玉山镇***"},
        {"昆山市玉山镇1号", "昆山市玉山镇***"},
        {"北京市北京市朝阳区1号", "北京市北京市朝阳区***"},
        {"北京朝阳区1号", "北京朝阳区***"},
        {"北京市市辖区海淀区1号", "北京市市辖区海淀区***"},
        {"湖北省仙桃市干河街道1号", "湖北省仙桃市干河街道***"},
        {"湖北恩施州恩施市1号", "湖北恩施州恩施市***"},
        {"新疆维吾尔自治区伊犁哈萨克自治州伊宁市1号",
         "新疆维吾尔自治区伊犁哈萨克自治州伊宁市***"},
        {"江苏苏州平江路1号", "江苏苏州***"},
        {"浙江杭州余杭五常街道1号", "浙江杭州余杭五常街道***"},
        {"杭州市下城区1号", "杭州市下城区***"},
        {"江\u200b苏省苏州市姑苏区", "江苏省苏州市姑苏区***"},
        {"内蒙古呼和浩特市新城区1号", "内蒙古呼和浩特市新城区***"},
        {"江苏省苏州市工业园区1号", "江苏省苏州市工业园区***"},
        {"江苏省苏州市苏州工业园区1号", "江苏省苏州市苏州工业园区***"},
        {"香港特别行政区九龙油尖旺区1号", "香港特别行政区九龙油尖旺区***"}}) {
    EXPECT_EQ(Region(e.text), e.mask) << e.text;
  }
}

TEST(MaskAddressTest, ShowsRegionAndTownshipOnlyUnderTheRegionRule) {
  EXPECT_EQ(Region("上海市闵行区七宝镇七莘路3333号万科城市花园12号401室"),
            "上海市闵行区七宝镇***");
  EXPECT_EQ(Region("江苏省苏州市姑苏区平江街道平江路128号"),
            "江苏省苏州市姑苏区平江街道***");
  EXPECT_EQ(Region("江苏省苏州市姑苏区平江路128号"), "江苏省苏州市姑苏区***");
}

TEST(MaskAddressTest, HidesAllWithoutAProvenRegion) {
  for (const char* text :
       {"平江路128号3幢", "南码市东方区中山路1号", "吉林路5号", "东区3幢501",
        "3幢501室", "No. 5 Nanjing Road", "江苏", "中山花园小区3幢",
        "丰巢柜"}) {
    EXPECT_EQ(Street(text), "***") << text;
    EXPECT_EQ(Region(text), "***") << text;
  }
}

TEST(MaskAddressTest, HidesPersonsAndRemarks) {
  for (const char* text : {"江苏省苏州市姑苏区平江路128号张三收",
                           "江苏省苏州市姑苏区平江路128号 张三 13812345678",
                           "江苏省苏州市姑苏区平江路128号 王小城 13812345678",
                           "江苏省苏州市姑苏区平江路128号 王小城 138 1234 5678",
                           "江苏省苏州市姑苏区平江路128号王小城收",
                           "江苏省苏州市姑苏区平江路128号，张先生家园",
                           "江苏省苏州市姑苏区平江路128号（王小城）",
                           "江苏省苏州市姑苏区平江路128号放门口快递柜",
                           "江苏省苏州市姑苏区平江路128号门禁密码1234#花园",
                           "江苏省苏州市姑苏区平江路128号[7839]",
                           "江苏省苏州市姑苏区平江路128号没人请放幸福小区"}) {
    EXPECT_EQ(Street(text), "江苏省苏州市姑苏区平江路***") << text;
  }
  EXPECT_EQ(Street("江苏省苏州市姑苏区张小路收"), "江苏省苏州市姑苏区***");
  EXPECT_EQ(Street("江苏省苏州市姑苏区 张小路 13812345678"),
            "江苏省苏州市姑苏区***");
  EXPECT_EQ(Street("江苏省苏州市姑苏区张镇收"), "江苏省苏州市姑苏区***");
}

TEST(MaskAddressTest, HidesWhatStandsBeforeTheRegion) {
  EXPECT_EQ(Street("张三，13812345678，江苏省苏州市姑苏区平江路128号"),
            "***江苏省苏州市姑苏区平江路***");
  EXPECT_EQ(Street("地址：江苏省苏州市姑苏区平江路128号"),
            "***江苏省苏州市姑苏区平江路***");
  EXPECT_EQ(Street("  江苏省苏州市姑苏区平江路128号"),
            "江苏省苏州市姑苏区平江路***");
}

TEST(MaskAddressTest, HidesWhatStandsBesideBrokenText) {
  EXPECT_EQ(Street("江苏省苏州市姑苏区人民大道中路\xff"
                   "128号"),
            "江苏省苏州市姑苏区人民大道中路***");
  EXPECT_EQ(Street("江苏省苏州市姑苏区平江路\xff"
                   "128号"),
            "江苏省苏州市姑苏区***");
  EXPECT_EQ(Street("江苏省苏州市姑\xe8\x8b"), "江苏省苏州市***");
  EXPECT_EQ(
      Street("江苏省苏州市姑苏区平江路128号👨‍👩‍👧"),
      "江苏省苏州市姑苏区平江路***");
}

TEST(MaskAddressTest, LeavesAMaskAsItIs) {
  for (const char* text :
       {"江苏省苏州市姑苏区平江路***", "***",
        "浙江省杭州市西湖区文三路***东部软件园***",
        "***江苏省苏州市姑苏区平江路***", "江苏省 苏州市 姑苏区 平江路***"}) {
    EXPECT_EQ(Street(text), text);
  }
}

}  // namespace
}  // namespace parcelveil
