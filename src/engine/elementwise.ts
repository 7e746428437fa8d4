/** What an instruction does element by element, read from its words. */
import { bytesPer, type DType, type FloatType } from "./dtype.js";
import type { Block } from "./memory.js";
import type { Instruction } from "./program.js";

/** A block walked by a loop; strides in elements. */
export interface Operand {
  readonly block: Block;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** out[·] = operation(operands[·]) over all elements of out, in their order. */
export interface Elementwise {
  readonly operation: Operation;
  readonly dtype: FloatType;
  readonly size: number;
  readonly out: Block;
  readonly operands: readonly Operand[];
  /** Of `roll`: the elements that go round together, and by how many. */
  readonly turn: { readonly row: number; readonly shift: number } | null;
}

/** Operands of the operations that a vector instruction or two can do. */
const arities = {
  ...{ neg: 1, abs: 1, sqrt: 1, relu: 1 },
  ...{ add: 2, sub: 2, mul: 2, div: 2, min: 2, max: 2, less: 2, lessEqual: 2, equal: 2 },
  where: 3,
} as const;
export type Arithmetic = keyof typeof arities;
export type Operation = Arithmetic | "copy" | "roll";

const isArithmetic = (name: string): name is Arithmetic => Object.hasOwn(arities, name);

/** Null: it is no such instruction, or has no elements. */
export function elementwise({ kernel, words }: Instruction): Elementwise | null {
  const [name, dtype] = kernel.split("_") as [string, DType];
  if (dtype === "i32") return null;
  const out = words[0] as Block;
  const size = Math.floor(out.bytes / bytesPer[dtype]);
  const made = (operation: Operation, operands: Operand[], turn: Elementwise["turn"] = null) =>
    size === 0 ? null : { operation, dtype, size, out, operands, turn };
  const numbers = (from: number, to?: number) => words.slice(from, to) as number[];
  /** Operands after the output, then (from `at` on) rank, dims and the strides of each. */
  const strided = (count: number, at: number): Operand[] => {
    const rank = words[at] as number;
    const dims = numbers(at + 1, at + 1 + rank);
    return Array.from({ length: count }, (_, i) => {
      const first = at + 1 + rank * (i + 1);
      return { block: words[i + 1] as Block, dims, strides: numbers(first, first + rank) };
    });
  };
  const flat = { block: words[1] as Block, dims: [size], strides: [1] };
  if (name === "roll") {
    const [, n, inner, shift] = numbers(2) as [number, number, number, number];
    return made(name, [flat], { row: n * inner, shift: shift * inner });
  }
  if (name === "copy") return words[2] === 0 ? made(name, strided(1, 3)) : null;
  if (!isArithmetic(name)) return null;
  const count = arities[name];
  return made(name, count === 1 ? [flat] : strided(count, count + 1));
}
