/** Tables 2 and 3 of adrian2026: counts in closed form, and results that are known. */
import { describe, expect, test } from "vitest";
import { type Sizes, stepCost } from "../../src/reproductions/adrian2026/analysis-cost.js";
import { table2 } from "../../src/reproductions/adrian2026/table-2.js";
import { table3 } from "../../src/reproductions/adrian2026/table-3.js";
import type { Trial } from "../../src/reproductions/adrian2026/trial.js";
import type { Comparison, Json } from "../../src/reproductions/reproduction.js";
import { reproductions } from "../../src/reproductions/reproductions.js";

const sizes = (given: Partial<Sizes>): Sizes => ({
  ...{ method: "3dvar-c", view: "matrix", state: 120, observed: 30, members: 1 },
  ...given,
});

describe("table 2", () => {
  test("3DVar-K: H x and K r, and a few operations an element", () => {
    const { analysis, further } = stepCost(sizes({ method: "3dvar-k" }));
    const products = 2 * 2 * 120 * 30;
    expect(analysis).toBeGreaterThanOrEqual(products);
    expect(analysis - products).toBeLessThan(5 * (120 + 30));
    expect(further).toBe(analysis);
  });

  test("3DVar-C: the products of the gain once, then what 3DVar-K needs", () => {
    const { analysis, further } = stepCost(sizes({}));
    // H B, (H B) Bᵀ, H C Hᵀ and the inverse of S.
    const products = 2 * (2 * 30 * 120 * 120) + 2 * 30 * 30 * 120 + 30 ** 3;
    expect(Math.abs(analysis / products - 1)).toBeLessThan(0.05);
    expect(further).toBeLessThan(analysis / 50);
  });

  test("members are forecast one by one", () => {
    const of = (method: Sizes["method"], members: number) =>
      stepCost(sizes({ method, members })).forecast;
    expect(of("enkf", 7)).toBe(7 * of("3dvar-c", 1));
    expect(of("ens3dvar", 7)).toBe(of("enkf", 7));
  });

  test("exponents are those published, where the terms are the same", async () => {
    const host = { progress: () => {}, checkpoint: async () => {}, resume: null };
    const results = await Promise.all(
      table2.trials("quick").map((trial) => table2.run(trial, host)),
    );
    const { comparisons, figures } = table2.assemble("quick", results);
    const ours = (what: string) => comparisons.find((one) => one.what === what)!;
    for (const method of ["3DVar-C", "3DVar-K", "Ens3DVar"]) {
      for (const symbol of ["d_x", "d_y"]) {
        const one = ours(`${method}: exponent of ${symbol}`);
        // Lower terms have other constants than one: a tenth.
        expect(Math.abs(one.ours! - (one.published as number))).toBeLessThan(0.1);
      }
    }
    // One product with members each, where the published order has N².
    expect(ours("EnKF: exponent of N").ours).toBeCloseTo(1, 1);
    expect(ours("EnKF: exponent of N").published).toBeCloseTo(2, 1);
    expect(figures).toHaveLength(2);
  });
});

describe("table 3", () => {
  test("errors of variables observed and never observed are told apart", () => {
    const results = table3.trials("quick").map((trial) => resultOf(trial as unknown as Trial));
    const { comparisons, figures } = table3.assemble("quick", results);
    const of = (what: string): Comparison => comparisons.find((one) => one.what.startsWith(what))!;
    expect(of("EnKF: H fixed").ours).toBe(2);
    expect(of("EnKF: the same of those observed").ours).toBe(1);
    expect(of("EnKF: H changing").ours).toBe(0.3);
    expect(of("3DVar-K: H changing")).toMatchObject({ published: "✗", ours: null });
    // Lowest, lower, high: as the words say.
    const memory = (name: string) => of(`${name}: memory`).ours!;
    expect(memory("3DVar-K")).toBeLessThan(memory("3DVar-C"));
    expect(memory("3DVar-C")).toBeLessThan(memory("EnKF") / 10);
    const [figure] = figures;
    expect(figure).toMatchObject({ kind: "curves", panels: { length: 4 } });
  });

  /** An error of 1 where every second variable is observed, of 2 where none is, after a bad start. */
  function resultOf({ changing, series }: Trial): Json {
    const [cycles, d] = [12, 4];
    const rows = (value: (t: number, i: number) => number | null) =>
      Array.from({ length: cycles }, (_, t) => Array.from({ length: d }, (__, i) => value(t, i)));
    return {
      ...{ rates: { dynamics: 1, filter: 1 }, initial: [1.5], grid: [] },
      epochs: [{ training: 1, validation: 1, errors: [0.1], filter: {}, rate: 1, recoveries: 0 }],
      test: { pooled: 9, late: changing ? 0.3 : 0.4, seen: 1, unseen: 2 },
      series: series
        ? {
            analysis: rows((t, i) => (t < 2 ? 100 : 1 + (i % 2))),
            truth: rows(() => 0),
            observed: rows((_, i) => (i % 2 === 0 ? 0 : null)),
            terms: null,
          }
        : null,
    };
  }
});

test("a trial of table 3 with H fixed is one of figure 5: its result is shared", () => {
  const figure5 = reproductions.find(({ name }) => name === "figure-5")!;
  expect(table3.kind).toBe(figure5.kind);
  for (const scale of ["quick", "paper"] as const) {
    const own = new Set(table3.trials(scale).map((trial) => JSON.stringify(trial)));
    for (const trial of figure5.trials(scale)) expect(own).toContain(JSON.stringify(trial));
  }
});
