/** Newton's method for a function of few numbers, whose steps and stopping know no units. */
import {
  capture,
  eigh,
  grad,
  jvp,
  NumericError,
  scope,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { checkCount, checkOptions } from "../parts/index.js";
import { expectNumber, expectParts } from "../prob/index.js";

/** Value, gradient and Hessian of J at one point. */
export interface Curvature {
  /** J */
  readonly value: number;
  /** ∇J, [n] */
  readonly gradient: readonly number[];
  /** ∇²J, symmetric, [n][n] */
  readonly hessian: readonly (readonly number[])[];
}

/** A function J of n numbers that is to be minimised. */
export interface Objective {
  /** Returns J at a point; NaN where it cannot be evaluated. */
  value(point: readonly number[]): number;
  /** Returns J with its gradient and Hessian. */
  curvature(point: readonly number[]): Curvature;
}

/** Returns what `body` computes, or `otherwise` if that is a NumericError. */
export function orElse<T, E>(otherwise: E, body: () => T): T | E {
  try {
    return body();
  } catch (error) {
    if (error instanceof NumericError) return otherwise;
    throw error;
  }
}

/** Captures J(u), u [n] → [], with its gradient and its Hessian (n products ∇²J v). */
export function objective(J: (u: Tensor) => Tensor): Objective {
  const value = capture(J);
  const along = capture((u: Tensor, v: Tensor) => {
    const { value: gradient, tangent: column } = jvp(grad(J), u, v); // ∇J, ∇²J v
    return { gradient, column };
  });
  const numberAt = (point: readonly number[]) => scope(() => value(tensor(point))).item();
  return {
    value: (point) => orElse(Number.NaN, () => numberAt(point)),
    curvature: (point) => {
      const columns = point.map((_, i) => {
        const unit = point.map((__, j) => Number(i === j));
        const { gradient, column } = scope(() => along(tensor(point), tensor(unit)));
        return { gradient: [...gradient.data()], column: [...column.data()] };
      });
      const symmetric = columns.map(({ column }, i) =>
        column.map((h, j) => (h + columns[j]!.column[i]!) / 2),
      );
      return {
        value: numberAt(point),
        gradient: columns[0]?.gradient ?? [],
        hessian: symmetric,
      };
    },
  };
}

/** A step to the minimum of the quadratic function with the curvature of J, and what it promises. */
export interface NewtonStep {
  readonly step: readonly number[];
  /** ½ ∇Jᵀ |∇²J|⁻¹ ∇J: by so much the quadratic function falls. */
  readonly decrement: number;
}

/**
 * Eigenvalues of the scaled Hessian count as no less than this: along the ridge of parameters whose
 * estimates correlate more closely than 1 − 1e-7 a step would go far for nothing.
 */
const leastEigenvalue = 1e-7;

/**
 * The Newton step with the absolute values of the curvatures, which leads downwards from a saddle too.
 *
 *     D H D = V Λ Vᵀ,  Dᵢᵢ = |Hᵢᵢ|^(−½);   p = −D V |Λ|⁻¹ Vᵀ D g;   decrement = ½ gᵀD V |Λ|⁻¹ Vᵀ D g
 *
 * Neither depends on the units of the coordinates.  @see dauphin2014
 */
export function newtonStep({ gradient, hessian }: Curvature): NewtonStep {
  if (gradient.length === 0) return { step: [], decrement: 0 };
  const D = hessian.map((row, i) => (row[i] === 0 ? 1 : 1 / Math.sqrt(Math.abs(row[i]!))));
  const measured = hessian.map((row, i) => row.map((h, j) => D[i]! * h * D[j]!));
  const { w, V } = scope(() => {
    const { values, vectors } = eigh(tensor(measured));
    return { w: values.toArray() as number[], V: vectors.toArray() as number[][] };
  });
  const along = w.map((_, k) => gradient.reduce((sum, g, i) => sum + V[i]![k]! * D[i]! * g, 0));
  const parts = along.map((c, k) => c / Math.max(Math.abs(w[k]!), leastEigenvalue));
  return {
    step: D.map((d, i) => -d * parts.reduce((sum, part, k) => sum + V[i]![k]! * part, 0)),
    decrement: along.reduce((sum, c, k) => sum + (c * parts[k]!) / 2, 0),
  };
}

export interface NewtonOptions {
  /** Largest number of steps. */
  readonly iterations: number;
  /** The decrement at which the minimum counts as reached, in the unit of J. */
  readonly tolerance: number;
  /** A value of J below which it counts as falling without end. */
  readonly floor: number;
}

/** Where Newton's method ended. */
export interface NewtonState extends NewtonStep {
  readonly point: readonly number[];
  readonly curvature: Curvature;
  /** Whether the decrement is within the tolerance. */
  readonly converged: boolean;
}

const moved = (point: readonly number[], s: number, p: readonly number[]): number[] =>
  point.map((u, i) => u + s * p[i]!);

/** How often a step may be halved. */
const halvings = 20;
/** Doubling a step must gain this fraction of what the step gained, or so much of J. */
const worthDoubling = { fraction: 0.1, gain: 0.1 };

/**
 * Searches along a Newton step: a step of at most 1 + |uᵢ| in each coordinate, halved until J falls, or
 * doubled as long as that is worth it; null when no step makes J smaller.
 */
function search(f: Objective, { point, curvature, step: p }: NewtonState): number[] | null {
  const cap = Math.min(1, ...p.map((each, i) => (1 + Math.abs(point[i]!)) / Math.abs(each)));
  const fall = (s: number) => curvature.value - f.value(moved(point, s, p)); // NaN where J is
  const shorter = Array.from({ length: halvings }, (_, k) => cap / 2 ** k);
  const first = shorter.find((s) => fall(s) > 0);
  if (first === undefined) return null;
  if (first < cap) return moved(point, first, p);
  let [s, gain] = [cap, fall(cap)];
  for (;;) {
    const doubled = fall(2 * s);
    const enough = Math.min(worthDoubling.gain, worthDoubling.fraction * gain);
    if (!(doubled - gain > enough)) return moved(point, s, p);
    s *= 2;
    gain = doubled;
  }
}

/** The point after a whole Newton step; null where J does not fall. */
function polished(f: Objective, { point, curvature, step }: NewtonState): number[] | null {
  const next = moved(point, 1, step);
  return f.value(next) < curvature.value ? next : null;
}

/**
 * Minimises J by Newton's method from `start`, for few parameters and to full precision, so that
 * standard errors can be computed at the minimum.
 *
 *     u ← u + s p,   p = −|∇²J|⁻¹ ∇J   until   ½ ∇Jᵀ|∇²J|⁻¹∇J ≤ tolerance
 *
 * That decrement is the fall of J which is still to be expected, whatever the units of u; of a negative
 * log-likelihood it is a difference of log-likelihoods. A first step is at most as long as the point; it
 * is halved until J falls and doubled while that is worth it, so a start that is wrong by orders of
 * magnitude converges as well. Once the decrement is within the tolerance, a last step polishes.
 */
export function newton(
  f: Objective,
  start: readonly number[],
  options: NewtonOptions,
): NewtonState {
  expectParts("newton", "the objective", f, ["value", "curvature"]);
  if (!Array.isArray(start) || !start.every((u) => Number.isFinite(u))) {
    throw new UsageError("newton: the start is no list of finite numbers; need one for each of J.");
  }
  checkOptions("newton", options, ["iterations", "tolerance", "floor"]);
  const { iterations, tolerance, floor } = options;
  checkCount("newton", "iterations", iterations, 0);
  expectNumber("newton", "tolerance", tolerance, (x) => x >= 0, "a number, at least 0");
  expectNumber("newton", "floor", floor, (x) => !Number.isNaN(x), "a number");
  const at = (point: readonly number[]): NewtonState => {
    const curvature = f.curvature(point);
    const { step, decrement } = newtonStep(curvature);
    return { point, curvature, step, decrement, converged: decrement <= tolerance };
  };
  let state = at(start);
  for (let i = 0; i < iterations && state.curvature.value > floor; i++) {
    const next = state.converged ? polished(f, state) : search(f, state);
    const after = next && orElse(null, () => at(next));
    if (after === null) break;
    const last = state.converged;
    state = after;
    if (last) break;
  }
  return state;
}
