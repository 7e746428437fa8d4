/** Elementwise kernels of the twin. */
import { type Call, type FloatType, indicesOf, type Kernel, offsetOf } from "./call.js";

const unaries: Record<string, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
};

const binaries: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: Math.min,
  max: Math.max,
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
};

const unary =
  (f: (x: number) => number, dtype: FloatType): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    for (let i = 0; i < call.word(2); i++) out[i] = f(x[i]!);
  };

/** `out inputs… rank dims strides…`: f of the inputs' elements at each index. */
function strided(
  call: Call,
  dtype: FloatType,
  operands: number,
  f: (...x: number[]) => number,
): void {
  const out = call.array(0, dtype);
  const rank = call.word(1 + operands);
  const dims = call.words(2 + operands, rank);
  let i = 0;
  for (const index of indicesOf(dims)) {
    const elements: number[] = [];
    for (let o = 0; o < operands; o++) {
      const strides = call.words(2 + operands + rank * (o + 1), rank);
      elements.push(call.array(1 + o, dtype)[offsetOf(index, strides)]!);
    }
    out[i++] = f(...elements);
  }
}

export function elementwise(dtype: FloatType): Record<string, Kernel> {
  const kernels: Record<string, Kernel> = {};
  for (const [name, f] of Object.entries(unaries)) kernels[name] = unary(f, dtype);
  for (const [name, f] of Object.entries(binaries)) {
    kernels[name] = (call) => strided(call, dtype, 2, f as (...x: number[]) => number);
  }
  kernels["where"] = (call) => strided(call, dtype, 3, (...[c, a, b]) => (c !== 0 ? a! : b!));
  return kernels;
}
