/**
 * The ends of the memory: kernels that read whole vectors must not read past it, and addresses
 * above 2³¹ are negative words.
 */
import { describe, expect, test } from "vitest";
import { forSeeds } from "./draws.js";
import {
  bytesPer,
  casesWithTwin,
  epsilon,
  expectClose,
  type Instruction,
  input,
  output,
  type Place,
  runAtEnd,
  runProgram,
  scratch,
} from "./harness.js";

describe.each(casesWithTwin)("$name", ({ build, dtype }) => {
  /** The same result wherever the operands lie; paths differ, so up to the products' rounding. */
  const everywhere = (instruction: Instruction, tolerance: number) => {
    const { failed, read } = runProgram(build, [instruction]);
    expect(failed).toBe(-1);
    const expected = read(instruction.words[0] as ReturnType<typeof output>);
    const places = instruction.words.filter((word): word is Place => typeof word !== "number");
    for (const last of places) {
      expectClose(runAtEnd(build, instruction, last), expected, () => tolerance);
    }
  };

  // values below 4, sums of at most 90 products: 90 ε Σ|a||b| < 90² · 16 ε
  const slack = 90 ** 2 * 16 * epsilon[dtype];
  const values = (draws: { normals(n: number): Float64Array }, n: number) =>
    input(dtype, draws.normals(n));

  test("matmul", () => {
    forSeeds(60, (draws) => {
      const largest = draws.chance(0.2) ? 40 : 6;
      const [m, k, n] = [0, 0, 0].map(() => draws.integer(1, largest)) as [number, number, number];
      const [tA, tB] = [draws.chance(0.5), draws.chance(0.5)];
      const bytes = draws.chance(0.5) ? build.matmulScratch(dtype, m, k, n, tA, tB) : 0;
      const inputs = [values(draws, m * k), values(draws, k * n)];
      const sizes = [1, m, k, n, Number(tA), Number(tB), m * k, k * n];
      const words = [output(dtype, m * n), ...inputs, ...sizes, scratch(bytes), bytes];
      everywhere({ kernel: `matmul_${dtype}`, words }, slack);
    });
  });

  test.each(["circularConv", "circularConvWeights"])("%s", (kernel) => {
    forSeeds(30, (draws) => {
      const [batch, inputs, outputs] = [0, 0, 0].map(() => draws.integer(1, 4)) as [
        ...[number, number, number],
      ];
      const [n, k] = [draws.integer(1, 20), 2 * draws.integer(0, 2) + 1];
      const bytes = build.convScratch(dtype, batch, inputs, outputs, n, k);
      const [wide, weights] = [batch * outputs * n, outputs * inputs * k];
      const sizes = kernel === "circularConv" ? [wide, weights] : [weights, wide];
      const words = [
        ...[output(dtype, sizes[0]!), values(draws, batch * inputs * n), values(draws, sizes[1]!)],
        ...[batch, inputs, outputs, n, k, scratch(bytes), bytes],
      ];
      everywhere({ kernel: `${kernel}_${dtype}`, words }, slack);
    });
  });

  test("factorisations", () => {
    forSeeds(15, (draws) => {
      const [n, m] = [draws.integer(1, 14), draws.integer(1, 9)];
      const space = (elements: number) => scratch(elements * bytesPer[dtype]);
      // diagonally dominant, so that errors stay near those of a product
      const A = input(
        dtype,
        draws.normals(n * n).map((x, at) => (at % (n + 1) === 0 ? 4 * n : x / 4)),
      );
      const square = output(dtype, n * n);
      const programs: [string, readonly (number | Place)[]][] = [
        ["cholesky", [square, A, 1, n]],
        ["choleskyInverse", [square, A, 1, n]],
        ["triangularSolve", [output(dtype, n * m), A, values(draws, n * m), 1, n, m, 0, 0, 0]],
        ["triangularSolve", [output(dtype, n * m), A, values(draws, n * m), 1, n, m, 1, 0, 0]],
        ["reflections", [output(dtype, n * n + 2 * n), A, 1, n, n]],
        [
          "factorCotangent",
          [square, input(dtype, new Float64Array(n * n + 2 * n)), A, A, 1, n, n, n, space(n * n)],
        ],
        ["sqrtm", [square, A, 1, n, space(2 * n * n + 6 * n)]],
        ["lyapunov", [square, A, values(draws, n * n), 1, n, space(4 * n * n + 6 * n)]],
        ["eigh", [output(dtype, n * n + n), A, 1, n, space(n * n + 4 * n)]],
      ];
      for (const [name, words] of programs) {
        everywhere({ kernel: `${name}_${dtype}`, words }, slack);
      }
      const small = input(
        dtype,
        draws.normals(n * n).map((x) => x / (4 * n)),
      );
      const words = [square, small, 1, n, space(8 * n * n + 2 * n)];
      everywhere({ kernel: `expm_${dtype}`, words }, slack);
    });
  });

  test("loops over elements", () => {
    for (const n of [1, 2, 3, 5, 16, 19]) {
      const x = input(
        dtype,
        Float64Array.from({ length: n }, (_, i) => i + 1),
      );
      const out = output(dtype, n);
      for (const name of ["neg", "exp", "sqrt"]) {
        everywhere({ kernel: `${name}_${dtype}`, words: [out, x, n] }, 0);
      }
      everywhere({ kernel: `add_${dtype}`, words: [out, x, x, 1, n, 1, 1] }, 0);
      everywhere({ kernel: `mul_${dtype}`, words: [out, x, x, 1, n, 1, 0] }, 0);
      everywhere({ kernel: `copy_${dtype}`, words: [out, x, n - 1, 1, n, -1] }, 0);
      for (const name of ["sum", "maxAlong"]) {
        everywhere({ kernel: `${name}_${dtype}`, words: [output(dtype, 1), x, 1, n, 1] }, 0);
        everywhere({ kernel: `${name}_${dtype}`, words: [out, x, 1, 1, n] }, 0);
      }
      const key = input("i32", [1, 2]);
      everywhere({ kernel: `uniform_${dtype}`, words: [out, key, 1, n] }, 0);
      everywhere({ kernel: `normal_${dtype}`, words: [out, key, 1, n] }, 0);
    }
  });

  test("addresses above 2³¹", () => {
    const pages = 2 ** 15 + 2 - build.memory.buffer.byteLength / 65536;
    if (pages > 0) build.memory.grow(pages);
    const [m, k, n] = [9, 7, 11];
    const [a, b] = [m * k, k * n].map((size) =>
      input(
        dtype,
        Float64Array.from({ length: size }, (_, i) => i % 13),
      ),
    ) as [Place, Place];
    const bytes = build.matmulScratch(dtype, m, k, n, false, false);
    const sizes = [1, m, k, n, 0, 0, m * k, k * n];
    const words = [output(dtype, m * n), a, b, ...sizes, scratch(bytes), bytes];
    everywhere({ kernel: `matmul_${dtype}`, words }, 0);
    everywhere({ kernel: `add_${dtype}`, words: [output(dtype, m * k), a, a, 1, m * k, 1, 1] }, 0);
  });
});
