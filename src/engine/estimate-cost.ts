/**
 * What a function would cost, without running it: it is recorded on promised values, fused and laid
 * out, and its work is counted.
 *
 *     seconds ≈ Σ over instructions of (0.03 µs + operations/rate, or bytes/bandwidth)
 *
 * with rates measured on one core of a server of 2024 (docs/performance.md): a guide within a factor
 * of about 1.5 there, and of the right order elsewhere. Bytes are what the program will take.
 */
import { bytesPer, type DType } from "./dtype.js";
import { fuse } from "./fuse.js";
import { layOut } from "./layout.js";
import { freeBlock } from "./memory.js";
import type { Instruction } from "./program.js";
import { record } from "./record.js";
import { workOf } from "./work.js";

export interface CostEstimate {
  readonly operations: number;
  /** Memory of values and constants while it runs. */
  readonly bytes: number;
  readonly instructions: number;
  /** On one thread, without a library. */
  readonly seconds: number;
}

/** Operations a second in f32; f64 has half. */
const rates: Readonly<Record<string, number>> = {
  matmul: 45e9,
  circularConv: 70e9,
  circularConvWeights: 75e9,
  cholesky: 12e9,
  choleskyInverse: 20e9,
  triangularSolve: 20e9,
  normal: 0.45e9,
  uniform: 0.9e9,
  exp: 1e9,
  log: 1e9,
};
/** Bytes a second of all else, mostly from the second cache. */
const bandwidth = 60e9;
const call = 30e-9;

function secondsOf(instruction: Instruction): number {
  const { operations, bytes } = workOf(instruction);
  const [name, dtype] = instruction.kernel.split("_") as [string, DType];
  const rate = rates[name];
  if (rate === undefined) return call + bytes / bandwidth;
  return call + ((bytesPer[dtype] ?? 4) / 4) * (operations / rate);
}

/** What f of arguments like these would cost; only their shapes matter. */
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
    instructions: instructions.length,
    seconds: sum(secondsOf),
  };
}
