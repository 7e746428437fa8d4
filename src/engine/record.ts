/** Recording: a function is run once on tensors without values, and its instructions are kept. */
import { backend } from "./backend.js";
import { bytesPer, type DType } from "./dtype.js";
import { addressOf, allocateUnowned, type Block, copyBytes, promiseBlock } from "./memory.js";
import { type Instruction, recordInto, type Word } from "./program.js";
import { scope } from "./scope.js";
import { sizeOf } from "./shape.js";
import { Tensor } from "./tensor.js";
import { leavesOf, mapTree, withLeaves } from "./tree.js";

/** A tensor without values: its shape and dtype, and the block that will hold it. */
export interface Promised {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly block: Block;
}

/** The instructions of a function for arguments of given shapes. */
export interface Recording {
  readonly inputs: readonly Block[];
  readonly outputs: readonly Promised[];
  /** The result, with the outputs as its leaves. */
  readonly result: unknown;
  readonly instructions: readonly Instruction[];
  /** Copies of the values that the function takes from outside. */
  readonly constants: readonly Block[];
}

/**
 * Keeps instructions, each once: an instruction with the same words as an earlier one gives the result of
 * that one. Values that exist already are copied as constants of the recording.
 */
class Tape {
  readonly instructions: Instruction[] = [];
  readonly constants = new Map<Block, Block>();
  /** Constants of eight bytes at most, by their contents. */
  private readonly small = new Map<string, Block>();
  /** Results by the instruction that makes them. */
  private readonly results = new Map<string, Block>();
  /** For the result of a repeated instruction, the result of the first. */
  private readonly firsts = new Map<Block, Block>();
  private readonly numbers = new Map<Block, number>();

  add({ kernel, words, describe }: Instruction): void {
    const kept = words.map((word) => (typeof word === "number" ? word : this.own(word)));
    const given = kept
      .slice(1)
      .map((word) => (typeof word === "number" ? word : `#${this.numberOf(word)}`));
    const key = `${kernel} ${given.join(" ")}`;
    const out = kept[0] as Block;
    const first = this.results.get(key);
    if (first !== undefined) {
      this.firsts.set(out, first);
      return;
    }
    this.results.set(key, out);
    this.instructions.push({ kernel, words: kept, describe });
  }

  forget(): void {
    this.results.clear();
  }

  own(block: Block): Block {
    if (block.address === -1) return this.firsts.get(block) ?? block;
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

  private numberOf(block: Block): number {
    const known = this.numbers.get(block) ?? this.numbers.size;
    this.numbers.set(block, known);
    return known;
  }
}

const contentsOf = (block: Block): string =>
  new Uint8Array(backend().memory.buffer, addressOf(block), block.bytes).join();

/** Returns the instructions on which the outputs depend, in order. */
function needed(instructions: readonly Instruction[], outputs: readonly Block[]): Instruction[] {
  const live = new Set<Word>(outputs);
  const kept = instructions.toReversed().filter(({ words }) => {
    if (!live.has(words[0]!)) return false;
    for (const word of words) if (typeof word !== "number") live.add(word);
    return true;
  });
  return kept.reverse();
}

/** Makes a tensor without values, as an argument of a recorded function. */
export const promise = (shape: readonly number[], dtype: DType): Tensor =>
  new Tensor(shape, dtype, promiseBlock(sizeOf(shape) * bytesPer[dtype]));

/** Records f for arguments like these; only the shapes of their tensors matter. */
export function record<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: A,
): Recording {
  const tape = new Tape();
  const inputs = leavesOf(args).map(({ shape, dtype }) => promise(shape, dtype));
  // No tensor of f leaves the scope: values that are computed while recording are copied.
  let outputs: Promised[] = [];
  let result: unknown;
  scope(() => {
    const made = recordInto(tape, () => f(...withLeaves(args, inputs)));
    outputs = leavesOf(made).map(({ shape, dtype, block }) => ({
      ...{ shape, dtype },
      block: tape.own(block),
    }));
    result = mapTree(made, (x) => new Tensor(x.shape, x.dtype, promiseBlock(0)));
  });
  return {
    inputs: inputs.map(({ block }) => block),
    outputs,
    result,
    instructions: needed(
      tape.instructions,
      outputs.map(({ block }) => block),
    ),
    constants: [...new Set(tape.constants.values())],
  };
}
