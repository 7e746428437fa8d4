/** Filters whose state is an ensemble: members are drawn from the prior and moved one by one. */
import { type Tensor, UsageError } from "../engine/index.js";
import { advance } from "../models/index.js";
import { sampleGaussian, sampleMoments } from "../prob/index.js";
import type { Filter } from "./filter.js";

/** The filter of this analysis; state: the ensemble [..., N, d]. */
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

export function checkMembers(who: string, N: number): void {
  if (Number.isInteger(N) && N >= 2) return;
  throw new UsageError(`${who}: members is ${N}; need a whole number, at least 2.`);
}
