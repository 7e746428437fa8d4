/** What a method would cost, counted from its learning problem; nothing of it is run. */
import { scope } from "../engine/index.js";
import { stateSizeOf } from "../filters/index.js";
import { cyclesHeld, latentCount } from "../learn/index.js";
import type { ParameterDefinition } from "../parts/index.js";
import { definitionsOf, learningProblem, trainingLength, windowCost } from "../problem/index.js";
import type { Key } from "../random/index.js";
import { type Data, learningDataOf, type Specification } from "../run/index.js";

export interface Cost {
  /** Cycles of a window. */
  readonly window: number;
  /**
   * Memory of the numbers of a window with its gradient, all trajectories together; of a long window, of the
   * piece of it that a program holds. What the process itself takes is not in it.
   */
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

/** Cycles of a window that is only filtered: memory does not grow with them. */
const filterWindow = 20;

const timesOf = ({ time, observations }: Specification): number =>
  observations.kind === "twin" ? time.cycles! : observations.record.times.length;

/** Cycles of a window. */
function windowLength(specification: Specification): number {
  const { learn } = specification;
  const times = timesOf(specification);
  if (learn === null) return Math.min(filterWindow, times);
  return Math.min(learn.window ?? times, trainingLength(learn.validation, times));
}

/** Of a longer window so many cycles are counted: memory and time grow as straight lines. */
const mostCounted = 50;

/** The most numbers of the states of all cycles that are counted: counting holds what is constant in each. */
export const mostNumbers = 2 ** 21;

/**
 * The number of cycles that are counted, of a method whose states have so many numbers. @defaultValue that
 * of a small state
 */
export const countedLength = (specification: Specification, state = 1): number =>
  Math.min(windowLength(specification), mostCounted, Math.max(2, Math.floor(mostNumbers / state)));

/** `data` of at least as many times as are counted. */
export function costOf(specification: Specification, data: Data, root: Key): Cost {
  const { learn, method } = specification;
  const sizes = { variables: data.system.dimension, values: valuesOf(data.test) };
  const length = countedLength(specification, stateSizeOf(method, sizes));
  const window = windowLength(specification);
  const passed = trainingLength(learn?.validation ?? 0, timesOf(specification));
  return scope(() => {
    const definitions = definitionsOf(method, data.system);
    const cut = { window: length, validation: 0, ...(learn && { loss: learn.loss }) };
    const given = learningDataOf(data, root);
    const problem = learningProblem(method, data.system, given, cut, definitions);
    const { bytes, operations, seconds } = windowCost(problem, learn !== null);
    const secondsPerEpoch = (seconds * passed) / length;
    return {
      window,
      bytes: Math.round((cyclesHeld(window) / length) * bytes),
      operations: Math.round((window / length) * operations),
      secondsPerEpoch,
      seconds: secondsPerEpoch * (learn === null ? 1 : learn.epochs * learn.restarts),
      learned: latentCount(definitions),
      staticNumbers: latentCount(definitions.filter(isStatic)),
    };
  });
}

/** m */
const valuesOf = ([first]: Data["test"]): number => first!.series.y.shape.at(-1)!;

/** Whether it belongs to the static covariance or the gain of a method. */
const isStatic = ({ name }: ParameterDefinition): boolean => /^(background\b|gain$)/.test(name);
