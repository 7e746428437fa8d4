/**
 * The two terms of the evidence, eq. 14 without its constant:
 *
 *     ℓ + ½ n log 2π = −½ log det S − ½ χ²,      n entries observed
 *
 * Of filters of one record they say apart who is too sure and who is off the mark.
 *
 * @see adrian2026, figures 3 and 14
 */
import { add, mul, type Tensor } from "../engine/index.js";
import { type Observation, observedCount } from "../observe/index.js";
import { scale } from "../prob/index.js";
import type { Analysis } from "./filter.js";

export interface EvidenceTerms {
  /** −½ log det S, [...] */
  readonly volume: Tensor;
  /** −½ ‖y − ȳ‖² in the norm of S⁻¹, [...] */
  readonly misfit: Tensor;
}

/** The terms of any filter whose evidence is a likelihood. */
export function evidenceTerms(
  { logEvidence, chiSquare }: Pick<Analysis<unknown>, "logEvidence" | "chiSquare">,
  observation: Observation,
): EvidenceTerms {
  const misfit = mul(-0.5, chiSquare);
  const constant = scale(0.5 * Math.log(2 * Math.PI), observedCount(observation));
  return { volume: add(add(logEvidence, constant), mul(-1, misfit)), misfit };
}
