import { type Call, type Kernel, type Kernels, type Numbers, status } from "./call.js";

const streams = { uniform: 0, normal: 1, split: 2, fold: 3 } as const;

/** Philox4x32-10 (Salmon et al. 2011): four words from a counter of four and a key of two. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map((x) => x >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((x) => x >>> 0) as [number, number];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * BigInt(c0);
    const p1 = 0xcd9e8d57n * BigInt(c2);
    const [high, low] = [
      (p: bigint) => Number(p >> 32n),
      (p: bigint) => Number(p & 0xffffffffn),
    ] as const;
    [c0, c1, c2, c3] = [(high(p1) ^ c1 ^ k0) >>> 0, low(p1), (high(p0) ^ c3 ^ k1) >>> 0, low(p0)];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

const keyOf = (numbers: Numbers): number[] => [numbers[0]!, numbers[1]!];

/** The block's two doubles in [0, 1). */
function doubles(words: readonly number[]): [number, number] {
  const [w0, w1, w2, w3] = words as [number, number, number, number];
  const join = (high: number, low: number) => ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
  return [join(w0, w1), join(w2, w3)];
}

/** Fills out, two numbers a block. */
function pairs(
  { word, numbers }: Call,
  stream: number,
  f: (words: number[]) => [number, number],
): number {
  const [out, key, n] = [numbers(0), keyOf(numbers(1, "i32")), word(2)];
  for (let at = 0; at < n; at += 2) {
    const [first, second] = f(philox([at / 2, 0, stream, 0], key));
    out[at] = first;
    if (at + 1 < n) out[at + 1] = second;
  }
  return status.done;
}

const uniform: Kernel = (call) =>
  pairs(call, streams.uniform, (words) => {
    if (call.dtype === "f64") return doubles(words);
    return [(words[0]! >>> 8) * 2 ** -24, (words[2]! >>> 8) * 2 ** -24];
  });

const normal: Kernel = (call) =>
  pairs(call, streams.normal, (words) => {
    const [u1, u2] = doubles(words);
    const r = Math.sqrt(-2 * Math.log(1 - u1));
    return [r * Math.cos(2 * Math.PI * u2), r * Math.sin(2 * Math.PI * u2)];
  });

const split: Kernel = ({ word, numbers }) => {
  const [out, key, count] = [numbers(0), keyOf(numbers(1)), word(2)];
  for (let i = 0; i < count; i++) {
    out.set(philox([i, 0, streams.split, 0], key).slice(0, 2), 2 * i);
  }
  return status.done;
};

const fold: Kernel = ({ numbers }) => {
  const [out, key, data] = [numbers(0), keyOf(numbers(1)), numbers(2)[0]!];
  out.set(philox([data, 0, streams.fold, 0], key).slice(0, 2));
  return status.done;
};

export const randomFloats: Kernels = { uniform, normal };
export const randomKeys: Kernels = { split, fold };
