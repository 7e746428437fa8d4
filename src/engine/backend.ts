/**
 * The compiled kernels and their memory: one WebAssembly instance, chosen once.
 *
 * `relaxed` has fused multiply-add and is taken where the host offers it; `simd` gives the same
 * bits on every host. `useBackend` installs another one (the tests' JavaScript twin, say) before
 * any tensor is made.
 */
import { UsageError } from "./errors.js";
import { relaxed, simd } from "./kernels.generated.js";

export interface Backend {
  readonly name: string;
  readonly memory: WebAssembly.Memory;
  /** Opcode of each kernel, by name with dtype: "add_f64". */
  readonly opcodes: ReadonlyMap<string, number>;
  /** Runs `count` instructions at address `program`; −1, or the number of the one that failed. */
  run(program: number, count: number): number;
  /** Address of the record that a failing kernel leaves. */
  status(): number;
  /** First address that the host may use. */
  heapBase(): number;
  /** Bytes of scratch that matmul and the convolutions need. */
  matmulScratch(
    dtype: "f64" | "f32",
    m: number,
    k: number,
    n: number,
    tA: boolean,
    tB: boolean,
  ): number;
  convScratch(
    dtype: "f64" | "f32",
    batch: number,
    inputs: number,
    outputs: number,
    n: number,
    k: number,
  ): number;
}

export type Build = "simd" | "relaxed";

interface KernelExports {
  readonly table: WebAssembly.Table;
  run(program: number, count: number): number;
  status(): number;
  heapBase(): number;
}
type ScratchFunction = (...sizes: number[]) => number;

/** 64 KiB pages: 16 MiB at first, 4 GiB at most. */
const initialPages = 256;
const maximumPages = 65536;

const decode = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

export function loadBackend(build?: Build): Backend {
  const relaxedBytes = decode(relaxed);
  const chosen = build ?? (WebAssembly.validate(relaxedBytes) ? "relaxed" : "simd");
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages });
  const module = new WebAssembly.Module(chosen === "relaxed" ? relaxedBytes : decode(simd));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = instance.exports as unknown as KernelExports;

  const opcodes = new Map<string, number>();
  for (const [name, value] of Object.entries(instance.exports)) {
    if (!/^[a-zA-Z0-9]+_(f64|f32|i32)$/.test(name) || name.includes("Scratch")) continue;
    const opcode = kernels.table.grow(1);
    kernels.table.set(opcode, value);
    opcodes.set(name, opcode);
  }
  const scratch = (name: string) => instance.exports[name] as ScratchFunction;
  return {
    name: chosen,
    memory,
    opcodes,
    run: kernels.run,
    status: kernels.status,
    heapBase: kernels.heapBase,
    matmulScratch: (dtype, m, k, n, tA, tB) =>
      scratch(`matmulScratch_${dtype}`)(m, k, n, Number(tA), Number(tB)),
    convScratch: (dtype, batch, inputs, outputs, n, k) =>
      scratch(`convScratch_${dtype}`)(batch, inputs, outputs, n, k),
  };
}

let current: Backend | null = null;

/** The kernels in use; the first call loads them. */
export function backend(): Backend {
  current ??= loadBackend();
  return current;
}

/** Chooses the kernels for this process; refused once any have been used. */
export function useBackend(choice: Backend | Build): void {
  if (current !== null) {
    throw new UsageError(
      `useBackend: "${current.name}" is in use already; choose before the first tensor is made.`,
    );
  }
  current = typeof choice === "string" ? loadBackend(choice) : choice;
}
