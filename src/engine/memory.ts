/**
 * The heap: blocks of the one WebAssembly memory, owned by scopes.
 *
 * Every block made inside `scope` is released when it ends, except those of its result, which pass
 * to the scope around it. Blocks are kept in free lists by size class (four to an octave), so a
 * loop that makes and drops the same tensors runs in constant memory. A tensor made outside any
 * scope lives as long as JavaScript can reach it.
 */
import { backend } from "./backend.js";
import { UsageError } from "./errors.js";
import type { KernelMemory } from "./instance.js";

/** A block of the heap; while a function is captured, one whose address is not known yet (−1). */
export class Block {
  /** Byte address; −1 in a capture, −2 once released. */
  address: number;
  readonly bytes: number;
  constructor(address: number, bytes: number) {
    this.address = address;
    this.bytes = bytes;
  }
}

const captured = -1;
const released = -2;
const pageBytes = 65536;
/** Bytes after the last block, so that a vector may be read from any element. */
const slack = 16;

/** Memory in use and memory taken from the host, in bytes. */
export interface HeapStatistics {
  readonly used: number;
  readonly reserved: number;
}

/** Smallest of {1, 1.25, 1.5, 1.75}·2^k that holds `bytes`, a multiple of 16. */
export function sizeClass(bytes: number): number {
  if (bytes <= 64) return Math.max(16, Math.ceil(bytes / 16) * 16);
  const octave = 2 ** Math.floor(Math.log2(bytes - 1));
  return octave + Math.ceil((bytes - octave) / (octave / 4)) * (octave / 4);
}

let top = 0;
let used = 0;
const free = new Map<number, number[]>();

function takeAddress(size: number): number {
  const reusable = free.get(size)?.pop();
  if (reusable !== undefined) return reusable;
  const { memory, heapBase } = backend();
  if (top === 0) top = Math.ceil(heapBase() / 64) * 64;
  const address = top;
  const missing = address + size + slack - memory.buffer.byteLength;
  if (missing > 0) growBy(memory, missing);
  top = address + size;
  return address;
}

function growBy(memory: KernelMemory, missing: number): void {
  const needed = Math.ceil(missing / pageBytes);
  const generous = Math.max(needed, Math.floor(memory.buffer.byteLength / pageBytes / 2));
  for (const pages of [generous, needed]) {
    try {
      memory.grow(pages);
      return;
    } catch {
      // Less may still fit.
    }
  }
  throw new UsageError(
    `heap: ${(used / 2 ** 20).toFixed(0)} MiB are in use and ${(missing / 2 ** 20).toFixed(1)} MiB more do not fit; use scope() to give memory back, shorter windows, or checkpoint().`,
  );
}

function giveBack(address: number, size: number): void {
  used -= size;
  const list = free.get(size);
  if (list === undefined) free.set(size, [address]);
  else list.push(address);
}

const unowned = new FinalizationRegistry<{ address: number; size: number }>(({ address, size }) =>
  giveBack(address, size),
);

const scopes: Block[][] = [];

/** A block of at least `bytes`, owned by the innermost scope. */
export function allocate(bytes: number): Block {
  const size = sizeClass(bytes);
  const block = new Block(takeAddress(size), bytes);
  used += size;
  const owner = scopes.at(-1);
  if (owner === undefined) unowned.register(block, { address: block.address, size }, block);
  else owner.push(block);
  return block;
}

/** A block that no scope owns: it lives until `freeBlock`, or until nothing reaches it. */
export function allocateUnowned(bytes: number): Block {
  const size = sizeClass(bytes);
  const block = new Block(takeAddress(size), bytes);
  used += size;
  unowned.register(block, { address: block.address, size }, block);
  return block;
}

/** Releases a block now; its tensors can no longer be read. */
export function freeBlock(block: Block): void {
  if (block.address < 0) return;
  unowned.unregister(block);
  giveBack(block.address, sizeClass(block.bytes));
  block.address = released;
}

/** A block whose address is not known yet. */
export const promiseBlock = (bytes: number): Block => new Block(captured, bytes);

/** Returns the address; throws a UsageError that says why there is none. */
export function addressOf(block: Block): number {
  if (block.address >= 0) return block.address;
  throw new UsageError(
    block.address === captured
      ? "A value was read while its function is being captured; it does not exist yet. Return it from the function instead."
      : "This tensor was released when its scope ended; return it from the scope to keep it.",
  );
}

/** Runs `body` and releases every block that it made, except those that `kept` finds in its result. */
export function withScope<T>(body: () => T, kept: (result: T) => Iterable<Block>): T {
  const owned: Block[] = [];
  const depth = scopes.push(owned);
  let survivors: Set<Block> = new Set();
  try {
    const result = body();
    survivors = new Set(kept(result));
    return result;
  } finally {
    scopes.length = depth - 1;
    const outer = scopes.at(-1);
    for (const block of owned) {
      if (!survivors.has(block)) freeBlock(block);
      else if (outer !== undefined) outer.push(block);
      else if (block.address >= 0)
        unowned.register(block, { address: block.address, size: sizeClass(block.bytes) }, block);
    }
  }
}

/** Copies bytes from one address to another. */
export function copyBytes(to: number, from: number, bytes: number): void {
  backend().copyBytes(to, from, bytes);
}

/** Returns the memory in use and the memory taken from the host. */
export function heapStatistics(): HeapStatistics {
  return { used, reserved: backend().memory.buffer.byteLength };
}
