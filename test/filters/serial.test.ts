/** Filters whose gain a taper damps, against their formulas in plain numbers; order of observations. */
import { describe, expect, test } from "vitest";
import { gather, indices, slice, type Tensor, tensor } from "../../src/engine/index.js";
import {
  denkfAnalysis,
  eakfAnalysis,
  gridPositions,
  observedTaper,
  stateTaper,
} from "../../src/filters/index.js";
import {
  type Observation,
  observeComponents,
  observeIndices,
  observeMatrix,
} from "../../src/observe/index.js";
import { sampleMoments, taperMatrix } from "../../src/prob/index.js";
import { expectClose } from "../support/close.js";
import {
  diagonalOf,
  factor,
  flip,
  identityMatrix,
  type Matrix,
  pickRows,
  plus,
  solveLower,
  times,
  timesVector,
} from "../support/dense.js";
import { covarianceOf, ownKalman, someMembers } from "./own-moments.js";

/** Only rounding is left. */
const exact = 1e-10;

const [N, d] = [6, 8];
const observed = [5, 1, 2, 6];
const y = [0.4, -0.3, 1, 0.8];
const R = [0.5, 0.3, 0.9, 0.4];
const E = someMembers(N, d);
const seen: Observation = {
  y: tensor(y),
  operator: observeComponents(observed),
  variance: tensor(R),
  mask: null,
};
const ring = { domain: { kind: "ring", length: d }, halfWidth: 1.7 } as const;
const everywhere = Array.from({ length: d }, (_, i) => i);
const rho = taperMatrix(everywhere, everywhere, ring).toArray() as Matrix;
const taper = observedTaper(gridPositions(d, observed), ring);

const meanOf = (rows: Matrix): number[] =>
  rows[0]!.map((_, j) => rows.reduce((t, row) => t + row[j]!, 0) / rows.length);

/** One observation after the other, all in plain numbers: members and Σ ℓ. */
function serially(given: Matrix, phi: number, skip: readonly number[] = []) {
  let xbar = meanOf(given);
  let A = given.map((row) => row.map((v, j) => Math.sqrt(1 + phi) * (v - xbar[j]!)));
  let ell = 0;
  observed.forEach((place, j) => {
    if (skip.includes(j)) return;
    const a = A.map((row) => row[place]!);
    const S = a.reduce((t, v) => t + v * v, 0) / (N - 1) + R[j]!;
    const gain = rho[place]!.map(
      (share, i) => (share * a.reduce((t, v, n) => t + v * A[n]![i]!, 0)) / (N - 1) / S,
    );
    const misfit = y[j]! - xbar[place]!;
    ell -= 0.5 * (misfit ** 2 / S + Math.log(2 * Math.PI * S));
    const alpha = 1 / (1 + Math.sqrt(R[j]! / S));
    xbar = xbar.map((v, i) => v + misfit * gain[i]!);
    A = A.map((row, n) => row.map((v, i) => v - alpha * a[n]! * gain[i]!));
  });
  return { members: A.map((row) => row.map((v, i) => v + xbar[i]!)), ell };
}

describe("eakf", () => {
  const rows = E.toArray() as Matrix;

  test.each([
    ["between observed positions and the state", taper, seen.operator],
    ["between components", stateTaper(everywhere, ring), seen.operator],
    ["of positions that may change", taper, observeIndices(indices(observed), d)],
    ["of a matrix", taper, observeMatrix(tensor(pickRows(identityMatrix(d), observed)))],
  ])("with a taper %s, one observation after the other", (_, given, operator) => {
    const inflation = { covarianceInflation: 0.2, taper: given };
    const expected = serially(rows, 0.2);
    const ours = eakfAnalysis(E, { ...seen, operator }, inflation);
    expectClose(ours.state, expected.members, exact);
    expectClose(ours.logEvidence, expected.ell, exact);
  });

  test("with a taper and a gap", () => {
    const expected = serially(rows, 0, [1]);
    const gap = { ...seen, mask: tensor([1, 0, 1, 1]) };
    const ours = eakfAnalysis(E, gap, { taper });
    expectClose(ours.state, expected.members, exact);
    expectClose(ours.logEvidence, expected.ell, exact);
  });

  test("without a taper the order changes members, not moments or evidence", () => {
    const order = indices([2, 0, 3, 1]);
    const turned: Observation = {
      y: gather(seen.y, order, 0),
      operator: observeComponents([2, 5, 6, 1]),
      variance: gather(tensor(R), order, 0),
      mask: null,
    };
    const [a, b] = [eakfAnalysis(E, seen), eakfAnalysis(E, turned)];
    expectClose(sampleMoments(a.state).mean, sampleMoments(b.state).mean, exact);
    expectClose(covarianceOf(a.state), covarianceOf(b.state), exact);
    expectClose(a.logEvidence, b.logEvidence, exact);
  });

  test("the innovation is whitened by the factor of Cholesky", () => {
    expectClose(eakfAnalysis(E, seen).innovation, ownKalman(E, seen).innovation, exact);
  });
});

test("denkf with a taper: the mean by the gain, anomalies by half of it", () => {
  const phi = 0.2;
  const rows = E.toArray() as Matrix;
  const C = covarianceOf(E).map((row, i) => row.map((v, j) => (1 + phi) * rho[i]![j]! * v));
  const HC = pickRows(C, observed);
  const S = plus(
    HC.map((row) => observed.map((j) => row[j]!)),
    diagonalOf(R),
  );
  const L = solveLower(factor(S), identityMatrix(observed.length));
  const K = flip(times(times(flip(L), L), HC)); // [d, m]
  const xbar = meanOf(rows);
  const shift = timesVector(
    K,
    observed.map((i, k) => y[k]! - xbar[i]!),
  );
  const expected = rows.map((row) => {
    const a = row.map((v, j) => Math.sqrt(1 + phi) * (v - xbar[j]!));
    const half = timesVector(
      K,
      observed.map((i) => 0.5 * a[i]!),
    );
    return a.map((v, j) => xbar[j]! + shift[j]! + v - half[j]!);
  });
  const ours = denkfAnalysis(E, seen, { covarianceInflation: phi, taper });
  expectClose(ours.state, expected, exact);
});

test("more components than members or observations: each is analysed as if the others were not there", () => {
  const wide = someMembers(N, 30);
  const few = (x: Tensor) => slice(x, -1, 0, d);
  for (const analyse of [eakfAnalysis, denkfAnalysis]) {
    expectClose(few(analyse(wide, seen).state), analyse(few(wide), seen).state, exact);
  }
  expect(few(wide).shape).toEqual([N, d]);
});
