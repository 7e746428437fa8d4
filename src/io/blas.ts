import type { ProductLibrary } from "../engine/index.js";

/** Shared libraries with the C interface of BLAS; the fastest come first. */
const candidates = [
  "libopenblas.so.0",
  "libopenblas.so",
  "libblis.so.4",
  "libopenblas.dylib",
  "/System/Library/Frameworks/Accelerate.framework/Accelerate",
  "libopenblas.dll",
];

type Address = bigint;
type Gemm = (
  order: number,
  transA: number,
  transB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Address,
  lda: number,
  b: Address,
  ldb: number,
  beta: number,
  c: Address,
  ldc: number,
) => void;

const rowMajor = 101;
const plain = 111;
const transposed = 112;

interface Koffi {
  load(path: string): { func(prototype: string): (...args: never[]) => unknown };
  address(value: unknown): Address;
}

const prototype = (name: string, number: string): string =>
  `void ${name}(int order, int ta, int tb, int m, int n, int k, ${number} alpha, const void *a, int lda, const void *b, int ldb, ${number} beta, void *c, int ldc)`;

function open(koffi: Koffi, path: string, threads: number): ProductLibrary | null {
  try {
    const library = koffi.load(path);
    const gemm = {
      f64: library.func(prototype("cblas_dgemm", "double")) as Gemm,
      f32: library.func(prototype("cblas_sgemm", "float")) as Gemm,
    };
    limitThreads(library, threads);
    const found = overMemory(path, gemm, koffi);
    return isSound(found) ? found : null;
  } catch {
    return null; // The library is missing, or has another interface.
  }
}

/** Limits the threads of the library: in a pool of workers each worker has one core. */
function limitThreads(library: ReturnType<Koffi["load"]>, threads: number): void {
  try {
    const limit = library.func("void openblas_set_num_threads(int threads)") as (n: number) => void;
    limit(threads);
  } catch {
    // Another library, which sets its threads itself.
  }
}

function overMemory(
  path: string,
  gemm: Readonly<Record<"f64" | "f32", Gemm>>,
  koffi: Koffi,
): ProductLibrary {
  let buffer: ArrayBufferLike | null = null;
  let base = 0n;
  return {
    name: path,
    product: (memory, dtype, tA, tB, m, n, k, a, lda, b, ldb, c, ldc, alpha, beta) => {
      if (memory.buffer !== buffer) {
        ({ buffer } = memory);
        base = koffi.address(new Uint8Array(buffer));
      }
      gemm[dtype](
        ...([rowMajor, tA ? transposed : plain, tB ? transposed : plain, m, n, k] as const),
        alpha,
        base + BigInt(a),
        lda,
        base + BigInt(b),
        ldb,
        beta,
        base + BigInt(c),
        ldc,
      );
    },
  };
}

/**
 * Checks that the library computes [1 2 3; 4 5 6] [1 1 1; 2 0 1]ᵀ = [6 5; 15 14] exactly, with and without
 * ones added.
 */
function isSound(library: ProductLibrary): boolean {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const expected = [6, 5, 15, 14];
  return (["f64", "f32"] as const).every((dtype) => {
    const array = dtype === "f64" ? Float64Array : Float32Array;
    const x = new array(memory.buffer);
    x.set([1, 2, 3, 4, 5, 6], 0);
    x.set([1, 1, 1, 2, 0, 1], 8);
    x.set([1, 1, 1, 1], 16);
    const at = (i: number) => i * array.BYTES_PER_ELEMENT;
    const abc = [at(0), 3, at(8), 3, at(16), 2] as const;
    library.product(memory, dtype, false, true, 2, 2, 3, ...abc, 1, 1);
    const added = [...x.subarray(16, 20)];
    library.product(memory, dtype, false, true, 2, 2, 3, ...abc, 1, 0);
    library.product(memory, dtype, true, false, 1, 1, 1, at(20), 1, at(20), 1, at(16), 1, -1, 1);
    return (
      added.every((v, i) => v === expected[i]! + 1) &&
      [...x.subarray(16, 20)].every((v, i) => v === expected[i]!)
    );
  });
}

/**
 * Finds a BLAS library of the machine for large matrix products, and limits it to a number of threads. The
 * library works on the memory of the engine without a copy. Returns null if koffi or a library is missing,
 * or if the library fails a small test; the kernels of the engine then compute all products. Node only. The
 * command line does not use it with `KALMIA_BLAS=off`.
 */
export async function systemBlas(
  threads = 1,
  paths: readonly string[] = candidates,
): Promise<ProductLibrary | null> {
  const koffi = await import("koffi").then(
    (module) => module.default as unknown as Koffi,
    () => null,
  );
  if (koffi === null) return null;
  for (const path of paths) {
    const library = open(koffi, path, threads);
    if (library !== null) return library;
  }
  return null;
}
