/** The learning problem of a trial: the system's dynamics, the noise and the filter together. */
import {
  broadcastTo,
  eye,
  full,
  gather,
  indices,
  mul,
  ones,
  squeeze,
  stack,
  type Tensor,
} from "../../engine/index.js";
import {
  assimilate,
  assimilateSeries,
  type Cycle,
  enkf,
  ens3dvar,
  evidenceTerms,
  type Filter,
  gridPositions,
  kalman,
  observedTaper,
  stateTaper,
  type Taper,
  threedvarC,
  threedvarK,
} from "../../filters/index.js";
import {
  cyclesOf,
  type Evaluated,
  type LearningProblem,
  type NamedTensors,
  type ParameterDefinition,
  type Window,
  type WindowCycle,
} from "../../learn/index.js";
import { withNoise } from "../../models/index.js";
import { type Observation, observeComponents, observeIndices } from "../../observe/index.js";
import {
  type Covariance,
  formCovariance,
  identity,
  positive,
  sampleGaussian,
  unitInterval,
} from "../../prob/index.js";
import { foldIn, type Key, key as keyOf, normal, split } from "../../random/index.js";
import type { TrialData } from "./data.js";
import type { System } from "./system.js";
import { isEnsemble, type Trial } from "./trial.js";

/** Analyses and the terms of the evidence, [B, L, ...]. */
export interface Analyses {
  readonly analysis: Tensor;
  readonly volume: Tensor;
  readonly misfit: Tensor;
}

/** A state in the filter's own form, a tree of tensors. */
type State = unknown;

export interface TrialProblem extends LearningProblem<State> {
  /** For test trajectories. */
  through(values: NamedTensors, before: State, window: Window): Evaluated<State, Analyses>;
}

/** B of a low-rank update is drawn: at 0 its gradient would be 0. */
const smallFactor = 0.1;

function filterDefinitions(system: System, trial: Trial, from: Key): ParameterDefinition[] {
  const { method, dimension: d, rank, halfWidth, learnHalfWidth, learnInflation } = trial;
  const { dtype, start } = system;
  const given = (
    name: string,
    value: number | Tensor,
    bijection = identity,
  ): ParameterDefinition => ({ name, start: value, bijection, group: "filter" });
  const dense = mul(start.factor, eye(d, dtype));
  const factor = given(
    "factor",
    rank === null ? dense : mul(smallFactor / Math.sqrt(rank), normal(from, [d, rank], dtype)),
  );
  const places = indices(system.observed(trial));
  const gain = () => mul(start.gain, gather(eye(d, dtype), places, -1)); // [d, m]
  // Q moves at the filter's rate: that of a network would hardly move it.
  const noise = given("noise", full([d], start.noise, dtype), positive());
  const taper =
    learnHalfWidth && halfWidth !== null
      ? [given("halfWidth", halfWidth, positive(halfWidth))]
      : [];
  if (method === "kalman") return [];
  if (method === "3dvar-c") return [factor];
  if (method === "3dvar-k") return [given("gain", gain())];
  const noises = trial.trueModel ? [] : [noise];
  const inflation = given("inflation", trial.inflation, unitInterval);
  if (method === "enkf") return [...noises, inflation, ...taper];
  const inflated = learnInflation ? [inflation] : [];
  return [...noises, given("mixing", 0.5, unitInterval), ...inflated, factor, ...taper];
}

