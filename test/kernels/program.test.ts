import { describe, expect, test } from "vitest";
import { kernelNames } from "../twin/index.js";
import { forSeeds } from "./draws.js";
import {
  backends,
  builds,
  bytesPer,
  exactly,
  expectClose,
  failureOf,
  floats,
  type Instruction,
  input,
  output,
  runOne,
  runProgram,
} from "./harness.js";

test.each(builds.map((build) => ({ build, name: build.name })))(
  "$name has the twin's kernels",
  ({ build }) => {
    expect([...build.opcodes.keys()].sort()).toEqual([...kernelNames].sort());
    expect(build.status() % 8).toBe(0);
    expect(build.heapBase()).toBeGreaterThanOrEqual(build.status() + 24);
  },
);

const cases = backends.flatMap((build) =>
  floats.map((dtype) => ({ build, dtype, name: `${build.name} ${dtype}` })),
);

describe.each(cases)("$name", ({ build, dtype }) => {
  const pairwise = (kernel: string, out: ReturnType<typeof output>, a: Word, b: Word) => ({
    kernel: `${kernel}_${dtype}`,
    words: [out, a, b, 1, 7, 1, 1],
  });
  type Word = Instruction["words"][number];

  test("a program equals its instructions one by one", () => {
    forSeeds(40, (draws) => {
      const unary = ["exp", "tanh", "neg", "sin", "sigmoid"];
      const binary = ["add", "mul", "sub", "min"];
      const start = draws.normals(7, dtype);
      const places: Word[] = [input(dtype, start)];
      const values: ArrayLike<number>[] = [start];
      const program: Instruction[] = [];
      for (let i = 0; i < 12; i++) {
        const out = output(dtype, 7);
        const [a, b] = [draws.integer(0, i), draws.integer(0, i)];
        const one = draws.chance(0.4);
        const list = one ? unary : binary;
        const name = list[draws.integer(0, list.length - 1)]!;
        const make = (x: Word, y: Word): Instruction =>
          one ? { kernel: `${name}_${dtype}`, words: [out, x, 7] } : pairwise(name, out, x, y);
        program.push(make(places[a]!, places[b]!));
        const { kernel, words } = make(input(dtype, values[a]!), input(dtype, values[b]!));
        values.push(runOne(build, kernel, out, ...words.slice(1)));
        places.push(out);
      }
      const { failed, read } = runProgram(build, program);
      expect(failed).toBe(-1);
      const last = program.at(-1)!.words[0] as ReturnType<typeof output>;
      expectClose(read(last), values.at(-1)!, exactly);
    });
  });

  test("no instructions", () => expect(runProgram(build, []).failed).toBe(-1));

  test("run says which instruction fails, and those before it are done", () => {
    const [x, sum] = [input(dtype, [1, 2, 3, 4, 5, 6, 7]), output(dtype, 7)];
    const [L, after] = [output(dtype, 4), output(dtype, 7)];
    const good = pairwise("add", sum, x, x);
    const bad = { kernel: `cholesky_${dtype}`, words: [L, input(dtype, [1, 2, 2, 1]), 1, 2] };
    const { failed, status, read } = runProgram(build, [
      good,
      good,
      bad,
      pairwise("mul", after, x, x),
    ]);
    expect(failed).toBe(2);
    expect(status).toEqual({ code: 1, batch: 0, index: 1, value: -3 });
    expect([...read(sum)]).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(read(after).every(Number.isNaN)).toBe(true);
  });

  test.each([-1, 3, 2 ** 31 - 1, -(2 ** 31)])("index %i is out of range", (index) => {
    for (const kernel of ["gather", "scatterAdd"]) {
      const indices = input("i32", [0, 1, 2, 0, index, 1]);
      // batch indexStride outer n m inner
      const sizes = [2, 3, 1, 3, 3, 2];
      const x = input(dtype, new Float64Array(12).fill(1));
      const words = [output(dtype, 12), x, indices, ...sizes];
      const { code, index: position, value } = failureOf(build, `${kernel}_${dtype}`, ...words);
      expect([code, position, value]).toEqual([2, 4, index]);
    }
  });

  test.each([NaN, Infinity, -Infinity])("finite finds %f and its position", (value) => {
    for (const n of [1, 2, 3, 4, 5, 17, 40]) {
      const good = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -i : 1e30));
      expect(runProgram(build, [check(good)]).failed).toBe(-1);
      for (let at = 0; at < n; at++) {
        const values = good.map((x, i) => (i === at || i === at + 3 ? value : x));
        const { failed, status } = runProgram(build, [check(good), check(values)]);
        expect([failed, status.code, status.index, status.value]).toEqual([1, 5, at, value]);
      }
    }
  });
  const check = (values: number[]): Instruction => ({
    kernel: `finite_${dtype}`,
    words: [input(dtype, values), values.length],
  });

  test("the largest finite numbers are finite", () => {
    const largest = dtype === "f64" ? Number.MAX_VALUE : 2 ** 128 - 2 ** 104;
    expect(runProgram(build, [check([largest, -largest, largest, largest])]).failed).toBe(-1);
    expect(runProgram(build, [check([])]).failed).toBe(-1);
  });

  test("the memory may grow between calls", () => {
    const size = build.memory.buffer.byteLength / bytesPer[dtype] + 5;
    const x = input(dtype, new Float64Array(size).fill(2));
    const out = runOne(build, `neg_${dtype}`, output(dtype, size), x, size);
    expect(out.every((v) => v === -2)).toBe(true);
  });
});
