/** Incremental variational analysis of a window of observations, for 4DVar and its hybrid. */
import {
  add,
  broadcastTo,
  concat,
  conjugateGradients,
  div,
  expandDims,
  eye,
  index,
  linearise,
  matmul,
  mul,
  ones,
  type PositiveDefinite,
  positiveDefinite,
  slice,
  solveRows,
  splitAlong,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  transpose,
  triangularSolve,
} from "../engine/index.js";
import type { CycleResult, Moments } from "../filters/index.js";
import { addNoise, type StateMap } from "../models/index.js";
import {
  atObserved,
  innovationOf,
  type Observation,
  observedCount,
  rowsAtObserved,
  variances,
} from "../observe/index.js";
import { floatType, logNormal, whiten } from "../prob/index.js";

/** How the linear inner problem of `analyseWindow` is solved. */
export type InnerSolver =
  | { readonly kind: "direct" }
  | {
      readonly kind: "conjugate-gradients";
      /** @defaultValue 20 */
      readonly steps?: number;
    };

/** Chooses a solver by the size of B [..., d, p]: above 100 columns the matrix costs more than its products. */
export const solverFor = (factor: Tensor): InnerSolver => ({
  kind: factor.shape.at(-1)! <= 100 ? "direct" : "conjugate-gradients",
});

/** A window of observations, and the model and background for its analysis. */
export interface Window {
  /** x_b: background state at the window's start, [..., d]. */
  readonly background: Tensor;
  /** State about which the first tangent is taken, [..., d]. */
  readonly guess: Tensor;
  /** B: a factor of the background covariance, [d, p] or [..., d, p]. */
  readonly factor: Tensor;
  /** One model step. */
  readonly map: StateMap;
  /** Steps from each time of the window to the next. */
  readonly steps: readonly number[];
  /** Observations in order of their times; the newest is at the window's end. */
  readonly observations: readonly TimedObservation[];
}

/** An observation and its time within a window. */
export interface TimedObservation {
  /** j: index of the time, 0 at the window's start. */
  readonly time: number;
  readonly observation: Observation;
}

/** Estimates at each time of a window. */
export interface WindowStates {
  /** x_j [..., d] */
  readonly states: readonly Tensor[];
  /** Variances of x_j, [..., d]; null with conjugate gradients. */
  readonly variances: readonly Tensor[] | null;
}

/** The analysis of a window. */
export interface WindowAnalysis extends WindowStates {
  /** Estimates without the newest observation. */
  readonly forecast: WindowStates;
  /** ℓ, innovation and χ² of the newest observation. */
  readonly evidence: NonNullable<CycleResult<Moments>["evidence"]>;
}

/** Returns the model's trajectory through a window, x_0 = x, x_1, … */
export function trajectory({ map, steps }: Pick<Window, "map" | "steps">, x: Tensor): Tensor[] {
  const states = [x];
  for (const n of steps) {
    let moved = states.at(-1)!;
    for (let i = 0; i < n; i++) moved = map(moved);
    states.push(moved);
  }
  return states;
}

/** Returns the estimates of a window that has no newest observation. */
export function forecastWindow(window: Window, solver: InnerSolver): WindowStates {
  if (solver.kind !== "direct")
    return { states: trajectory(window, window.guess), variances: null };
  const { states, tangents } = columnTangent(window, window.guess, (all) => all.at(-1)!);
  return { states, variances: tangents.map((Z) => sum(square(Z), -2)) };
}

/**
 * Computes the state at a window's start that fits the observations of the window best, with the model
 * taken as exact: the minimum of
 *
 *     ½ ‖w‖² + ½ ‖y − g(x)‖² in the norm of R⁻¹,   x = x_b + B w,   g(x) = h(x_j),  x_j = M_j(x)
 *
 * by Gauss–Newton iterations. About each x, with the tangent G = g′ B, w solves the inner problem
 *
 *     (I + Gᵀ R⁻¹ G) w = Gᵀ R⁻¹ (y − g(x) + g′ (x − x_b))
 *
 * - direct: one run of the model on all columns of B gives G, and the matrix is formed and factored.
 *   Its inverse is the covariance of w, and Z_j = M_j′ B propagates it to that of x_j.
 * - conjugate gradients: products with G and Gᵀ alone, by tangent and adjoint of one run, for a fixed
 *   number of steps. Derivatives are those of the solution.
 *
 * Vectors are rows: k vectors w are [..., k, p], and all observations of the window are one row [..., n].
 *
 * @see courtier1994 for increments; gratton2007 for Gauss–Newton iterations
 */
