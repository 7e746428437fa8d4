/** What another thread does with the list of modules that functions.ts keeps. */
import type { KernelMemory } from "./instance.js";

/** Calls `extend` with each module that came after the last call; `from` is where the list begins. */
export function followModules(
  memory: KernelMemory,
  from: number,
  extend: (module: WebAssembly.Module) => void,
): () => void {
  let last = from;
  return () => {
    for (;;) {
      const next = Atomics.load(new Int32Array(memory.buffer, last, 2), 0) >>> 0;
      if (next === 0) return;
      const bytes = new Int32Array(memory.buffer, next, 2)[1]!;
      extend(new WebAssembly.Module(new Uint8Array(memory.buffer, next + 8, bytes).slice()));
      last = next;
    }
  };
}
