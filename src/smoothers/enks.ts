import { concat, pad, slice, type Tensor } from "../engine/index.js";
import {
  type Analysis,
  afterAnalysisKeys,
  type Cycle,
  type CycleResult,
  checkMembers,
  defineMethod,
  denkfAnalysis,
  eakfAnalysis,
  enkfAnalysis,
  ensembleSpaceSize,
  etkfAnalysis,
  type Inflation,
  inflate,
  inflationNames,
  inflationOf,
  lagKey,
  membersKey,
  membersRemedy,
  membersText,
  perturbations,
  type Smoother,
} from "../filters/index.js";
import { advance } from "../models/index.js";
import type { Observation, Operator } from "../observe/index.js";
import { checkOptions, choice, grouped, namesOf } from "../parts/index.js";
import { sampleGaussian, sampleMoments } from "../prob/index.js";
import { foldIn, type Key, split } from "../random/index.js";
import { checkLag, pastOf } from "./past.js";

export interface EnksParams extends Inflation {
  /** Number of members N, at least 2. */
  readonly members: number;
  /** L: number of past cycles that an observation corrects. @defaultValue 10 */
  readonly lag?: number;
  /** The filter whose analysis is used, without its inflation or taper. @defaultValue "etkf" */
  readonly analysis?: keyof typeof analyses;
}

/** The analyses, without localisation and inflation. */
const analyses = {
  etkf: (E: Tensor, observation: Observation) => etkfAnalysis(E, observation),
  enkf: (E: Tensor, observation: Observation, key: Key) =>
    enkfAnalysis(E, observation, {}, perturbations(E, observation, key)),
  denkf: (E: Tensor, observation: Observation) => denkfAnalysis(E, observation),
  eakf: (E: Tensor, observation: Observation) => eakfAnalysis(E, observation),
};

const known = namesOf<EnksParams>({ members: true, lag: true, analysis: true, ...inflationNames });

/**
 * Makes the ensemble Kalman smoother of fixed lag (EnKS): the members of the last cycles form one
 * ensemble, all of which an observation of the present corrects.
 *
 *     x = (x_k, x_{k−1}, …, x_{k−L})                 members [N, (L + 1) d]
 *     E⁺ = analysis of E by y = h(x_k) + η
 *
 * The analysis is that of an ensemble filter; ℓ and the present state are those of this filter. With the
 * ETKF all cycles are combined by the same weights. A rotation is applied to all cycles, since members
 * are trajectories; inflation is applied to the present alone. The state holds the ensembles of the last
 * cycles, the present first, at most L + 1 of [..., N, d].
 *
 * @throws UsageError for fewer than two members or a negative lag.
 * @see evensen2000; cohn1994 for the fixed lag
 */
export function enks(params: EnksParams): Smoother<readonly Tensor[]> {
  checkOptions("enks", params, known);
  const { members: N, lag: L = 10 } = params;
  checkMembers("enks", N);
  checkLag("enks", L);
  return {
    name: "enks",
    lag: L,
    init: (prior, key) => [sampleGaussian(prior, N, key)],
    cycle: (before, cycle, key) => enksCycle(before, cycle, params, key),
    moments: ([E]) => sampleMoments(E!),
    members: ([E]) => ({ values: E! }),
    past: (window, back) => sampleMoments(pastOf("enks", window, back)),
  };
}

/** Runs one cycle: forecasts the present, and corrects the window by its observation. */
export function enksCycle(
  before: readonly Tensor[],
  { transition, steps, observation }: Cycle,
  params: Omit<EnksParams, "members">,
  key: Key,
): CycleResult<readonly Tensor[]> {
  const { lag: L = 10 } = params;
  const [forecastKey, analysisKey] = split(key) as [Key, Key];
  let present = before[0]!;
  for (let i = 0; i < steps; i++) present = advance(transition, present, foldIn(forecastKey, i));
  const forecast = [present, ...before].slice(0, L + 1);
  if (observation === null) return { forecast, analysis: forecast, evidence: null };
  const { state, ...evidence } = enksAnalysis(forecast, observation, params, analysisKey);
  return { forecast, analysis: state, evidence };
}

/** Corrects all ensembles of a window, the present first, by an observation of the present. */
export function enksAnalysis(
  forecast: readonly Tensor[],
  observation: Observation,
  { analysis = "etkf", rotate, ...inflation }: Omit<EnksParams, "members" | "lag">,
  key: Key,
): Analysis<readonly Tensor[]> {
  const present = forecast[0]!;
  const d = present.shape.at(-1)!;
  const all = concat(forecast, -1); // [..., N, (L + 1) d]
  const operator = ofPresent(observation.operator, d);
  const { state, ...evidence } = analyses[analysis](all, { ...observation, operator }, key);
  const turned = inflate(state, all, { rotate: rotate ?? false }, key);
  const [first, ...rest] = forecast.map((_, b) => slice(turned, -1, b * d, (b + 1) * d));
  return { state: [inflate(first!, present, inflation, key), ...rest], ...evidence };
}

/** Returns the operator that applies h to the first d components, which are the present. */
const ofPresent = (operator: Operator, d: number): Operator => ({
  ...operator,
  apply: (x) => operator.apply(slice(x, -1, 0, d)),
  matrix: (D) => {
    const H = operator.matrix(d);
    return H && pad(H, -1, 0, D - d);
  },
});

export const enksRecord = defineMethod({
  kind: "enks",
  title: "ensemble Kalman smoother of fixed lag; any model",
  parameters: {
    members: membersKey,
    lag: lagKey(0, 10),
    analysis: choice(["etkf", "enkf", "denkf", "eakf"], {
      default: "etkf",
      about: "which filter's analysis it is that reaches back",
    }),
    ...afterAnalysisKeys,
  },
  stateSize: ensembleSpaceSize,
  needs: () => ({}),
  build: (settings) => {
    const { members, lag, analysis } = settings;
    return enks({ members, ...inflationOf(settings), lag, analysis });
  },
  phrase: (block) =>
    `an ensemble Kalman smoother of ${membersText(block)} and lag ${grouped(block.lag as number)}`,
  remedy: membersRemedy,
});
