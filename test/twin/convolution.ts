import { type Call, type Kernel, type Kernels, modulo, product, status } from "./call.js";

interface Tap {
  readonly weight: number;
  readonly input: number;
  readonly output: number;
}

/** Visits all (b, o, i, t, j), as positions in w, x and out: x is read at (t + j − c) mod n. */
function eachTap({ words }: Call, visit: (tap: Tap) => void): void {
  const [batch, inputs, outputs, n, k] = words(3, 5) as [number, number, number, number, number];
  const c = (k - 1) / 2;
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let t = 0; t < n; t++) {
          for (let j = 0; j < k; j++) {
            visit({
              weight: (o * inputs + i) * k + j,
              input: (b * inputs + i) * n + modulo(t + j - c, n),
              output: (b * outputs + o) * n + t,
            });
          }
        }
      }
    }
  }
}

const circularConv: Kernel = (call) => {
  const [out, x, w] = [call.numbers(0), call.numbers(1), call.numbers(2)];
  const sums = new Float64Array(product([3, 5, 6].map(call.word)));
  eachTap(call, ({ weight, input, output }) => {
    sums[output]! += w[weight]! * x[input]!;
  });
  out.set(sums);
  return status.done;
};

const circularConvWeights: Kernel = (call) => {
  const [out, x, g] = [call.numbers(0), call.numbers(1), call.numbers(2)];
  const sums = new Float64Array(product([4, 5, 7].map(call.word)));
  eachTap(call, ({ weight, input, output }) => {
    sums[weight]! += g[output]! * x[input]!;
  });
  out.set(sums);
  return status.done;
};

export const convolution: Kernels = { circularConv, circularConvWeights };
