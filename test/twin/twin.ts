/** The kernels once more in plain JavaScript, with the binary interface of kernels/README.md. */
import { type Call, type Kernel, numbersAt } from "./call.js";
import { casts, finite } from "./cast.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { linalg } from "./linalg.js";
import { movement } from "./movement.js";
import { draws, keys } from "./random.js";
import { reductions } from "./reduce.js";
import { symmetric } from "./symmetric.js";

/** What the twin and the WebAssembly builds have in common. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** Kernel names such as "add_f64"; the opcode of names[i] is firstOpcode + i. */
  readonly names: readonly string[];
  readonly firstOpcode: number;
  run(program: number, count: number): number;
  status(): number;
  heapBase(): number;
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

/** The status record lies below the heap. */
const statusAddress = 1024;
const heapAddress = 2048;

function kernelsByName(): Map<string, Kernel> {
  const kernels = new Map<string, Kernel>();
  const addAll = (dtype: string, group: Record<string, Kernel>) => {
    for (const [name, kernel] of Object.entries(group)) kernels.set(`${name}_${dtype}`, kernel);
  };
  for (const dtype of ["f64", "f32"] as const) {
    addAll(dtype, elementwise(dtype));
    addAll(dtype, reductions(dtype));
    addAll(dtype, movement(dtype));
    addAll(dtype, linalg(dtype));
    addAll(dtype, symmetric(dtype));
    addAll(dtype, convolution(dtype));
    addAll(dtype, draws(dtype));
    addAll(dtype, casts(dtype));
    addAll(dtype, { finite: finite(dtype) });
  }
  addAll("i32", movement("i32"));
  addAll("i32", keys);
  addAll("i32", casts("i32"));
  return kernels;
}

/** The twin on a memory that the host owns from `heapBase()` on. */
export function createTwin(memory: WebAssembly.Memory): Kernels {
  const kernels = kernelsByName();
  const names = [...kernels.keys()].sort();

  const fail: Call["fail"] = (code, batch, index, value) => {
    const record = new DataView(memory.buffer, statusAddress, 24);
    for (const [i, x] of [code, batch, index, 0].entries()) record.setInt32(4 * i, x, true);
    record.setFloat64(16, value, true);
    return code;
  };

  const callAt = (address: number): Call => {
    const words = new Int32Array(memory.buffer, address);
    return {
      word: (i) => words[i]!,
      words: (i, count) => Array.from(words.subarray(i, i + count)),
      array: (i, dtype) => numbersAt(memory.buffer as ArrayBuffer, words[i]! >>> 0, dtype),
      fail,
    };
  };

  const run = (program: number, count: number): number => {
    let at = program;
    for (let i = 0; i < count; i++) {
      const [opcode, W] = new Int32Array(memory.buffer, at, 2) as unknown as [number, number];
      const kernel = kernels.get(names[opcode]!)!;
      if (kernel(callAt(at + 8))) return i;
      at += 8 + 4 * W;
    }
    return -1;
  };

  return {
    memory,
    names,
    firstOpcode: 0,
    run,
    status: () => statusAddress,
    heapBase: () => heapAddress,
    matmulScratch: () => 0,
    convScratch: () => 0,
  };
}
