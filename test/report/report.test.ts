import { describe, expect, test } from "vitest";
import { renderPage, renderReport } from "../../src/report/index.js";
import { renderPng } from "../../src/report/png.js";
import {
  diagnostics,
  type Fixture,
  inspection,
  lynxHare,
  normalBand,
  twin,
  withOutput,
} from "./fixture.js";

const render = ({ specification, output }: Fixture) => renderReport(specification, output);
const page = async ({ specification, output }: Fixture) =>
  (await renderPage(specification, output)).html;

/** Words of the page without its pictures, style, tags and JSON. */
function words(html: string): string {
  return html
    .replace(/<(style|svg|pre)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

const headings = (html: string) =>
  Array.from(html.matchAll(/<h2>(.*?)<\/h2>/g), (match) => match[1]);

describe("the page", () => {
  test("lynx and hare: sections, summary, learned values, forecast", async () => {
    const html = await page(lynxHare());
    expect(headings(html)).toMatchInlineSnapshot(`
      [
        "Observations and states",
        "The forecast beyond the record",
        "What was learned",
        "Does the filter know its own errors?",
        "How learning went",
        "Scores",
        "The model",
        "How to reproduce this",
      ]
    `);
    const text = words(html);
    expect(text).toContain("an ensemble Kalman filter of 100 members");
    expect(text).toContain("21 observations of hare and lynx from lynx_hare.csv");
    expect(text).toContain("0.547 ± 0.064");
    expect(text).toContain("not determined");
    expect(text).toContain("1925");
    expect(text).toContain("(preyGrowth − predation · lynx ) · hare");
    expect(text).toContain("There is no truth to compare with");
    expect(text).not.toMatch(/NaN|undefined|null|\[object/);
  });

  test("diagnostics: what the ranks, the spectra and the residuals say", async () => {
    const text = words(await page(withOutput(twin(2, 40), { diagnostics })));
    expect(text).toContain("Are errors where the method believes them?");
    expect(text).toContain("Here members lie too close together (p < 0.001).".replace("<", "&lt;"));
    expect(text).toContain("the 120 cases count as 90 independent ones for the bars and as 60");
    expect(text).toContain("1.00 0.980 ± 0.050 0.350 ± 0.030 1.330 ± 0.060");
    expect(text).toContain("0.610 ± 0.012 0.3100 ± 0.0081");
    expect(text).not.toMatch(/NaN|undefined|null|\[object/);
  });

  test("inside a network: what it adds, how far its covariance is from others, where errors grow", async () => {
    const text = words(await page(withOutput(twin(2, 40), { inspection })));
    expect(text).toContain("is 0.020 ± 0.0082 (mean and standard deviation over 3 cycles)");
    expect(text).toContain("at 3 cycles, beside that of an EnKF-N of 12 members");
    expect(text).toContain("error of the analyses is 0.290, that of the EnKF-N 0.180.");
    expect(text).toContain("network to EnKF-N 0.0340");
    expect(text).toContain("network to 0.160 I 0.0320");
    expect(text).toContain("differs from Pᵃ Hᵀ R⁻¹ by 33 %, and leaves 4 % of their variance");
    expect(text).toContain("2 of the first 3 exponents are positive, the largest 1.50");
    expect(text).toContain("The map is the mean derivative of Pᵃ");
    expect(text).not.toMatch(/NaN|undefined|null|\[object/);
    const line = words(
      await page(
        withOutput(twin(2, 40), { inspection: { ...inspection, rmse: null, locality: null } }),
      ),
    );
    expect(line).not.toContain("The map is");
    expect(line).not.toContain("error of the analyses");
  });

  test("a twin without learning: no table of parameters, errors of the state instead", async () => {
    const html = await page(twin(1, 40));
    expect(headings(html)).toMatchInlineSnapshot(`
      [
        "Observations and states",
        "Does the filter know its own errors?",
        "Scores",
        "The model",
        "How to reproduce this",
      ]
    `);
    const text = words(html);
    expect(text).toContain("Nothing was learned: every value was given.");
    expect(text).toContain("RMSE of the analysis");
    expect(text).toMatch(/It holds the truth \(dashed\) in \d+ % of cases/);
  });

  test("twelve variables, a smoother", async () => {
    const fixture = twin(12, 60);
    const smoothed = normalBand(fixture.output.states.truth!, 0.2);
    const html = await page(
      withOutput(fixture, { states: { ...fixture.output.states, smoothed } }),
    );
    expect(words(html)).toContain("The smoothed estimate also uses later observations");
    expect(words(html)).toContain("A linear model of twelve variables");
  });

  test("gaps are counted, and null in the experiment", async () => {
    const fixture = lynxHare();
    const { observations, innovations } = fixture.output;
    const gap = (rows: readonly (readonly number[])[]) =>
      rows.map((row, k) => (k < 3 ? [Number.NaN, row[1]!] : row));
    const text = words(
      await page(
        withOutput(fixture, {
          observations: { ...observations, values: gap(observations.values) },
          innovations: { ...innovations, standardised: gap(innovations.standardised) },
        }),
      ),
    );
    expect(text).toContain("three values missing");
    expect(text).toContain("Of 39,");
    expect(text).not.toContain("NaN");
  });

  test("nothing observed", async () => {
    const fixture = twin(1, 5);
    const none = fixture.output.observations.values.map(() => [Number.NaN]);
    const html = await page(
      withOutput(fixture, {
        observations: { ...fixture.output.observations, values: none },
        innovations: { standardised: none, chiSquare: [0, 0, 0, 0, 0], degrees: [0, 0, 0, 0, 0] },
      }),
    );
    expect(words(html)).toContain("Nothing was observed");
    expect(words(html)).not.toContain("NaN");
  });

  test("warnings and divergence stand first", async () => {
    const fixture = lynxHare();
    const result = { ...fixture.output.result, warnings: ["Small ensemble."], diverged: true };
    const html = await page(withOutput(fixture, { result }));
    expect(html.indexOf("The run diverged: do not trust")).toBeLessThan(html.indexOf("<h2>"));
    expect(html.indexOf("Small ensemble.")).toBeLessThan(html.indexOf("<h2>"));
  });

  test("a run that diverged at once has a page without scores", async () => {
    const fixture = lynxHare();
    const { result, states, learning } = fixture.output;
    const nothing = { mean: [], sd: [], lower: [], upper: [] };
    const text = words(
      await page(
        withOutput(fixture, {
          result: { ...result, spread: null, logLikelihood: null, parameters: {}, diverged: true },
          states: { ...states, times: [], observed: 0, forecast: nothing, analysis: nothing },
          innovations: { standardised: [], chiSquare: [], degrees: [] },
          learning: { ...learning!, losses: [], restarts: [] },
        }),
      ),
    );
    expect(text).toContain("There is no log-likelihood: the run diverged.");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test("text from outside is escaped everywhere", async () => {
    const evil = `<script>alert("x")</script>&'`;
    const fixture = lynxHare();
    const { output, specification } = fixture;
    const html = await page({
      specification: { ...specification, name: evil },
      output: {
        ...output,
        result: {
          ...output.result,
          warnings: [evil],
          parameters: { [evil]: output.result.parameters.predation! },
        },
        states: { ...output.states, variables: [evil, "lynx"] },
        observations: { ...output.observations, columns: [evil, "lynx"], timeName: evil },
        learning: { ...output.learning!, uncertainty: evil },
      },
    });
    expect(html).not.toMatch(/<script/i);
    expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;");
  });

  test("nothing is fetched: no scripts, links or addresses but XML's own names", async () => {
    const html = await page(lynxHare());
    expect(html).not.toMatch(/<script|<link|@import|src=|url\(/);
    const addresses = Array.from(html.matchAll(/https?:\/\/[^"' )<]+/g), (match) => match[0]);
    expect(new Set(addresses)).toEqual(
      new Set(["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"]),
    );
  });
});

describe("the figures", () => {
  test("lynx and hare has four, each an SVG and a PNG of twice its size", async () => {
    const { figures } = await render(lynxHare());
    expect(figures.map(({ name }) => name)).toEqual([
      "states",
      "parameters",
      "innovations",
      "loss",
    ]);
    for (const { svg, png } of figures) {
      expect(svg.startsWith("<svg ")).toBe(true);
      expect(Array.from(png.slice(0, 8))).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
      const width = new DataView(png.buffer, png.byteOffset).getUint32(16);
      expect(width).toBe(Math.round(2 * Number(/ width="([\d.]+)"/.exec(svg)![1])));
      expect(png.length).toBeGreaterThan(8_000);
    }
  });

  test("without learning there are two", async () => {
    const { figures } = await render(twin(1, 20));
    expect(figures.map(({ name }) => name)).toEqual(["states", "innovations"]);
  });

  test("text is in the PNG: it differs without a font, and without the text", async () => {
    const { figures } = await render(lynxHare());
    const { svg, png } = figures[0]!;
    const fontless = await renderPng(svg, []);
    const textless = await renderPng(svg.replace(/<text[\s\S]*?<\/text>/g, ""));
    expect(png.length).toBeGreaterThan(1.1 * textless.length);
    expect(fontless.length).toBe(textless.length);
  });

  test("an SVG that would abort the renderer is refused", async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><rect opacity="0.5"/></svg>`;
    await expect(renderPng(svg)).rejects.toThrow("renderPng: the SVG clips or has an opacity");
  });

  test("a band that explodes is cut, and drawn", async () => {
    const fixture = lynxHare();
    const { states } = fixture.output;
    const upper = states.analysis.upper.map((row, k) => (k > 22 ? [1e12, 1e12] : row));
    const lower = states.analysis.lower.map((row, k) => (k > 22 ? [1e11, 1e11] : row));
    const analysis = { ...states.analysis, lower, upper };
    const { html, figures } = await render(
      withOutput(fixture, { states: { ...states, analysis } }),
    );
    expect(words(html)).toContain("Bands that leave a panel are cut at its edge.");
    expect(figures[0]!.png.length).toBeGreaterThan(8_000);
  });
});

test("the same input gives the same bytes", async () => {
  const [first, second] = [await render(lynxHare()), await render(lynxHare())];
  expect(second.html).toBe(first.html);
  second.figures.forEach(({ svg, png }, i) => {
    expect(svg).toBe(first.figures[i]!.svg);
    expect(Buffer.compare(png, first.figures[i]!.png)).toBe(0);
  });
});
