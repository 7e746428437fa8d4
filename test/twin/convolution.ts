/** Circular convolution of the twin: `out x other batch inputs outputs n k`. */
import { type Call, type FloatType, indicesOf, type Kernel } from "./call.js";

interface Sizes {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly n: number;
  readonly k: number;
}

function sizesOf(call: Call): Sizes {
  const words = call.words(3, 5) as [number, number, number, number, number];
  const [batch, inputs, outputs, n, k] = words;
  return { batch, inputs, outputs, n, k };
}

/** (t + j − c) mod n, not negative. */
const place = (t: number, j: number, n: number, k: number): number => {
  const s = (t + j - (k - 1) / 2) % n;
  return s < 0 ? s + n : s;
};

const circularConv =
  (dtype: FloatType): Kernel =>
  (call) => {
    const { batch, inputs, outputs, n, k } = sizesOf(call);
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    const w = call.array(2, dtype);
    for (const [b, o, t] of indicesOf([batch, outputs, n]) as Iterable<[number, number, number]>) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        for (let j = 0; j < k; j++) {
          sum += w[(o * inputs + i) * k + j]! * x[(b * inputs + i) * n + place(t, j, n, k)]!;
        }
      }
      out[(b * outputs + o) * n + t] = sum;
    }
  };

const circularConvWeights =
  (dtype: FloatType): Kernel =>
  (call) => {
    const { batch, inputs, outputs, n, k } = sizesOf(call);
    const out = call.array(0, dtype);
    const x = call.array(1, dtype);
    const g = call.array(2, dtype);
    for (const [o, i, j] of indicesOf([outputs, inputs, k]) as Iterable<[number, number, number]>) {
      let sum = 0;
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < n; t++) {
          sum += g[(b * outputs + o) * n + t]! * x[(b * inputs + i) * n + place(t, j, n, k)]!;
        }
      }
      out[(o * inputs + i) * k + j] = sum;
    }
  };

export const convolution = (dtype: FloatType): Record<string, Kernel> => ({
  circularConv: circularConv(dtype),
  circularConvWeights: circularConvWeights(dtype),
});
