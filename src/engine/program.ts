/**
 * Instructions, which are run at once or, while a function is captured, recorded.
 *
 * An instruction is a kernel with its argument words. A word is a number, or a block whose address is
 * filled in when it is known. The first word is the output.
 */
import { backend } from "./backend.js";
import type { DType } from "./dtype.js";
import { NumericError } from "./errors.js";
import { addressOf, allocateUnowned, type Block } from "./memory.js";

export type Word = number | Block;

export interface Instruction {
  readonly kernel: string;
  readonly words: readonly Word[];
  /** For messages: the operation with the shapes it was given. */
  readonly describe: () => string;
  /** The instructions of a chain, in order. */
  readonly parts?: readonly Instruction[];
}

/** A recorder, which keeps instructions instead of running them. */
export interface Recorder {
  add(instruction: Instruction): void;
  /** Makes later instructions be computed even if the same was recorded before. */
  forget(): void;
}

let recorder: Recorder | null = null;

export const isRecording = (): boolean => recorder !== null;

/** Makes later instructions be recorded even if the same was recorded before. */
export const computeAnew = (): void => recorder?.forget();

/** Runs `body` with its instructions recorded; null: with its instructions run at once, even while recording. */
export function recordInto<T>(target: Recorder | null, body: () => T): T {
  const before = recorder;
  recorder = target;
  try {
    return body();
  } finally {
    recorder = before;
  }
}

let staging: Block | null = null;
const stagingWords = 4096;

/** Runs or records one kernel. */
export function emit(
  kernel: string,
  dtype: DType,
  words: readonly Word[],
  describe: () => string,
): void {
  const instruction = { kernel: `${kernel}_${dtype}`, words, describe };
  if (recorder !== null) {
    recorder.add(instruction);
    return;
  }
  if (runNow(instruction) >= 0) throw kernelError(instruction);
}

/** Returns the index of the first value that is not finite; null if all are. */
export function firstNonFinite(dtype: DType, block: Block, size: number): number | null {
  if (dtype === "i32" || size === 0) return null;
  const failed = runNow({ kernel: `finite_${dtype}`, words: [block, size], describe: () => "" });
  return failed < 0 ? null : readStatus().index;
}

/** Runs an instruction whose blocks lie where `address` says; −1, or 0 if it failed. */
export function runNow(instruction: Instruction, address = addressOf): number {
  staging ??= allocateUnowned(4 * stagingWords);
  const room = instruction.words.length + 2 <= stagingWords;
  const place = room ? staging : allocateUnowned(4 * (instruction.words.length + 2));
  const { memory, run } = backend();
  encode(instruction, new Int32Array(memory.buffer), addressOf(place) / 4, address);
  return run(addressOf(place), 1);
}

/** Writes `[opcode, W, words…]` at word position `at`; returns the position after it. */
export function encode(
  { kernel, words }: Instruction,
  into: Int32Array,
  at: number,
  address: (block: Block) => number,
): number {
  const opcode = backend().opcodes.get(kernel);
  if (opcode === undefined) throw new TypeError(`There is no kernel ${kernel}.`);
  into[at] = opcode;
  into[at + 1] = words.length;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    into[at + 2 + i] = typeof word === "number" ? word : address(word);
  }
  return at + 2 + words.length;
}

function readStatus(at = backend().status()): {
  code: number;
  batch: number;
  index: number;
  value: number;
} {
  const record = new DataView(backend().memory.buffer, at, 24);
  const word = (i: number) => record.getInt32(4 * i, true);
  return { code: word(0), batch: word(1), index: word(2), value: record.getFloat64(16, true) };
}

/** Makes the error of a kernel that failed, from its status record (by default that of this thread). */
export function kernelError({ kernel, describe }: Instruction, status?: number): NumericError {
  const { code, batch, index, value } = readStatus(status);
  const at = `${describe()}:`;
  const which = `matrix ${batch} of the batch`;
  switch (code) {
    case 1:
      return new NumericError(
        `${at} not positive definite; in ${which}, pivot or eigenvalue ${index} is ${value}, need > 0. Add a little to the diagonal (jitter, observation noise) or inflate.`,
        `a covariance is no longer positive definite (a pivot is ${value}): what it is made of is too small or too large.`,
      );
    case 2:
      return new NumericError(
        `${at} index ${value} at position ${index} of the list is outside the axis.`,
      );
    case 3:
      return new NumericError(
        `${at} singular; in ${which}, pivot ${index} is ${value}.`,
        `a matrix has no inverse (a pivot is ${value}).`,
        true,
      );
    case 4:
      return new NumericError(
        `${at} no convergence for ${which}; is it finite and symmetric?`,
        "the eigenvalues of a covariance were not found: its numbers are too large or too different.",
      );
    case 6:
      return new NumericError(
        `${at} ${value} at flat position ${index} does not fit into i32; need a finite number between −2³¹ and 2³¹.`,
        `a number that counts or chooses is ${Number.isNaN(value) ? "undefined (NaN)" : value}.`,
      );
    default:
      return new NumericError(`${at} kernel ${kernel} failed with code ${code}.`);
  }
}

/** Makes the error of a result that is not finite. */
export function nonFiniteError(describe: string, position: number, value: number): NumericError {
  return new NumericError(
    `${describe}: the result has ${value} at flat position ${position}. Look for a logarithm or root of a negative number, a division by zero or an overflow; smaller steps or learning rates may help.`,
    Number.isNaN(value)
      ? "a number of the state or of its covariance is undefined (NaN)."
      : `a number of the state or of its covariance overflowed (${value}).`,
  );
}
