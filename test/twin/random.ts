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

/** Key b of a batch. */
const keyAt = (keys: Numbers, b: number): number[] => [keys[2 * b]!, keys[2 * b + 1]!];

/** The block's two doubles in [0, 1). */
function doubles(words: readonly number[]): [number, number] {
  const [w0, w1, w2, w3] = words as [number, number, number, number];
  const join = (high: number, low: number) => ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
  return [join(w0, w1), join(w2, w3)];
}

/** For each key n numbers, as many a block as `f` makes of its words. */
function fill({ word, numbers }: Call, stream: number, f: (words: number[]) => number[]): number {
  const [out, keys, batch, n] = [numbers(0), numbers(1, "i32"), word(2), word(3)];
  for (let b = 0; b < batch; b++) {
    for (let [at, block] = [0, 0]; at < n; block++) {
      for (const x of f(philox([block, 0, stream, 0], keyAt(keys, b)))) {
        if (at < n) out[b * n + at++] = x;
      }
    }
  }
  return status.done;
}

const uniform: Kernel = (call) =>
  fill(call, streams.uniform, (words) => {
    if (call.dtype === "f64") return doubles(words);
    return [(words[0]! >>> 8) * 2 ** -24, (words[2]! >>> 8) * 2 ** -24];
  });

/** √(−2 log u) (cos 2πv, sin 2πv) */
function boxMuller(logarithm: number, v: number): [number, number] {
  const r = Math.sqrt(-2 * logarithm);
  return [r * Math.cos(2 * Math.PI * v), r * Math.sin(2 * Math.PI * v)];
}

const normal: Kernel = (call) =>
  fill(call, streams.normal, (words) => {
    if (call.dtype === "f64") {
      const [u1, u2] = doubles(words);
      return boxMuller(Math.log(1 - u1), u2);
    }
    return [0, 2].flatMap((i) =>
      boxMuller(Math.log(((words[i]! >>> 1) + 0.5) * 2 ** -31), words[i + 1]! * 2 ** -32),
    );
  });

/** `each` keys of every key, from counters first, first + 1, … */
function newKeys({ word, numbers }: Call, stream: number, each: number, first: number): number {
  const [out, keys, batch] = [numbers(0), numbers(1), word(2)];
  for (let i = 0; i < batch * each; i++) {
    const words = philox([first + (i % each), 0, stream, 0], keyAt(keys, Math.floor(i / each)));
    out.set(words.slice(0, 2), 2 * i);
  }
  return status.done;
}

const split: Kernel = (call) => newKeys(call, streams.split, call.word(3), 0);
const fold: Kernel = (call) => newKeys(call, streams.fold, 1, call.numbers(3)[0]!);

export const randomFloats: Kernels = { uniform, normal };
export const randomKeys: Kernels = { split, fold };
