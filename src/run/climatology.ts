/**
 * The distribution of a model's states over a long run.
 *
 * A thousand steps, or ten decorrelation times of the model where it knows its own and they are longer,
 * bring the state to where it stays; the thousand after them count. Where these are less than 2500
 * decorrelation times (ten time units of Lorenz-63 are ten), several runs go side by side, from starts beside
 * each other, and every tenth state counts. Chance leaves about one per cent in a standard deviation.
 */
import {
  add,
  capture,
  comoments,
  mul,
  release,
  scope,
  type Tensor,
  tensor,
} from "../engine/index.js";
import { advance } from "../models/index.js";
import { foldIn, type Key, normal } from "../random/index.js";
import { inLogarithms, type Motion, motionOf, trueSystem } from "./motion.js";
import {
  type InitialSpecification,
  type Specification,
  SpecificationError,
} from "./specification.js";
import { truth } from "./values.js";

/** Steps that count. */
const counted = 1000;

/** Decorrelation times before and within what counts. */
const decorrelationTimes = { before: 10, within: 2500 } as const;

/** Side by side at most, and of how many variables together. */
const most = { runs: 50, variables: 65536 } as const;

/** Of a model that knows its decorrelation time every so many states are kept: those between say little more. */
const apart = 10;

/** Standard deviation of the starts about the first; far less than the attractor is wide. */
const scatter = 0.1;

/** A variance that shrank to less than this share from before to what counts died out. */
const dying = 1e-6;

interface Length {
  readonly runs: number;
  /** Steps that do not count. */
  readonly before: number;
  /** Steps from one state kept to the next. */
  readonly apart: number;
}

function lengthOf({ decorrelationTime, dimension }: Motion, step: number): Length {
  if (decorrelationTime === undefined) return { runs: 1, before: counted, apart: 1 };
  const steps = (times: number) => Math.ceil((times * decorrelationTime) / step);
  const wanted = Math.ceil(steps(decorrelationTimes.within) / counted);
  const runs = Math.max(1, Math.min(wanted, most.runs, Math.floor(most.variables / dimension)));
  const before = Math.max(counted, steps(decorrelationTimes.before));
  return { runs, before, apart };
}

/** States of the runs, before they count and after, each [states][d]. */
function statesOf(specification: Specification, key: Key): { early: Rows; late: Rows } {
  const { time } = specification;
  const motion = motionOf(trueSystem(specification), truth);
  const { runs, before, apart } = lengthOf(motion, time.step);
  const { transition } = motion.crossing([time.step])[0]!;
  const move = capture((x: Tensor, stepKey: Key) => advance(transition, x, stepKey));
  const moved = (x: Tensor, k: number): Tensor => move(x, foldIn(foldIn(key, k), 0));
  const ones = new Array<number>(motion.dimension).fill(motion.coordinates === "log" ? 0 : 1);
  const first = tensor([motion.start ?? ones]);
  const startKey = foldIn(key, before + counted);
  const beside = mul(scatter, normal(startKey, [runs, motion.dimension]));
  let x = runs === 1 ? first : add(first, beside); // [runs, d]
  const states = { early: [] as number[][], late: [] as number[][] };
  for (let k = 0; k < before + counted; k += apart) {
    const from = x;
    x = scope(() =>
      Array.from({ length: apart }).reduce<Tensor>((at, _, i) => moved(at, k + i), from),
    );
    release(from);
    states[k < before ? "early" : "late"].push(...(x.toArray() as number[][]));
  }
  move.forget();
  return states;
}

type Rows = readonly (readonly number[])[];

const average = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = average(values);
  return average(values.map((v) => (v - mean) ** 2));
}

/** Of each variable, a function of its values in all states. */
const ofEach = (rows: Rows, of: (values: readonly number[]) => number): number[] =>
  rows[0]!.map((_, i) => of(rows.map((row) => row[i]!)));

/** Moments of the state's own variables: [d] and [d][d]. */
export interface Climate {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/**
 * The share of the climate's variance about one of its states: small enough for filters of few members,
 * many of which never find the truth from anywhere in the climate.
 */
const startingShare = 0.01;

export interface Climatology {
  /** Where a twin starts, in natural variables. */
  readonly initial: InitialSpecification;
  /** Worked out where it is asked for: the covariance has d² numbers. */
  moments(): Climate;
}

/** Of the true system; `asking` is the key that needs it. */
export function climatology(specification: Specification, asking: string, key: Key): Climatology {
  const { early, late } = scope(() => statesOf(specification, key));
  const variance = ofEach(late, varianceOf);
  const shrunk = ofEach(early, varianceOf).map((v, i) => !(variance[i]! > dying * v));
  if (shrunk.includes(true)) {
    throw new SpecificationError(
      asking,
      "a long run of the model settles down, so it gives no distribution; need numbers of your own.",
    );
  }
  const mean = ofEach(late, average);
  return {
    initial: startOf(specification, { mean, variance, state: late.at(-1)! }),
    moments: () => ({ mean, covariance: scope(() => covarianceOf(tensor(late))) }),
  };
}

/** Near a state of the long run, or as wide as the climate. */
function startOf(
  specification: Specification,
  { mean, variance, state }: Record<"mean" | "variance" | "state", readonly number[]>,
): InitialSpecification {
  const logs = inLogarithms(specification.model);
  const natural = (x: readonly number[]) => (logs ? x.map(Math.exp) : x);
  return startKind(specification) === "climate"
    ? { mean: natural(mean), variance }
    : { mean: natural(state), variance: variance.map((v) => startingShare * v) };
}

function startKind(specification: Specification): "state" | "climate" {
  const { observations } = specification;
  if (observations.kind !== "twin") return "climate";
  const chaotic = scope(
    () => motionOf(trueSystem(specification), truth).decorrelationTime !== undefined,
  );
  return observations.start ?? (chaotic && !observations.trajectories ? "state" : "climate");
}

const covarianceOf = (states: Tensor): number[][] =>
  mul(1 / states.shape[0]!, comoments(states, states)).toArray() as number[][];
