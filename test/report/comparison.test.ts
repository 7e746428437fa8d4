import { expect, test } from "vitest";
import { renderComparison } from "../../src/report/index.js";
import { comparisonOf } from "../../src/run/index.js";
import type { ComparedResult } from "../../src/run/output.js";
import { lynxHare } from "./fixture.js";

const fixture = lynxHare();

const result = (label: string, given: Partial<ComparedResult>): ComparedResult => ({
  ...fixture.output.result,
  rmse: { forecast: 0.52, analysis: 0.41 },
  rmseError: { forecast: 0.012, analysis: 0.0034 },
  spread: { forecast: 0.5, analysis: 0.4 },
  label,
  ...given,
});

const nothing = { rmse: null, rmseError: null, spread: null, crps: null, logLikelihood: null };

const methods = [
  result("3dvar", {}),
  result("<etkf> of members whose settings make a name that is long", {
    ...nothing,
    diverged: true,
    divergence: { cycle: 1234, time: 61.7, cause: "it ran away." },
    warnings: ["The run diverged at cycle 1234."],
  }),
  result("ienks", {
    rmse: { forecast: 0.3, analysis: 0.2, smoothed: 0.15 },
    rmseError: { forecast: 0.01, analysis: 0.02, smoothed: 0.01 },
  }),
];

const render = () =>
  renderComparison(fixture.specification, comparisonOf(methods), ["3dvar", "etkf", "ienks"]);

test("a row a method, with its errors, a link to its report, and who diverged", async () => {
  const { html, figures } = await render();
  expect(html).toContain('<a href="3dvar/report.html">3dvar</a>');
  expect(html).toContain("&lt;etkf&gt; of members");
  expect(html).toContain("<small>diverged at cycle 1,234</small>");
  expect(html).toContain("<td>0.4100 ± 0.0034</td>");
  expect(html).toContain("<th>rmse.s</th>");
  expect(html).toContain("<td>0.150 ± 0.010</td>");
  expect(html).not.toMatch(/NaN|undefined/);
  expect(figures.map(({ name }) => name)).toEqual(["comparison"]);
  expect(figures[0]!.svg).toContain("diverged");
  expect(figures[0]!.png.length).toBeGreaterThan(5_000);
});

test("the same input gives the same bytes", async () => {
  expect((await render()).html).toBe((await render()).html);
});

test("without errors and spreads there is a table alone", async () => {
  const bare = [result("3dvar-k", nothing)];
  const { html, figures } = await renderComparison(fixture.specification, comparisonOf(bare), [
    "3dvar-k",
  ]);
  expect(figures).toEqual([]);
  expect(html).toContain("3dvar-k");
});
