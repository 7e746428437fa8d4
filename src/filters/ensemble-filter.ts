import { ShapeError, type Tensor, UsageError } from "../engine/index.js";
import { advance } from "../models/index.js";
import { checkObservation, type Observation } from "../observe/index.js";
import { sampleGaussian, sampleMoments } from "../prob/index.js";
import { ensembleSize } from "./ensemble-space.js";
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
    forecast: (E, transition, key) => {
      ensembleSize(name, E);
      return advance(transition, E, key);
    },
    analyse: (E, observation, key) => {
      ensembleSize(name, E);
      checkObservation(name, observation);
      expectTrajectories(name, E, observation);
      return analyse(E, observation, key);
    },
    moments: sampleMoments,
    members: (E) => ({ values: E }),
  };
}

/** Throws a ShapeError where y or the mask has other trajectories than the ensemble [..., N, d]. */
function expectTrajectories(who: string, E: Tensor, { y, mask }: Observation): void {
  const lead = E.shape.slice(0, -2);
  for (const [what, x] of Object.entries({ y, mask })) {
    if (x === null || fitsInto(x.shape.slice(0, -1), lead)) continue;
    throw new ShapeError(
      `${who}: ${what} is [${x.shape}] for an ensemble [${E.shape}]; need [..., m] with the trajectories [${lead}].`,
    );
  }
}

/** Whether axes broadcast to others without changing them. */
const fitsInto = (axes: readonly number[], into: readonly number[]): boolean =>
  axes.length <= into.length &&
  axes.every((n, i) => n === 1 || n === into[into.length - axes.length + i]);

/** Checks a number of members. @throws UsageError unless it is a whole number, at least 2. */
export function checkMembers(who: string, N: number): void {
  if (Number.isInteger(N) && N >= 2) return;
  throw new UsageError(`${who}: members is ${N}; need a whole number, at least 2.`);
}
