/**
 * One instance of the compiled kernels: every thread that works on the memory has its own.
 *
 * It loads nothing but WebAssembly. Instances of one module give their kernels the same opcodes,
 * so a program runs on any of them.
 */

/** A memory of the kernels, which threads may share. */
export interface KernelMemory {
  /** Another object after each growth. */
  readonly buffer: ArrayBufferLike;
  /** By 64 KiB pages. */
  grow(pages: number): number;
}

/** A library of the host for large matrix products, on the memory of the kernels. */
export interface ProductLibrary {
  readonly name: string;
  /**
   * C = α op(A) op(B) + β C, row-major, rows `ld` numbers apart: op(A) m×k, op(B) k×n; α = ±1,
   * β = 0 or 1. Addresses are bytes in `memory`.
   */
  product(
    memory: KernelMemory,
    dtype: "f64" | "f32",
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    alpha: 1 | -1,
    beta: 0 | 1,
  ): void;
}

/** The functions of an instance beside the kernels. */
interface Runner {
  run(program: number, count: number): number;
  status(): number;
  recordBytes(): number;
  moveRecordsTo(address: number): void;
  copyBytes(to: number, from: number, bytes: number): void;
  heapBase(): number;
  leaveProducts(from: number): void;
}

export interface KernelInstance extends Runner {
  /** Opcode of each kernel, by name with dtype: "add_f64". */
  readonly opcodes: ReadonlyMap<string, number>;
  /** Gives the functions of a module on the same memory the next opcodes. */
  extend(module: WebAssembly.Module): void;
  /** An exported function that gives a size of scratch. */
  scratch(name: string): (...sizes: number[]) => number;
}

/** A number without sign: addresses and sizes beyond 2 GiB come from the kernels as negative ones. */
const unsigned = (bytes: number): number => bytes >>> 0;

/** Modes of a product: C = AB, C += AB, C −= AB. */
const set = 0;
const minus = 2;

type ProductImport = (
  bytes: number,
  tA: number,
  tB: number,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  c: number,
  ldc: number,
  mode: number,
) => void;

/** What the kernels call for a product that they leave to the host. */
const productBy =
  (memory: KernelMemory, library: () => ProductLibrary): ProductImport =>
  (bytes, tA, tB, m, n, k, a, lda, b, ldb, c, ldc, mode) => {
    const dtype = bytes === 8 ? "f64" : "f32";
    const [alpha, beta] = [mode === minus ? -1 : 1, mode === set ? 0 : 1] as const;
    const at = [unsigned(a), lda, unsigned(b), ldb, unsigned(c), ldc] as const;
    library().product(memory, dtype, tA !== 0, tB !== 0, m, n, k, ...at, alpha, beta);
  };

const kernelName = /^[^_]+_(f64|f32|i32)$/;

/** An instance on `memory`; `library` is asked when a product is left to it. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  library: () => ProductLibrary,
): KernelInstance {
  const host = { product: productBy(memory, library) };
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, host });
  const table = exports.table as WebAssembly.Table;
  const opcodes = new Map<string, number>();
  const addKernels = (all: WebAssembly.Exports): void => {
    for (const [name, value] of Object.entries(all)) {
      if (!kernelName.test(name) || name.includes("Scratch")) continue;
      const opcode = table.grow(1);
      table.set(opcode, value);
      opcodes.set(name, opcode);
    }
  };
  addKernels(exports);
  const runner = exports as unknown as Runner;
  return {
    opcodes,
    extend: (more) => addKernels(new WebAssembly.Instance(more, { env: { memory } }).exports),
    run: runner.run,
    status: () => unsigned(runner.status()),
    recordBytes: runner.recordBytes,
    moveRecordsTo: runner.moveRecordsTo,
    copyBytes: runner.copyBytes,
    heapBase: () => unsigned(runner.heapBase()),
    leaveProducts: runner.leaveProducts,
    scratch: (name) => {
      const bytes = exports[name] as (...sizes: number[]) => number;
      return (...sizes) => unsigned(bytes(...sizes));
    },
  };
}
