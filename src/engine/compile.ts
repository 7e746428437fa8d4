/** Compilation: the blocks of a recording get addresses, and its instructions are written to memory as code. */
import { backend } from "./backend.js";
import type { DType } from "./dtype.js";
import { fuse } from "./fuse.js";
import { layOut } from "./layout.js";
import { addressOf, allocateUnowned, type Block, freeBlock, sizeClass } from "./memory.js";
import { encode, type Instruction } from "./program.js";
import type { Recording } from "./record.js";

/** An output of a program: its address and its shape. */
export interface Slot {
  readonly address: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A recording at fixed addresses, ready to run. */
export interface Program {
  /** Addresses of the arguments. */
  readonly inputs: readonly number[];
  readonly outputs: readonly Slot[];
  readonly result: unknown;
  readonly instructions: readonly Instruction[];
  /** Address of the code, and of each instruction in it. */
  readonly start: number;
  readonly starts: readonly number[];
  /** Memory of the code and the values. */
  readonly owned: readonly Block[];
}

const noneFixed: ReadonlyMap<Block, number> = new Map();

/**
 * Makes several programs of one recording, each with its own values and code; constants are shared.
 * `fixed` are blocks with other addresses, which no program overwrites.
 */
export function compile(
  { inputs, outputs, result, instructions: recorded }: Recording,
  copies: number,
  fixed: ReadonlyMap<Block, number> = noneFixed,
): Program[] {
  const ends = outputs.map(({ block }) => block);
  const instructions = fuse(recorded, ends);
  const layout = layOut(instructions, inputs, ends, fixed);
  const length = instructions.reduce((n, { words }) => n + 2 + words.length, 0);
  return Array.from({ length: copies }, () => {
    const values = allocateUnowned(Math.max(layout.bytes, 16));
    const place = (block: Block): number => {
      const offset = layout.offsets.get(block);
      return offset === undefined
        ? (fixed.get(block) ?? addressOf(block))
        : addressOf(values) + offset;
    };
    const code = allocateUnowned(Math.max(4 * length, 16));
    const starts: number[] = [];
    const into = new Int32Array(backend().memory.buffer);
    let at = addressOf(code) / 4;
    for (const instruction of instructions) {
      starts.push(4 * at);
      at = encode(instruction, into, at, place);
    }
    return {
      inputs: inputs.map(place),
      outputs: outputs.map(({ shape, dtype, block }) => ({ shape, dtype, address: place(block) })),
      result,
      instructions,
      start: addressOf(code),
      starts,
      owned: [code, values],
    };
  });
}

/** Bytes that blocks take of the heap. */
export const bytesOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { bytes }) => sum + sizeClass(bytes), 0);

export function freeBlocks(blocks: readonly Block[]): void {
  for (const block of blocks) freeBlock(block);
}
