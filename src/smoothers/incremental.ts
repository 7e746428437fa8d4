/**
 * The state at a window's start that fits the window's observations best, the model taken as exact:
 * the least of
 *
 *     ½ ‖w‖² + ½ ‖y − g(x)‖² in the norm of R⁻¹,   x = x_b + B w,   g(x) = h(x_j),  x_j = M_j(x)
 *
 * by Gauss and Newton: about each x, with the tangent G = g′ B, w solves
 *
 *     (I + Gᵀ R⁻¹ G) w = Gᵀ R⁻¹ (y − g(x) + g′ (x − x_b))          inner problem
 *
 * - direct: G from one run of the model on all columns of B; the matrix is formed and factored.
 *   The covariance of w then is its inverse, that of x_j as Z_j = M_j′ B carries it.
 * - conjugate gradients: products with G and Gᵀ alone, tangent and adjoint of one run, for a number
 *   of steps fixed beforehand. The derivative is that of the solution.
 *
 * Vectors are rows: w [..., k, p], k of them; all observations of the window stand in one row [..., n].
 *
 * @see courtier1994 for increments; gratton2007 for Gauss and Newton
 */
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

/** How the inner problem is solved. */
export type InnerSolver =
  | { readonly kind: "direct" }
  | {
      readonly kind: "conjugate-gradients";
      /** @defaultValue 20 */
      readonly steps?: number;
    };

/** One by the size of B [..., d, p]: beyond some 100 columns the matrix costs more than its products. */
export const solverFor = (factor: Tensor): InnerSolver => ({
  kind: factor.shape.at(-1)! <= 100 ? "direct" : "conjugate-gradients",
});

export interface Window {
  /** x_b [..., d] */
  readonly background: Tensor;
  /** Where the first tangent is taken, [..., d]. */
  readonly guess: Tensor;
  /** B [d, p] or [..., d, p] */
  readonly factor: Tensor;
  /** One model step. */
  readonly map: StateMap;
  /** Steps from each time of the window to the next. */
  readonly steps: readonly number[];
  /** In order of their times; the newest is at the window's end. */
  readonly seen: readonly Seen[];
}

export interface Seen {
  /** j: which time of the window, 0 at its start. */
  readonly time: number;
  readonly observation: Observation;
}

/** What is known at each time of the window; no variances under conjugate gradients. */
export interface WindowStates {
  /** x_j [..., d] */
  readonly states: readonly Tensor[];
  /** [..., d] */
  readonly variances: readonly Tensor[] | null;
}

export interface WindowAnalysis extends WindowStates {
  /** Before the newest observation. */
  readonly forecast: WindowStates;
  readonly evidence: NonNullable<CycleResult<Moments>["evidence"]>;
}

/** x_0 = x, x_1, … */
export function flow({ map, steps }: Pick<Window, "map" | "steps">, x: Tensor): Tensor[] {
  const states = [x];
  for (const n of steps) {
    let moved = states.at(-1)!;
    for (let i = 0; i < n; i++) moved = map(moved);
    states.push(moved);
  }
  return states;
}

/** The window without its newest observation. */
export function forecastWindow(window: Window, solver: InnerSolver): WindowStates {
  if (solver.kind !== "direct") return { states: flow(window, window.guess), variances: null };
  const { states, tangents } = columnTangent(window, window.guess, (all) => all.at(-1)!);
  return { states, variances: tangents.map((Z) => sum(square(Z), -2)) };
}

/** The optimum after a number of tangents, and what the newest observation says of the forecast. */
export function analyseWindow(
  given: Window,
  iterations: number,
  solver: InnerSolver,
): WindowAnalysis {
  const { factor: B, seen } = given;
  const y = inOneRow(seen.map(({ observation }) => observation.y)); // [..., n]
  const xb = beside(given.background, y);
  const window = { ...given, background: xb, guess: beside(given.guess, y) };
  const W = precision(seen);
  const linear = (x: Tensor, rows = 1): Tangent =>
    solver.kind === "direct" ? direct(window, x) : iterative(window, x, rows, solver.steps ?? 20);
  const residual = ({ value, offset }: Tangent) => add(innovations(seen, y, value), offset); // [..., n]

  const first = linear(window.guess);
  let [x, tangent] = [window.guess, first];
  for (let i = 0; i < iterations; i++) {
    if (i > 0) tangent = linear(x);
    const w = tangent.normal(W).solve(tangent.back(row(mul(W, residual(tangent))))); // [..., 1, p]
    x = add(xb, squeeze(matmul(w, B, { transposeB: true }), -2));
  }
  const size = seen.at(-1)!.observation.operator.size;
  const many = solver.kind === "direct" ? first : linear(window.guess, size);
  const before = seen.length > 1 ? precision(seen, 0) : null;
  return {
    states: flow(window, x),
    variances: tangent.normal(W).variances,
    forecast: { states: first.states, variances: first.normal(before).variances },
    evidence: newestEvidence(seen.at(-1)!.observation, residual(first), before, first, many),
  };
}

