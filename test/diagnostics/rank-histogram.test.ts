import { describe, expect, test } from "vitest";
import { flatness, type RankHistogram, rankHistogram } from "../../src/diagnostics/index.js";
import { key } from "../../src/random/index.js";
import { gaussianNumbers } from "../support/dense.js";

const [K, d, N] = [2000, 2, 9];

/** Members N(0, sd²), values N(bias, 1), all independent. */
function drawn(sd: number, bias: number, seed: number) {
  const z = gaussianNumbers(seed);
  const rows = <T>(n: number, make: () => T) => Array.from({ length: n }, make);
  return {
    members: rows(K, () => rows(d, () => rows(N, () => sd * z()))),
    values: rows(K, () => rows(d, () => bias + z())),
  };
}

describe("rank histogram", () => {
  test("ranks are counted, by hand", () => {
    const one = [3, 1, 2];
    const { counts, cases } = rankHistogram(
      { members: [[one], [one], [one], [one]], values: [[0], [1.5], [2.5], [Number.NaN]] },
      key(1),
    );
    expect(counts).toEqual([1, 1, 1, 0]);
    expect(cases).toBe(3);
  });

  test("ties are broken evenly: members that all equal the value", () => {
    const members = Array.from({ length: 3000 }, () => [[2, 2, 2]]);
    const { counts } = rankHistogram({ members, values: members.map(() => [2]) }, key(2));
    // Four standard errors of 3000 draws of one in four.
    for (const n of counts) expect(Math.abs(n - 750)).toBeLessThan(4 * Math.sqrt(3000 * 0.1875));
  });

  test("equal weights, and fewer bins, are the ranks joined", () => {
    const series = drawn(0.7, 0.2, 3);
    const plain = rankHistogram(series, key(3));
    const weights = series.values.map(() => new Array(N).fill(1 / N));
    expect(rankHistogram({ ...series, weights }, key(3)).counts).toEqual(plain.counts);
    const five = rankHistogram(series, key(3), 5).counts;
    const joined = [0, 1, 2, 3, 4].map((j) => plain.counts[2 * j]! + plain.counts[2 * j + 1]!);
    expect(five).toEqual(joined);
  });

  test("weights: members of a wider distribution, weighted to that of the values", () => {
    const z = gaussianNumbers(9);
    const M = 400;
    const members = Array.from({ length: 1000 }, () => [Array.from({ length: M }, () => 2 * z())]);
    const weights = members.map(([row]) => {
      const raw = row!.map((x) => Math.exp(-0.5 * x * x * (1 - 1 / 4)));
      const sum = raw.reduce((a, b) => a + b, 0);
      return raw.map((w) => w / sum);
    });
    const values = members.map(() => [z()]);
    const weighted = flatness(rankHistogram({ members, weights, values }, key(4), 10));
    expect(weighted.pValue).toBeGreaterThan(0.01);
    expect(flatness(rankHistogram({ members, values }, key(4), 10)).pValue).toBeLessThan(1e-6);
  });

  test("of independent cases all are effective; of a slow error few are", () => {
    const independent = rankHistogram(drawn(1, 0, 5), key(5));
    for (const n of Object.values(independent.effectiveCases)) {
      expect(n / independent.cases).toBeGreaterThan(0.7);
    }
    const z = gaussianNumbers(6);
    const rho = 0.95;
    let x = 0;
    const values = Array.from({ length: K }, () => {
      x = rho * x + Math.sqrt(1 - rho * rho) * z();
      return [x, x];
    });
    const members = values.map((row) => row.map(() => Array.from({ length: N }, () => z())));
    const slow = rankHistogram({ members, values }, key(6));
    // Both components are one, of which (1 − ρ)/(1 + ρ) = 1/39 are independent; members add noise.
    const { bars, slope, convexity } = slow.effectiveCases;
    expect(slow.cases / slope).toBeGreaterThan(30);
    expect(slow.cases / slope).toBeLessThan(120);
    // Squares correlate as ρ², single bars less.
    expect(convexity).toBeGreaterThan(slope);
    expect(bars).toBeGreaterThan(convexity);
  });

  test("says what does not fit", () => {
    expect(() => rankHistogram({ members: [[[1, 2]]], values: [[1]] }, key(1))).toThrow(
      /two times/,
    );
    const bad = { members: [[[1, Number.NaN]], [[1, 2]]], values: [[1], [1]] };
    expect(() => rankHistogram(bad, key(1))).toThrow(/is NaN/);
  });
});

