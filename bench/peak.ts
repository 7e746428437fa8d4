/**
 * The machine's peak in WebAssembly: a loop of independent chains xᵢ ← a xᵢ + b on full vectors.
 *
 * The module is put together byte by byte: nothing but multiply-adds, thirteen chains (with a and b
 * they fill the sixteen registers but one), four rounds a turn of the loop.
 */
import type { Precision } from "./figure.js";
import type { Contender } from "./measure.js";

const chains = 13;
const rounds = 4;
const turns = 100_000;

interface Lanes {
  readonly count: number;
  readonly type: number;
  readonly constant: (value: number) => number[];
  readonly splat: number;
  readonly mul: number;
  readonly add: number;
  readonly madd: number;
  readonly extract: number;
}

const bytesOf = (values: Float64Array | Float32Array): number[] => [
  ...new Uint8Array(values.buffer),
];

const lanes: Record<Precision, Lanes> = {
  f64: {
    ...{ count: 2, type: 0x7c, splat: 0x14, mul: 0xf2, add: 0xf0, madd: 0x107, extract: 0x21 },
    constant: (value) => [0x44, ...bytesOf(new Float64Array([value]))],
  },
  f32: {
    ...{ count: 4, type: 0x7d, splat: 0x13, mul: 0xe6, add: 0xe4, madd: 0x105, extract: 0x1f },
    constant: (value) => [0x43, ...bytesOf(new Float32Array([value]))],
  },
};

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...leb(value >>> 7)];
}
const simd = (opcode: number): number[] => [0xfd, ...leb(opcode)];
const section = (id: number, body: readonly number[]): number[] => [
  id,
  ...leb(body.length),
  ...body,
];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

/** A module with one function, run(turns) → the sum of the chains. */
export function peakModule(dtype: Precision, fused: boolean): Uint8Array<ArrayBuffer> {
  const { type, constant, splat, mul, add, madd, extract } = lanes[dtype];
  const [a, b, first] = [1, 2, 3];
  const xs = Array.from({ length: chains }, (_, i) => first + i);
  const fill = (local: number, value: number) => [
    ...constant(value),
    ...simd(splat),
    ...set(local),
  ];
  const advance = (x: number) =>
    fused
      ? [...get(x), ...get(a), ...get(b), ...simd(madd), ...set(x)]
      : [...get(x), ...get(a), ...simd(mul), ...get(b), ...simd(add), ...set(x)];
  const round = xs.flatMap(advance);
  const code = [
    ...fill(a, 0.5),
    ...fill(b, 0.5),
    ...xs.flatMap((x) => fill(x, x)),
    ...[0x03, 0x40], // loop
    ...Array.from({ length: rounds }, () => round).flat(),
    ...[...get(0), 0x41, 1, 0x6b, 0x22, 0], // turns − 1
    ...[0x0d, 0, 0x0b], // once more unless 0; end of the loop
    ...get(first),
    ...xs.slice(1).flatMap((x) => [...get(x), ...simd(add)]),
    ...[...simd(extract), 0, 0x0b],
  ];
  const body = [1, 2 + chains, 0x7b, ...code]; // 2 + chains locals of type v128
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, type]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, 0x72, 0x75, 0x6e, 0, 0]), // "run"
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** True if this process may use relaxed SIMD. */
export const hasRelaxed = (): boolean => WebAssembly.validate(peakModule("f64", true));

/** Floating-point operations of one run of a contender. */
export const peakFlops = (dtype: Precision): number =>
  2 * turns * rounds * chains * lanes[dtype].count;

export function peak(dtype: Precision, fused: boolean): Contender {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(peakModule(dtype, fused)));
  const run = exports.run as (turns: number) => number;
  return { run: () => run(turns) };
}