export function analyseWindow(
  given: Window,
  iterations: number,
  solver: InnerSolver,
): WindowAnalysis {
  const { factor: B, observations } = given;
  const y = inOneRow(observations.map(({ observation }) => observation.y)); // [..., n]
  const xb = broadcastBatch(given.background, y);
  const window = { ...given, background: xb, guess: broadcastBatch(given.guess, y) };
  const W = precision(observations);
  const linear = (x: Tensor, rows = 1): Tangent =>
    solver.kind === "direct" ? direct(window, x) : iterative(window, x, rows, solver.steps ?? 20);
  const residual = ({ value, offset }: Tangent) => add(innovations(observations, y, value), offset); // [..., n]

  const first = linear(window.guess);
  let [x, tangent] = [window.guess, first];
  for (let i = 0; i < iterations; i++) {
    if (i > 0) tangent = linear(x);
    const w = tangent.normal(W).solve(tangent.back(row(mul(W, residual(tangent))))); // [..., 1, p]
    x = add(xb, squeeze(matmul(w, B, { transposeB: true }), -2));
  }
  const size = observations.at(-1)!.observation.operator.size;
  const many = solver.kind === "direct" ? first : linear(window.guess, size);
  const before = observations.length > 1 ? precision(observations, 0) : null;
  return {
    states: trajectory(window, x),
    variances: tangent.normal(W).variances,
    forecast: { states: first.states, variances: first.normal(before).variances },
    evidence: newestEvidence(
      observations.at(-1)!.observation,
      residual(first),
      before,
      first,
      many,
    ),
  };
}

/** Computes ℓ of the newest observation, given the others of the window. */
function newestEvidence(
  observation: Observation,
  residual: Tensor,
  before: Tensor | null,
  one: Tangent,
  many: Tangent,
): WindowAnalysis["evidence"] {
  const [n, m] = [residual.shape.at(-1)!, observation.operator.size];
  const last = slice(eye(n, floatType(residual)), 0, n - m, n); // [m, n]
  const G = many.back(rowsAtObserved(last, observation)); // [..., m, p]
  const S = positiveDefinite(
    addNoise(matmul(many.normal(before).solve(G), G, { transposeB: true }), variances(observation)),
  );
  let r = slice(residual, -1, n - m, n); // [..., m]
  if (before !== null) {
    const w = one.normal(before).solve(one.back(row(mul(before, residual)))); // [..., 1, p]
    r = sub(r, squeeze(matmul(w, G, { transposeB: true }), -2));
  }
  const known = atObserved(r, observation);
  const white = whiten(known, S.factor);
  return {
    logEvidence: logNormal(known, S, observedCount(observation)),
    innovation: white,
    chiSquare: sum(square(white), -1),
  };
}

/** g and its tangent at one state x. */
interface Tangent {
  /** x_j */
  readonly states: readonly Tensor[];
  /** g(x) [..., n] */
  readonly value: Tensor;
  /** g′ (x − x_b), [..., n] */
  readonly offset: Tensor;
  /** v G: [..., k, n] → [..., k, p] */
  back(v: Tensor): Tensor;
  /** The matrix I + Gᵀ W G, W [..., n] a diagonal; null: I. */
  normal(W: Tensor | null): Normal;
}

interface Normal {
  /** b → b (I + Gᵀ W G)⁻¹, [..., k, p] */
  solve(b: Tensor): Tensor;
  /** Variances of each x_j; null with conjugate gradients. */
  readonly variances: readonly Tensor[] | null;
}

/** Makes the tangent by one run on all columns of B. */
function direct(window: Window, x: Tensor): Tangent {
  const view = (all: readonly Tensor[]) => observedOf(all, window.observations);
  const { states, tangents, value, rows: Y, offset } = columnTangent(window, x, view); // Y [..., p, n]
  const identity = { solve: (b: Tensor) => b, variances: tangents.map((Z) => sum(square(Z), -2)) };
  const factored = (A: PositiveDefinite): Normal => ({
    solve: (b) => solveRows(A, b),
    variances: tangents.map((Z) => sum(square(triangularSolve(A.factor, Z)), -2)),
  });
  const unit = eye(Y.shape.at(-2)!, floatType(Y));
  return {
    ...{ states, value, offset },
    back: (v) => matmul(v, Y, { transposeB: true }),
    normal: (W) =>
      W === null
        ? identity
        : factored(positiveDefinite(add(unit, matmul(mul(row(W), Y), Y, { transposeB: true })))),
  };
}

