/**
 * The work of instructions: arithmetic operations and bytes, counted from their words.
 *
 * A multiplication and the addition of its product count as two operations, an elementwise function
 * or a draw as one an element. Bytes are those of every block that an instruction reads or writes,
 * wherever it lies: memory, or a cache that still holds it.
 */
import { bytesPer, type DType } from "./dtype.js";
import type { Instruction, Word } from "./program.js";

export interface Work {
  readonly operations: number;
  readonly bytes: number;
}

type Count = (...words: number[]) => number;

/** Operations of kernels that do more than one an element, from their numbers (kernels/README.md). */
const counts: Readonly<Record<string, Count>> = {
  matmul: (batch, m, k, n) => 2 * batch! * m! * k! * n!,
  cholesky: (batch, n) => (batch! * n! ** 3) / 3,
  choleskyInverse: (batch, n) => (batch! * 2 * n! ** 3) / 3,
  triangularSolve: (batch, n, m) => batch! * n! ** 2 * m!,
  reflections: (batch, n, k) => 2 * batch! * k! ** 2 * (n! - k! / 3),
  orthonormalFactor: (batch, n, k) => 2 * batch! * k! ** 2 * (n! - k! / 3),
  factorCotangent: (batch, n, k, leading) => batch! * k! ** 2 * (4 * n! - 2 * k! + 5 * leading!),
  circularConv: (batch, inputs, outputs, n, k) => 2 * batch! * inputs! * outputs! * n! * k!,
  circularConvWeights: (batch, inputs, outputs, n, k) => 2 * batch! * inputs! * outputs! * n! * k!,
  // Padé [13/13]: six products and a solve, and about three squarings.
  expm: (batch, n) => 20 * batch! * n! ** 3,
  eigh: (batch, n) => 9 * batch! * n! ** 3,
};

const isBlock = (word: Word): word is Exclude<Word, number> => typeof word !== "number";

export function workOf({ kernel, words, parts }: Instruction): Work {
  const [name, dtype] = kernel.split("_") as [string, DType];
  const blocks = new Set(words.filter(isBlock));
  const numbers = words.filter((word) => !isBlock(word)) as number[];
  const [out] = words as [Exclude<Word, number>];
  const each = out.bytes / bytesPer[dtype];
  const operations =
    parts === undefined
      ? (counts[name]?.(...numbers) ?? each)
      : parts.reduce((sum, part) => sum + workOf(part).operations, 0);
  return {
    operations,
    bytes: [...blocks].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
