import { describe, expect, test } from "vitest";
import { renderReproduction } from "../../src/report/index.js";
import { figureOf } from "../../src/report/render-reproduction.js";
import { edges } from "../../src/report/reproduction-maps.js";
import { gridOf, logTicks } from "../../src/report/reproduction-panels.js";
import { seriesStyles } from "../../src/report/reproduction-style.js";
import { renderSvg } from "../../src/report/svg.js";
import type { CurveFigure, FigureData, MapFigure } from "../../src/reproductions/index.js";
import { bands, curves, errors, record, reproduced, surface } from "./reproduction-fixture.js";

const names = (data: FigureData): readonly string[] => {
  if (data.kind === "maps") return [];
  return (data.kind === "bands" ? [data] : data.panels).flatMap(({ series }) =>
    series.map(({ name }) => name),
  );
};
const drawn = (data: FigureData) => figureOf(data, seriesStyles(names(data)));
const svgOf = (data: FigureData) => renderSvg({ name: "figure", ...drawn(data) });
/** The texts of an SVG, in the order of drawing. */
const textsOf = (svg: string) =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), (match) => match[1]!);
const texts = async (data: FigureData) => textsOf(await svgOf(data));

/** What a specification is made of, without its data: marks by the depth of their view. */
function structure(node: unknown): unknown {
  if (typeof node !== "object" || node === null) return null;
  const spec = node as Record<string, unknown>;
  for (const key of ["vconcat", "concat"]) {
    if (Array.isArray(spec[key])) return { [key]: spec[key].map(structure) };
  }
  if (Array.isArray(spec.layer)) {
    const marks = spec.layer.map(({ mark }: { mark: { type: string } }) => mark.type);
    const counts = [...new Set(marks)].map((type) => {
      const count = marks.filter((one: string) => one === type).length;
      return `${count} ${type}`;
    });
    return `${spec.width} × ${spec.height}: ${counts.join(", ")}`;
  }
  return null;
}

test.each([bands, curves, surface, errors])("$title: what it is made of", (data) => {
  expect(structure(drawn(data).specification)).toMatchSnapshot();
});

test("no figure has ids, clip paths or layers, which would clash in a page or abort the PNG", async () => {
  for (const data of [bands, curves, surface, errors]) {
    const svg = await svgOf(data);
    expect(svg).not.toMatch(/ id="| clip-path| opacity="0?\.|NaN|Infinity|undefined/);
    expect(svg).not.toMatch(/ d="[^"]*\.\d{4}/);
  }
});

describe("styles", () => {
  test("a method has one colour, its variants dashes, the initial model black dashes", () => {
    const styles = seriesStyles(["EnKF", "EnKF, true model", "mine", "initial model", "yours"]);
    const again = seriesStyles(["yours", "EnKF (N = 25)", "EnKF"]);
    expect(styles.get("EnKF")).toEqual(again.get("EnKF"));
    expect(styles.get("EnKF")!.dash).toEqual([]);
    const variant = styles.get("EnKF, true model")!;
    expect(variant.colour).toBe(styles.get("EnKF")!.colour);
    expect(variant.dash).not.toEqual([]);
    expect(styles.get("initial model")).toEqual({ colour: "#000000", dash: [6, 3] });
    expect(new Set([...styles.values()].map(({ colour }) => colour)).size).toBe(4);
  });

  test("a name that only looks like a method is another one", () => {
    const styles = seriesStyles(["EnKF", "EnKF-N"]);
    expect(styles.get("EnKF-N")!.colour).not.toBe(styles.get("EnKF")!.colour);
  });
});

