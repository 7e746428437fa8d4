/** Curvatures whose flat directions are known by construction. */
import { describe, expect, test } from "vitest";
import {
  noMaximumMessage,
  undetermined,
  undeterminedWarnings,
} from "../../src/learn/identifiability.js";

const at = (...values: number[]) =>
  values.map((value, i) => ({ name: "abc"[i]!, value, slope: 1 }));

describe("undetermined", () => {
  test("nothing where every direction is curved", () => {
    expect(undetermined([], [])).toEqual([]);
    expect(
      undetermined(at(1, 1), [
        [50, 10],
        [10, 50],
      ]),
    ).toEqual([]);
  });

  // J = 50 (a + b)²: flat along (1, −1). c has a curvature of its own.
  test("two that only their sum is seen of, not the third", () => {
    const H = [
      [100, 100, 0],
      [100, 100, 0],
      [0, 0, 100],
    ];
    expect(undetermined(at(1, 1, 1), H)).toEqual(["a", "b"]);
  });

  test("one that is not seen", () => {
    expect(
      undetermined(at(1, 1), [
        [100, 0],
        [0, 0],
      ]),
    ).toEqual(["b"]);
  });

  // A standard error of 10 is much for 1, and nothing for 1000: the unit does not matter.
  test("measured by the size of the value", () => {
    expect(undetermined(at(1), [[0.01]])).toEqual(["a"]);
    expect(undetermined(at(1000), [[0.01]])).toEqual([]);
    expect(undetermined([{ name: "a", value: 1, slope: 1e-3 }], [[0.01]])).toEqual([]);
  });

  test("a Hessian without numbers names nothing", () => {
    expect(undetermined(at(1), [[Number.NaN]])).toEqual([]);
  });
});

test("words for one, for two and for many", () => {
  expect(undeterminedWarnings([])).toEqual([]);
  expect(undeterminedWarnings(["a"])[0]).toMatch(/hardly determines a: .* Fix it, observe more/);
  expect(undeterminedWarnings(["a", "b"])[0]).toMatch(/tells a and b apart: .* Fix one of them/);
  expect(noMaximumMessage(["a", "b", "c", "d", "e", "f", "g"])).toMatch(
    /along a, b, c, d, e and 2 more/,
  );
  expect(noMaximumMessage([])).toMatch(
    /in every direction .* some parameters cannot be told apart/,
  );
});
