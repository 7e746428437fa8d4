/**
 * Runs kernels of any backend on fresh data.
 *
 * Every array lies between guards, outputs and scratch start as garbage (NaN), and inputs must
 * come out unchanged: a kernel that writes outside its output fails here, whatever its result.
 */
import { type Backend, type Build, loadBackend } from "../../src/engine/backend.js";
import type { DType, Numbers } from "../twin/call.js";
import { createTwin } from "../twin/index.js";

type Values = ArrayLike<number>;
export type Place =
  | { readonly kind: "input"; readonly dtype: DType; readonly values: Values }
  | { readonly kind: "output"; readonly dtype: DType; readonly length: number }
  | { readonly kind: "scratch"; readonly bytes: number };
export type Output = Extract<Place, { kind: "output" }>;
export interface Instruction {
  readonly kernel: string;
  readonly words: readonly (number | Place)[];
}
export interface Status {
  readonly code: number;
  readonly batch: number;
  readonly index: number;
  readonly value: number;
}

export const input = (dtype: DType, values: Values): Place => ({ kind: "input", dtype, values });
export const output = (dtype: DType, length: number): Output => ({ kind: "output", dtype, length });
export const scratch = (bytes: number): Place => ({ kind: "scratch", bytes });

export const floats = ["f64", "f32"] as const;
export type FloatType = (typeof floats)[number];
export const epsilon = { f64: 2 ** -52, f32: 2 ** -23, i32: 0 } as const;
export const bytesPer = { f64: 8, f32: 4, i32: 4 } as const;

function load(build: Build): Backend {
  try {
    return loadBackend(build);
  } catch (cause) {
    const hint =
      "On Node 20 the relaxed build needs --experimental-wasm-relaxed-simd, which vitest.config.ts passes.";
    throw new Error(`The kernels' "${build}" build does not load. ${hint}`, { cause });
  }
}

export const twin = createTwin();
/** The two WebAssembly builds. */
export const builds = [load("simd"), load("relaxed")] as const;
/** For tests that need no twin to compare with. */
export const backends = [twin, ...builds] as const;
/** One row a build and dtype, for `describe.each`. */
export const cases = builds.flatMap((build) =>
  floats.map((dtype) => ({ build, dtype, name: `${build.name} ${dtype}` })),
);
export const casesWithTwin = backends.flatMap((build) =>
  floats.map((dtype) => ({ build, dtype, name: `${build.name} ${dtype}` })),
);

const guard = 40;
const guardByte = 0xa5;

const bytesIn = (place: Place): number => {
  if (place.kind === "scratch") return place.bytes;
  const length = place.kind === "input" ? place.values.length : place.length;
  return length * bytesPer[place.dtype];
};

export function viewOf(backend: Backend, dtype: DType, address: number, length: number): Numbers {
  const { buffer } = backend.memory;
  if (dtype === "f64") return new Float64Array(buffer, address, length);
  return dtype === "f32"
    ? new Float32Array(buffer, address, length)
    : new Int32Array(buffer, address, length);
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export interface Run {
  /** −1, or the number of the instruction that failed. */
  readonly failed: number;
  readonly status: Status;
  readonly read: (output: Output) => Numbers;
}

/**
 * Runs a program; a place that occurs twice is the same memory. With `last`, that place ends where
 * the memory ends: a kernel that reads a whole vector past it traps.
 */
export function runProgram(backend: Backend, program: readonly Instruction[], last?: Place): Run {
  const places = new Set(
    program.flatMap(({ words }) => words).filter((w) => typeof w !== "number"),
  );
  if (last !== undefined) places.delete(last);
  const ordered = last === undefined ? [...places] : [...places, last];
  const programBytes = program.reduce((sum, { words }) => sum + 8 + 4 * words.length, 0);
  const needed =
    roundUp(programBytes) + ordered.reduce((sum, x) => sum + guard + roundUp(bytesIn(x)), guard);
  const { memory } = backend;
  const bottom = roundUp(backend.heapBase());
  const missing = bottom + needed - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));

  const start = last === undefined ? bottom : memory.buffer.byteLength - needed + guard;
  const addresses = new Map<Place, number>();
  let top = start + roundUp(programBytes);
  for (const place of ordered) {
    addresses.set(place, top + guard);
    top += guard + roundUp(bytesIn(place));
  }
  new Uint8Array(memory.buffer, start).fill(guardByte, 0, top + guard - start);
  for (const [place, address] of addresses) fill(backend, place, address);
  const words = program.flatMap((instruction) => [
    opcodeOf(backend, instruction.kernel),
    instruction.words.length,
    ...instruction.words.map((word) => (typeof word === "number" ? word : addresses.get(word)!)),
  ]);
  new Int32Array(memory.buffer, start).set(words);
  const failed = backend.run(start, program.length);
  check(backend, addresses, program);

  const record = new DataView(backend.memory.buffer, backend.status(), 24);
  const word = (i: number) => record.getInt32(4 * i, true);
  const status = {
    ...{ code: word(0), batch: word(1), index: word(2) },
    value: record.getFloat64(16, true),
  };
  const read = (place: Output) =>
    viewOf(backend, place.dtype, addresses.get(place)!, place.length).slice();
  return { failed, status, read };
}