/** ℓ of the newest observation, given those before it in the window. */
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

/** g and its tangent at one x. */
interface Tangent {
  /** x_j */
  readonly states: readonly Tensor[];
  /** g(x) [..., n] */
  readonly value: Tensor;
  /** g′ (x − x_b), [..., n] */
  readonly offset: Tensor;
  /** v G: [..., k, n] → [..., k, p] */
  back(v: Tensor): Tensor;
  /** I + Gᵀ W G, W [..., n] on the diagonal; null: I. */
  normal(W: Tensor | null): Normal;
}

interface Normal {
  /** b → b (I + Gᵀ W G)⁻¹, [..., k, p] */
  solve(b: Tensor): Tensor;
  /** Of every x_j. */
  readonly variances: readonly Tensor[] | null;
}

function direct(window: Window, x: Tensor): Tangent {
  const view = (all: readonly Tensor[]) => observedOf(all, window.seen);
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

/** One run of the window on the columns of B and on x − x_b, and what `view` makes of the states. */
function columnTangent(window: Window, x: Tensor, view: (states: readonly Tensor[]) => Tensor) {
  const { background, factor: B } = window;
  const [d, p] = B.shape.slice(-2) as [number, number];
  const columns = broadcastTo(transpose(B), [...x.shape.slice(0, -1), p, d]);
  const along = concat([columns, row(sub(x, background))], -2); // [..., p + 1, d]
  const { value, push } = linearise(
    (X: Tensor) => {
      const states = flow(window, X);
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

/** The same from products; its vectors come in groups of `rows`. */
function iterative(window: Window, x: Tensor, rows: number, steps: number): Tangent {
  const { background, factor: B, seen } = window;
  const lead = x.shape.slice(0, -1);
  const points = broadcastTo(row(x), [...lead, rows, x.shape.at(-1)!]);
  const states = flow(window, x);
  const { value, push, pull } = linearise((X: Tensor) => observedOf(flow(window, X), seen), points);
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

/** h(x_j) of all that is seen, in one row. */
const observedOf = (states: readonly Tensor[], seen: readonly Seen[]): Tensor =>
  inOneRow(seen.map(({ time, observation }) => observation.operator.apply(states[time]!)));

/** The diagonal of R⁻¹, 0 at the gaps, [..., n]; with `newest` 0, of what is older only. */
const precision = (seen: readonly Seen[], newest = 1): Tensor =>
  inOneRow(
    seen.map(({ observation: { y, mask, variance: R } }, i) => {
      const W = broadcastTo(div(mask ?? ones(y.shape, floatType(y)), R), y.shape);
      return i === seen.length - 1 ? mul(newest, W) : W;
    }),
  );

/** y − g(x) of all that is seen, by the difference of each operator, [..., n]. */
function innovations(seen: readonly Seen[], y: Tensor, value: Tensor): Tensor {
  if (seen.every(({ observation }) => observation.operator.difference === undefined)) {
    return sub(y, value);
  }
  const sizes = seen.map(({ observation }) => observation.operator.size);
  const parts = splitAlong(value, -1, sizes);
  return inOneRow(seen.map(({ observation }, i) => innovationOf(observation, parts[i]!)));
}

const inOneRow = (parts: readonly Tensor[]): Tensor => concat(parts, -1);

/** x for every trajectory of y: several records may begin with one state. */
const beside = (x: Tensor, y: Tensor): Tensor =>
  y.shape.length > x.shape.length ? broadcastTo(x, [...y.shape.slice(0, -1), x.shape.at(-1)!]) : x;

/** [..., n] → [..., 1, n] */
const row = (x: Tensor): Tensor => expandDims(x, -2);
