/** Memory layout of a program: blocks that are never needed at the same time may share memory. */
import type { Block } from "./memory.js";
import type { Instruction } from "./program.js";

export interface Layout {
  /** Byte offset of each block within the program's memory. */
  readonly offsets: ReadonlyMap<Block, number>;
  readonly bytes: number;
}

interface Lifetime {
  first: number;
  last: number;
}

/** Blocks with addresses outside the layout. */
type Elsewhere = Pick<ReadonlyMap<Block, number>, "has">;

/** First and last instruction that touches each block; outputs stay alive to the end. */
function lifetimes(
  instructions: readonly Instruction[],
  inputs: readonly Block[],
  outputs: readonly Block[],
  elsewhere: Elsewhere,
): Map<Block, Lifetime> {
  const spans = new Map<Block, Lifetime>();
  const touch = (block: Block, i: number): void => {
    if (block.address >= 0 || elsewhere.has(block)) return;
    const span = spans.get(block);
    if (span === undefined) spans.set(block, { first: i, last: i });
    else span.last = i;
  };
  for (const block of inputs) touch(block, -1);
  instructions.forEach(({ words }, i) => {
    for (const word of words) if (typeof word !== "number") touch(word, i);
  });
  for (const block of outputs) touch(block, instructions.length);
  return spans;
}

const align = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

/** A list of free gaps within a growing stretch of memory; takes the tightest gap that fits. */
class Gaps {
  private readonly gaps: { start: number; size: number }[] = [];
  end = 0;

  take(size: number): number {
    let best = -1;
    this.gaps.forEach((gap, i) => {
      if (gap.size >= size && (best < 0 || gap.size < this.gaps[best]!.size)) best = i;
    });
    if (best < 0) {
      const last = this.gaps.at(-1);
      const start = last && last.start + last.size === this.end ? this.gaps.pop()!.start : this.end;
      this.end = start + size;
      return start;
    }
    const gap = this.gaps[best]!;
    const { start } = gap;
    gap.start += size;
    gap.size -= size;
    if (gap.size === 0) this.gaps.splice(best, 1);
    return start;
  }

  give(start: number, size: number): void {
    const at = this.gaps.findIndex((gap) => gap.start > start);
    const position = at < 0 ? this.gaps.length : at;
    this.gaps.splice(position, 0, { start, size });
    for (const i of [position, position - 1]) {
      const gap = this.gaps[i];
      const next = this.gaps[i + 1];
      if (gap && next && gap.start + gap.size === next.start) {
        gap.size += next.size;
        this.gaps.splice(i + 1, 1);
      }
    }
  }
}

/** Assigns memory to the blocks of a recording, each for its lifetime. */
export function layOut(
  instructions: readonly Instruction[],
  inputs: readonly Block[],
  outputs: readonly Block[],
  elsewhere: Elsewhere,
): Layout {
  const spans = lifetimes(instructions, inputs, outputs, elsewhere);
  const births = new Map<number, Block[]>();
  const deaths = new Map<number, Block[]>();
  const put = (map: Map<number, Block[]>, i: number, block: Block): void => {
    const list = map.get(i);
    if (list === undefined) map.set(i, [block]);
    else list.push(block);
  };
  for (const [block, { first, last }] of spans) {
    put(births, first, block);
    put(deaths, last, block);
  }
  const gaps = new Gaps();
  const offsets = new Map<Block, number>();
  for (let i = -1; i <= instructions.length; i++) {
    for (const block of births.get(i) ?? []) offsets.set(block, gaps.take(align(block.bytes)));
    for (const block of deaths.get(i) ?? []) gaps.give(offsets.get(block)!, align(block.bytes));
  }
  return { offsets, bytes: gaps.end };
}
