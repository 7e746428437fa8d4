import { describe, expect, test } from "vitest";
import { summariseInnovations } from "../../src/report/innovation-summary.js";
import { html, listing } from "../../src/report/markup.js";
import {
  count,
  given,
  grouped,
  interval,
  significant,
  time,
  withError,
} from "../../src/report/number.js";
import { truthText } from "../../src/report/parameters-section.js";
import { plainJson } from "../../src/report/plain-json.js";

describe("numbers", () => {
  test.each([
    [0, "0"],
    [0.5471, "0.5471"],
    [-12.3456, "−12.35"],
    [1234567, "1234567"],
    [1.5e-5, "1.500 × 10⁻⁵"],
    [-2e9, "−2.000 × 10⁹"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "–"],
  ])("significant(%s)", (x, text) => expect(significant(x)).toBe(text));

  test.each([
    [0.5471, 0.0642, "0.547 ± 0.064"],
    [15099.2, 3145.5, "15099 ± 3146"],
    [0.00001234, 0.000002, "(1.23 ± 0.20) × 10⁻⁵"],
    [0.02, 0.5, "0.02 ± 0.50"],
    [3, 0, "3.000"],
  ])("withError(%s, %s)", (value, error, text) => expect(withError(value, error)).toBe(text));

  test("given, time, interval, count and grouped", () => {
    expect([given(0.05), given(1), given(1e-5), given(-2)]).toEqual([
      "0.05",
      "1",
      "1.00 × 10⁻⁵",
      "−2",
    ]);
    expect([time(1921), time(0.1 + 0.2)]).toEqual(["1921", "0.3"]);
    expect(interval([0.4512, 0.6634])).toBe("0.45 to 0.66");
    expect([count(0), count(3), count(13), grouped(1234567)]).toEqual([
      "no",
      "three",
      "13",
      "1,234,567",
    ]);
  });
});

test("how many intervals hold the truth", () => {
  const parameter = (truth: number) =>
    ["rate", { start: 0, learned: 1, standardError: 0.1, interval: [0.8, 1.2], truth }] as const;
  const said = (...truths: number[]) => truthText(truths.map(parameter));
  expect(said()).toBeNull();
  expect(said(1)).toBe("The truth lies in the interval.");
  expect(said(2)).toBe("The truth lies outside the interval.");
  expect(said(2, 3)).toBe("The truth lies in none of the intervals.");
  expect(said(1, 3)).toBe("The truth lies in one of two intervals.");
});

describe("markup", () => {
  test("escapes values, keeps markup, drops null", () => {
    const inner = html`<b>${"a<b"}</b>`;
    expect(html`<p title="${'"'}">${inner}${null}${[1, " & "]}</p>`.markup).toBe(
      '<p title="&quot;"><b>a&lt;b</b>1 &amp; </p>',
    );
  });

  test("listing", () => {
    const text = (items: readonly string[]) => html`${listing(items)}`.markup;
    expect([text(["a"]), text(["a", "b"]), text(["a", "b", "c"])]).toEqual([
      "a",
      "a and b",
      "a, b and c",
    ]);
  });
});

describe("plainJson", () => {
  test("parses back, with gaps as null, and keeps short things on a line", () => {
    const value = {
      name: 'a, "b": c',
      list: Array.from({ length: 60 }, (_, i) => i),
      gap: Number.NaN,
      deep: { a: [[1, 2]] },
    };
    const text = plainJson(value);
    expect(JSON.parse(text)).toEqual({ ...value, gap: null });
    expect(text).toContain('"deep": { "a": [[1, 2]] }');
    expect(text.split("\n").length).toBeLessThan(12);
  });
});

describe("innovations", () => {
  test("summary counts what was observed", () => {
    const summary = summariseInnovations({
      standardised: [
        [0.5, Number.NaN],
        [-1.8, 0.1],
      ],
      chiSquare: [0.25, 3.2],
      degrees: [1, 2],
    })!;
    expect(summary.count).toBe(3);
    expect(summary.within90).toBeCloseTo(2 / 3, 12);
    expect(summary.within95).toBe(1);
    expect(summary.chiSquareRatio).toBeCloseTo(3.45 / 3, 12);
  });

  test("no summary when nothing was observed", () => {
    expect(
      summariseInnovations({ standardised: [[Number.NaN]], chiSquare: [0], degrees: [0] }),
    ).toBeNull();
  });
});
