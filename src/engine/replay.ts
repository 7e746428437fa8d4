/** Running programs: copying arguments in, one call into WebAssembly, copying results out. */
import { backend } from "./backend.js";
import type { Program } from "./compile.js";
import { bytesPer, type DType } from "./dtype.js";
import { addressOf, allocate, Block, copyBytes, withScope } from "./memory.js";
import {
  firstNonFinite,
  type Instruction,
  kernelError,
  nonFiniteError,
  runNow,
} from "./program.js";
import { empty, type Tensor, view } from "./tensor.js";
import { withLeaves } from "./tree.js";
import { type Work, workOf } from "./work.js";

/** Copies the arguments to the addresses from which the program reads them. */
export function load(program: Program, given: readonly Tensor[]): void {
  given.forEach((x, i) => {
    copyBytes(program.inputs[i]!, addressOf(x.block), x.size * bytesPer[x.dtype]);
  });
}

/** Runs a program on the arguments that it was loaded with. */
export function run({ start, instructions }: Program): void {
  const failed = backend().run(start, instructions.length);
  if (failed >= 0) throw kernelError(instructions[failed]!);
}

/** Returns the result of a program that has run; `blame` makes the error for a value that is not finite. */
export function collect(program: Program, blame: (value: number) => Error): unknown {
  const outputs = program.outputs.map(({ address, shape, dtype }) => {
    const out = empty(shape, dtype);
    copyBytes(addressOf(out.block), address, out.size * bytesPer[dtype]);
    return out;
  });
  for (const out of outputs) {
    const bad = firstNonFinite(out.dtype, out.block, out.size);
    if (bad !== null) throw blame(view(out)[bad]!);
  }
  return withLeaves(program.result, outputs);
}

/**
 * Runs a loaded program again, one instruction at a time, and returns the error of the first instruction
 * whose result is not finite; null if there is none.
 */
export function firstToBlame(program: Program, value: number): Error | null {
  for (const [i, instruction] of program.instructions.entries()) {
    backend().run(program.starts[i]!, 1);
    const fault = withScope(
      () => faultOf(instruction, program.starts[i]!, value),
      () => [],
    );
    if (fault !== null) return fault;
  }
  return null;
}

/** The error for a result that is not finite of an instruction that lies at `start` and has run. */
function faultOf(instruction: Instruction, start: number, value: number): Error | null {
  const at = new Int32Array(backend().memory.buffer, start + 8);
  const places = new Map<Block, Block>();
  for (const [i, word] of instruction.words.entries()) {
    if (typeof word !== "number") places.set(word, new Block(at[i]! >>> 0, word.bytes));
  }
  const placeOf = (block: Block): Block => {
    const place = places.get(block) ?? allocate(block.bytes);
    places.set(block, place);
    return place;
  };
  // A chain keeps only what others read: what it does in between is done again.
  for (const part of instruction.parts ?? [instruction]) {
    if (part !== instruction) runNow(part, (block) => addressOf(placeOf(block)));
    const dtype = part.kernel.slice(-3) as DType;
    const out = placeOf(part.words[0] as Block);
    const bad = firstNonFinite(dtype, out, Math.floor(out.bytes / bytesPer[dtype]));
    if (bad !== null) return nonFiniteError(part.describe(), bad, value);
  }
  return null;
}

/** Time and work of a captured function in one kernel. */
export interface KernelTime extends Work {
  readonly kernel: string;
  readonly calls: number;
  readonly seconds: number;
}

/** Runs of each instruction while profiling; the fastest of `profileRounds` counts. */
const profileRuns = 20;
const profileRounds = 5;

/**
 * Measures the time of each instruction of a loaded program by itself. An instruction may be repeated,
 * since its output is none of its inputs.
 */
export function profile(program: Program): KernelTime[] {
  const times = new Map<string, KernelTime>();
  program.instructions.forEach((instruction, i) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < profileRounds; round++) {
      const began = performance.now();
      for (let k = 0; k < profileRuns; k++) backend().run(program.starts[i]!, 1);
      best = Math.min(best, (performance.now() - began) / 1000 / profileRuns);
    }
    const { kernel } = instruction;
    const { operations, bytes } = workOf(instruction);
    const before = times.get(kernel) ?? { calls: 0, seconds: 0, operations: 0, bytes: 0 };
    times.set(kernel, {
      kernel,
      calls: before.calls + 1,
      seconds: before.seconds + best,
      operations: before.operations + operations,
      bytes: before.bytes + bytes,
    });
  });
  return [...times.values()].sort((a, b) => b.seconds - a.seconds);
}
