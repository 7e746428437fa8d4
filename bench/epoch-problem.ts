/** The learning problem that `epoch` times: a Lorenz-96 model that a network corrects, and a twin. */
import type { FloatType } from "kalmia/engine";
import { enkfRecord } from "kalmia/filters";
import type { LearningProblem } from "kalmia/learn";
import { lorenz96 } from "kalmia/models";
import { learned, use } from "kalmia/parts";
import { definitionsOf, learningProblem, simulateMany, stateSpace } from "kalmia/problem";
import { key } from "kalmia/random";

export interface EpochSizes {
  readonly dimension: number;
  readonly members: number;
  readonly trajectories: number;
  /** Steps of each trajectory. */
  readonly cycles: number;
  readonly window: number;
  readonly dtype: FloatType;
  /** Keep the memory of one cycle, not of the window. */
  readonly recompute: boolean;
}

/** The learning problem at these sizes; truths and observations are in it. */
export function lorenzProblem(sizes: EpochSizes): LearningProblem<unknown> {
  const { dimension: d, members, trajectories, cycles, window, dtype, recompute } = sizes;
  const variables = Array.from({ length: d }, (_, i) => i);
  const system = stateSpace({
    model: lorenz96,
    parameters: {
      ...{ dimension: d, forcing: 8 },
      correction: { kind: "residual-network", learn: true, seed: 2 },
    },
    observe: variables.filter((i) => i % 5 !== 1 && i % 5 !== 3),
    ...{ noise: 1, step: 0.05, dtype },
    filterProcessNoise: { learn: true, each: true, start: 2 },
    // The climate of the system.
    prior: { mean: variables.map(() => 2.3), variance: 13 },
  });
  const method = use(enkfRecord, {
    ...{ members, covarianceInflation: learned(0.1) },
    taper: { kind: "gaspari-cohn", halfWidth: 5 },
  });
  const training = simulateMany(system, { trajectories, cycles, key: key(1) });
  return learningProblem(
    method,
    system,
    { training, validation: [], key: key(3) },
    { window, validation: 0, bound: 1e4, recompute },
    definitionsOf(method, system),
  );
}
