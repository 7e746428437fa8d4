/**
 * Capture: a function is run once to note its instructions, and from then on replayed.
 *
 * The instructions (of the function and of any derivative in it) go into memory as a program with
 * fixed addresses; a replay copies the arguments in, makes one call into WebAssembly, and copies
 * the results out. Instructions that no result needs are dropped; memory is shared between values
 * that are never alive together. One program is kept for each signature: the shapes and dtypes of
 * the tensors, and all other arguments by value.
 */
import { backend } from "./backend.js";
import { bytesPer, type DType } from "./dtype.js";
import { UsageError } from "./errors.js";
import { trackedBits } from "./graph.js";
import { layOut } from "./layout.js";
import { addressOf, allocateUnowned, type Block, freeBlock, promiseBlock } from "./memory.js";
import {
  encode,
  firstNonFinite,
  type Instruction,
  isRecording,
  kernelError,
  nonFiniteError,
  recordInto,
  type Word,
} from "./program.js";
import { scope } from "./scope.js";
import { sizeOf } from "./shape.js";
import { empty, Tensor, view } from "./tensor.js";
import { leavesOf, mapTree, withLeaves } from "./tree.js";

/** What a captured function has come to. */
export interface CaptureStatistics {
  readonly programs: number;
  readonly instructions: number;
  /** Memory of the programs: values, constants and code. */
  readonly bytes: number;
}

/** Time that a captured function spends in one kernel. */
export interface KernelTime {
  readonly kernel: string;
  readonly calls: number;
  readonly seconds: number;
}

export interface Captured<A extends readonly unknown[], R> {
  (...args: A): R;
  /** Where the time of a call goes, kernel by kernel, the longest first. */
  profile(...args: A): KernelTime[];
  /** Figures of the programs made so far. */
  statistics(): CaptureStatistics;
  /** Gives the programs back; the next call captures anew. */
  forget(): void;
}

/** Where an output lies: at a fixed place, with its shape. */
interface Slot {
  readonly address: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

interface Program {
  readonly inputs: readonly number[];
  readonly outputs: readonly Slot[];
  readonly result: unknown;
  readonly instructions: readonly Instruction[];
  /** Address of the code, and of each instruction in it. */
  readonly code: Block;
  readonly starts: readonly number[];
  readonly owned: readonly Block[];
}

/** Notes instructions; values that exist already are copied, as constants of the program. */
class Tape {
  readonly instructions: Instruction[] = [];
  readonly constants = new Map<Block, Block>();
  /** Constants of eight bytes at most, by their contents. */
  private readonly small = new Map<string, Block>();

  add({ kernel, words, describe }: Instruction): void {
    const kept = words.map((word) => (typeof word === "number" ? word : this.own(word)));
    this.instructions.push({ kernel, words: kept, describe });
  }