/** Runs the tangent of the window on the columns of B and on x − x_b; `view` maps the states to g. */
function columnTangent(window: Window, x: Tensor, view: (states: readonly Tensor[]) => Tensor) {
  const { background, factor: B } = window;
  const [d, p] = B.shape.slice(-2) as [number, number];
  const columns = broadcastTo(transpose(B), [...x.shape.slice(0, -1), p, d]);
  const along = concat([columns, row(sub(x, background))], -2); // [..., p + 1, d]
  const { value, push } = linearise(
    (X: Tensor) => {
      const states = trajectory(window, X);
      return { states, g: view(states) };
    },
    broadcastTo(row(x), along.shape),
  );
  const moved = push(along);
  return {
    states: value.states.map((X) => index(X, -2, 0)),
    /** Z_j [..., p, d] */
    tangents: moved.states.map((Z) => slice(Z, -2, 0, p)),
    value: index(value.g, -2, 0),
    rows: slice(moved.g, -2, 0, p),
    offset: index(moved.g, -2, p),
  };
}

/** Makes the tangent by products alone, for `rows` vectors at a time. */
function iterative(window: Window, x: Tensor, rows: number, steps: number): Tangent {
  const { background, factor: B, observations } = window;
  const lead = x.shape.slice(0, -1);
  const points = broadcastTo(row(x), [...lead, rows, x.shape.at(-1)!]);
  const states = trajectory(window, x);
  const { value, push, pull } = linearise(
    (X: Tensor) => observedOf(trajectory(window, X), observations),
    points,
  );
  const back = (v: Tensor) => matmul(pull(broadcastTo(v, value.shape)), B);
  const product = (W: Tensor) => (w: Tensor) =>
    add(w, back(mul(row(W), push(matmul(w, B, { transposeB: true })))));
  return {
    states,
    value: index(value, -2, 0),
    offset: index(push(broadcastTo(row(sub(x, background)), points.shape)), -2, 0),
    back,
    normal: (W) => ({
      solve: (b) => (W === null ? b : conjugateGradients(product(W), b, steps)),
      variances: null,
    }),
  };
}

/** Returns h(x_j) of all observations, in one row. */
const observedOf = (states: readonly Tensor[], observations: readonly TimedObservation[]): Tensor =>
  inOneRow(observations.map(({ time, observation }) => observation.operator.apply(states[time]!)));

/** Returns the diagonal of R⁻¹, 0 at the gaps, [..., n]; with `newest` 0 that of the older observations only. */
const precision = (observations: readonly TimedObservation[], newest = 1): Tensor =>
  inOneRow(
    observations.map(({ observation: { y, mask, variance: R } }, i) => {
      const W = broadcastTo(div(mask ?? ones(y.shape, floatType(y)), R), y.shape);
      return i === observations.length - 1 ? mul(newest, W) : W;
    }),
  );

/** Returns y − g(x) of all observations, by the difference of each operator, [..., n]. */
function innovations(observations: readonly TimedObservation[], y: Tensor, value: Tensor): Tensor {
  if (observations.every(({ observation }) => observation.operator.difference === undefined)) {
    return sub(y, value);
  }
  const sizes = observations.map(({ observation }) => observation.operator.size);
  const parts = splitAlong(value, -1, sizes);
  return inOneRow(observations.map(({ observation }, i) => innovationOf(observation, parts[i]!)));
}

const inOneRow = (parts: readonly Tensor[]): Tensor => concat(parts, -1);

/** Broadcasts x to the batch axes of y: several records may start from one state. */
const broadcastBatch = (x: Tensor, y: Tensor): Tensor =>
  y.shape.length > x.shape.length ? broadcastTo(x, [...y.shape.slice(0, -1), x.shape.at(-1)!]) : x;

/** [..., n] → [..., 1, n] */
const row = (x: Tensor): Tensor => expandDims(x, -2);
