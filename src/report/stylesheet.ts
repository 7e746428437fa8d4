/** The look of the page: one column, light or dark as the reader's system is, black on paper. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1f2a37; --muted: #5b6776; --line: #dfe4ea;
  --accent: #0072b2; --warn: #fff4e5; --warn-line: #d55e00; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171e; --card: #1b222c; --ink: #e6eaf0; --muted: #9aa7b6; --line: #313b48;
    --accent: #56b4e9; --warn: #33240f; --warn-line: #e69f00; --code: #252e3a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2.5rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Verdana, Arial, sans-serif;
}
main, header { max-width: 860px; margin: 0 auto; }
h1 { margin: 0 0 .4rem; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 2.8rem 0 .6rem; font-size: 1.3rem; line-height: 1.3; }
p { margin: .5rem 0 .9rem; }
.kicker { margin: 0; color: var(--accent); font-size: .82rem; font-weight: 600;
  letter-spacing: .08em; text-transform: uppercase; }
.lead { font-size: 1.08rem; }
.note { color: var(--muted); font-size: .92rem; }
.warnings { margin: 1.4rem 0; padding: .8rem 1.1rem; background: var(--warn);
  border-left: 4px solid var(--warn-line); border-radius: 4px; }
.warnings strong { display: block; }
.warnings ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .8rem;
  margin: 1.6rem 0 0; padding: 0; }
.figures div { padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
.figures dt { color: var(--muted); font-size: .8rem; line-height: 1.3; }
.figures dd { margin: .15rem 0 0; font-size: 1.35rem; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.figures small { display: block; color: var(--muted); font-size: .76rem; font-weight: 400; }
figure { margin: 1rem 0; padding: .6rem; background: #fff; border: 1px solid var(--line);
  border-radius: 8px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { padding: .5rem .3rem .1rem; color: #5b6776; font-size: .92rem; line-height: 1.45; }
.scroll { overflow-x: auto; margin: .8rem 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; white-space: nowrap; }
th { color: var(--muted); font-weight: 600; font-size: .84rem; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
th:last-child, td:last-child { padding-right: 0; }
tr.best td { font-weight: 600; }
td small { display: block; color: var(--muted); font-size: .8rem; font-weight: 400; }
.formula { margin: .8rem 0; padding: .8rem 1.1rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
.formula p { margin: .15rem 0; white-space: nowrap; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { padding: .05em .3em; background: var(--code); border-radius: 3px; font-size: .88em; }
pre { margin: .8rem 0; padding: 1rem; background: var(--code); border-radius: 8px;
  overflow-x: auto; font-size: .8rem; line-height: 1.45; }
summary { cursor: pointer; color: var(--accent); }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --accent: #000;
    --warn: #fff; --code: #fff; }
  body { padding: 0; font-size: 11pt; }
  figure, tr, .figures div { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
