import {
  add,
  div,
  expandDims,
  matmul,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "../engine/index.js";
import { asRow, floatType, root, type Scalar } from "../prob/index.js";
import { type Key, normal, split } from "../random/index.js";
import type { Analysis } from "./filter.js";
import { meanPreservingRotation } from "./rotation.js";

/** Relaxation of the members towards the forecast. */
export interface Relaxation {
  readonly towards: "perturbations" | "spread";
  /** α, from 0 to 1. */
  readonly fraction: Scalar;
}

/** Inflation, relaxation and rotation of the members after an analysis. */
export interface Inflation {
  /** λ, the factor on the anomalies after the analysis. @defaultValue 1 */
  readonly inflation?: Scalar;
  readonly relaxation?: Relaxation;
  /** q: variance of the noise that is added to each member, one number, [] or [d]. */
  readonly additiveInflation?: Scalar;
  /** Whether members are rotated at random. @defaultValue false */
  readonly rotate?: boolean;
}

/** The names of these settings. */
export const inflationNames = {
  inflation: true,
  relaxation: true,
  additiveInflation: true,
  rotate: true,
} as const;

/**
 * Inflates, relaxes and rotates analysed members [..., N, d], so that their spread does not become too small.
 *
 *     A = Eᵃ − x̄ᵃ,   Aᶠ = Eᶠ − x̄ᶠ,   σ the members' standard deviations           [N, d], [d]
 *     A ← (1 − α) A + α Aᶠ                 relaxation to prior perturbations (RTPP), or
 *     A ← (1 + α (σᶠ − σᵃ)/σᵃ) A           relaxation to prior spread (RTPS)
 *     A ← λ A                              multiplicative: covariances grow by λ²
 *     A ← A + √q z,  z ~ N(0, I)           additive
 *     A ← Ω A                              rotation
 *
 * in this order; steps without a setting are left out. λ, α and q may be learned. `forecast` [..., N, d] is
 * used for relaxation alone, `key` for noise and rotation.
 *
 * @see anderson1999; zhang2004 for RTPP; whitaker2012 for RTPS; mitchell2000 for additive inflation
 */
export function inflate(
  analysed: Tensor,
  forecast: Tensor,
  { inflation, relaxation, additiveInflation: q, rotate = false }: Inflation,
  key: Key,
): Tensor {
  if (inflation === undefined && !relaxation && q === undefined && !rotate) return analysed;
  const [rotationKey, noiseKey] = split(key) as [Key, Key];
  const xbar = expandDims(mean(analysed, -2), -2); // [..., 1, d]
  let A = sub(analysed, xbar); // [..., N, d]
  if (relaxation) A = relaxed(A, anomalies(forecast), relaxation);
  if (inflation !== undefined) A = mul(inflation, A);
  if (q !== undefined) A = add(A, mul(root(asRow(q)), normal(noiseKey, A.shape, floatType(A))));
  if (rotate) A = matmul(meanPreservingRotation(A.shape.at(-2)!, rotationKey, floatType(A)), A);
  return add(xbar, A);
}

/** Inflates the members of an analysis by `inflate`; the evidence stays that of the forecast. */
export const inflated = (
  analysis: Analysis<Tensor>,
  forecast: Tensor,
  params: Inflation,
  key: Key,
): Analysis<Tensor> => ({ ...analysis, state: inflate(analysis.state, forecast, params, key) });

/** Returns E − x̄. */
const anomalies = (E: Tensor): Tensor => sub(E, expandDims(mean(E, -2), -2));

function relaxed(A: Tensor, before: Tensor, { towards, fraction }: Relaxation): Tensor {
  if (towards === "perturbations") return add(A, mul(fraction, sub(before, A)));
  const spread = (X: Tensor) => sqrt(sum(square(X), -2, { keepDims: true })); // √(N − 1) σ
  const [after, prior] = [spread(A), spread(before)]; // [..., 1, d]
  return mul(A, add(1, mul(fraction, div(sub(prior, after), after))));
}