export function problemOf(system: System, trial: Trial, data: TrialData): TrialProblem {
  const { dimension: d, members, method, changing, variance, halfWidth, learnHalfWidth } = trial;
  const { dtype, support } = system;
  const [forModel, forFilter] = split(keyOf(trial.model)) as [Key, Key];
  const definitions = [
    ...system.definitions(trial, forModel),
    ...filterDefinitions(system, trial, forFilter),
  ];
  const prior = system.prior(trial);
  const fixed = changing ? null : observeComponents(data.observed[0]!);
  const ensemble = isEnsemble(method);

  const taperOf = (width: number | Tensor): Taper => {
    const params = { domain: { kind: "ring", length: d } as const, halfWidth: width };
    const grid = gridPositions(d, data.observed[0]!);
    return changing ? stateTaper(grid.state, params, dtype) : observedTaper(grid, params, dtype);
  };
  const still = halfWidth === null || learnHalfWidth ? null : taperOf(halfWidth);

  const covarianceOf = ({ factor }: NamedTensors): Covariance => {
    const base = { kind: "diagonal", variance: ones([d], dtype) } as const;
    const C: Covariance =
      trial.rank === null
        ? { kind: "dense", factor: factor! }
        : { kind: "update", base, factor: factor! };
    // Where H changes, every row of C is wanted sooner or later.
    return changing ? { kind: "matrix", matrix: formCovariance(C, d) } : C;
  };

  function filterOf(values: NamedTensors): Filter<State> {
    if (method === "kalman") return kalman();
    if (method === "3dvar-k") return threedvarK({ gain: values.gain!, operator: fixed! });
    if (method === "3dvar-c") {
      const covariance = covarianceOf(values);
      return threedvarC(
        fixed === null ? { covariance } : { covariance, observing: { operator: fixed, variance } },
      );
    }
    const taper = values.halfWidth === undefined ? still : taperOf(values.halfWidth);
    const inflated = {
      ...{ members, covarianceInflation: values.inflation ?? 0 },
      ...(taper === null ? {} : { taper }),
    };
    if (method === "enkf") return enkf(inflated);
    const covariance = covarianceOf(values);
    const hybrid = { ...inflated, covariance, mixing: values.mixing! };
    return ens3dvar(fixed === null ? hybrid : { ...hybrid, operator: fixed });
  }

  const seenAt = ({ shared, trajectories: { y, mask } }: WindowCycle): Observation => ({
    ...{ y, mask, variance, support },
    operator: fixed ?? observeIndices(shared.positions!, d),
  });

  function cyclesFor(values: NamedTensors, window: Window): { cycles: Cycle[]; keys: Key[] } {
    const step = system.transition(values, trial);
    const transition = withNoise(step, values.noise ?? null);
    const each = cyclesOf(window);
    const cycles = each.map((cycle) => ({ transition, steps: 1, observation: seenAt(cycle) }));
    return { cycles, keys: each.map(({ key }) => key) };
  }

  /** A state of its own for every trajectory: members, moments, or one draw. */
  const initial = (_: NamedTensors, { keys }: NamedTensors): State => {
    if (ensemble) return sampleGaussian(prior, members, keys!);
    if (method === "kalman") {
      const mean = meanFor(keys!);
      const { covariance } = kalman().init({ ...prior, mean }, keys!);
      return { mean, covariance: broadcastTo(covariance, [mean.shape[0]!, d, d]) };
    }
    return squeeze(sampleGaussian(prior, 1, keys!), -2);
  };
  const meanFor = (keys: Tensor): Tensor => broadcastTo(prior.mean, [keys.shape[0]!, d]);

  return {
    ...{ definitions, dtype, bound: system.bound, initial },
    training: data.training,
    validation: data.validation,
    run: (values, before, window) => {
      const { cycles, keys } = cyclesFor(values, window);
      return assimilate(filterOf(values), before, cycles, keys);
    },
    restart: (values, start, window) => {
      const [cycle] = cyclesOf(window);
      const observation = seenAt(cycle!);
      const entry = foldIn(cycle!.key, 0);
      if (ensemble) {
        return filterOf(values).analyse(initial(values, start), observation, entry).state;
      }
      const guess = threedvarC({ covariance: prior.covariance });
      return guess.analyse(meanFor(start.keys!), observation, entry).state;
    },
    through: (values, before, window) => {
      const filter = filterOf(values);
      const { cycles, keys } = cyclesFor(values, window);
      const { state, series } = assimilateSeries(filter, before, cycles, keys);
      const terms = series.map(({ evidence }, t) =>
        evidenceTerms(evidence!, cycles[t]!.observation!),
      );
      return {
        state,
        series: {
          analysis: stack(
            series.map(({ analysis }) => filter.moments(analysis).mean),
            1,
          ),
          volume: stack(
            terms.map(({ volume }) => volume),
            1,
          ),
          misfit: stack(
            terms.map(({ misfit }) => misfit),
            1,
          ),
        },
      };
    },
  };
}
