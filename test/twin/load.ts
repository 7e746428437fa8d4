/** The compiled builds behind the same surface as the twin. */
import { relaxed, simd } from "../../src/engine/kernels.generated.js";
import type { Kernels } from "./twin.js";

export type Build = "simd" | "relaxed";

interface Exports {
  readonly table: WebAssembly.Table;
  run(program: number, count: number): number;
  status(): number;
  heapBase(): number;
}
type ScratchFunction = (...sizes: number[]) => number;

/** The kernels of a build on a new memory; throws where the host cannot run it. */
export function loadKernels(
  build: Build,
  memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 }),
): Kernels {
  const bytes = Buffer.from(build === "simd" ? simd : relaxed, "base64");
  if (!WebAssembly.validate(bytes)) {
    throw new Error(
      `The ${build} build is not valid on Node ${process.version}; on Node 20 relaxed SIMD needs --experimental-wasm-relaxed-simd (see vitest.config.ts).`,
    );
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  const names = Object.keys(instance.exports)
    .filter((name) => /^[a-zA-Z0-9]+_(f64|f32|i32)$/.test(name) && !name.includes("Scratch"))
    .sort();
  const firstOpcode = exports.table.grow(names.length);
  for (const [i, name] of names.entries()) {
    exports.table.set(firstOpcode + i, instance.exports[name]);
  }
  const scratch = (name: string) => instance.exports[name] as ScratchFunction;
  return {
    memory,
    names,
    firstOpcode,
    run: exports.run,
    status: exports.status,
    heapBase: exports.heapBase,
    matmulScratch: (dtype, m, k, n, tA, tB) =>
      scratch(`matmulScratch_${dtype}`)(m, k, n, Number(tA), Number(tB)),
    convScratch: (dtype, ...sizes) => scratch(`convScratch_${dtype}`)(...sizes),
  };
}
