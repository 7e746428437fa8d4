/**
 * The compiled kernels and their memory: one WebAssembly instance, chosen once.
 *
 * `simd`, the default, gives the same bits on every host; `relaxed` is faster, with fused multiply-add,
 * and is taken only where it is asked for. `useBackend` installs it, or another one (the tests'
 * JavaScript twin, say), before any tensor is made. The memory is one that threads can share, where the host has such; the code
 * is the same on both kinds.
 */
import { UsageError } from "./errors.js";
import { instantiate, type KernelMemory, type ProductLibrary } from "./instance.js";
import { relaxed, simd } from "./kernels.generated.js";
import { shown } from "./shown.js";

export interface Backend {
  readonly name: string;
  readonly memory: KernelMemory;
  /** What other threads need to run programs on this memory; null where they cannot. */
  readonly sharing: Sharing | null;
  /** Opcode of each kernel, by name with dtype: "add_f64". */
  readonly opcodes: ReadonlyMap<string, number>;
  /** Makes kernels of the functions of a module, of the name that each has; null: it cannot. */
  readonly extend: ((module: WebAssembly.Module) => void) | null;
  /** Runs `count` instructions at address `program`; −1, or the number of the one that failed. */
  run(program: number, count: number): number;
  /** Address of the record that a failing kernel leaves. */
  status(): number;
  /** Copies bytes within the memory. */
  copyBytes(to: number, from: number, bytes: number): void;
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

/** The kernels and their memory, as they go to another thread. */
export interface Sharing {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Bytes that each instance needs for its records. */
  readonly recordBytes: number;
}

/** The builds of the kernels: `simd` gives the same bits on every host, `relaxed` has fused multiply-add. */
export type Build = "simd" | "relaxed";

/** 64 KiB pages: 16 MiB at first, 4 GiB at most. */
const pages = { initial: 256, maximum: 65536 };

/** How the import of the memory begins; after it comes 1, or 3 for a memory that is shared. */
const memoryImport = "\x03env\x06memory\x02";
const sharedLimits = 3;

/** A build as WebAssembly, for a memory of its own or a shared one: they differ in one byte. */
function decode(base64: string, shared: boolean): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  if (shared) bytes[binary.indexOf(memoryImport) + memoryImport.length] = sharedLimits;
  return bytes;
}

/** A memory that threads can share, or null where the host has none. */
function sharedMemory(): WebAssembly.Memory | null {
  if (typeof SharedArrayBuffer === "undefined") return null;
  try {
    return new WebAssembly.Memory({ ...pages, shared: true });
  } catch {
    return null; // All its addresses are taken at once, and there may not be that many.
  }
}

/** Loads a build of the kernels. @throws UsageError where there is none, or the host cannot run it. */
export function loadBackend(build: Build = "simd"): Backend {
  if (build !== "simd" && build !== "relaxed") {
    throw new UsageError(`there are no kernels ${shown(build)}; need "simd" or "relaxed".`);
  }
  const shared = sharedMemory();
  const memory = shared ?? new WebAssembly.Memory(pages);
  const bytes = decode(build === "relaxed" ? relaxed : simd, shared !== null);
  if (build === "relaxed" && !WebAssembly.validate(bytes)) {
    throw new UsageError(
      `the kernels "relaxed" need relaxed SIMD, which this host does not have; use "simd", or Node 22 or later.`,
    );
  }
  const module = new WebAssembly.Module(bytes);
  let library: ProductLibrary | null = null;
  const kernels = instantiate(module, memory, () => library!);
  return {
    name: build,
    memory,
    sharing: shared === null ? null : { module, memory, recordBytes: kernels.recordBytes() },
    opcodes: kernels.opcodes,
    extend: kernels.extend,
    run: kernels.run,
    status: kernels.status,
    copyBytes: kernels.copyBytes,
    heapBase: kernels.heapBase,
    useProducts: (chosen, from) => {
      library = chosen;
      kernels.leaveProducts(chosen === null ? Number.POSITIVE_INFINITY : from);
    },
    matmulScratch: (dtype, m, k, n, tA, tB) =>
      kernels.scratch(`matmulScratch_${dtype}`)(m, k, n, Number(tA), Number(tB)),
    convScratch: (dtype, batch, inputs, outputs, n, k) =>
      kernels.scratch(`convScratch_${dtype}`)(batch, inputs, outputs, n, k),
  };
}

let current: Backend | null = null;

/** Returns the kernels in use; the first call loads them. */
export function backend(): Backend {
  current ??= loadBackend();
  return current;
}

/** Returns the name of the kernels in use. */
export const kernelsInUse = (): string => backend().name;

/**
 * Chooses the kernels of this process. @throws UsageError once kernels have been used, and where the host
 * cannot run them.
 */
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

let products: { readonly library: ProductLibrary; readonly from: number } | null = null;

/** Leaves matrix products of at least `from` multiplications to a library of the host; null: to none. */
export function useProducts(library: ProductLibrary | null, from = leastProduct): void {
  backend().useProducts(library, from);
  products = library === null ? null : { library, from };
}

/** Returns the library in use, or null. */
export const productsInUse = (): ProductLibrary | null => products?.library ?? null;

/** Returns the least number of multiplications for which the library is used; Infinity without one. */
export const productsFrom = (): number => products?.from ?? Number.POSITIVE_INFINITY;
