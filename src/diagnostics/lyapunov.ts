/** Lyapunov exponents and vectors of a map, from its tangent. */
import {
  broadcastTo,
  capture,
  diagonal,
  div,
  expandDims,
  index,
  jvp,
  release,
  ShapeError,
  sameShape,
  scope,
  sqrt,
  square,
  sum,
  Tensor,
  transpose,
  triangularFactorOfRows,
  triangularSolve,
  UsageError,
} from "../engine/index.js";
import { checkOptions, describeValue } from "../parts/index.js";

/**
 * Carries orthonormal perturbations along a step of a map F: they are moved by its tangent at x [d], and made
 * orthonormal again, each with respect to those before it.
 *
 *     F′(x) Qᵀ = Q₊ᵀ Rᵀ        rows of Q [p, d] → rows of Q₊ [p, d];  R [p, p] lower, r = diag R ≥ 0
 *
 * Along a trajectory the rows turn to the backward Lyapunov vectors: the directions in which errors of the past
 * have grown most, then most among those orthogonal to it, and so on. The mean of log r over the steps, divided by
 * their length, gives the exponents.
 *
 * @see benettin1980; kuptsov2012
 */
export function lyapunovStep(map: (x: Tensor) => Tensor, x: Tensor, Q: Tensor): LyapunovStep {
  const { value, tangent } = jvp(map, broadcastTo(x, Q.shape), Q); // [p, d] both
  const R = triangularFactorOfRows(transpose(tangent)); // [p, p]
  return {
    state: index(value, 0, 0),
    vectors: triangularSolve(R, tangent),
    growth: diagonal(R),
  };
}

/** What a step makes of a state and of perturbations about it. */
export interface LyapunovStep {
  /** F(x) [d] */
  readonly state: Tensor;
  /** Q₊ [p, d] */
  readonly vectors: Tensor;
  /** r [p] */
  readonly growth: Tensor;
}

/** Options of `leadingLyapunovExponent`. */
export interface LyapunovOptions {
  /** The time that one step takes. */
  readonly step: number;
  /** Number of steps before those that count: the perturbation turns to the direction that grows fastest. */
  readonly transient: number;
  /** Number of steps that count. */
  readonly counted: number;
}

/** The most steps. */
const mostSteps = 1e9;

const isCount = (n: number): boolean => Number.isInteger(n) && n <= mostSteps;

/**
 * Computes the leading Lyapunov exponent of a map F with its tangent: the mean rate at which a small
 * perturbation v grows along a trajectory. Errors double in the time log 2/λ.
 *
 *     x ← F(x),  v ← F′(x) v/|v|,      λ = mean of log |F′(x) v| / |v| over the steps, divided by their length
 *
 * x [d] is a state of the attractor, v [d] any direction.
 *
 * @throws UsageError unless `transient` is a whole number, at least 0, `counted` one of at least 1, and `step`
 * is above 0.
 * @see benettin1980
 */
export function leadingLyapunovExponent(
  map: (x: Tensor) => Tensor,
  x: Tensor,
  v: Tensor,
  options: LyapunovOptions,
): number {
  checkOptions("leadingLyapunovExponent", options, ["step", "transient", "counted"]);
  const { step, transient, counted } = options;
  checkMap(map, x, v);
  if (!(isCount(transient) && transient >= 0 && isCount(counted) && counted > 0)) {
    throw new UsageError(
      `leadingLyapunovExponent: ${transient} steps of transient and ${counted} counted; need whole numbers, at least 0 and 1 and at most ${mostSteps}.`,
    );
  }
  if (!(step > 0 && Number.isFinite(step))) {
    throw new UsageError(`leadingLyapunovExponent: the step is ${step}; need more than 0.`);
  }
  const along = capture((at: Tensor, Q: Tensor) => lyapunovStep(map, at, Q));
  let state = x;
  let Q = expandDims(div(v, sqrt(sum(square(v)))), 0); // [1, d]
  let total = 0;
  for (let k = 0; k < transient + counted; k++) {
    const next = along(state, Q);
    if (k >= transient) total += Math.log(next.growth.item());
    release(k === 0 ? [Q, next.growth] : [state, Q, next.growth]);
    [state, Q] = [next.state, next.vectors];
  }
  release([state, Q]);
  along.forget();
  return total / (counted * step);
}

/**
 * Returns how much two subspaces have in common: the mean square of the cosines of the angles between them.
 *
 *     c = ‖U Vᵀ‖²/p        rows of U, V [p, d] orthonormal
 *
 * It is 1 for equal subspaces, 0 for orthogonal ones, and p/d in the mean if one of them lies at random.
 *
 * @see bjorck1973
 */
export function commonShare(
  U: readonly (readonly number[])[],
  V: readonly (readonly number[])[],
): number {
  let total = 0;
  for (const u of U) {
    for (const v of V) {
      let product = 0;
      for (let i = 0; i < u.length; i++) product += u[i]! * v[i]!;
      total += product * product;
    }
  }
  return total / U.length;
}

/** @throws UsageError or ShapeError unless x and v are states [d] and the map gives a state of one. */
function checkMap(map: (x: Tensor) => Tensor, x: Tensor, v: Tensor): void {
  const who = "leadingLyapunovExponent";
  const shown = (given: unknown): string =>
    given instanceof Tensor ? `[${given.shape}]` : describeValue(given);
  if (typeof map !== "function") {
    throw new UsageError(`${who}: the map is ${shown(map)}; need a function of a state.`);
  }
  if (!(x instanceof Tensor && x.shape.length === 1 && x.dtype !== "i32")) {
    throw new UsageError(`${who}: the state x is ${shown(x)}; need a tensor of real numbers, [d].`);
  }
  if (!(v instanceof Tensor && sameShape(v.shape, x.shape) && v.dtype === x.dtype)) {
    throw new ShapeError(
      `${who}: the direction v is ${shown(v)}; need [${x.shape}] in ${x.dtype}, as the state.`,
    );
  }
  scope(() => {
    const moved: unknown = map(x);
    if (moved instanceof Tensor && sameShape(moved.shape, x.shape)) return;
    throw new ShapeError(
      `${who}: the map gave ${shown(moved)} for a state [${x.shape}]; need that.`,
    );
  });
}
