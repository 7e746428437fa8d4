/** The generator of the twin: Philox4x32-10 by whole numbers of any size. */
import type { FloatType, Kernel } from "./call.js";

type Words = [number, number, number, number];

/** Words 32 bits above and below of a product of two 32-bit words. */
function product(a: number, b: number): [high: number, low: number] {
  const p = BigInt(a) * BigInt(b);
  return [Number(p >> 32n), Number(p & 0xffffffffn)];
}

/** One block: counter and key → four words (Salmon et al. 2011, ten rounds). */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(0xd2511f53, c0);
    const [high1, low1] = product(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

const streams = { uniform: 0, normal: 1, split: 2, fold: 3 } as const;

const block = (key: ArrayLike<number>, i: number, stream: number): Words =>
  philox([i, 0, stream, 0], [key[0]! >>> 0, key[1]! >>> 0]);

/** ((high≫5)·2²⁶ + (low≫6))·2⁻⁵³ */
const unit = (high: number, low: number): number =>
  ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;

/** Fills from blocks of two numbers each. */
const pairs =
  (dtype: FloatType, stream: number, pair: (words: Words) => [number, number]): Kernel =>
  (call) => {
    const out = call.array(0, dtype);
    const n = call.word(2);
    for (let i = 0; i < n; i++) {
      out[i] = pair(block(call.array(1, "i32"), Math.floor(i / 2), stream))[i % 2]!;
    }
  };

const uniformPair = ([a, b, c, d]: Words): [number, number] => [unit(a, b), unit(c, d)];

const cut = (u: number): number => Math.floor(u * 2 ** 24) * 2 ** -24;

function normalPair(words: Words): [number, number] {
  const [u1, u2] = uniformPair(words);
  const r = Math.sqrt(-2 * Math.log(1 - u1));
  return [r * Math.cos(2 * Math.PI * u2), r * Math.sin(2 * Math.PI * u2)];
}

export const draws = (dtype: FloatType): Record<string, Kernel> => ({
  uniform: pairs(dtype, streams.uniform, (words) => {
    const [u1, u2] = uniformPair(words);
    return dtype === "f64" ? [u1, u2] : [cut(u1), cut(u2)];
  }),
  normal: pairs(dtype, streams.normal, normalPair),
});

export const keys: Record<string, Kernel> = {
  split: (call) => {
    const out = call.array(0, "i32");
    for (let i = 0; i < call.word(2); i++) {
      const [a, b] = block(call.array(1, "i32"), i, streams.split);
      out[2 * i] = a;
      out[2 * i + 1] = b;
    }
  },
  fold: (call) => {
    const out = call.array(0, "i32");
    const data = call.array(2, "i32")[0]! >>> 0;
    const [a, b] = block(call.array(1, "i32"), data, streams.fold);
    out[0] = a;
    out[1] = b;
  },
};
