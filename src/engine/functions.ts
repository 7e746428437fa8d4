/**
 * Kernels made while the library runs: functions in WebAssembly, each made once, for all threads.
 *
 * Their modules form a list in memory, `[next, bytes, …]` each, that begins at a word of its own.
 * Other threads look at the end of what they know of it before they run a program, and add what is
 * new to their tables in the same order: opcodes are the same everywhere.
 */
import { assemble, type Body } from "./assembler.js";
import { backend } from "./backend.js";
import type { FloatType } from "./dtype.js";
import { addressOf, allocateUnowned, type Block } from "./memory.js";

/** Names of the kernels made so far, by what they do. */
const names = new Map<string, string>();
/** Functions that have a name and no place yet. */
let waiting = new Map<string, Body>();
let refused = false;

/** The modules of this thread, which live as long as it does; the first is only the start. */
const modules: Block[] = [];

export const canInstall = (): boolean => !refused && backend().extend !== null;

/** The name of the kernel that does what `key` says, for `install` to make if there is none. */
export function functionFor(
  key: string,
  summary: string,
  dtype: FloatType,
  make: () => Body,
): string {
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = `chain${names.size + 1}(${summary})_${dtype}`;
  names.set(key, name);
  waiting.set(name, make());
  return name;
}

/** Makes kernels of all functions that wait; false where the host does not compile them. */
export function install(): boolean {
  const functions = waiting;
  waiting = new Map();
  if (functions.size === 0) return !refused;
  const { sharing, extend } = backend();
  const bytes = assemble(functions, sharing !== null);
  try {
    extend!(new WebAssembly.Module(bytes));
  } catch {
    refused = true;
    return false;
  }
  if (sharing !== null) publish(bytes);
  return true;
}

/** Where the list begins. */
export function firstModule(): number {
  if (modules.length === 0) modules.push(emptyEntry(0));
  return addressOf(modules[0]!);
}

const headBytes = 8;

function emptyEntry(bytes: number): Block {
  const block = allocateUnowned(headBytes + bytes);
  new Int32Array(backend().memory.buffer, addressOf(block), 2).set([0, bytes]);
  return block;
}

function publish(bytes: Uint8Array): void {
  firstModule();
  const entry = emptyEntry(bytes.length);
  const { buffer } = backend().memory;
  new Uint8Array(buffer, addressOf(entry) + headBytes, bytes.length).set(bytes);
  const next = new Int32Array(buffer, addressOf(modules.at(-1)!), 1);
  Atomics.store(next, 0, addressOf(entry));
  modules.push(entry);
}
