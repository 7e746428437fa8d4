/**
 * Kernels that are compiled at run time: functions in WebAssembly, each compiled once for all threads.
 *
 * Their modules form a list in memory, `[address of the next, bytes, …]`, which modules.ts reads. Before
 * they run a program other threads check whether the list has grown, and add the new functions to their
 * tables in the same order, so that opcodes are the same in all threads.
 */
import { assemble, type Body } from "./assembler.js";
import { backend } from "./backend.js";
import type { FloatType } from "./dtype.js";
import { addressOf, allocateUnowned, type Block } from "./memory.js";
import { moduleHead } from "./modules.js";

/** Names of the kernels made so far, by what they do. */
const names = new Map<string, string>();
/** Functions that have a name and are not compiled yet. */
let waiting = new Map<string, Body>();
let refused = false;

/** The modules made so far, which live as long as this thread. */
const modules: Block[] = [];

export const canInstall = (): boolean => !refused && backend().extend !== null;

/** Returns the name of the kernel for `key`; `install` compiles it if it does not exist. */
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

/** Compiles all waiting functions; returns false where the host refuses. */
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

/** Address of the first module of the list; 0 without any. */
export const firstModule = (): number => (modules.length === 0 ? 0 : addressOf(modules[0]!));

function publish(bytes: Uint8Array): void {
  const entry = allocateUnowned(moduleHead + bytes.length);
  const { buffer } = backend().memory;
  const at = addressOf(entry);
  new Int32Array(buffer, at, 2).set([0, bytes.length]);
  new Uint8Array(buffer, at + moduleHead, bytes.length).set(bytes);
  const last = modules.at(-1);
  if (last !== undefined) Atomics.store(new Int32Array(buffer, addressOf(last), 1), 0, at);
  modules.push(entry);
}
