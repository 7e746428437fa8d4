import { describe, expect, test } from "vitest";
import { cutBand, cutLine } from "../../src/report/cut.js";
import { diagnosticsFigure } from "../../src/report/diagnostics-figure.js";
import { robustExtent } from "../../src/report/extent.js";
import type { Figure } from "../../src/report/figure.js";
import { innovationsFigure } from "../../src/report/innovations-figure.js";
import { inspectionFigure } from "../../src/report/inspection-figure.js";
import { lossFigure } from "../../src/report/loss-figure.js";
import { parametersFigure } from "../../src/report/parameters-figure.js";
import { statesFigure } from "../../src/report/states-figure.js";
import { renderSvg } from "../../src/report/svg.js";
import {
  diagnostics,
  type Fixture,
  inspection,
  learned,
  learning,
  lynxHare,
  normalBand,
  twin,
  withOutput,
} from "./fixture.js";

/** The texts of an SVG, in the order of drawing. */
async function texts(figure: Figure): Promise<readonly string[]> {
  const svg = await renderSvg(figure);
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), (match) => match[1]!);
}

const states = ({ output }: Fixture) => statesFigure(output);

describe("states", () => {
  test("one panel a variable, a legend entry for what is drawn and nothing else", async () => {
    const all = await texts(states(lynxHare()));
    expect(all.filter((text) => /[a-z]/.test(text))).toMatchInlineSnapshot(`
      [
        "observation",
        "analysis, mean and 90 % band",
        "forecast beyond the record, with 90 % band",
        "hare",
        "year",
        "lynx",
      ]
    `);
    expect(all).toContain("1900");
  });

  test("a twin shows its truth, a smoother its band", async () => {
    const fixture = twin(1, 30);
    const smoothed = normalBand(fixture.output.states.truth!, 0.2);
    const changed = withOutput(fixture, { states: { ...fixture.output.states, smoothed } });
    const all = await texts(states(changed));
    expect(all).toContain("truth");
    expect(all).toContain("smoothed, with 90 % band");
    expect(all).not.toContain("forecast beyond the record, with 90 % band");
  });

  test("twelve panels at most, and the end of a long record", async () => {
    const figure = states(twin(14, 500));
    expect(figure.shown).toEqual({ variables: 12, times: 150 });
    const all = await texts(figure);
    expect(all).toContain("x12");
    expect(all).not.toContain("x13");
  });

  test("gaps draw no point", async () => {
    const fixture = lynxHare();
    const { observations } = fixture.output;
    const values = observations.values.map((row, k) => (k < 5 ? [Number.NaN, row[1]!] : row));
    const gaps = withOutput(fixture, { observations: { ...observations, values } });
    const circles = async (one: Fixture) =>
      Array.from((await renderSvg(states(one))).matchAll(/stroke="#ffffff"/g)).length;
    expect((await circles(fixture)) - (await circles(gaps))).toBe(5);
  });

  test("non-finite states break the line and leave the axes alone", async () => {
    const fixture = twin(1, 30);
    const mean = fixture.output.states.analysis.mean.map((row, k) =>
      k === 9 ? [Number.NaN] : row,
    );
    const analysis = { ...fixture.output.states.analysis, mean };
    const svg = await renderSvg(
      states(withOutput(fixture, { states: { ...fixture.output.states, analysis } })),
    );
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test("abundances over decades have a logarithmic axis, others a linear one", () => {
    const fixture = lynxHare();
    expect(states(fixture).logarithmic).toBe(false);
    const { observations } = fixture.output;
    const values = observations.values.map((row, k) => (k === 3 ? [5000, row[1]!] : row));
    expect(
      states(withOutput(fixture, { observations: { ...observations, values } })).logarithmic,
    ).toBe(true);
  });
});

describe("loss", () => {
  test("the best start stands out; without validation there is no line for it", async () => {
    expect(await texts(lossFigure(learning(3, 60), "likelihood")!)).toContain(
      "training, other starts",
    );
    const one = learning(1, 60);
    const plain = { ...one, losses: one.losses.map((point) => ({ ...point, validation: null })) };
    const all = await texts(lossFigure(plain, "likelihood")!);
    expect(all).toContain("training, best start");
    expect(all).not.toContain("validation, best start");
    expect(all).not.toContain("training, other starts");
  });

  test("no figure without a finite loss", () => {
    expect(lossFigure({ ...learning(1, 30), losses: [] }, "likelihood")).toBeNull();
  });
});

describe("parameters", () => {
  test("ratios share an axis; a parameter that may change sign has its own", async () => {
    const all = await texts(
      parametersFigure([
        ["a", learned(1, 2, 0.1)],
        ["b", { start: -1, learned: 0.5, standardError: 0.3, interval: [-0.2, 1.2], truth: 0.4 }],
        ["c", learned(1, 0, null)],
      ])!,
    );
    expect(all).toContain("multiple of the learned value");
    expect(all).toContain("2.00 ± 0.10");
    expect(all).toContain("0.50 ± 0.30");
    expect(all).toContain("truth");
  });

  test("no figure when nothing was learned", () => {
    expect(parametersFigure([])).toBeNull();
  });
});

describe("innovations", () => {
  test("columns have colours; many are pooled", async () => {
    expect(await texts(innovationsFigure(lynxHare().output)!)).toContain("lynx");
    const pooled = await texts(innovationsFigure(twin(12, 200).output)!);
    expect(pooled).toContain("innovation, all columns");
  });

  test("no figure when nothing was observed", () => {
    const fixture = twin(1, 10);
    const standardised = fixture.output.innovations.standardised.map(() => [Number.NaN]);
    const innovations = { ...fixture.output.innovations, standardised };
    expect(innovationsFigure({ ...fixture.output, innovations })).toBeNull();
  });
});

test("no figure has ids, clip paths or layers, which would clash in a page or abort the PNG", async () => {
  const { output } = lynxHare();
  const figures = [
    statesFigure(output),
    lossFigure(output.learning!, output.evidence)!,
    innovationsFigure(output)!,
    parametersFigure(Object.entries(output.result.parameters))!,
  ];
  for (const figure of figures) {
    const svg = await renderSvg(figure);
    expect(svg).not.toMatch(/ id="| clip-path| opacity="0?\./);
  }
});

describe("cut", () => {
  const range: readonly [number, number] = [0, 1];

  test("cutLine adds the crossings and breaks outside", () => {
    const rows = [
      { x: 0, y: 0.5 },
      { x: 1, y: 1.5 },
      { x: 2, y: -0.5 },
    ];
    expect(cutLine(rows, range)).toEqual([
      { x: 0, y: 0.5 },
      { x: 0.5, y: 1 },
      { x: 1, y: null },
      { x: 1.25, y: 1 },
      { x: 1.75, y: 0 },
      { x: 2, y: null },
    ]);
  });

  test("cutBand moves edges into the panel and keeps gaps", () => {
    expect(
      cutBand(
        [
          { x: 0, lower: -3, upper: 3 },
          { x: 1, lower: null, upper: null },
        ],
        range,
      ),
    ).toEqual([
      { x: 0, lower: 0, upper: 1 },
      { x: 1, lower: null, upper: null },
    ]);
  });

  test("robustExtent does not follow a band that explodes", () => {
    const { domain, cut } = robustExtent([-1, 1], [-5e9, 5e9, Number.POSITIVE_INFINITY]);
    expect(cut).toBe(true);
    expect(domain[1]).toBeLessThan(4);
  });
});

describe("diagnostics", () => {
  test("ranks and spectra side by side, or what there is; nothing where there is neither", async () => {
    const words = async (of: typeof diagnostics) =>
      (await texts(diagnosticsFigure(of)!)).filter((text) => /[a-z]/.test(text));
    expect(await words(diagnostics)).toMatchInlineSnapshot(`
      [
        "expected, 95 % of bars",
        "truth",
        "analysis",
        "error of the analysis",
        "spread of the members",
        "rank of the truth, as a fraction of the ranks",
        "rank histogram, over expected",
        "wavenumber",
        "power",
      ]
    `);
    expect(await words({ ...diagnostics, spectra: null })).toMatchInlineSnapshot(`
      [
        "expected, 95 % of bars",
        "rank of the truth, as a fraction of the ranks",
        "rank histogram, over expected",
      ]
    `);
    expect(diagnosticsFigure({ ...diagnostics, ranks: null, spectra: null })).toBeNull();
  });
});

describe("inspection", () => {
  test("bias, eigenvalues, alignment and locality; without a ring no map", async () => {
    const words = async (of: typeof inspection) =>
      (await texts(inspectionFigure(of))).filter((text) => /[a-z]{2}/.test(text));
    const three = [
      "network",
      "EnKF-N beside it",
      "by chance",
      "time",
      "bias b",
      "number of the eigenvalue",
      "eigenvalues of the covariance, mean",
      "number p of leading vectors",
      "common part with Lyapunov vectors",
    ];
    expect(await words({ ...inspection, locality: null })).toEqual(three);
    expect(await words(inspection)).toEqual([
      ...three,
      "place j on the ring (upwards: i)",
      "locality S, orange 0.0080, blue −0.0080",
    ]);
  });

  test("the map has the variable in the middle, rows upwards", async () => {
    const svg = await renderSvg(inspectionFigure(inspection));
    const colours = Array.from(svg.matchAll(/<path[^>]*d="M[^"]*h66\.8[^"]*"[^>]*fill="([^"]*)"/g));
    // 25 cells, of which those of the middle row differ, but for its own middle.
    expect(colours).toHaveLength(25);
    expect(new Set(colours.map(([, colour]) => colour)).size).toBe(5);
  });

  test("an analysis that does nothing can be drawn", async () => {
    const none = (values: readonly number[]) => values.map(() => 0);
    const { bias, spectra, locality } = inspection;
    const still = {
      ...inspection,
      bias: { ...bias, values: none(bias.values), mean: 0 },
      spectra: { ...spectra, network: none(spectra.network) },
      locality: locality!.map(none),
    };
    expect(await renderSvg(inspectionFigure(still))).not.toMatch(/NaN|undefined/);
  });
});
