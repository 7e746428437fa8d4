/**
 * Newton's method on the whole record, for few parameters: to the very maximum, where standard
 * errors may be taken.
 *
 *     u ← u − s (∇²J + λI)⁻¹ ∇J,   |stepᵢ| ≤ 1 + |uᵢ|
 *
 * The bound lets a latent double, so a start that is orders of magnitude off is no obstacle. λ is the least shift (by factors of ten) that makes the matrix positive definite; s is halved
 * until J falls.
 */
import {
  add,
  capture,
  eye,
  grad,
  jvp,
  mul,
  NumericError,
  positiveDefinite,
  scope,
  solveVector,
  type Tensor,
  tensor,
} from "../engine/index.js";

export interface Curvature {
  readonly value: number;
  readonly gradient: readonly number[];
  /** ∇²J, symmetric, [n][n] */
  readonly hessian: readonly (readonly number[])[];
}

export interface Objective {
  /** J at a point; NaN where it cannot be evaluated. */
  value(point: readonly number[]): number;
  curvature(point: readonly number[]): Curvature;
}

/** NaN where a number cannot be computed. */
export function orNaN(body: () => number): number {
  try {
    return body();
  } catch (error) {
    if (error instanceof NumericError) return Number.NaN;
    throw error;
  }
}

/** J(u), u [n] → [], captured with its gradient and Hessian. */
export function objective(J: (u: Tensor) => Tensor): Objective {
  const value = capture(J);
  const along = capture((u: Tensor, v: Tensor) => {
    const { value: gradient, tangent: column } = jvp(grad(J), u, v); // ∇J, ∇²J v
    return { gradient, column };
  });
  const numberAt = (point: readonly number[]) => scope(() => value(tensor(point))).item();
  return {
    value: (point) => orNaN(() => numberAt(point)),
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

export interface NewtonOptions {
  readonly iterations: number;
  /** The largest component of the gradient at which to stop, relative to 1 + |J|. */
  readonly tolerance: number;
}

export interface NewtonState {
  readonly point: readonly number[];
  readonly curvature: Curvature;
  readonly converged: boolean;
}

const largest = (values: readonly number[]): number => Math.max(0, ...values.map(Math.abs));

/** The Newton direction with the least shift that gives one. */
export function direction({ gradient, hessian }: Curvature): number[] {
  const n = gradient.length;
  const scale = Math.max(1e-12, ...hessian.map((row, i) => Math.abs(row[i]!)));
  for (let shift = 0; ; shift = shift === 0 ? 1e-6 * scale : 10 * shift) {
    try {
      return scope(() => {
        const H = positiveDefinite(add(tensor(hessian), mul(shift, eye(n))));
        return Array.from(solveVector(H, tensor(gradient.map((g) => -g))).data());
      });
    } catch (error) {
      if (!(error instanceof NumericError) || shift > 1e12 * scale) throw error;
    }
  }
}

/** One guarded Newton step, or null when no step makes J smaller. */
function step(f: Objective, { point, curvature }: NewtonState): readonly number[] | null {
  const p = direction(curvature);
  const cap = Math.min(1, ...p.map((step, i) => (1 + Math.abs(point[i]!)) / Math.abs(step)));
  for (let s = cap; s > 1e-6 * cap; s /= 2) {
    const candidate = point.map((u, i) => u + s * p[i]!);
    if (f.value(candidate) < curvature.value) return candidate;
  }
  return null;
}

/** Minimises J from `start`. */
export function newton(
  f: Objective,
  start: readonly number[],
  { iterations, tolerance }: NewtonOptions,
): NewtonState {
  const at = (point: readonly number[]): NewtonState => {
    const curvature = f.curvature(point);
    const small = tolerance * (1 + Math.abs(curvature.value));
    return { point, curvature, converged: largest(curvature.gradient) <= small };
  };
  let state = at(start);
  for (let i = 0; i < iterations && !state.converged; i++) {
    const next = step(f, state);
    if (next === null) break;
    state = at(next);
  }
  return state;
}
