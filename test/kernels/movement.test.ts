import { describe, test } from "vitest";
import { product } from "../twin/call.js";
import { anyDims, anyLayout, type Draws, forSeeds } from "./draws.js";
import {
  builds,
  epsilon,
  exactly,
  expectClose,
  floats,
  input,
  type Output,
  output,
  runOne,
  type Tolerance,
  twin,
} from "./harness.js";

const dtypes = [...floats, "i32"] as const;
const cases = builds.flatMap((build) =>
  dtypes.map((dtype) => ({ build, dtype, name: `${build.name} ${dtype}` })),
);

/** A layout with some axes reversed, and the offset that keeps it inside. */
function anyView(draws: Draws, dims: readonly number[], broadcast: number) {
  const { strides, length } = anyLayout(draws, dims, broadcast);
  let offset = draws.integer(0, 3);
  const room = offset + length + draws.integer(0, 3);
  for (let axis = 0; axis < dims.length; axis++) {
    if (dims[axis]! === 0 || draws.chance(0.7)) continue;
    offset += strides[axis]! * (dims[axis]! - 1);
    strides[axis] = -strides[axis]!;
  }
  return { strides, offset, room };
}

describe.each(cases)("$name", ({ build, dtype }) => {
  type Words = (number | ReturnType<typeof input>)[];
  const compare = (name: string, out: Output, words: Words, tolerance: Tolerance = exactly) => {
    const [actual, expected] = [build, twin].map((b) =>
      runOne(b, `${name}_${dtype}`, out, ...words),
    );
    expectClose(actual!, expected!, tolerance);
  };

  test("copy", () => {
    forSeeds(200, (draws) => {
      const dims = anyDims(draws, 5, draws.chance(0.2) ? 17 : 6);
      const { strides, offset, room } = anyView(draws, dims, 0.15);
      const x = input(dtype, draws.normals(room, dtype));
      const words = [x, offset, dims.length, ...dims, ...strides];
      compare("copy", output(dtype, product(dims)), words);
    });
  });

  test("copy of a large transpose", () => {
    forSeeds(6, (draws) => {
      const [m, n] = [draws.integer(30, 90), draws.integer(30, 90)];
      const x = input(dtype, draws.normals(m * n, dtype));
      compare("copy", output(dtype, m * n), [x, 0, 2, n, m, 1, n]);
    });
  });

  test("scatter", () => {
    forSeeds(200, (draws) => {
      const dims = anyDims(draws, 4, 6);
      const { strides, offset, room } = anyView(draws, dims, 0);
      const x = input(dtype, draws.normals(product(dims), dtype));
      const words = [x, room, offset, dims.length, ...dims, ...strides];
      compare("scatter", output(dtype, room), words);
    });
  });

  test("concat", () => {
    forSeeds(80, (draws) => {
      const outer = draws.integer(0, 4);
      const inners = Array.from({ length: draws.integer(1, 5) }, () => draws.integer(0, 9));
      const pieces = inners.flatMap((inner) => [
        input(dtype, draws.normals(outer * inner, dtype)),
        inner,
      ]);
      const size = outer * inners.reduce((a, b) => a + b, 0);
      compare("concat", output(dtype, size), [outer, inners.length, ...pieces]);
    });
  });

  test("roll", () => {
    forSeeds(80, (draws) => {
      const sizes = [draws.integer(0, 4), draws.integer(0, 12), draws.integer(0, 5)];
      const shift = draws.integer(0, Math.max(0, sizes[1]! - 1));
      const x = input(dtype, draws.normals(product(sizes), dtype));
      compare("roll", output(dtype, product(sizes)), [x, ...sizes, shift]);
    });
  });

  // Both sides carry the sums in double precision, in the same order.
  test.runIf(dtype !== "i32")("cumsum", () => {
    forSeeds(80, (draws) => {
      const sizes = [draws.integer(0, 4), draws.integer(0, 12), draws.integer(0, 5)];
      const x = input(dtype, draws.normals(product(sizes), dtype));
      const words = [x, ...sizes, draws.integer(0, 1)];
      compare("cumsum", output(dtype, product(sizes)), words);
    });
  });

  /** Sizes and indices that gather and scatterAdd share. */
  const indexed = (draws: Draws) => {
    const [batch, outer, n] = [draws.integer(0, 3), draws.integer(0, 4), draws.integer(1, 9)];
    const [m, inner] = [draws.integer(0, 9), draws.chance(0.2) ? 21 : draws.integer(0, 5)];
    const shared = draws.chance(0.4);
    const count = shared ? m : batch * m;
    const indices = input(
      "i32",
      Array.from({ length: count }, () => draws.integer(0, n - 1)),
    );
    const words = [indices, batch, shared ? 0 : m, outer, n, m, inner];
    return { words, long: batch * outer * n * inner, short: batch * outer * m * inner };
  };

  test("gather", () => {
    forSeeds(150, (draws) => {
      const { words, long, short } = indexed(draws);
      const x = input(dtype, draws.normals(long, dtype));
      compare("gather", output(dtype, short), [x, ...words]);
    });
  });

  // sums of at most 9 numbers below 4: 9 ε · 36
  test.runIf(dtype !== "i32")("scatterAdd", () => {
    forSeeds(150, (draws) => {
      const { words, long, short } = indexed(draws);
      const x = input(dtype, draws.normals(short, dtype));
      compare("scatterAdd", output(dtype, long), [x, ...words], () => 9 * 36 * epsilon[dtype]);
    });
  });
});
