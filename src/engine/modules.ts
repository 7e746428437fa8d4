/** What another thread does with the list of modules that functions.ts keeps. */
import type { KernelMemory } from "./instance.js";

/** Bytes before those of a module: the address of the next one, and how many there are. */
export const moduleHead = 8;

/**
 * A function that calls `extend` with each module that came after its last call; it is given the
 * address of the first (0: there is none).
 */
export function moduleFollower(
  memory: KernelMemory,
  extend: (module: WebAssembly.Module) => void,
): (first: number) => void {
  let last = 0;
  const after = (first: number): number =>
    last === 0 ? first : Atomics.load(new Int32Array(memory.buffer, last, 1), 0) >>> 0;
  return (first) => {
    for (let next = after(first); next !== 0; next = after(first)) {
      const bytes = new Int32Array(memory.buffer, next, 2)[1]!;
      const code = new Uint8Array(memory.buffer, next + moduleHead, bytes).slice();
      extend(new WebAssembly.Module(code));
      last = next;
    }
  };
}
