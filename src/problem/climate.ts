/**
 * The climate of a model: the distribution of its states over a long run.
 *
 * A thousand steps, or ten decorrelation times of the model where it knows its own and they are longer,
 * bring the state to where it stays; the thousand after them count. Where these are less than 2500
 * decorrelation times (ten time units of Lorenz-63 are ten), several runs go side by side, from starts
 * beside each other, and every tenth state counts. Chance leaves about one per cent in a standard
 * deviation.
 */
import {
  add,
  capture,
  comoments,
  mul,
  NumericError,
  release,
  scope,
  type Tensor,
  tensor,
} from "../engine/index.js";
import type { Climate } from "../filters/index.js";
import { advance, type BoundModel, type Transition } from "../models/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import type { LongRunExtent } from "./demand.js";
import { SpecificationError } from "./errors.js";
import type { Prior } from "./record.js";

/** Where a default prior lies: about a state of a long run, or as wide as the climate. */
export type StartKind = "state" | "climate";

/** Steps that count. */
const countedSteps = 1000;

/** Decorrelation times before the counted steps, and within them. */
const decorrelationTimes = { before: 10, within: 2500 } as const;

/** The most runs side by side, and the most variables of all of them together. */
const most = { runs: 50, variables: 32768 } as const;

/** Of a model that knows its decorrelation time every so many states are kept: those between say little more. */
const stepsBetween = 10;

/** Standard deviation of the starts about the first, in the model's own unit; far less than the attractor is wide. */
const scatter = 0.1;

/**
 * Returns the order of magnitude of a start, as a power of 1024: 1 for all models without units. It keeps
 * the scatter small in whatever unit a model of one's own is written, and multiplies without rounding.
 */
function unitOf(start: readonly number[]): number {
  const largest = Math.max(...start.map(Math.abs));
  return largest === 0 ? 1 : 2 ** (10 * Math.round(Math.log2(largest) / 10));
}

/** A variance that shrank to less than this fraction from before to what counts died out. */
const dying = 1e-6;

/**
 * The fraction of the climate's variance about one of its states: small enough for filters of few
 * members, many of which never find the truth from anywhere in the climate.
 */
const startingFraction = 0.01;

/** The true model, and one step of it with its noise. */
export interface TrueStep {
  readonly model: BoundModel;
  readonly transition: Transition;
  /** The length of the step. */
  readonly step: number;
}

interface Length {
  readonly runs: number;
  /** Steps that do not count. */
  readonly before: number;
  /** Steps from one state kept to the next. */
  readonly between: number;
}

function lengthOf(
  { decorrelationTime, dimension }: Pick<BoundModel, "decorrelationTime" | "dimension">,
  step: number,
): Length {
  if (decorrelationTime === undefined) return { runs: 1, before: countedSteps, between: 1 };
  const steps = (times: number) => Math.ceil((times * decorrelationTime) / step);
  const wanted = Math.ceil(steps(decorrelationTimes.within) / countedSteps);
  const runs = Math.max(1, Math.min(wanted, most.runs, Math.floor(most.variables / dimension)));
  const before = Math.max(countedSteps, steps(decorrelationTimes.before));
  return { runs, before, between: stepsBetween };
}

/** Returns the sizes of a long run of a model, before it is run. */
export function longRunExtent(
  model: Pick<BoundModel, "decorrelationTime" | "dimension">,
  step: number,
): LongRunExtent {
  const { runs, before, between } = lengthOf(model, step);
  const steps = before + countedSteps;
  return { steps, numbers: (steps / between) * runs * model.dimension };
}

type Rows = readonly (readonly number[])[];

/** States of the runs, before they count and after, each [states][d]. */
function statesOf({ model, transition, step }: TrueStep, key: Key): { early: Rows; late: Rows } {
  const { runs, before, between } = lengthOf(model, step);
  const move = capture((x: Tensor, stepKey: Key) => advance(transition, x, stepKey));
  const moved = (x: Tensor, k: number): Tensor => move(x, foldIn(foldIn(key, k), 0));
  const rest = model.coordinates === "log" ? 0 : 1;
  const start = model.start ?? new Array<number>(model.dimension).fill(rest);
  const first = tensor([start]);
  const startKey = foldIn(key, before + countedSteps);
  const unit = model.coordinates === "log" ? 1 : unitOf(start);
  const beside = mul(scatter * unit, normal(startKey, [runs, model.dimension]));
  let x = runs === 1 ? first : add(first, beside); // [runs, d]
  const states = { early: [] as number[][], late: [] as number[][] };
  for (let k = 0; k < before + countedSteps; k += between) {
    const from = x;
    x = scope(() =>
      Array.from({ length: between }).reduce<Tensor>((at, _, i) => moved(at, k + i), from),
    );
    release(from);
    states[k < before ? "early" : "late"].push(...(x.toArray() as number[][]));
  }
  move.forget();
  return states;
}

function finiteStatesOf(trueStep: TrueStep, key: Key): ReturnType<typeof statesOf> {
  try {
    return statesOf(trueStep, key);
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    throw new SpecificationError(
      "model",
      `a long run of the model, for its climate, overflows: ${error.words} Need shorter steps, or parameters for which it stays finite.`,
    );
  }
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = average(values);
  return average(values.map((v) => (v - mean) ** 2));
}

/** For each variable, a function of its values in all states. */
const ofEach = (rows: Rows, of: (values: readonly number[]) => number): number[] =>
  rows[0]!.map((_, i) => of(rows.map((row) => row[i]!)));

export interface LongRun {
  /** The default prior, in natural variables. */
  readonly prior: Prior;
  /** Worked out where it is asked for: the covariance has d² numbers. */
  moments(): Climate;
}

/**
 * A long run of the true system. `asking` is the key of the file that needs it; without a `start` kind
 * the prior lies about a state of the run if the model is chaotic, else it is as wide as the climate.
 *
 * @throws SpecificationError if the run overflows, or settles down, so that there is no distribution.
 */
export function climateOf(
  trueStep: TrueStep,
  asking: string,
  key: Key,
  start?: StartKind,
): LongRun {
  const { early, late } = finiteStatesOf(trueStep, key);
  const variance = ofEach(late, varianceOf);
  const shrunk = ofEach(early, varianceOf).map((v, i) => !(variance[i]! > dying * v));
  if (shrunk.includes(true)) {
    throw new SpecificationError(
      asking,
      "a long run of the model settles down, so it gives no distribution; need numbers of your own.",
    );
  }
  const { coordinates, decorrelationTime } = trueStep.model;
  const natural = (x: readonly number[]) => (coordinates === "log" ? x.map(Math.exp) : x);
  const mean = ofEach(late, average);
  const kind = start ?? (decorrelationTime === undefined ? "climate" : "state");
  const prior: Prior =
    kind === "climate"
      ? { mean: natural(mean), variance }
      : { mean: natural(late.at(-1)!), variance: variance.map((v) => startingFraction * v) };
  return { prior, moments: () => ({ mean, covariance: scope(() => covarianceOf(tensor(late))) }) };
}

const covarianceOf = (states: Tensor): number[][] =>
  mul(1 / states.shape[0]!, comoments(states, states)).toArray() as number[][];
