/**
 * Capture: a function is run once to note its instructions, and from then on replayed.
 *
 * The instructions (of the function and of any derivative in it) go into memory as a program with
 * fixed addresses; a replay copies the arguments in, makes one call into WebAssembly, and copies
 * the results out. Instructions that no result needs are dropped; memory is shared between values
 * that are never alive together. One program is kept for each signature: the shapes and dtypes of
 * the tensors, and all other arguments by value.
 */
import { bytesOf, compile, freeBlocks, type Program } from "./compile.js";
import { trackedBits } from "./graph.js";
import type { Block } from "./memory.js";
import { isRecording, nonFiniteError } from "./program.js";
import { record } from "./record.js";
import { collect, firstToBlame, type KernelTime, load, profile, run } from "./replay.js";
import { signature } from "./signature.js";
import type { Tensor } from "./tensor.js";
import { leavesOf } from "./tree.js";

/** What a captured function has come to. */
export interface CaptureStatistics {
  readonly programs: number;
  readonly instructions: number;
  /** Memory of the programs: values, constants and code. */
  readonly bytes: number;
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

/** A program and all memory that goes with it. */
interface Capture {
  readonly program: Program;
  readonly owned: readonly Block[];
}

function make<A extends unknown[]>(f: (...args: A) => unknown, args: A): Capture {
  const recording = record(f, args);
  const program = compile(recording, 1)[0]!;
  return { program, owned: [...program.owned, ...recording.constants] };
}

function replay(program: Program, given: readonly Tensor[]): unknown {
  load(program, given);
  run(program);
  return collect(program, (value) => {
    load(program, given);
    const fault = firstToBlame(program, value);
    return fault ?? nonFiniteError("captured function, from its arguments", 0, value);
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
  const captures = new Map<string, Capture>();
  const programFor = (args: A): Program => {
    const key = signature("capture", args);
    const known = captures.get(key) ?? make(f, args);
    captures.set(key, known);
    return known.program;
  };
  const call = (...args: A): R => {
    const given = leavesOf(args);
    if (isRecording() || trackedBits(given) !== 0) return f(...args);
    return replay(programFor(args), given) as R;
  };
  const total = (figure: (made: Capture) => number): number =>
    [...captures.values()].reduce((sum, made) => sum + figure(made), 0);
  return Object.assign(call, {
    profile: (...args: A) => {
      const program = programFor(args);
      load(program, leavesOf(args));
      return profile(program);
    },
    statistics: () => ({
      programs: captures.size,
      instructions: total(({ program }) => program.instructions.length),
      bytes: total(({ owned }) => bytesOf(owned)),
    }),
    forget: () => {
      for (const { owned } of captures.values()) freeBlocks(owned);
      captures.clear();
    },
  });
}
