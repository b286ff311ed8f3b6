/** Styles of report.html: the studio's colors, light or dark by the reader's system, light in print. */
export const STYLE = `
:root {
  color-scheme: light dark; --paper: #fbfbfc; --panel: #fff; --line: #d9dce1; --ink: #1a1c20; --soft: #5a606b;
  --one: #0670ad; --two: #a85700; --three: #a64785; --weak: #e7eef7; --bad: #b43022; --ok: #16703f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141517; --panel: #1a1b1e; --line: #34373e; --ink: #e9eaec; --soft: #a4a8b1; --one: #56b4e9;
    --two: #e8953f; --three: #d78bbd; --weak: #22303f; --bad: #f58474; --ok: #57bf8a;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 32px 24px 64px; max-width: 1240px; background: var(--paper); color: var(--ink);
  font: 14px/1.5 Inter, "Segoe UI", system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px }
h2 { font-size: 18px; margin: 40px 0 8px }
h3 { font-size: 14px; margin: 20px 0 6px }
p { max-width: 75ch; margin: 6px 0 }
.soft, caption { color: var(--soft) }
nav { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 16px 0; font-size: 13px }
a { color: var(--one) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 18px 0 }
.figures div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px }
.figures strong { display: block; font-size: 24px; line-height: 1.2 }
.figures small { color: var(--soft) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px; width: 100%; background: var(--panel); margin: 8px 0 }
caption { text-align: start; font-size: 12px; padding: 4px 0 }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: end; white-space: nowrap }
thead th { position: sticky; top: 0; background: var(--panel); font-weight: 600 }
th:first-child { text-align: start; font-weight: 500 }
tbody th { max-width: 280px; overflow: hidden; text-overflow: ellipsis }
td small { color: var(--soft) }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 20px }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); gap: 14px }
figure { margin: 0 }
figcaption { font-size: 12px; overflow-wrap: anywhere }
figcaption small { color: var(--soft); display: block }
svg { width: 100%; height: auto; display: block }
svg text { fill: var(--soft); font-size: 9px }
svg.large text { font-size: 11px }
svg.bar { width: 48px; display: inline-block; vertical-align: middle; margin-inline-start: 6px }
.grid { stroke: var(--line); fill: none }
.line { fill: none; stroke-width: 1.6 }
.line.first { stroke: var(--one) }
.line.second { stroke: var(--two); stroke-dasharray: 6 3 }
.line.third { stroke: var(--three); stroke-dasharray: 2 2 }
.line.guide { stroke: var(--soft); stroke-dasharray: 3 3; stroke-width: 1 }
circle.first { fill: var(--one) }
circle.mark { fill: var(--two); stroke: var(--panel); stroke-width: 1.5 }
rect.rest { fill: var(--weak) }
rect.value { fill: var(--one) }
path.span { stroke: var(--ink); stroke-width: 1.5 }
.key { font-size: 12px; display: flex; gap: 16px; flex-wrap: wrap }
.key i {
  display: inline-block; width: 22px; border-top: 2px solid var(--one); vertical-align: middle;
  margin-inline-end: 6px;
}
.key i.second { border-top: 2px dashed var(--two) }
.key i.third { border-top: 2px dotted var(--three) }
.heat td { text-align: center; min-width: 28px }
.heat td[style] { color: var(--ink) }
.heat thead th {
  writing-mode: vertical-rl; max-height: 140px; overflow: hidden; text-overflow: ellipsis;
  transform: rotate(180deg); position: static;
}
.heat thead th:first-child { transform: none }
.errors { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px }
.errors img, .errors .gone {
  width: 100%; aspect-ratio: 1; border-radius: 5px; border: 1px solid var(--line); background: var(--weak);
}
pre {
  background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px; overflow: auto;
  font-size: 12px;
}
.verdict {
  border-inline-start: 4px solid var(--ok); padding: 8px 14px; background: var(--panel); font-size: 15px;
  margin: 12px 0;
}
.verdict.warn { border-color: var(--two) }
.verdict.bad { border-color: var(--bad) }
.note { border-inline-start: 3px solid var(--two); padding: 6px 12px; background: var(--panel); max-width: 75ch }
@media print {
  :root {
    color-scheme: light; --paper: #fff; --panel: #fff; --line: #c9cdd3; --ink: #000; --soft: #444; --one: #0670ad;
    --two: #a85700; --three: #a64785; --weak: #e9edf2;
  }
  body { max-width: none; padding: 0; font-size: 10pt }
  nav { display: none }
  h2 { break-after: avoid }
  figure, tr, .figures div { break-inside: avoid }
  .wide { overflow: visible }
  thead th { position: static }
  table { font-size: 8pt }
  th, td { padding-inline: 3px }
  td:first-child { white-space: normal; overflow-wrap: anywhere }
  svg.bar { display: none }
  pre { white-space: pre-wrap }
  * { print-color-adjust: exact }
}
`;
