/**
 * Small versions of the six cases with everything that another program needs to repeat them: the
 * start, the observations, the noise of forecasts and observations, the parameters, and our loss
 * and gradients. f64.
 */
import {
  add,
  capture,
  leavesOf,
  mul,
  neg,
  softplus,
  sum,
  type Tensor,
  valueAndGrad,
} from "kalmia/engine";
import { type Analysis, enkfAnalysis } from "kalmia/filters";
import { advance, withNoise } from "kalmia/models";
import { type Key, key, normal, split } from "kalmia/random";
import {
  community,
  corrected,
  filterOf,
  forced,
  gainParams,
  type Inputs,
  type Learned,
  observationsOf,
  orbit,
  type StepCase,
} from "../cases.js";

/** A tensor as plain data. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Standard normal numbers of one step. */
export interface StepNoise {
  /** ξ [trajectories, N, d] */
  readonly forecast: Tensor;
  /** [trajectories, N, m], to be multiplied by √R */
  readonly observation: Tensor;
}

export interface ExportedCase {
  readonly name: string;
  readonly model: string;
  readonly dimension: number;
  readonly members: number | null;
  readonly observed: readonly number[];
  readonly variance: number;
  readonly halfWidth: number | null;
  readonly initial: Values;
  readonly values: Values;
  readonly noise: readonly { readonly forecast: Values; readonly observation: Values }[];
  readonly parameters: Readonly<Record<string, Values>>;
  readonly loss: number;
  readonly gradient: Readonly<Record<string, Values>>;
}

const small = { cycles: 3, trajectories: 2 } as const;

export const smallCases = (): readonly (readonly [model: string, each: StepCase<unknown>])[] => {
  const cases = [
    ["orbit", orbit("clohessy-wiltshire enkf", { ...small, members: 7 })],
    ["orbit", orbit("clohessy-wiltshire 3dvar-C", { ...small, members: null })],
    ["forced", forced("lorenz96 enkf, forcing only", { ...small, dimension: 24, members: 9 })],
    [
      "corrected",
      corrected("lorenz96 enkf, residual net", { ...small, dimension: 25, members: 6 }),
    ],
    [
      "corrected",
      corrected("lorenz96 3dvar-C, residual net", { ...small, dimension: 25, members: null }),
    ],
    ["community", community("lotka-volterra enkf", { ...small, dimension: 10, members: 12 })],
  ] as const;
  return cases as unknown as readonly (readonly [string, StepCase<unknown>])[];
};

const valuesOf = (x: Tensor): Values => ({ shape: x.shape, data: [...x.data()] });

/** The tensors of a tree by their paths, "dynamics.features.bias". */
function named(tree: unknown, path: readonly string[] = []): Record<string, Values> {
  if (leavesOf(tree)[0] === tree) return { [path.join(".")]: valuesOf(tree as Tensor) };
  return Object.assign(
    {},
    ...Object.entries(tree as object).map(([name, child]) => named(child, [...path, name])),
  );
}

/** The loss of cases.ts, with the noise as an argument. */
export function lossGiven(each: StepCase<unknown>) {
  const { members } = each.sizes;
  return (
    learned: Learned<unknown>,
    initial: Tensor,
    values: Tensor,
    noise: readonly StepNoise[],
  ): Tensor => {
    const observations = observationsOf(each, values);
    const { map } = each.transition(learned.dynamics);
    const filter = filterOf(each, learned, observations[0]!);
    const params = members === null ? null : gainParams(each, learned);
    let state = initial;
    const terms = observations.map((observation, t): Tensor => {
      let analysis: Analysis<Tensor>;
      if (params === null) {
        const still = withNoise(each.transition(learned.dynamics), null);
        analysis = filter.analyse(advance(still, state, unused), observation, unused);
      } else {
        const { forecast, observation: z } = noise[t]!;
        const E = add(map(state), mul(softplus(learned.noise!), forecast));
        analysis = enkfAnalysis(E, observation, params, mul(Math.sqrt(each.variance), z));
      }
      state = analysis.state;
      return sum(analysis.logEvidence);
    });
    return neg(terms.reduce((a, b) => add(a, b)));
  };
}

const unused: Key = key(0);

function noiseOf({ sizes, observed }: StepCase<unknown>, from: Key): StepNoise[] {
  const { members: N, dimension: d, trajectories, cycles } = sizes;
  if (N === null) return [];
  return split(from, cycles).map((each) => {
    const [a, b] = split(each) as [Key, Key];
    return {
      forecast: normal(a, [trajectories, N, d]),
      observation: normal(b, [trajectories, N, observed.length]),
    };
  });
}

export function exportCases(): ExportedCase[] {
  return smallCases().map(([model, each]) => {
    const { learned, initial, values, keys }: Inputs<unknown> = each.inputs("f64");
    const noise = noiseOf(each, keys);
    const program = capture(valueAndGrad(lossGiven(each)));
    const { value, gradient } = program(learned, initial, values, noise);
    return {
      ...{ name: each.name, model, observed: each.observed, variance: each.variance },
      ...{ dimension: each.sizes.dimension, members: each.sizes.members },
      halfWidth: each.halfWidth,
      initial: valuesOf(initial),
      values: valuesOf(values),
      noise: noise.map(({ forecast, observation }) => ({
        forecast: valuesOf(forecast),
        observation: valuesOf(observation),
      })),
      parameters: named(learned),
      loss: value.item(),
      gradient: named(gradient),
    };
  });
}