function opcodeOf(backend: Backend, kernel: string): number {
  const opcode = backend.opcodes.get(kernel);
  if (opcode === undefined) throw new Error(`${backend.name} has no kernel ${kernel}.`);
  return opcode;
}

function fill(backend: Backend, place: Place, address: number): void {
  if (place.kind === "input") {
    viewOf(backend, place.dtype, address, place.values.length).set(place.values);
  } else {
    new Uint8Array(backend.memory.buffer, address, bytesIn(place)).fill(0xff);
  }
}

/** Guards and inputs must be as they were. */
function check(
  backend: Backend,
  addresses: ReadonlyMap<Place, number>,
  program: readonly Instruction[],
): void {
  const what = `${backend.name} ${program.map(({ kernel }) => kernel).join(", ")}`;
  for (const [place, address] of addresses) {
    const bytes = new Uint8Array(backend.memory.buffer, address - guard);
    const end = guard + bytesIn(place);
    const isGuard = (x: number) => x === guardByte;
    if (!bytes.subarray(0, guard).every(isGuard)) throw new Error(`${what}: wrote before a block`);
    if (!bytes.subarray(end, end + guard).every(isGuard)) {
      throw new Error(`${what}: wrote past a block`);
    }
    if (place.kind !== "input") continue;
    const now = viewOf(backend, place.dtype, address, place.values.length);
    const before = now.slice();
    before.set(place.values);
    if (!now.every((x, i) => Object.is(x, before[i]))) throw new Error(`${what}: input changed`);
  }
}

/** Runs one instruction that must succeed; returns its output, which is the first word. */
export const runOne = (
  backend: Backend,
  kernel: string,
  out: Output,
  ...words: (number | Place)[]
): Numbers => succeed(backend, { kernel, words: [out, ...words] }, undefined);

/** The same with one of the places at the end of the memory. */
export function runAtEnd(backend: Backend, instruction: Instruction, last: Place): Numbers {
  return succeed(backend, instruction, last);
}

function succeed(backend: Backend, instruction: Instruction, last: Place | undefined): Numbers {
  const { failed, status, read } = runProgram(backend, [instruction], last);
  if (failed >= 0) {
    throw new Error(`${backend.name} ${instruction.kernel} failed: ${JSON.stringify(status)}`);
  }
  return read(instruction.words[0] as Output);
}

/** Runs one instruction that must fail; returns the details. */
export function failureOf(backend: Backend, kernel: string, ...words: (number | Place)[]): Status {
  const { failed, status } = runProgram(backend, [{ kernel, words }]);
  if (failed !== 0) throw new Error(`${backend.name} ${kernel} did not fail.`);
  return status;
}

export type Tolerance = (expected: number, i: number) => number;
export const exactly: Tolerance = () => 0;

/** |x| ≤ n ulp of the expected value, and of the smallest numbers. */
export const ulps =
  (n: number, dtype: FloatType): Tolerance =>
  (expected) =>
    n * (epsilon[dtype] * Math.abs(expected) + (dtype === "f64" ? 5e-324 : 1.5e-45));

/** Equal within the tolerance; infinities and NaN must agree, −0 is 0. */
export function expectClose(actual: Values, expected: Values, tolerance: Tolerance): void {
  if (actual.length !== expected.length) {
    throw new Error(`${actual.length} elements, expected ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const bound = tolerance(y, i);
    if (!Number.isFinite(y) || !(Math.abs(x - y) <= bound)) {
      throw new Error(`at ${i}: ${x}, expected ${y}, off by ${Math.abs(x - y)} > ${bound}`);
    }
  }
}
