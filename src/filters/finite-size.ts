import {
  add,
  diagonal,
  div,
  exp,
  expandDims,
  eye,
  greater,
  greaterEqual,
  log,
  matmul,
  matvec,
  maximum,
  minimum,
  mul,
  type PositiveDefinite,
  positiveDefinite,
  solveVector,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from "../engine/index.js";
import { floatType, type Scalar } from "../prob/index.js";

/** Settings of the finite-size inflation. */
export interface FiniteSize {
  /** x_N > 0: how certain the forecast covariance is, in units of the certainty of N draws. @defaultValue 1 */
  readonly xN?: Scalar;
  /** g: the number of directions of w that do not change the ensemble, added to N. @defaultValue 0 */
  readonly nullity?: number;
  /** Which of the two equivalent problems is solved. @defaultValue "dual" */
  readonly form?: "dual" | "primal";
}

/** ε and c of the functions D and J of `finiteSizeFactor`, [...]. */
export interface Hyperprior {
  readonly epsilon: Tensor;
  readonly c: Tensor;
}

/**
 * Computes the constants ε and c of the hyperprior from (I + ZZᵀ)⁻¹, [..., N, N].
 *
 *     ε = x_N (N + 1)/N / κ,   c = x_N (N + g)/(N − 1) κ,    κ² = (ε/c)^p,   p = tr (I + ZZᵀ)⁻¹/N
 *
 * κ moves the mode of the prior to s = 1 the more, the less the observation says. In κ² the ratio ε/c is
 * taken without κ.
 *
 * @see bocquet2015 for κ; raanes2019 for x_N
 */
export function hyperprior(
  inverse: Tensor,
  { xN = 1, nullity: g = 0 }: Pick<FiniteSize, "xN" | "nullity"> = {},
): Hyperprior {
  const N = inverse.shape.at(-1)!;
  const [epsilon, c] = [(N + 1) / N, (N + g) / (N - 1)];
  const p = mul(1 / N, sum(diagonal(inverse), -1)); // [...]
  const kappa = exp(mul(0.5 * Math.log(epsilon / c), p));
  return { epsilon: mul(xN, div(epsilon, kappa)), c: mul(xN, mul(c, kappa)) };
}

/**
 * Finds the inflation that a finite ensemble needs from one observation: the factor s [...] on the forecast
 * covariance, from the observed anomalies Z [..., N, m] and the departure δ [..., m].
 *
 * With few members N the forecast covariance is uncertain. Averaged over it, the prior of the weights w,
 * x = x̄ + wᵀA/√(N − 1), has heavier tails than a Gaussian, and the analysis minimises
 *
 *     J(w) = ½ |δ − Zᵀw|² + ½ (N − 1) c log(ε + |w|²/(N − 1))                         primal
 *
 * or, equivalently, over one number, the factor s on the forecast covariance,
 *
 *     D(s) = χ²(s)/(N − 1) + ε/s + c log s,    χ²(s) = δᵀ(I + s ZᵀZ)⁻¹δ                dual
 *
 * Both are stationary where 1/s = c/(ε + |w|²/(N − 1)), w = s u, u = (I + s ZZᵀ)⁻¹ Zδ, with ε and c of
 * `hyperprior`.
 *
 * Far from the truth D may have several minima; the search starts at s = 1. The number of steps is fixed,
 * so that one captured program serves every observation. Dual: Newton's method for τ = log s within an
 * interval around a minimum, which is halved where a step leaves it,
 *
 *     D_τ = c − ε/s − s |u|²/(N − 1),   D_ττ = ε/s + s (|u|² − 2 uᵀv)/(N − 1),   v = (I + s ZZᵀ)⁻¹ u
 *
 * or, for fewer observations than members, with K = ZᵀZ and a = (I + sK)⁻¹δ,
 *
 *     |u|² = aᵀKa,   uᵀv = aᵀK (I + sK)⁻¹ a
 *
 * Primal: s ← (ε + |w|²/(N − 1))/c, which makes J smaller at each step because the logarithm is concave,
 * then Newton's method for w. It is slower, and does not converge fully where D is nearly flat.
 *
 * Derivatives go through the last two steps of either form and not through those before: one step gives
 * the first derivatives of the solution, two give the second ones.
 *
 * @see bocquet2011 for the primal form; bocquet2015 for the dual one
 */
export function finiteSizeFactor(
  Z: Tensor,
  delta: Tensor,
  prior: Hyperprior,
  form: FiniteSize["form"] = "dual",
): Tensor {
  const s = form === "dual" ? byDual(dualProblem(Z, delta, prior)) : byPrimal(Z, delta, prior);
  return minimum(s, largest);
}

const dualSteps = 12;
const primalSteps = { lowering: 20, newton: 4 };
/** The largest s: members that need more have lost the truth. */
const largest = 1e6;

interface Problem extends Hyperprior {
  /** ZZᵀ [..., N, N], or K [..., m, m] */
  readonly G: Tensor;
  /** Zδ [..., N], or δ [..., m] */
  readonly b: Tensor;
}

/** D in the space of members, or of observations. */
interface DualProblem extends Problem {
  readonly N: number;
  /** The metric of the products |u|² and uᵀv: the unit matrix for u, or K for a. */
  readonly metric: "unit" | "gram";
}

function dualProblem(Z: Tensor, delta: Tensor, prior: Hyperprior): DualProblem {
  const [N, m] = Z.shape.slice(-2) as [number, number];
  return m < N
    ? { N, G: matmul(Z, Z, { transposeA: true }), b: delta, metric: "gram", ...prior }
    : { N, G: matmul(Z, Z, { transposeB: true }), b: matvec(Z, delta), metric: "unit", ...prior };
}

function byDual(problem: DualProblem): Tensor {
  const still = constant(problem);
  let low = log(div(still.epsilon, still.c)); // D_τ ≤ 0
  let high = add(mul(low, 0), Math.log(largest));
  let t = maximum(low, 0);
  for (let i = 0; i < dualSteps; i++) {
    const { slope, curvature } = dualSlopes(still, t);
    low = where(greater(slope, 0), low, t);
    high = where(greater(slope, 0), t, high);
    const next = sub(t, div(slope, steep(curvature)));
    const within = minimum(minimum(sub(next, low), sub(high, next)), curvature);
    t = where(greaterEqual(within, 0), next, mul(0.5, add(low, high)));
  }
  for (let i = 0; i < 2; i++) {
    const { slope, curvature } = dualSlopes(problem, t);
    t = sub(t, div(slope, steep(curvature)));
  }
  return exp(t);
}

/** Returns the curvature; where it is not positive, one so large that the step is zero. */
const steep = (curvature: Tensor): Tensor => where(greater(curvature, 0), curvature, 1e12);

/** Returns D_τ and D_ττ. */
function dualSlopes({ N, G, b, metric, epsilon, c }: DualProblem, t: Tensor) {
  const s = exp(t);
  const P = positiveDefinite(add(mul(asMatrix(s), G), unitLike(G)));
  const u = solveVector(P, b);
  const v = solveVector(P, u);
  const dual = metric === "unit" ? u : matvec(G, u);
  const [prior, uu, uv] = [div(epsilon, s), sum(mul(dual, u), -1), sum(mul(dual, v), -1)];
  const factor = mul(1 / (N - 1), s);
  return {
    slope: sub(sub(c, prior), mul(factor, uu)),
    curvature: add(prior, mul(factor, sub(uu, mul(2, uv)))),
  };
}

function byPrimal(Z: Tensor, delta: Tensor, prior: Hyperprior): Tensor {
  const problem = { G: matmul(Z, Z, { transposeB: true }), b: matvec(Z, delta), ...prior };
  const still = constant(problem);
  let w = mul(still.b, 0);
  for (let i = 0; i < primalSteps.lowering; i++) w = solveVector(precision(still, w).B, still.b);
  for (let i = 0; i < primalSteps.newton; i++) w = newtonStep(still, w);
  for (let i = 0; i < 2; i++) w = newtonStep(problem, w);
  return div(1, precision(problem, w).zeta);
}

/** Returns q = ε + |w|²/(N − 1), ζ = c/q and B = G + ζI. */
function precision(
  { G, epsilon, c }: Problem,
  w: Tensor,
): { q: Tensor; zeta: Tensor; B: PositiveDefinite } {
  const N = w.shape.at(-1)!;
  const q = add(epsilon, mul(1 / (N - 1), sum(square(w), -1)));
  const zeta = div(c, q);
  return { q, zeta, B: positiveDefinite(add(G, mul(asMatrix(zeta), unitLike(G)))) };
}

/**
 * Returns w − (B − a wwᵀ)⁻¹ (B w − b), a = 2ζ/((N − 1) q), by the inverse of a rank-one change. Far from a
 * minimum, where the matrix is not positive definite, the step is bounded.
 */
function newtonStep(problem: Problem, w: Tensor): Tensor {
  const { q, zeta, B } = precision(problem, w);
  const a = mul(2 / (w.shape.at(-1)! - 1), div(zeta, q));
  const step = sub(w, solveVector(B, problem.b)); // B⁻¹ ∇J
  const Bw = solveVector(B, w);
  const rest = maximum(sub(1, mul(a, sum(mul(w, Bw), -1))), 0.01);
  const along = div(mul(a, sum(mul(w, step), -1)), rest);
  return sub(w, add(step, mul(expandDims(along, -1), Bw)));
}

/** Adds two axes, [...] → [..., 1, 1]. */
const asMatrix = (x: Tensor): Tensor => expandDims(expandDims(x, -1), -1);

const unitLike = (G: Tensor): Tensor => eye(G.shape.at(-1)!, floatType(G));

/** Returns the same problem without derivatives. */
const constant = <P extends Problem>(problem: P): P => ({
  ...problem,
  G: stopGradient(problem.G),
  b: stopGradient(problem.b),
  epsilon: stopGradient(problem.epsilon),
  c: stopGradient(problem.c),
});
