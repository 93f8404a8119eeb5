// SPDX-License-Identifier: Apache-2.0
#include "src/trace/html_page.h"

namespace parcelveil::trace {

// No red for people: amber is "look here", never "this one did it".
const char kHtmlStyle[] = R"css(
:root{--paper:#fff;--card:#f5f6f8;--ink:#1c2430;--soft:#5b6675;--line:#d5dae1;
--bar:#b06a00;--rest:#a9b3c0;--limit:#1b5fb4;--mark:#fff1c9;--mark-ink:#5c4000}
@media (prefers-color-scheme:dark){:root{--paper:#14181e;--card:#1e242d;
--ink:#e6eaf0;--soft:#9aa7b6;--line:#38424f;--bar:#e8a33d;--rest:#5a6676;
--limit:#78b0f5;--mark:#4a3a0c;--mark-ink:#ffe3a1}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;
--line:#999;--bar:#b06a00;--rest:#a9b3c0;--limit:#1b5fb4;--mark:#fff1c9;
--mark-ink:#000}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC",
"Microsoft YaHei","Noto Sans CJK SC",sans-serif;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
table.page{width:100%;border-collapse:collapse;table-layout:fixed}
table.page>*>tr>td{padding:0}
main{max-width:56rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:.1em 0}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 .5em}
h3{font-size:1rem;margin:1.2em 0 .3em}
p{margin:.5em 0}
.kicker,.meta{color:var(--soft);margin:0;font-size:.9rem;
overflow-wrap:anywhere}
section{margin-top:2.5rem}
.mark{margin:0;padding:.7rem 1rem;background:var(--mark);
color:var(--mark-ink);text-align:center}
.answer{margin-top:1.5rem;padding:1.2rem 1.4rem;background:var(--card);
border:1px solid var(--line);border-left:.4rem solid var(--limit);
border-radius:.4rem}
.answer .say{font-size:1.3rem;line-height:1.4;font-weight:600;margin:0 0 .4em}
.answer ul{margin:.6em 0 0;padding-left:1.2em}
.not{padding:.8rem 1rem;border:1px solid var(--line);border-radius:.4rem}
svg{display:block;width:100%;overflow:visible;font:inherit;margin:.8em 0}
svg text{fill:var(--ink);font-size:13px}
svg .soft{fill:var(--soft);font-size:12px}
svg .bar{fill:var(--bar)}
svg .rest{fill:var(--rest)}
svg .grid{stroke:var(--line)}
svg .limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:5 4}
svg .label{paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg .limit-text{fill:var(--limit);font-size:12px;font-weight:600}
table.data{width:100%;border-collapse:collapse;font-size:.92rem;
font-variant-numeric:tabular-nums;margin:.8em 0}
table.data th,table.data td{text-align:left;vertical-align:top;
padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);
overflow-wrap:break-word}
table.data th{font-weight:600;color:var(--soft)}
dl{display:grid;grid-template-columns:minmax(8rem,15rem) 1fr;gap:.3rem 1rem;
margin:.5em 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
@media screen and (max-width:40rem){
h1{font-size:1.4rem}
table.data.cards thead{display:none}
table.data.cards tr{display:block;padding:.6rem 0;
border-bottom:2px solid var(--line)}
table.data.cards td{display:flex;justify-content:space-between;gap:1rem;
border:0;padding:.15rem 0}
table.data.cards td::before{content:attr(data-label);color:var(--soft)}
table.data.cards td:first-child{font-weight:600}
table.data.cards td:first-child::before{content:none}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.6rem}}
@media print{body{font-size:10.5pt}
main{max-width:none;padding:0}
svg,tr,.answer,.not{break-inside:avoid}
h2{break-after:avoid}
thead{display:table-header-group}
@page{margin:16mm 14mm}}
)css";

}  // namespace parcelveil::trace
