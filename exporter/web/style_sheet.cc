#include "exporter/web/style_sheet.h"

namespace taskqueue::web {

const std::string_view style_sheet = R"css(:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1c2430; --soft: #5d6878; --line: #dfe3ea; --accent: #c2410c;
  --good: #0f7a4d; --good-paper: #ddf5e8; --warn: #8a5a00; --warn-paper: #fdf0cf;
  --bad: #b3261e; --bad-paper: #fde4e1; --calm: #44546a; --calm-paper: #e8ecf2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2029; --ink: #e4e9f0; --soft: #97a3b4; --line: #2b3441; --accent: #fb923c;
    --good: #5ee0a0; --good-paper: #123526; --warn: #f5c451; --warn-paper: #3a2d0c;
    --bad: #ff9389; --bad-paper: #431d1a; --calm: #b4c0d0; --calm-paper: #27303c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; max-width: 110rem;
  background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1::before {
  content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .45em;
  border-radius: 3px; background: var(--accent);
}
header p { flex-basis: 100%; margin: 0; color: var(--soft); }
.version { color: var(--soft); font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-left: auto; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .2em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
ul, ol { margin: 0; padding: 0; list-style: none; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; }
.totals li {
  flex: 1 1 8rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 10px;
  background: var(--card); color: var(--soft);
}
.totals b { display: block; color: var(--ink); font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.totals .good b { color: var(--good); }
.totals .bad b { color: var(--bad); }
table {
  width: 100%; border: 1px solid var(--line); border-radius: 10px; border-spacing: 0;
  background: var(--card); overflow: hidden;
}
th, td { padding: .55rem .7rem; text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-size: .8rem; font-weight: 600; vertical-align: bottom; }
tbody .queue > * { border-top: 1px solid var(--line); }
th[scope=row] { min-width: 8em; overflow-wrap: break-word; }
td:not([colspan]) { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.zero, .unknown { color: var(--soft); }
td.bad { color: var(--bad); font-weight: 600; }
.pill {
  display: inline-block; padding: 0 .6em; border-radius: 1em; white-space: nowrap;
  font-size: .85rem; font-weight: 600; color: var(--calm); background: var(--calm-paper);
}
.pill.up { color: var(--good); background: var(--good-paper); }
.pill.incomplete { color: var(--warn); background: var(--warn-paper); }
.pill.failing, .pill.stale { color: var(--bad); background: var(--bad-paper); }
.note td { padding-top: 0; }
.error, .recovered { margin: 0 0 .4rem; padding: .5rem .7rem; border-radius: 8px; overflow-wrap: anywhere; }
.error { background: var(--bad-paper); }
.error b { color: var(--bad); }
.recovered { background: var(--calm-paper); color: var(--calm); }
.advice { display: block; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
details { font-size: .92rem; }
summary { color: var(--soft); cursor: pointer; width: fit-content; }
.lists { display: flex; flex-wrap: wrap; gap: 1rem 3rem; padding: .5rem 0 .25rem 1rem; }
h3 { margin: 0 0 .2rem; font-size: .85rem; color: var(--soft); }
.lists time { color: var(--soft); font-variant-numeric: tabular-nums; }
.empty { padding: 2rem; border: 1px dashed var(--line); border-radius: 10px; text-align: center; color: var(--soft); }
footer { margin-top: 1rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 60em) {
  nav { margin-left: 0; flex-basis: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table { display: block; border: 0; background: none; overflow: visible; }
  tbody { display: block; }
  tr, .note td { display: block; }
  .queue {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); gap: .6rem 1rem; margin-top: .75rem;
    padding: .9rem 1rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card);
  }
  .queue:has(+ .note) { border-bottom: 0; border-radius: 10px 10px 0 0; }
  tbody .queue > * { border: 0; padding: 0; text-align: left; }
  .queue th { grid-column: 1 / -1; min-width: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
  .queue td::before { content: attr(data-column); display: block; color: var(--soft); font-size: .78rem; font-weight: 400; }
  .note {
    padding: .1rem 1rem .9rem; border: 1px solid var(--line); border-top: 0; border-radius: 0 0 10px 10px;
    background: var(--card);
  }
  .note td { padding: 0; }
}
)css";

const std::string_view icon = R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#c2410c"/>
<g fill="#fff"><rect x="6" y="8" width="20" height="4" rx="2"/><rect x="6" y="14" width="14" height="4" rx="2"/>
<rect x="6" y="20" width="8" height="4" rx="2"/></g></svg>
)svg";

}  // namespace taskqueue::web