  own(block: Block): Block {
    if (block.address === -1) return block;
    const known = this.constants.get(block);
    if (known !== undefined) return known;
    const contents = block.bytes <= 8 ? contentsOf(block) : null;
    const same = contents === null ? undefined : this.small.get(contents);
    const copy = same ?? allocateUnowned(block.bytes);
    if (same === undefined) copyBytes(addressOf(copy), addressOf(block), block.bytes);
    if (contents !== null) this.small.set(contents, copy);
    this.constants.set(block, copy);
    return copy;
  }
}

const contentsOf = (block: Block): string =>
  new Uint8Array(backend().memory.buffer, addressOf(block), block.bytes).join();

function copyBytes(to: number, from: number, bytes: number): void {
  new Uint8Array(backend().memory.buffer).copyWithin(to, from, from + bytes);
}

/** The instructions that the outputs need, in order. */
function needed(instructions: readonly Instruction[], outputs: readonly Block[]): Instruction[] {
  const live = new Set<Word>(outputs);
  const kept = instructions.toReversed().filter(({ words }) => {
    if (!live.has(words[0]!)) return false;
    for (const word of words) if (typeof word !== "number") live.add(word);
    return true;
  });
  return kept.reverse();
}

function record(f: (...args: unknown[]) => unknown, args: readonly unknown[]): Program {
  const tape = new Tape();
  const given = leavesOf(args);
  const inputs = given.map(
    (x) => new Tensor(x.shape, x.dtype, promiseBlock(sizeOf(x.shape) * bytesPer[x.dtype])),
  );
  const result = scope(() => recordInto(tape, () => f(...(withLeaves(args, inputs) as unknown[]))));
  const results = leavesOf(result).map(({ shape, dtype, block }) => ({
    shape,
    dtype,
    block: tape.own(block),
  }));
  const outputs = results.map(({ block }) => block);
  const instructions = needed(tape.instructions, outputs);

  const inputBlocks = inputs.map((x) => x.block);
  const layout = layOut(instructions, inputBlocks, outputs);
  const values = allocateUnowned(Math.max(layout.bytes, 16));
  const place = (block: Block): number => {
    const offset = layout.offsets.get(block);
    return offset === undefined ? addressOf(block) : addressOf(values) + offset;
  };

  const length = instructions.reduce((n, { words }) => n + 2 + words.length, 0);
  const code = allocateUnowned(Math.max(4 * length, 16));
  const starts: number[] = [];
  const into = new Int32Array(backend().memory.buffer);
  let at = addressOf(code) >> 2;
  for (const instruction of instructions) {
    starts.push(4 * at);
    at = encode(instruction, into, at, place);
  }
  return {
    inputs: inputBlocks.map(place),
    outputs: results.map(({ shape, dtype, block }) => ({ shape, dtype, address: place(block) })),
    result: mapTree(result, (x) => new Tensor(x.shape, x.dtype, x.block)),
    instructions,
    code,
    starts,
    owned: [code, values, ...new Set(tape.constants.values())],
  };
}

function load(program: Program, given: readonly Tensor[]): void {
  given.forEach((x, i) => {
    copyBytes(program.inputs[i]!, addressOf(x.block), x.size * bytesPer[x.dtype]);
  });
}

function replay(program: Program, given: readonly Tensor[]): unknown {
  load(program, given);
  const failed = backend().run(addressOf(program.code), program.instructions.length);
  if (failed >= 0) throw kernelError(program.instructions[failed]!);
  const outputs = program.outputs.map(({ address, shape, dtype }) => {
    const out = empty(shape, dtype);
    copyBytes(addressOf(out.block), address, out.size * bytesPer[dtype]);
    return out;
  });
  for (const out of outputs) {
    const bad = firstNonFinite(out.dtype, out.block, out.size);
    if (bad !== null) throw blame(program, given, view(out)[bad]!);
  }
  return withLeaves(program.result, outputs);
}

/** Runs the program again, one instruction at a time, to name the first that went wrong. */
function blame(program: Program, given: readonly Tensor[], value: number): Error {
  load(program, given);
  const words = new Int32Array(backend().memory.buffer);
  for (const [i, { kernel, describe }] of program.instructions.entries()) {
    const start = program.starts[i]!;
    backend().run(start, 1);
    const dtype = kernel.slice(-3) as DType;
    const size = outputSize(program, i);
    const block = { address: words[start / 4 + 2]!, bytes: size * bytesPer[dtype] };
    const bad = firstNonFinite(dtype, block, size);
    if (bad !== null) return nonFiniteError(describe(), bad, value);
  }
  return nonFiniteError("captured function, from its arguments", 0, value);
}

const outputSize = ({ instructions }: Program, i: number): number => {
  const { kernel, words } = instructions[i]!;
  const block = words[0] as Block;
  return Math.floor(block.bytes / bytesPer[kernel.slice(-3) as DType]);
};

/** Runs of each instruction while profiling; the fastest of `profileRounds` counts. */
const profileRuns = 20;
const profileRounds = 5;

/** Times each instruction by itself; running one again changes nothing, since outputs are no inputs. */
function profileProgram(program: Program, given: readonly Tensor[]): KernelTime[] {
  load(program, given);
  const times = new Map<string, KernelTime>();
  program.instructions.forEach(({ kernel }, i) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < profileRounds; round++) {
      const began = performance.now();
      for (let k = 0; k < profileRuns; k++) backend().run(program.starts[i]!, 1);
      best = Math.min(best, (performance.now() - began) / 1000 / profileRuns);
    }
    const { calls, seconds } = times.get(kernel) ?? { calls: 0, seconds: 0 };
    times.set(kernel, { kernel, calls: calls + 1, seconds: seconds + best });
  });
  return [...times.values()].sort((a, b) => b.seconds - a.seconds);
}

/** What a program depends on: the shapes of tensors, and every other argument by value. */
function signature(args: readonly unknown[]): string {
  return JSON.stringify(args, (key, value: unknown) => {
    if (value instanceof Tensor) return { tensor: value.shape, dtype: value.dtype };
    if (typeof value === "function") {
      throw new UsageError(
        `capture: argument "${key}" holds a function; close over it instead, or capture once for each.`,
      );
    }
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return value;
  });
}

/**
 * f, captured at its first call with each signature and replayed after that.
 *
 * f must be pure: the same operations for the same shapes, and no value of a tensor read in it.
 * Within another capture or a derivative, f itself is run, and becomes part of that.
 * Outputs are checked: one that is not finite raises a NumericError that names the first operation
 * that went wrong.
 */
export function capture<A extends unknown[], R>(f: (...args: A) => R): Captured<A, R> {
  const programs = new Map<string, Program>();
  const programFor = (args: A): Program => {
    const key = signature(args);
    const known = programs.get(key);
    if (known !== undefined) return known;
    const program = record(f as (...args: unknown[]) => unknown, args);
    programs.set(key, program);
    return program;
  };
  const call = (...args: A): R => {
    const given = leavesOf(args);
    if (isRecording() || trackedBits(given) !== 0) return f(...args);
    return replay(programFor(args), given) as R;
  };
  const total = (figure: (program: Program) => number): number =>
    [...programs.values()].reduce((sum, program) => sum + figure(program), 0);
  return Object.assign(call, {
    profile: (...args: A) => profileProgram(programFor(args), leavesOf(args)),
    statistics: () => ({
      programs: programs.size,
      instructions: total(({ instructions }) => instructions.length),
      bytes: total(({ owned }) => owned.reduce((sum, { bytes }) => sum + bytes, 0)),
    }),
    forget: () => {
      for (const { owned } of programs.values()) owned.forEach(freeBlock);
      programs.clear();
    },
  });
}
