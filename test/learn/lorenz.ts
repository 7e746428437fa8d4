/**
 * A small learning problem of several trajectories: Lorenz-96, eight variables, six seen, with a
 * dense matrix, a vector and a number to learn, of an EnKF.
 */
import { add, type FloatType, matvec, mul, zeros } from "../../src/engine/index.js";
import { enkfRecord } from "../../src/filters/index.js";
import type { LearningProblem } from "../../src/learn/index.js";
import { bindModel, defineModel, lorenz96 } from "../../src/models/index.js";
import { learned, setting, use } from "../../src/parts/index.js";
import { identity } from "../../src/prob/index.js";
import {
  definitionsOf,
  learningProblem,
  simulateMany,
  stateSpace,
} from "../../src/problem/index.js";
import { key } from "../../src/random/index.js";

export const [d, N, B, K] = [8, 12, 4, 24];

export interface Case {
  readonly dtype?: FloatType;
  /** Cycles of a window. */
  readonly window?: number;
  /** Trajectories that validation has of its own; 0: the last third of each is for validation. */
  readonly apart?: number;
  /** What the map of the filter is multiplied by, before it is corrected; far beyond 1 it explodes. */
  readonly stretch?: number;
}

/** x′ = s F(x) + C x with C [d, d] learned from 0; the truth has s = 1 and C = 0. */
const correctedRing = defineModel({
  kind: "corrected-ring",
  title: "Lorenz-96, stretched and corrected by a matrix",
  parameters: { stretch: setting({ bounds: {}, default: 1, about: "factor of the map" }) },
  build: ({ stretch }, { source, substeps = 1 }) => {
    const ring = bindModel(lorenz96, { dimension: d, forcing: 8 }, { substeps });
    const C = source.tensor("correction", {
      ...{ start: () => zeros([d, d]), bijection: identity, group: "dynamics" },
    });
    return {
      ...ring,
      step: (length) => {
        const { map: F } = ring.step(length);
        return { map: (x) => add(mul(stretch, F(x)), matvec(C, x)), noise: null };
      },
    };
  },
  truth: () => ({ stretch: 1 }),
  phrase: () => "a corrected ring",
  formula: () => [],
});

export function lorenzProblem({
  dtype = "f64",
  window = 8,
  apart = 2,
  stretch = 0.9,
}: Case = {}): LearningProblem<unknown> {
  const system = stateSpace({
    ...{ model: correctedRing, parameters: { stretch }, observe: [0, 1, 3, 4, 6, 7] },
    ...{ noise: 0.5, step: 0.2, substeps: 4, dtype },
    filterProcessNoise: { learn: true, each: true, start: 0.25 },
    prior: { mean: new Array<number>(d).fill(2), variance: 4 },
  });
  const method = use(enkfRecord, { members: N, covarianceInflation: learned(0.2) });
  const all = simulateMany(system, { trajectories: B + apart, cycles: K, key: key(8) });
  return learningProblem(
    method,
    system,
    { training: all.slice(0, B), validation: all.slice(B), key: key(9) },
    { window, validation: apart > 0 ? 0 : 1 / 3 },
    definitionsOf(method, system),
  );
}
