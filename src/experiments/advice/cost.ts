/** What a method would cost, counted from its learning problem; nothing of it is run. */
import { estimate, mapTree, scope, slice, valueAndGrad } from "../../engine/index.js";
import {
  latentCount,
  type NamedTensors,
  type ParameterDefinition,
  startLatents,
  type TrajectoryTensors,
  tensorsOf,
  type Window,
  windowLoss,
} from "../../learn/index.js";
import type { Data } from "../data.js";
import { learningProblem } from "../learning.js";
import { definitionsOf } from "../parts.js";
import { type Specification, trainingLength } from "../specification.js";

export interface Cost {
  /** Memory of a window with its gradient, all trajectories together. */
  readonly bytes: number;
  /** Arithmetic operations of a window. */
  readonly operations: number;
  /** Windows of one pass over all that is learned from, on one thread; of a filter, over the record. */
  readonly secondsPerEpoch: number;
  /** Of all epochs and starts. */
  readonly seconds: number;
  /** How many numbers are learned, and how many of them are a static covariance or a gain. */
  readonly learned: number;
  readonly staticNumbers: number;
}

/** Trajectories are learned from in so many slices, each a program (`trainer`). */
const slices = 4;

/** Cycles of a window that is only filtered: memory does not grow with them. */
const filterWindow = 20;

const timesOf = ({ time, observations }: Specification): number =>
  observations.kind === "twin" ? time.cycles! : observations.record.times.length;

/** Cycles that the cost is counted over. */
export function windowLength(specification: Specification): number {
  const { learn } = specification;
  const times = timesOf(specification);
  if (learn === null) return Math.min(filterWindow, times);
  return Math.min(learn.window ?? times, trainingLength(learn.validation, times));
}

/** `data` of at least as many times as a window has. */
export function costOf(specification: Specification, data: Data): Cost {
  const { learn } = specification;
  const length = windowLength(specification);
  const passed = trainingLength(learn?.validation ?? 0, timesOf(specification));
  return scope(() => {
    const definitions = definitionsOf(specification, data);
    const problem = learningProblem(
      specification,
      { window: length, validation: 0 },
      data,
      definitions,
    );
    const { start, windows } = problem.training;
    const [{ trajectories, ...window }] = windows as [Window];
    const all = trajectories.y.shape[0]!;
    const part = Math.ceil(all / slices);
    const sliced = <T>(tree: T): T => mapTree(tree, (x) => slice(x, 0, 0, part));
    const loss = (latents: NamedTensors, keys: NamedTensors, own: TrajectoryTensors) =>
      windowLoss(problem, latents, { start: keys }, { ...window, trajectories: own }).loss;
    const latents = tensorsOf(definitions, startLatents(definitions), "f64");
    const program =
      learn === null || definitions.length === 0
        ? loss
        : (u: NamedTensors, keys: NamedTensors, own: TrajectoryTensors) =>
            valueAndGrad((at: NamedTensors) => loss(at, keys, own))(u);
    const one = estimate(program, latents, sliced(start), sliced(trajectories));
    const times = all / part;
    const secondsPerEpoch = (times * one.seconds * passed) / length;
    return {
      bytes: Math.round(times * one.bytes),
      operations: Math.round(times * one.operations),
      secondsPerEpoch,
      seconds: secondsPerEpoch * (learn === null ? 1 : learn.epochs * learn.restarts),
      learned: latentCount(definitions),
      staticNumbers: latentCount(definitions.filter(isStatic)),
    };
  });
}

const isStatic = ({ name }: ParameterDefinition): boolean =>
  name.startsWith("background.") || name === "gain";
