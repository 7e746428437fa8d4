/**
 * The heap: blocks of the one WebAssembly memory, owned by scopes.
 *
 * Every block made inside `scope` is released when it ends, except those of its result, which pass
 * to the scope around it. Sizes are rounded to classes (four to an octave), so a loop that makes and
 * drops the same tensors runs in constant memory; before memory grows, released neighbours are joined
 * and serve other sizes (free-space.ts). A tensor made outside any scope lives as long as JavaScript
 * can reach it.
 */
import { backend } from "./backend.js";
import { MemoryError, UsageError } from "./errors.js";
import { FreeSpace } from "./free-space.js";
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

/**
 * Smallest of {1, 1.25, 1.5, 1.75}·2^k that holds `bytes`, a multiple of 16; of large blocks, of which a
 * quarter would be much, whole mebibytes.
 */
export function sizeClass(bytes: number): number {
  if (bytes > 2 ** 24) return Math.ceil(bytes / 2 ** 20) * 2 ** 20;
  if (bytes <= 64) return Math.max(16, Math.ceil(bytes / 16) * 16);
  const octave = 2 ** Math.floor(Math.log2(bytes - 1));
  return octave + Math.ceil((bytes - octave) / (octave / 4)) * (octave / 4);
}

/** The last page of the 4 GiB stays free: a kernel may compare with addresses past the end of a block. */
const limit = 2 ** 32 - pageBytes;
/** Blocks outside of scopes, at most: more are a loop that leaves its tensors to the garbage collector. */
const mostLoose = 2 ** 21;

let top = 0;
let used = 0;
/** Blocks outside of scopes, which live until JavaScript no longer reaches them. */
let looseBlocks = 0;
let looseBytes = 0;
const free = new FreeSpace();

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function memoryError(reason: string): MemoryError {
  const loose =
    looseBlocks === 0
      ? ""
      : `, ${mebibytes(looseBytes)} of them by ${looseBlocks} tensors and programs outside of any scope`;
  return new MemoryError(
    `heap: ${mebibytes(used)} are in use${loose}; ${reason}. Tensors made in a loop are given back by scope(() => …) around its body, or by release(); outside of a scope they wait for the garbage collector, which a loop without a pause never lets act. Shorter windows and checkpoint() need less.`,
    `${mebibytes(used)} are in use; ${reason}`,
  );
}

function takeAddress(size: number): number {
  const reusable = free.take(size);
  if (reusable !== undefined) return reusable;
  const { memory, heapBase } = backend();
  if (top === 0) top = Math.ceil(heapBase() / 64) * 64;
  if (top + size + slack > memory.buffer.byteLength) {
    top = free.merge(top);
    const joined = free.take(size);
    if (joined !== undefined) return joined;
    makeRoom(memory, top + size + slack);
  }
  const address = top;
  top = address + size;
  return address;
}

/** Makes the memory reach to `end`. */
function makeRoom(memory: KernelMemory, end: number): void {
  const { byteLength } = memory.buffer;
  const missing = end - byteLength;
  if (missing <= 0) return;
  const needed = Math.ceil(missing / pageBytes);
  const generous = Math.min(byteLength / 2, 2 ** 32 - byteLength) / pageBytes;
  for (const pages of end > limit ? [] : [Math.max(needed, Math.floor(generous)), needed]) {
    try {
      memory.grow(pages);
      return;
    } catch {
      // Less may still fit.
    }
  }
  throw memoryError(`${mebibytes(end - top)} more do not fit, of ${mebibytes(limit)} in all`);
}

function giveBack(address: number, size: number): void {
  used -= size;
  free.give(address, size);
}

interface Place {
  readonly address: number;
  readonly size: number;
}

const loose = new FinalizationRegistry<Place>(({ address, size }) => {
  forgetLoose(size);
  giveBack(address, size);
});

function forgetLoose(size: number): void {
  looseBlocks--;
  looseBytes -= size;
}

/** Leaves a block to the garbage collector. */
function leave(block: Block, size: number): void {
  looseBlocks++;
  looseBytes += size;
  loose.register(block, { address: block.address, size }, block);
}

/** A new block, which nobody owns yet. */
function take(bytes: number, size: number): Block {
  const block = new Block(takeAddress(size), bytes);
  used += size;
  return block;
}

const scopes: Block[][] = [];

/** The bytes of a size class that can be had. */
function possible(bytes: number): number {
  const size = sizeClass(bytes);
  if (size <= limit) return size;
  throw memoryError(
    `${mebibytes(bytes)} more are asked for at once, of ${mebibytes(limit)} in all`,
  );
}

/** A block of at least `bytes`, owned by the innermost scope. */
export function allocate(bytes: number): Block {
  const owner = scopes.at(-1);
  if (owner === undefined) return allocateUnowned(bytes);
  const block = take(bytes, possible(bytes));
  owner.push(block);
  return block;
}

/** A block that no scope owns: it lives until `freeBlock`, or until nothing reaches it. */
export function allocateUnowned(bytes: number): Block {
  const size = possible(bytes);
  if (looseBlocks >= mostLoose) throw memoryError("no more tensors may be left there");
  const block = take(bytes, size);
  leave(block, size);
  return block;
}

/** Releases a block now; its tensors can no longer be read. */
export function freeBlock(block: Block): void {
  if (block.address < 0) return;
  const size = sizeClass(block.bytes);
  if (loose.unregister(block)) forgetLoose(size);
  giveBack(block.address, size);
  block.address = released;
}

/** A block whose address is not known yet. */
export function promiseBlock(bytes: number): Block {
  possible(bytes);
  return new Block(captured, bytes);
}

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
      else if (block.address >= 0) leave(block, sizeClass(block.bytes));
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
