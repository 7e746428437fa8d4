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

/** Returns what `body` computes, or NaN if that is a NumericError. */
export function orNaN(body: () => number): number {
  try {
    return body();
  } catch (error) {
    if (error instanceof NumericError) return Number.NaN;
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
  /** Largest number of steps. */
  readonly iterations: number;
  /** Largest component of the gradient at convergence, relative to 1 + |J|. */
  readonly tolerance: number;
}

/** Where Newton's method ended. */
export interface NewtonState {
  readonly point: readonly number[];
  readonly curvature: Curvature;
  /** Whether the gradient is within the tolerance. */
  readonly converged: boolean;
}

const largest = (values: readonly number[]): number => Math.max(0, ...values.map(Math.abs));

/** Returns the Newton direction −(∇²J + λI)⁻¹ ∇J for the least λ that makes the matrix positive definite. */
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

/** Makes one Newton step of bounded length; null when no step makes J smaller. */
function step(f: Objective, { point, curvature }: NewtonState): readonly number[] | null {
  const p = direction(curvature);
  const cap = Math.min(1, ...p.map((step, i) => (1 + Math.abs(point[i]!)) / Math.abs(step)));
  for (let s = cap; s > 1e-6 * cap; s /= 2) {
    const candidate = point.map((u, i) => u + s * p[i]!);
    if (f.value(candidate) < curvature.value) return candidate;
  }
  return null;
}

/**
 * Minimises J by Newton's method from `start`, for few parameters and to full precision, so that
 * standard errors can be computed at the minimum.
 *
 *     u ← u − s (∇²J + λI)⁻¹ ∇J,   |stepᵢ| ≤ 1 + |uᵢ|
 *
 * λ is the least shift, in factors of ten, that makes the matrix positive definite; s is halved until
 * J falls. The bound on a step lets a latent double, so a start that is wrong by orders of magnitude
 * converges as well.
 */
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