const alike = (n: number) => ({ bars: n, slope: n, convexity: n });

describe("flatness", () => {
  test("χ² and its parts, by hand", () => {
    const { chiSquare, slope, convexity, degrees } = flatness({
      counts: [6, 2, 4],
      cases: 12,
      effectiveCases: alike(12),
    });
    expect(chiSquare).toBeCloseTo((4 + 4 + 0) / 4, 13);
    expect(degrees).toBe(2);
    // Of three bins (−1, 0, 1)/√2 and (1, −2, 1)/√6 are all there is.
    expect(slope.chiSquare).toBeCloseTo(0.5, 13);
    expect(convexity.chiSquare).toBeCloseTo(1.5, 13);
    expect([slope.sign, convexity.sign]).toEqual([-1, 1]);
  });

  test("p-values of exchangeable draws are uniform", () => {
    const parts = Array.from({ length: 200 }, (_, i) => {
      const { counts, cases } = rankHistogram(short(i), key(i));
      const { pValue, slope, convexity } = flatness({
        counts,
        cases,
        effectiveCases: alike(cases),
      });
      return [pValue, slope.pValue, convexity.pValue];
    });
    for (const i of [0, 1, 2]) {
      const mean = parts.reduce((t, row) => t + row[i]!, 0) / parts.length;
      // Four standard errors of a mean of 200 uniform numbers.
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / parts.length));
    }
    function short(seed: number) {
      const { members, values } = drawn(1, 0, 100 + seed);
      return { members: members.slice(0, 100), values: values.slice(0, 100) };
    }
  });

  test("too narrow, too wide, and biased are told apart", () => {
    const of = (sd: number, bias: number) => flatness(rankHistogram(drawn(sd, bias, 7), key(7)));
    const [narrow, wide, high] = [of(0.7, 0), of(1.4, 0), of(1, 0.3)];
    expect([narrow.convexity.sign, wide.convexity.sign, high.slope.sign]).toEqual([1, -1, 1]);
    for (const p of [narrow.convexity, wide.convexity, high.slope]) {
      expect(p.pValue).toBeLessThan(1e-6);
    }
    expect(narrow.slope.pValue).toBeGreaterThan(1e-3);
    expect(high.slope.chiSquare).toBeGreaterThan(10 * high.convexity.chiSquare);
  });

  test("p-values of slow errors are no smaller than uniform, those that count all cases are", () => {
    const rho = 0.8;
    const found = Array.from({ length: 100 }, (_, i) => {
      const z = gaussianNumbers(300 + i);
      let x = z();
      const values = Array.from({ length: 1000 }, () => {
        x = rho * x + Math.sqrt(1 - rho * rho) * z();
        return [x];
      });
      const members = values.map(() => [Array.from({ length: N }, () => z())]);
      const ranks = rankHistogram({ members, values }, key(i));
      const naive = flatness({ ...ranks, effectiveCases: alike(ranks.cases) });
      const { pValue, slope, convexity } = flatness(ranks);
      return [naive.slope.pValue, pValue, slope.pValue, convexity.pValue].map((p) => p < 0.1);
    });
    const [naive, ...counted] = [0, 1, 2, 3].map(
      (i) => found.filter((row) => row[i]).length / found.length,
    );
    expect(naive!).toBeGreaterThan(0.4);
    // 10 % expected; three standard errors of 100 draws are 9 %, the error of n′ adds a little.
    for (const share of counted) expect(share).toBeLessThan(0.22);
  });

  test("fewer effective cases weigh less, and widen what is expected", () => {
    const all: RankHistogram = { counts: [40, 20, 20, 20], cases: 100, effectiveCases: alike(100) };
    const few = flatness({ ...all, effectiveCases: alike(25) });
    expect(few.chiSquare).toBeCloseTo(flatness(all).chiSquare / 4, 12);
    const width = ({ expected: [low, high] }: { expected: readonly [number, number] }) =>
      high - low;
    expect(width(few)).toBeCloseTo(2 * width(flatness(all)), 12);
    expect(() => flatness({ counts: [1, 2], cases: 3, effectiveCases: alike(3) })).toThrow(
      /three bins/,
    );
  });
});
