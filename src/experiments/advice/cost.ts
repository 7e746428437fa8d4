/** What a method would cost, counted from its learning problem; nothing of it is run. */
import { estimate, scope, valueAndGrad } from "../../engine/index.js";
import {
  latentCount,
  type NamedTensors,
  type ParameterDefinition,
  startLatents,
  type TrajectoryTensors,
  tensorsOf,
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
  /** Once through all that is learned from, on one thread; of a filter, once over the record. */
  readonly secondsPerEpoch: number;
  /** Of all epochs and starts. */
  readonly seconds: number;
  /** How many numbers are learned, and how many of them are a static covariance or a gain. */
  readonly learned: number;
  readonly staticNumbers: number;
}

/** Cycles of a window that is only filtered: memory does not grow with them. */
const filterWindow = 20;

/** Cycles that the cost is counted over. */
export function windowLength({ learn, time, observations }: Specification): number {
  const times = observations.kind === "twin" ? time.cycles! : observations.record.times.length;
  if (learn === null) return Math.min(filterWindow, times);
  return Math.min(learn.window ?? times, trainingLength(learn.validation, times));
}

/** `data` of at least as many times as a window has. */
export function costOf(specification: Specification, data: Data): Cost {
  const { learn, time, observations } = specification;
  const length = windowLength(specification);
  const times = observations.kind === "twin" ? time.cycles! : observations.record.times.length;
  const passed = trainingLength(learn?.validation ?? 0, times);
  return scope(() => {
    const definitions = definitionsOf(specification, data);
    const problem = learningProblem(
      specification,
      { window: length, validation: 0 },
      data,
      definitions,
    );
    const [{ trajectories, ...window }] = problem.training.windows as [
      (typeof problem.training.windows)[number],
    ];
    const loss = (latents: NamedTensors, start: NamedTensors, tensors: TrajectoryTensors) =>
      windowLoss(problem, latents, { start }, { ...window, trajectories: tensors }).loss;
    const latents = tensorsOf(definitions, startLatents(definitions), "f64");
    const program =
      learn === null || definitions.length === 0
        ? loss
        : (u: NamedTensors, start: NamedTensors, tensors: TrajectoryTensors) =>
            valueAndGrad((at: NamedTensors) => loss(at, start, tensors))(u);
    const { bytes, operations, seconds } = estimate(
      program,
      latents,
      problem.training.start,
      trajectories,
    );
    const secondsPerEpoch = (seconds * passed) / length;
    return {
      ...{ bytes, operations, secondsPerEpoch },
      seconds: secondsPerEpoch * (learn === null ? 1 : learn.epochs * learn.restarts),
      learned: latentCount(definitions),
      staticNumbers: latentCount(definitions.filter(isStatic)),
    };
  });
}

const isStatic = ({ name }: ParameterDefinition): boolean =>
  name.startsWith("background.") || name === "gain";