describe("panels", () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 2],
    [6, 3],
    [8, 4],
    [11, 4],
  ])("%d panels stand in %d columns of the page's width", (panels, columns) => {
    const grid = gridOf(panels);
    expect(grid.columns).toBe(columns);
    expect(grid.width * columns + 62 * (columns - 1)).toBeLessThanOrEqual(720);
  });

  test("panels of one size share an axis, others have their own", async () => {
    const panel = (title: string, size: number): CurveFigure["panels"][number] => ({
      title,
      series: [{ name: "EnKF", points: [0, 1, 2].map((x) => ({ x, y: size * (1 + x) })) }],
    });
    const domains = (sizes: readonly number[]) => {
      const panels = sizes.map((size, i) => panel(`panel ${i}`, size));
      const json = JSON.stringify(drawn({ ...curves, panels }).specification);
      const all = json.matchAll(
        /"y":\{"field":"y","type":"quantitative","scale":\{"domain":(.*?)]/g,
      );
      return new Set(Array.from(all, (match) => match[1]!)).size;
    };
    expect(domains([1, 2])).toBe(1);
    expect(domains([1, 200])).toBe(2);
  });

  test("ticks of logarithmic axes are round and as many as fit", () => {
    expect(logTicks([0.95, 2.2], 5)).toEqual([1, 1.2, 1.5, 2]);
    expect(logTicks([0.05, 20], 6)).toEqual([0.1, 0.3, 1, 3, 10]);
    expect(logTicks([1e-8, 1e4], 5)).toEqual([1e-6, 1e-3, 1, 1e3]);
  });
});

describe("bands", () => {
  test("ticks stand where the methods were run, the legend has every series", async () => {
    const all = await texts(bands);
    for (const text of ["20", "40", "80", "160", "320", "initial model", "Ens3DVar"]) {
      expect(all).toContain(text);
    }
  });

  test("what an axis cannot show is a gap; nothing to show is an empty panel", async () => {
    const [first, ...others] = bands.series;
    const broken = first!.points.map((point, i) =>
      i === 2 ? { ...point, middle: Number.NaN, low: -1, high: Number.POSITIVE_INFINITY } : point,
    );
    const series = [{ ...first!, points: broken }, ...others];
    expect(await svgOf({ ...bands, series })).not.toMatch(/NaN|Infinity/);
    expect(await texts({ ...bands, series: [] })).toContain(bands.title);
    const nothing = [{ name: "EnKF", points: [{ x: 1, low: 0, middle: 0, high: 0 }] }];
    expect(await texts({ ...bands, series: nothing })).toContain("EnKF");
  });

  test("every median is in its panel, however far from the others", () => {
    const points = bands.series[0]!.points.map((point, i) =>
      i === 3 ? { ...point, middle: 1e3, high: 1e3 } : point,
    );
    const one = { ...bands, y: { title: "error" }, series: [{ name: "EnKF", points }] };
    const json = JSON.stringify(drawn(one).specification);
    const [, top] =
      /"field":"y","type":"quantitative","scale":\{"domain":\[(?:[^,]+),([^\]]+)]/.exec(json)!;
    expect(Number(top)).toBeGreaterThan(1e3);
  });

  test("a band that explodes does not flatten the medians", () => {
    const series = bands.series.map((one) => ({
      ...one,
      points: one.points.map((point) => ({ ...point, high: 1e9 })),
    }));
    const linear = { ...bands, y: { title: "error" }, series };
    const json = JSON.stringify(drawn(linear).specification);
    const [, top] =
      /"field":"y","type":"quantitative","scale":\{"domain":\[(?:[^,]+),([^\]]+)]/.exec(json)!;
    expect(Number(top)).toBeLessThan(10);
    expect(drawn(linear).remarks).toContain("A band goes on beyond the panel.");
  });
});

describe("curves", () => {
  test("an orbit is drawn in the order of its points", async () => {
    const points = Array.from({ length: 50 }, (_, k) => ({
      x: Math.cos(k / 5),
      y: Math.sin(k / 5),
    }));
    const panels = [{ title: "orbit", series: [{ name: "truth", points }] }];
    const svg = await svgOf({ ...curves, panels });
    const path = [...svg.matchAll(/ d="(M[^"]*)"[^>]*stroke-width="1.9"/g)][0]![1]!;
    const xs = Array.from(path.matchAll(/[ML]([-\d.]+),/g), (match) => Number(match[1]));
    expect(xs).toHaveLength(50);
    expect(xs).not.toEqual([...xs].sort((a, b) => a - b));
  });

  test("what lies far from the rest is cut, and the words say so", () => {
    const points = Array.from({ length: 100 }, (_, x) => ({ x, y: x === 50 ? 1e6 : 1 + x / 100 }));
    const panels = [{ title: "", series: [{ name: "EnKF", points }] }];
    expect(drawn({ ...curves, panels }).remarks).toEqual(["Some values lie beyond the panel."]);
    expect(drawn(curves).remarks).toEqual([]);
  });

  test("marks are dots and no line", async () => {
    const all = await texts(curves);
    expect(all).toContain("EnKF, true model");
    expect(structure(drawn(curves).specification)).toMatchObject({
      vconcat: [expect.anything(), { concat: Array(4).fill(expect.stringContaining("1 point")) }],
    });
  });
});

