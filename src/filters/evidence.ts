import { add, mul, type Tensor } from "../engine/index.js";
import { type Observation, observedCount } from "../observe/index.js";
import { scale } from "../prob/index.js";
import type { Analysis } from "./filter.js";

/** The two terms of a log-likelihood. */
export interface EvidenceTerms {
  /** −½ log det S, [...] */
  readonly volume: Tensor;
  /** −½ ‖y − ȳ‖² in the norm of S⁻¹, [...] */
  readonly misfit: Tensor;
}

/**
 * Splits the log-likelihood of an observation, eq. 14 without its constant, into two terms.
 *
 *     ℓ + ½ n log 2π = −½ log det S − ½ χ²,      n entries observed
 *
 * When filters of one record are compared, the first term shows which is too confident, the second which
 * has the larger errors. The evidence of the filter must be a likelihood.
 *
 * @see adrian2026, figures 3 and 14
 */
export function evidenceTerms(
  { logEvidence, chiSquare }: Pick<Analysis<unknown>, "logEvidence" | "chiSquare">,
  observation: Observation,
): EvidenceTerms {
  const misfit = mul(-0.5, chiSquare);
  const constant = scale(0.5 * Math.log(2 * Math.PI), observedCount(observation));
  return { volume: add(add(logEvidence, constant), mul(-1, misfit)), misfit };
}
