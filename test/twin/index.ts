/** A plain JavaScript twin of the kernels, with their binary interface: kernels/README.md. */
import type { Backend } from "../../src/engine/backend.js";
import type { Call, DType, Kernel, Kernels, Numbers } from "./call.js";
import { castFrom, checks } from "./cast.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { exponentials } from "./expm.js";
import { factorisations } from "./factorisations.js";
import { householder } from "./householder.js";
import { accumulation, movement } from "./movement.js";
import { products } from "./products.js";
import { randomFloats, randomKeys } from "./random.js";
import { reduce } from "./reduce.js";
import { symmetric } from "./symmetric.js";

const floats: Kernels = {
  ...{ ...elementwise, ...reduce, ...movement, ...accumulation, ...convolution },
  ...{ ...products, ...factorisations, ...householder, ...symmetric, ...exponentials },
  ...{ ...randomFloats, ...checks },
};
const kernelsOf: Readonly<Record<DType, Kernels>> = {
  f64: { ...floats, ...castFrom.f64 },
  f32: { ...floats, ...castFrom.f32 },
  i32: { ...movement, ...randomKeys, ...castFrom.i32 },
};

/** "add_f64", and all others. */
export const kernelNames = Object.entries(kernelsOf).flatMap(([dtype, kernels]) =>
  Object.keys(kernels).map((name) => `${name}_${dtype}`),
);

const statusAddress = 512;
const heapBase = 1024;

/** The memory from an address to its end. */
function numbersAt(memory: WebAssembly.Memory, address: number, dtype: DType): Numbers {
  if (dtype === "f64") return new Float64Array(memory.buffer, address);
  return dtype === "f32"
    ? new Float32Array(memory.buffer, address)
    : new Int32Array(memory.buffer, address);
}

/** One instruction's words, at `args`, as its kernel sees them. */
function callAt(memory: WebAssembly.Memory, args: number, dtype: DType): Call {
  const words = new Int32Array(memory.buffer, args);
  return {
    dtype,
    word: (i) => words[i]!,
    words: (i, count) => Array.from(words.subarray(i, i + count)),
    numbers: (i, other = dtype) => numbersAt(memory, words[i]! >>> 0, other),
    fail: (code, batch, index, value) => {
      new Int32Array(memory.buffer, statusAddress, 4).set([code, batch, index, 0]);
      new Float64Array(memory.buffer, statusAddress + 16, 1)[0] = value;
      return code;
    },
  };
}

export function createTwin(): Backend {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
  const table: { kernel: Kernel; dtype: DType }[] = [];
  const opcodes = new Map<string, number>();
  for (const dtype of ["f64", "f32", "i32"] as const) {
    for (const [name, kernel] of Object.entries(kernelsOf[dtype])) {
      opcodes.set(`${name}_${dtype}`, table.length);
      table.push({ kernel, dtype });
    }
  }
  return {
    name: "twin",
    memory,
    sharing: null,
    opcodes,
    extend: null,
    run: (program, count) => {
      let at = program >>> 0;
      for (let i = 0; i < count; i++) {
        const [opcode, words] = new Int32Array(memory.buffer, at, 2);
        const { kernel, dtype } = table[opcode!]!;
        if (kernel(callAt(memory, at + 8, dtype)) !== 0) return i;
        at += 8 + 4 * words!;
      }
      return -1;
    },
    status: () => statusAddress,
    copyBytes: (to, from, bytes) => {
      new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes);
    },
    heapBase: () => heapBase,
    useProducts: () => {},
    matmulScratch: () => 0,
    convScratch: () => 0,
  };
}
