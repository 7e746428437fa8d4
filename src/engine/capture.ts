/** Captured functions: functions whose instructions are recorded once and replayed in every later call. */
import { bytesOf, compile, freeBlocks, type Program } from "./compile.js";
import { trackedBits } from "./graph.js";
import type { Block } from "./memory.js";
import { isRecording, nonFiniteError } from "./program.js";
import { record } from "./record.js";
import { collect, firstToBlame, type KernelTime, load, profile, run } from "./replay.js";
import { signature } from "./signature.js";
import type { Tensor } from "./tensor.js";
import { leavesOf } from "./tree.js";

/** The size of the programs of a captured function. */
export interface CaptureStatistics {
  /** Number of programs, one for each signature. */
  readonly programs: number;
  readonly instructions: number;
  /** Memory of the programs (values, constants and code), in bytes. */
  readonly bytes: number;
}

/** A captured function. */
export interface Captured<A extends readonly unknown[], R> {
  (...args: A): R;
  /** Measures the time of one call by kernel, the longest first. */
  profile(...args: A): KernelTime[];
  /** Returns the number and the size of the programs made so far. */
  statistics(): CaptureStatistics;
  /** Releases the programs; the next call captures the function again. */
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
 * Captures a function: its instructions are recorded at the first call with each signature (the shapes
 * and dtypes of its tensors, and all other arguments by value), and replayed in later calls.
 *
 * The recorded instructions, with those of derivatives within f, are stored as a program with fixed
 * addresses. A replay copies the arguments in, makes one call into WebAssembly, and copies the results
 * out. Instructions that no result needs are left out, and values that are never needed at the same
 * time share memory.
 *
 * f must be pure: the same operations for the same shapes, without reading the values of its tensors.
 * Within another capture or a derivative f itself is run and becomes part of that.
 *
 * @throws NumericError when a result is not finite, or a factorisation fails; it names the first
 * operation that failed.
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
