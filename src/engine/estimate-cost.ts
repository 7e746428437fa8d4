import { bytesPer, type DType } from "./dtype.js";
import { fuse } from "./fuse.js";
import { layOut } from "./layout.js";
import { freeBlock } from "./memory.js";
import type { Instruction } from "./program.js";
import { record } from "./record.js";
import { workOf } from "./work.js";

/** The estimated cost of one call of a captured function. */
export interface CostEstimate {
  /** Number of arithmetic operations. */
  readonly operations: number;
  /** Memory of values and constants, in bytes. */
  readonly bytes: number;
  /** Memory that instructions read and write, each time counted, in bytes. */
  readonly moved: number;
  /** Number of instructions after fusion. */
  readonly instructions: number;
  /** Time on one thread, without a library for matrix products, in seconds. */
  readonly seconds: number;
}

/** Operations per second in f32; f64 has half of them. */
const rates: Readonly<Record<string, number>> = {
  matmul: 45e9,
  circularConv: 70e9,
  circularConvWeights: 75e9,
  cholesky: 12e9,
  choleskyInverse: 20e9,
  triangularSolve: 20e9,
  reflections: 14e9,
  orthonormalFactor: 14e9,
  factorCotangent: 14e9,
  normal: 0.45e9,
  uniform: 0.9e9,
  exp: 1e9,
  log: 1e9,
};
/** Bytes per second of all other instructions, mostly from the second-level cache. */
const bandwidth = 60e9;
const call = 30e-9;

function secondsOf(instruction: Instruction): number {
  const { operations, bytes } = workOf(instruction);
  const [name, dtype] = instruction.kernel.split("_") as [string, DType];
  const rate = rates[name];
  if (rate === undefined) return call + bytes / bandwidth;
  return call + ((bytesPer[dtype] ?? 4) / 4) * (operations / rate);
}

/**
 * Estimates the cost of f for arguments of the given shapes without running it: f is recorded on values
 * that are not known, fused and laid out in memory, and its operations and bytes are counted.
 *
 *     seconds ≈ Σ over instructions of (0.03 µs + operations/rate, or bytes/bandwidth)
 *
 * The rates were measured on one core of a server of 2024 (docs/performance.md). There the estimate is
 * right within a factor of about 1.5, elsewhere in the order of magnitude.
 */
export function estimateCost<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...args: A
): CostEstimate {
  const recording = record(f, args);
  const ends = recording.outputs.map(({ block }) => block);
  const instructions = fuse(recording.instructions, ends);
  const layout = layOut(instructions, recording.inputs, ends, new Map());
  const sum = (count: (instruction: Instruction) => number) =>
    instructions.reduce((total, each) => total + count(each), 0);
  const constants = recording.constants.reduce((total, { bytes }) => total + bytes, 0);
  for (const block of recording.constants) freeBlock(block);
  return {
    operations: sum((each) => workOf(each).operations),
    bytes: layout.bytes + constants,
    moved: sum((each) => workOf(each).bytes),
    instructions: instructions.length,
    seconds: sum(secondsOf),
  };
}
