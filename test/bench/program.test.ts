import { expect, test } from "vitest";
import { inProgram, timesFor } from "../../bench/program.js";
import { cholesky, matmul } from "../../src/engine/index.js";
import { key, normal } from "../../src/random/index.js";

test("a program holds every run of the operation", () => {
  const A = normal(key(1), [6, 6]);
  const { run, operations, end } = inProgram((x) => matmul(x, A), A, 20);
  expect(operations).toBe(20);
  run();
  end?.();
});

test("an operation that is done while capturing is no benchmark", () => {
  const I = matmul(normal(key(1), [3, 9]), normal(key(1), [3, 9]), { transposeB: true });
  expect(() => inProgram(() => cholesky(I), I, 20)).toThrow(
    /became \d instructions; nothing to time/,
  );
});

test("large operations are run eight times, small ones a thousand at most", () => {
  expect(timesFor(1e12)).toBe(8);
  expect(timesFor(1)).toBe(1000);
});
