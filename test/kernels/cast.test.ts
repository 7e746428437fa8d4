import { describe, expect, test } from "vitest";
import { forSeeds } from "./draws.js";
import { backends, builds, exactly, expectClose, input, output, runOne, twin } from "./harness.js";

const pairs = [
  ["f32", "f64"],
  ["f64", "f32"],
  ["i32", "f64"],
  ["i32", "f32"],
  ["f64", "i32"],
  ["f32", "i32"],
] as const;
const cases = builds.flatMap((build) =>
  pairs.map(([to, from]) => ({ build, to, from, name: `${build.name} cast${to}_${from}` })),
);

test.each(cases)("$name", ({ build, to, from }) => {
  forSeeds(60, (draws) => {
    const n = draws.integer(0, 40);
    const scale = from === "i32" ? 1 : 10 ** draws.integer(-3, 8);
    const x = input(
      from,
      draws.normals(n, from).map((v) => scale * v),
    );
    const [actual, expected] = [build, twin].map((b) =>
      runOne(b, `cast${to}_${from}`, output(to, n), x, n),
    );
    expectClose(actual!, expected!, exactly);
  });
});

describe.each(backends.map((build) => ({ build, name: build.name })))("$name", ({ build }) => {
  test("toward zero", () => {
    const values = [1.9, -1.9, 0.5, -0.5, 2147483000, -2147483000, 0];
    const out = runOne(build, "casti32_f64", output("i32", 7), input("f64", values), 7);
    expect([...out]).toEqual([1, -1, 0, 0, 2147483000, -2147483000, 0]);
  });

  test("to f32 rounds to nearest", () => {
    const out = runOne(build, "castf32_f64", output("f32", 2), input("f64", [0.1, 1e300]), 2);
    expect([...out]).toEqual([Math.fround(0.1), Infinity]);
  });
});
