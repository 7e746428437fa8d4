import { describe, expect, test } from "vitest";
import { product } from "../twin/call.js";
import { elementwise } from "../twin/elementwise.js";
import { anyDims, anyLayout, type Draws, forSeeds } from "./draws.js";
import {
  cases,
  exactly,
  expectClose,
  type FloatType,
  input,
  output,
  runOne,
  type Tolerance,
  twin,
  ulps,
} from "./harness.js";

/**
 * Bounds in ε·|value|, which is one to two ulp: the kernels' own (kernels/README.md,
 * accuracy.test.ts) and the twin's, 1 ulp for a single function and 3 for a composite.
 */
const unaryBounds: Record<string, number> = {
  ...{ neg: 0, abs: 0, sign: 0, sqrt: 0, relu: 0 },
  ...{ exp: 2, log: 2, log1p: 2, expm1: 3.5, sin: 2, cos: 2, tanh: 4 },
  ...{ sigmoid: 5.5, softplus: 5 },
};
/** The basic operations are correctly rounded in both, also f32 by way of f64. */
const binary = ["add", "sub", "mul", "div", "min", "max", "less", "lessEqual", "equal"];

const special = [0, -0, 1, -1, NaN, Infinity, -Infinity, 0.5, 20, -20, 1e-10, -1e-10, 1e-30, 0.1];
/** Normal of all magnitudes, and the special values. */
const anyValues = (draws: Draws, n: number): Float64Array =>
  draws.normals(n).map((x) => {
    if (draws.chance(0.15)) return special[draws.integer(0, special.length - 1)]!;
    return x * 10 ** (draws.chance(0.3) ? draws.integer(-12, 6) : 0);
  });

const bound = (n: number, dtype: FloatType): Tolerance => (n === 0 ? exactly : ulps(n, dtype));

/** The words from rank on, and the inputs. */
function operands(draws: Draws, dtype: FloatType, count: number, values = anyValues) {
  const dims = anyDims(draws, 4, draws.chance(0.3) ? 23 : 6);
  const layouts = Array.from({ length: count }, () => anyLayout(draws, dims, 0.2));
  const inputs = layouts.map(({ length }) => input(dtype, values(draws, length)));
  const strides = layouts.flatMap((layout) => layout.strides);
  return { inputs, words: [dims.length, ...dims, ...strides], size: product(dims) };
}

test("every elementwise kernel has a test", () => {
  const tested = [...Object.keys(unaryBounds), ...binary, "pow", "where"];
  expect(Object.keys(elementwise).sort()).toEqual(tested.sort());
});

describe.each(cases)("$name", ({ build, dtype }) => {
  test.each(Object.entries(unaryBounds))("%s", (name, bounds) => {
    forSeeds(40, (draws) => {
      const x = input(dtype, anyValues(draws, draws.integer(0, 70)));
      const words = [output(dtype, x.kind === "input" ? x.values.length : 0), x] as const;
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, `${name}_${dtype}`, ...words, words[0].length),
      );
      expectClose(actual!, expected!, bound(bounds, dtype));
    });
  });

  // 2²⁰·π/2 … 2²² is where AssemblyScript's reduction fails, and where the kernels' own ends
  test.each(["sin", "cos"])("%s of large arguments", (name) => {
    forSeeds(20, (draws) => {
      const x = Float64Array.from({ length: 200 }, () => {
        const exponent = draws.chance(0.4)
          ? 5 + 2 * draws.unit()
          : (dtype === "f64" ? 300 : 38) * draws.unit();
        return (draws.chance(0.5) ? 1 : -1) * 10 ** exponent;
      });
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, `${name}_${dtype}`, output(dtype, 200), input(dtype, x), 200),
      );
      expectClose(actual!, expected!, ulps(3, dtype));
    });
  });

  test.each(binary)("%s", (name) => {
    forSeeds(80, (draws) => {
      const { inputs, words, size } = operands(draws, dtype, 2);
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, `${name}_${dtype}`, output(dtype, size), ...inputs, ...words),
      );
      expectClose(actual!, expected!, exactly);
    });
  });

  // negative bases have integer exponents; pow is within 1 ulp in both libraries
  test("pow", () => {
    const bases = [0, 1, 2, -2, 0.5, 10, 3.7, -1.5, 1e-3];
    const exponents = [0, 1, 2, -1, 3, 0.5, -0.5, 2.5, -2, 7];
    const pairs = bases.flatMap((a) =>
      exponents.filter((b) => a >= 0 || Number.isInteger(b)).map((b) => [a, b] as const),
    );
    const [a, b] = [0, 1].map((i) =>
      input(
        dtype,
        pairs.map((pair) => pair[i]!),
      ),
    );
    const [actual, expected] = [build, twin].map((backend) =>
      runOne(backend, `pow_${dtype}`, output(dtype, pairs.length), a!, b!, 1, pairs.length, 1, 1),
    );
    expectClose(actual!, expected!, ulps(3, dtype));
    forSeeds(40, (draws) => {
      const positive = (d: Draws, n: number) => d.normals(n).map((x) => Math.abs(x) + 0.01);
      const { inputs, words, size } = operands(draws, dtype, 2, positive);
      const [x, y] = [build, twin].map((backend) =>
        runOne(backend, `pow_${dtype}`, output(dtype, size), ...inputs, ...words),
      );
      expectClose(x!, y!, ulps(3, dtype));
    });
  });

  test("where", () => {
    forSeeds(80, (draws) => {
      const { inputs, words, size } = operands(draws, dtype, 3, (d, n) =>
        d.normals(n).map((x) => (d.chance(0.4) ? 0 : d.chance(0.1) ? NaN : x)),
      );
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, `where_${dtype}`, output(dtype, size), ...inputs, ...words),
      );
      expectClose(actual!, expected!, exactly);
    });
  });

  test("rank 16", () => {
    const dims = new Array<number>(16).fill(1).map((_, i) => (i % 4 === 3 ? 3 : 1 + (i % 2)));
    forSeeds(5, (draws) => {
      const layouts = [0, 1].map(() => anyLayout(draws, dims, 0.1));
      const inputs = layouts.map(({ length }) => input(dtype, draws.normals(length)));
      const words = [16, ...dims, ...layouts.flatMap(({ strides }) => strides)];
      const [actual, expected] = [build, twin].map((b) =>
        runOne(b, `add_${dtype}`, output(dtype, product(dims)), ...inputs, ...words),
      );
      expectClose(actual!, expected!, exactly);
    });
  });
});
