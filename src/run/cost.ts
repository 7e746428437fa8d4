/** What a run costs, counted from its learning problem; nothing of it is run. */
import { scope } from "../engine/index.js";
import { type LearningProblem, latentCount } from "../learn/index.js";
import { type ParameterDefinition, startValues } from "../parts/index.js";
import {
  bindSystem,
  definitionsOf,
  type Extent,
  learningProblem,
  trainingLength,
  windowCost,
} from "../problem/index.js";
import type { Key } from "../random/index.js";
import { type Data, learningDataOf } from "./data.js";
import { extentOf } from "./extent.js";
import { type Memory, memoryOf, type RunCounts } from "./memory.js";
import { programsOf, type RunPrograms, trainingTimes } from "./programs.js";
import { secondsOf } from "./seconds.js";
import type { Specification } from "./specification.js";

export interface Cost {
  /** Cycles of a window. */
  readonly window: number;
  /**
   * Memory of the numbers of a window with its gradient, all trajectories together; of a long window, of the
   * piece of it that a program holds.
   */
  readonly bytes: number;
  /** Arithmetic operations of a window. */
  readonly operations: number;
  /** Windows of one pass over all that is learned from, on one thread; of a filter, over the record. */
  readonly secondsPerEpoch: number;
  /** Memory of the whole command at its peak. */
  readonly memory: Memory;
  /** Processor time of the whole command: learning, refinement, filtering and report. */
  readonly seconds: number;
  /** How many numbers are learned, and how many of them are a static covariance or a gain. */
  readonly learned: number;
  readonly staticNumbers: number;
}

/** Cycles of a window that is only filtered: memory does not grow with them. */
const filterWindow = 20;

/** Cycles of a window. */
function windowLength(specification: Specification): number {
  const { learn } = specification;
  const times = trainingTimes(specification);
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
  return scope(() => {
    const extent = extentFor(specification, data);
    const length = countedLength(specification, extent.state);
    const window = windowLength(specification);
    const definitions = definitionsOf(method, data.system);
    const problem = problemFor(specification, data, root, length, definitions);
    const { bytes, operations, seconds } = windowCost(problem, learn !== null);
    const programs = programsOf(specification, data, problem);
    // Cycles that are only filtered are passed by one program, one after the other.
    const cycleBytes = learn === null ? bytes : bytes / length;
    const counts = countsOf(specification, extent, programs, cycleBytes);
    const passed = trainingLength(learn?.validation ?? 0, trainingTimes(specification));
    const cycleSeconds = seconds / length;
    const learned = latentCount(definitions);
    return {
      window,
      bytes: Math.round(programs.longest * (bytes / length)),
      operations: Math.round((window / length) * operations),
      secondsPerEpoch: passed * cycleSeconds,
      memory: memoryOf(counts),
      seconds: secondsOf(specification, {
        ...{ ...counts, ...programs, cycleSeconds, passed, learned },
        longRun: extent.longRun?.steps ?? 0,
      }),
      learned,
      staticNumbers: latentCount(definitions.filter(isStatic)),
    };
  });
}

/**
 * Returns the memory of a run. If one cycle without derivatives shows that it is `enough`, no more is counted: a
 * gradient holds less than its cycle reads and writes.
 */
export function memoryFor(
  specification: Specification,
  data: Data,
  root: Key,
  isEnough: (memory: Memory) => boolean,
): Memory {
  const bound = scope(() => {
    const definitions = definitionsOf(specification.method, data.system);
    const window = windowLength(specification);
    const problem = problemFor(specification, data, root, window, definitions);
    const programs = programsOf(specification, data, problem);
    return memoryOf(
      countsOf(specification, extentFor(specification, data), programs, programs.moved),
    );
  });
  return isEnough(bound) ? bound : costOf(specification, data, root).memory;
}

function problemFor(
  { learn, method }: Specification,
  data: Data,
  root: Key,
  window: number,
  definitions: readonly ParameterDefinition[],
): LearningProblem<unknown> {
  const cut = { window, validation: 0, ...(learn && { loss: learn.loss }) };
  return learningProblem(method, data.system, learningDataOf(data, root), cut, definitions);
}

function extentFor(specification: Specification, { system, test: [first] }: Data): Extent {
  const { model } = bindSystem(system, startValues);
  return extentOf(specification, { model, values: first!.series.y.shape.at(-1)! });
}

function countsOf(
  { observations }: Specification,
  { variables: d, values: m, times: K, beyond, trajectories, longRun }: Extent,
  { instructions, gradientCycles, curvatureCycles }: RunPrograms,
  cycleBytes: number,
): RunCounts {
  const isTwin = observations.kind === "twin";
  const tests = isTwin ? (observations.trajectories?.test ?? 1) : 1;
  return {
    ...{ instructions, cycleBytes, gradientCycles, curvatureCycles },
    observed: isTwin ? 0 : K * m,
    simulated: (isTwin ? trajectories * K * (d + 3 * m) : 0) + (longRun?.numbers ?? 0),
    filtered: tests * (K + beyond),
    variables: d,
  };
}

/** Whether it belongs to the static covariance or the gain of a method. */
const isStatic = ({ name }: ParameterDefinition): boolean => /^(background\b|gain$)/.test(name);
