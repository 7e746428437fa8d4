/**
 * Fusion: elementwise instructions over the same elements become one instruction.
 *
 * Instructions are taken in order. An instruction that fits into a chain joins it; every other one
 * waits until the chains that it reads are complete. The order of instructions may change, but not
 * their dependences: an instruction joins a chain only if nothing that it reads waits for that chain.
 */
import { Chain } from "./chain.js";
import { fusedInstruction } from "./chain-instruction.js";
import { type Elementwise, elementwise } from "./elementwise.js";
import { canInstall, install } from "./functions.js";
import type { Block } from "./memory.js";
import type { Instruction, Word } from "./program.js";

/** Number of instructions after its last one for which a chain stays open. */
const patience = 40;

/** One instruction, or a chain of them. */
interface Item {
  instructions: Instruction[];
  chain: Chain | null;
  /** Items that it reads and that are not placed yet. */
  needs: Set<Item>;
  /** Waiting items that read it. */
  readers: Set<Item>;
  placed: boolean;
  /** Number of the last instruction that joined. */
  last: number;
}

const isBlock = (word: Word): word is Block => typeof word !== "number";
const readsOf = ({ words }: Instruction): Block[] => words.slice(1).filter(isBlock);

class Schedule {
  readonly order: Item[] = [];
  private readonly makers = new Map<Block, Item>();
  /** Chains that may grow. */
  private readonly open = new Set<Item>();

  take(instruction: Instruction, number: number): void {
    for (const item of this.open) if (number - item.last > patience) this.place(item);
    const reads = readsOf(instruction);
    const waiting = new Set(reads.flatMap((block) => this.waitingFor(block)));
    const step = elementwise(instruction);
    const joined = step && this.join(step, waiting);
    const item = joined ?? this.made(step);
    item.instructions.push(instruction);
    item.last = number;
    this.makers.set(instruction.words[0] as Block, item);
    for (const need of waiting) this.link(item, need);
    if (item.chain === null) this.placeIfReady(item);
    else if (joined !== null) this.merge(item, waiting);
  }

  finish(): readonly Item[] {
    for (const item of [...this.makers.values()]) this.place(item);
    return this.order;
  }

  private waitingFor(block: Block): Item[] {
    const item = this.makers.get(block);
    return item === undefined || item.placed ? [] : [item];
  }

  private made(step: Elementwise | null): Item {
    const chain = step && new Chain(step);
    const fits = chain?.add(step!) === true;
    const item: Item = {
      ...{ instructions: [], chain: fits ? chain : null, placed: false, last: 0 },
      ...{ needs: new Set<Item>(), readers: new Set<Item>() },
    };
    if (fits) this.open.add(item);
    return item;
  }

  /** Adds a step to a chain: one that it reads, or one that reads the same operands. */
  private join(step: Elementwise, waiting: ReadonlySet<Item>): Item | null {
    const near = [...this.open].filter(
      ({ chain }) =>
        chain!.first.size === step.size && step.operands.some(({ block }) => chain!.reads(block)),
    );
    for (const item of new Set([...waiting].reverse().concat(near.reverse()))) {
      if (item.chain === null || !this.open.has(item)) continue;
      if ([...waiting].some((need) => need !== item && dependsOn(need, item))) continue;
      if (item.chain.add(step)) return item;
    }
    return null;
  }

  /** Merges the other chains that a step reads into its own, where they fit. */
  private merge(item: Item, waiting: ReadonlySet<Item>): void {
    for (const other of waiting) {
      if (other === item || other.chain === null || !this.open.has(other)) continue;
      const between = [...item.needs].some((need) => need !== other && dependsOn(need, other));
      if (between || dependsOn(other, item)) continue;
      const chain = other.chain.addAll(item.chain!);
      if (chain === null) continue;
      item.chain = chain;
      item.instructions = [...other.instructions, ...item.instructions];
      for (const { words } of other.instructions) this.makers.set(words[0] as Block, item);
      item.needs.delete(other);
      other.readers.delete(item);
      for (const need of other.needs) {
        need.readers.delete(other);
        this.link(item, need);
      }
      for (const reader of other.readers) {
        reader.needs.delete(other);
        this.link(reader, item);
      }
      this.open.delete(other);
      other.placed = true;
    }
  }

  private link(item: Item, need: Item): void {
    if (item === need || need.placed) return;
    item.needs.add(need);
    need.readers.add(item);
  }

  private placeIfReady(item: Item): void {
    if (!item.placed && item.needs.size === 0) this.place(item);
  }

  private place(item: Item): void {
    if (item.placed) return;
    for (const need of [...item.needs]) this.place(need);
    // Placing a need may have placed the item already, as one that waited for it.
    if (item.placed) return;
    item.placed = true;
    this.open.delete(item);
    this.order.push(item);
    for (const reader of item.readers) {
      reader.needs.delete(item);
      if (reader.chain === null) this.placeIfReady(reader);
    }
    item.readers.clear();
  }
}

/** Returns whether something that is not placed depends on `item`, directly or not. */
function dependsOn(from: Item, item: Item): boolean {
  const seen = new Set<Item>([from]);
  for (const each of seen) {
    if (each === item) return true;
    for (const need of each.needs) seen.add(need);
  }
  return false;
}

/** Replaces instructions by chains where possible; `ends` are the blocks that are read afterwards. */
export function fuse(
  instructions: readonly Instruction[],
  ends: readonly Block[],
): readonly Instruction[] {
  if (!canInstall()) return instructions;
  const schedule = new Schedule();
  instructions.forEach((instruction, i) => {
    schedule.take(instruction, i);
  });
  const order = schedule.finish();
  const kept = new Set<Block>(ends);
  const sources = new Map<Block, Item>();
  for (const item of order) {
    for (const { words } of item.instructions) sources.set(words[0] as Block, item);
  }
  for (const item of order) {
    for (const block of item.instructions.flatMap(readsOf)) {
      if (sources.get(block) !== item) kept.add(block);
    }
  }
  const fused = order.flatMap(({ chain, instructions: parts }) =>
    chain !== null && parts.length > 1 ? fusedInstruction(chain, parts, kept) : parts,
  );
  return install() ? fused : instructions;
}
