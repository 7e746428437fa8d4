import { eachIndex, type Kernel, type Kernels, place, status } from "./call.js";

const unary =
  (f: (x: number) => number): Kernel =>
  ({ word, numbers }) => {
    const [out, x] = [numbers(0), numbers(1)];
    for (let i = 0; i < word(2); i++) out[i] = f(x[i]!);
    return status.done;
  };

/** `out`, then `operands` addresses, then rank, dims and the strides of each operand. */
const strided =
  (operands: number, f: (...x: [number, number, number]) => number): Kernel =>
  ({ word, words, numbers }) => {
    const out = numbers(0);
    const inputs = Array.from({ length: operands }, (_, o) => numbers(1 + o));
    const rank = word(1 + operands);
    const list = (i: number) => words(2 + operands + i * rank, rank);
    const strides = inputs.map((_, o) => list(1 + o));
    eachIndex(list(0), (index, flat) => {
      const elements = inputs.map((x, o) => x[place(index, strides[o]!)]!);
      out[flat] = f(...(elements as [number, number, number]));
    });
    return status.done;
  };

const sigmoid = (x: number): number =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const elementwise: Kernels = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  exp: unary(Math.exp),
  log: unary(Math.log),
  log1p: unary(Math.log1p),
  expm1: unary(Math.expm1),
  sqrt: unary(Math.sqrt),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  relu: unary((x) => Math.max(x, 0)),

  add: strided(2, (a, b) => a + b),
  sub: strided(2, (a, b) => a - b),
  mul: strided(2, (a, b) => a * b),
  div: strided(2, (a, b) => a / b),
  pow: strided(2, (a, b) => a ** b),
  min: strided(2, (a, b) => Math.min(a, b)),
  max: strided(2, (a, b) => Math.max(a, b)),
  less: strided(2, (a, b) => Number(a < b)),
  lessEqual: strided(2, (a, b) => Number(a <= b)),
  equal: strided(2, (a, b) => Number(a === b)),
  where: strided(3, (c, a, b) => (c !== 0 ? a : b)),
};