describe("maps", () => {
  test("edges lie between centres, on the scale of the axis", () => {
    expect(edges([1, 2, 4], { title: "" })).toEqual([0.5, 1.5, 3, 5]);
    const logarithmic = edges([1, 10, 100], { title: "", log: true });
    for (const [i, power] of [-0.5, 0.5, 1.5, 2.5].entries()) {
      expect(logarithmic[i]).toBeCloseTo(10 ** power, 9); // rounding of exp and log
    }
  });

  test("cells without a value are left out, large maps are thinned, and the words say so", () => {
    expect(drawn(surface).remarks).toEqual([
      "Grey cells have no finite value.",
      "The path goes from the ring to the star.",
    ]);
    expect(drawn(errors).remarks).toEqual([
      "Drawn are one column in 2 and one row in 2 of the cells.",
    ]);
  });

  test("both signs: colours diverge from zero; one that explodes does not take them all", () => {
    const scaleOf = (data: MapFigure) =>
      /"scheme":"(\w+)","domain":\[([^,]+),([^\]]+)]/
        .exec(JSON.stringify(drawn(data).specification))!
        .slice(1);
    const [scheme, from, to] = scaleOf(errors);
    expect(scheme).toBe("blueorange");
    expect(Number(from)).toBe(-Number(to));
    const panels = surface.panels.map((panel) => ({
      ...panel,
      values: panel.values.map((row, j) => (j === 0 ? [1e6, ...row.slice(1)] : row)),
    }));
    const exploded = { ...surface, panels };
    expect(Number(scaleOf(exploded)[2])).toBeLessThan(2);
    expect(drawn(exploded).remarks).toContain("The colours end before the largest values.");
  });
});

describe("the page", () => {
  const words = (html: string) =>
    html
      .replace(/<(style|svg)[\s\S]*?<\/\1>/g, "")
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ");

  test("has the numbers, the figures and how to make it again", async () => {
    const { html, figures } = await renderReproduction(reproduced);
    expect(figures.map(({ name }) => name)).toEqual([
      "1-forecast-error-against-dimension",
      "2-log-likelihood-while-learning",
      "3-path-of-inflation-and-taper",
      "4-errors-of-the-analysis",
    ]);
    for (const { png } of figures) expect(Array.from(png.slice(1, 4))).toEqual([80, 78, 71]);
    expect(html.match(/<svg /g)).toHaveLength(4);
    const text = words(html);
    expect(text).toContain("filter RMSE, 3DVar-C 0.77 0.7910 1.03");
    expect(text).toContain("filter RMSE, EnKF it diverged 0.39 – –");
    expect(text).toContain("npm run reproduce -- figure-4 --scale quick");
    expect(text).toContain(
      "took 2.2 minutes together, on 2026-11-21, on a test, 2 cores, Node 20, with Kalmia 0.1.0",
    );
    expect(text).not.toMatch(/NaN|undefined|null|\[object/);
    expect(html).not.toMatch(/<script|<link|@import|src=|url\(/);
  });

  test("is the same for the same input", async () => {
    const again = { ...reproduced, output: { ...reproduced.output, figures: [bands] } };
    expect((await renderReproduction(again)).html).toBe((await renderReproduction(again)).html);
  });

  test("says how many of its trials are done, if not all are", async () => {
    const of = async (done: number) =>
      words((await renderReproduction({ ...reproduced, trials: { done, all: 320 } })).html);
    expect(await of(12)).toContain("12 of 320 trials are done");
    expect(await of(320)).not.toContain("trials are done");
  });

  test("failures stand first; text from outside is escaped", async () => {
    const evil = `<script>alert("x")</script>`;
    const { html } = await renderReproduction({
      ...reproduced,
      reproduction: { ...reproduced.reproduction, title: evil, about: evil },
      output: { comparisons: [{ what: evil, published: 0, ours: 1 }], figures: [], notes: [evil] },
      records: [record, { ...record, result: { failed: evil }, machine: evil }],
    });
    expect(html).not.toMatch(/<script/i);
    expect(words(html)).toContain("one of 2 trials failed");
    expect(html.indexOf("trials failed")).toBeLessThan(html.indexOf("<h2>"));
  });
});
