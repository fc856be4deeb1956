// The style of a document: the program's src/report/document/style.css, to which a test holds it equal.

export const STYLE = `@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #555; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 180mm; padding: 8mm 4mm; color: #111; background: #fff; font: 10pt/1.45 "Noto Sans", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", SimSun, sans-serif; }
header { display: flex; gap: 8mm; align-items: flex-start; border-bottom: 0.6mm solid #111; padding-bottom: 4mm; }
header > div { flex: 1; min-width: 0; }
h1 { font-size: 18pt; line-height: 1.25; margin: 0 0 2mm; font-weight: 600; }
h2 { font-size: 11.5pt; margin: 6mm 0 1.5mm; padding-bottom: 0.8mm; border-bottom: 0.25mm solid #999; break-after: avoid; }
p { margin: 1mm 0; }
figure { margin: 0; width: 38mm; flex: none; text-align: center; font-size: 7.5pt; color: #444; }
figure svg { width: 36mm; height: 36mm; display: block; margin: 0 auto; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.9mm 2mm 0.9mm 0; border-bottom: 0.15mm solid #ddd; overflow-wrap: anywhere; }
th { font-weight: 500; color: #444; width: 38mm; }
tr, .verdict, li { break-inside: avoid; }
thead { display: table-header-group; }
.checks th:nth-child(1), .checks td:nth-child(1) { width: 11mm; }
.checks th:nth-child(2), .checks td:nth-child(2) { width: 34mm; }
.checks th:nth-child(3), .checks td:nth-child(3) { width: 24mm; }
.checks th:nth-child(4) { width: auto; }
.times th:nth-child(2) { width: auto; }
.times th:nth-child(3) { width: 52mm; }
code, pre, .data { font-family: "Noto Sans Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", Consolas, Menlo, monospace; font-size: 8.5pt; overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { white-space: pre-wrap; margin: 1.5mm 0; padding: 2mm; border: 0.25mm solid #999; }
.said { unicode-bidi: isolate; overflow-wrap: anywhere; white-space: pre-wrap; }
.verdict { border: 0.5mm solid #111; padding: 2.5mm 4mm; margin: 4mm 0; }
.verdict strong { font-size: 14pt; }
.failed { font-weight: 700; }
.small, .path { font-size: 8.5pt; color: #444; }
.lang + .lang { display: block; color: #333; }
.inline .lang + .lang { display: inline; }
.inline .lang + .lang::before { content: " · "; }
th.inline .lang + .lang, .checks td.inline .lang + .lang { display: block; }
th.inline .lang + .lang::before, .checks td.inline .lang + .lang::before { content: ""; }
ul { margin: 1mm 0; padding-left: 5mm; }
@media print { body { padding: 0; max-width: none; } }
`;
