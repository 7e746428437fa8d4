/**
 * Members have no order, and neither have variables: analyses of members that are permuted are the same
 * members, permuted, and say the same of the observation. Perturbations of the EnKF go with their members;
 * drawn ones belong to places, so a run of it is the same in distribution only, and its ℓ and χ² of one
 * analysis to the digit.
 */
import fc from "fast-check";
import { describe, test } from "vitest";
import { gather, indices, type Tensor, tensor } from "../../src/engine/index.js";
import {
  type Analysis,
  denkfAnalysis,
  eakfAnalysis,
  enkfAnalysis,
  enkfNAnalysis,
  etkfAnalysis,
} from "../../src/filters/index.js";
import { type Observation, observeMatrix } from "../../src/observe/index.js";
import { expectClose } from "../support/close.js";

const m = 3;

type Analyse = (E: Tensor, observation: Observation, epsilon: Tensor) => Analysis<Tensor>;
const analyses: Record<string, Analyse> = {
  etkf: (E, observation) => etkfAnalysis(E, observation, 0.1),
  eakf: (E, observation) => eakfAnalysis(E, observation, { covarianceInflation: 0.1 }),
  denkf: (E, observation) => denkfAnalysis(E, observation, { covarianceInflation: 0.1 }),
  "enkf-n": (E, observation) => enkfNAnalysis(E, observation, {}),
  enkf: (E, observation, epsilon) =>
    enkfAnalysis(E, observation, { covarianceInflation: 0.1 }, epsilon),
};

const permutation = (n: number) =>
  fc.shuffledSubarray(
    Array.from({ length: n }, (_, i) => i),
    { minLength: n, maxLength: n },
  );
const value = fc.double({ min: -3, max: 3, noNaN: true });
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(value, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });

/** Members far enough from each other, what is observed of them, and an order of members and of variables. */
const cases = fc
  .record({ N: fc.integer({ min: 4, max: 9 }), d: fc.integer({ min: 2, max: 6 }) })
  .chain(({ N, d }) =>
    fc.record({
      E: matrix(N, d),
      H: matrix(m, d),
      epsilon: matrix(N, m),
      y: fc.array(value, { minLength: m, maxLength: m }),
      gap: fc.boolean(),
      members: permutation(N),
      variables: permutation(d),
    }),
  );

const observed = (H: number[][], y: readonly number[], gap: boolean): Observation => ({
  ...{ y: tensor(y), operator: observeMatrix(tensor(H)), variance: tensor([0.4, 0.9, 0.6]) },
  mask: gap ? tensor([1, 0, 1]) : null,
});
const along = (x: Tensor, axis: number, order: readonly number[]): Tensor =>
  gather(x, indices(order), axis);

function expectSame(a: Analysis<Tensor>, b: Analysis<Tensor>, state: (x: Tensor) => Tensor): void {
  // Members within ±3 and R of .4 or more: conditions below 1e3, rounding alone.
  expectClose(b.state, state(a.state), 1e-10);
  for (const what of ["logEvidence", "innovation", "chiSquare"] as const) {
    expectClose(b[what], a[what], 1e-10);
  }
}

describe.each(Object.entries(analyses))("%s", (_, analyse) => {
  test("members in another order", () => {
    fc.assert(
      fc.property(cases, ({ E, H, epsilon, y, gap, members }) => {
        const seen = observed(H, y, gap);
        const order = (x: Tensor) => along(x, -2, members);
        const one = analyse(tensor(E), seen, tensor(epsilon));
        expectSame(one, analyse(order(tensor(E)), seen, order(tensor(epsilon))), order);
      }),
      { seed: 12, numRuns: 30 },
    );
  });

  test("variables in another order", () => {
    fc.assert(
      fc.property(cases, ({ E, H, epsilon, y, gap, variables }) => {
        const order = (x: Tensor) => along(x, -1, variables);
        const turned = H.map((row) => variables.map((i) => row[i]!));
        const one = analyse(tensor(E), observed(H, y, gap), tensor(epsilon));
        const other = analyse(order(tensor(E)), observed(turned, y, gap), tensor(epsilon));
        expectSame(one, other, order);
      }),
      { seed: 13, numRuns: 30 },
    );
  });
});
