import { type Tensor, UsageError } from "../engine/index.js";
import { advance } from "../models/index.js";
import { sampleGaussian, sampleMoments } from "../prob/index.js";
import type { Filter } from "./filter.js";

/**
 * Makes a filter whose state is an ensemble [..., N, d] from its analysis: N members are drawn from the
 * prior, and each is forecast with noise of its own.
 *
 * @throws UsageError unless N is a whole number, at least 2.
 */
export function ensembleFilter(
  name: string,
  N: number,
  analyse: Filter<Tensor>["analyse"],
): Filter<Tensor> {
  checkMembers(name, N);
  return {
    name,
    init: (prior, key) => sampleGaussian(prior, N, key),
    forecast: (E, transition, key) => advance(transition, E, key),
    analyse,
    moments: sampleMoments,
    members: (E) => ({ values: E }),
  };
}

/** Checks a number of members. @throws UsageError unless it is a whole number, at least 2. */
export function checkMembers(who: string, N: number): void {
  if (Number.isInteger(N) && N >= 2) return;
  throw new UsageError(`${who}: members is ${N}; need a whole number, at least 2.`);
}
