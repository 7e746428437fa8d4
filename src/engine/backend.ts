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
  /** Leaves products of at least `from` multiplications to a library; null: to none. */
  useProducts(library: ProductLibrary | null, from: number): void;
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

/** A library of the host for large matrix products, on the memory of the kernels. */
export interface ProductLibrary {
  readonly name: string;
  /**
   * C = α op(A) op(B) + β C, row-major and contiguous: op(A) m×k, op(B) k×n; α = ±1, β = 0 or 1.
   * Addresses are bytes in `memory`.
   */
  product(
    memory: WebAssembly.Memory,
    dtype: "f64" | "f32",
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: number,
    b: number,
    c: number,
    alpha: 1 | -1,
    beta: 0 | 1,
  ): void;
}

interface KernelExports {
  readonly table: WebAssembly.Table;
  run(program: number, count: number): number;
  status(): number;
  heapBase(): number;
  leaveProducts(from: number): void;
}
type ScratchFunction = (...sizes: number[]) => number;

/** 64 KiB pages: 16 MiB at first, 4 GiB at most. */
const initialPages = 256;
const maximumPages = 65536;

/** Modes of a product: C = AB, C += AB, C −= AB. */
const set = 0;
const minus = 2;

const decode = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

export function loadBackend(build?: Build): Backend {
  const relaxedBytes = decode(relaxed);
  const chosen = build ?? (WebAssembly.validate(relaxedBytes) ? "relaxed" : "simd");
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages });
  const module = new WebAssembly.Module(chosen === "relaxed" ? relaxedBytes : decode(simd));
  let library: ProductLibrary | null = null;
  const product = (
    bytes: number,
    transposeA: number,
    transposeB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    b: number,
    c: number,
    mode: number,
  ): void => {
    const dtype = bytes === 8 ? "f64" : "f32";
    const [tA, tB] = [transposeA !== 0, transposeB !== 0];
    // Addresses beyond 2 GiB come as negative numbers.
    const at = [a >>> 0, b >>> 0, c >>> 0] as const;
    library!.product(
      memory,
      dtype,
      tA,
      tB,
      m,
      n,
      k,
      ...at,
      mode === minus ? -1 : 1,
      mode === set ? 0 : 1,
    );
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, product } });
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
    useProducts: (chosen, from) => {
      library = chosen;
      kernels.leaveProducts(chosen === null ? Number.POSITIVE_INFINITY : from);
    },
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

/** Multiplications from which calling a library costs less than it saves. */
const leastProduct = 16_384;

/** Leaves large matrix products to a library of the host; null: the kernels do them all again. */
export function useProducts(library: ProductLibrary | null, from = leastProduct): void {
  backend().useProducts(library, from);
  products = library;
}

let products: ProductLibrary | null = null;

/** The library in use, if any. */
export const productsInUse = (): ProductLibrary | null => products;
