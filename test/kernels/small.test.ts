/** Short rows and batches of small matrices: what the kernels take several at a time. */
import { describe, expect, test } from "vitest";
import { type Draws, forSeeds } from "./draws.js";
import {
  cases,
  epsilon,
  exactly,
  expectClose,
  type FloatType,
  failureOf,
  input,
  output,
  runOne,
  scratch,
  twin,
} from "./harness.js";

/** Lower triangular or symmetric by its lower triangle, the diagonal dominant. */
const dominant = (draws: Draws, batch: number, n: number, dtype: FloatType): Float64Array =>
  draws
    .normals(batch * n * n, dtype)
    .map((x, at) => ((at % (n * n)) % (n + 1) === 0 ? n + 4 : x / 4));

describe.each(cases)("$name", ({ build, dtype }) => {
  test.each([
    ["[M, n] and [n]", (n: number) => [n, 1, 0, 1]],
    ["[n] and [M, n]", (n: number) => [0, 1, n, 1]],
    ["[M, n] and [M, 1]", (n: number) => [n, 1, 1, 0]],
    ["[M, 1] and [M, n]", (n: number) => [1, 0, n, 1]],
  ])("rows of %s", (_, strides) => {
    forSeeds(60, (draws) => {
      const [M, n] = [draws.integer(1, 90), draws.integer(1, draws.chance(0.3) ? 70 : 9)];
      const [a, b] = [0, 1].map(() => input(dtype, draws.normals(M * n, dtype)));
      const words = [output(dtype, M * n), a!, b!, 2, M, n, ...strides(n)] as const;
      const [actual, expected] = [build, twin].map((x) => runOne(x, `sub_${dtype}`, ...words));
      expectClose(actual!, expected!, exactly);
    });
  });

  test("rows of [B, M, n] and [B, 1, n]", () => {
    forSeeds(40, (draws) => {
      const [B, M, n] = [draws.integer(1, 5), draws.integer(1, 40), draws.integer(1, 9)];
      const [a, b] = [B * M * n, B * n].map((size) => input(dtype, draws.normals(size, dtype)));
      const layout = [3, B, M, n, M * n, n, 1, n, 0, 1];
      const words = [output(dtype, B * M * n), a!, b!, ...layout] as const;
      const [actual, expected] = [build, twin].map((x) => runOne(x, `div_${dtype}`, ...words));
      expectClose(actual!, expected!, exactly);
    });
  });

  test("many small products", () => {
    forSeeds(40, (draws) => {
      const [batch, largest] = [draws.integer(1, 90), draws.chance(0.3) ? 32 : 8];
      const [m, k, n] = [0, 0, 0].map(() => draws.integer(1, largest)) as [number, number, number];
      const [tA, tB] = [draws.integer(0, 1), draws.integer(0, 1)];
      const [a, b] = [m * k, k * n].map((size) => draws.normals(batch * size, dtype));
      const words = [batch, m, k, n, tA, tB, m * k, k * n, scratch(0), 0];
      const multiply = (
        backend: typeof build,
        type: FloatType,
        A: Float64Array,
        B: Float64Array,
      ) => {
        const out = output(type, batch * m * n);
        return runOne(backend, `matmul_${type}`, out, input(type, A), input(type, B), ...words);
      };
      const magnitudes = multiply(twin, "f64", a!.map(Math.abs), b!.map(Math.abs));
      expectClose(
        multiply(build, dtype, a!, b!),
        multiply(twin, dtype, a!, b!),
        (_, at) => (k + 1) * epsilon[dtype] * magnitudes[at]!,
      );
    });
  });

  test("many small factors, wherever they lie in the batch", () => {
    forSeeds(40, (draws) => {
      const [batch, n] = [draws.integer(1, 11), draws.integer(1, draws.chance(0.3) ? 34 : 8)];
      const a = dominant(draws, batch, n, dtype);
      const run = (backend: typeof build) =>
        runOne(
          backend,
          `cholesky_${dtype}`,
          output(dtype, batch * n * n),
          input(dtype, a),
          batch,
          n,
        );
      const actual = run(build);
      expectClose(actual, run(twin), () => 20 * n * epsilon[dtype]);
      if (batch < 4) return;
      const turned = Float64Array.from([...a.slice(n * n), ...a.slice(0, n * n)]);
      const words = [output(dtype, batch * n * n), input(dtype, turned), batch, n] as const;
      const other = runOne(build, `cholesky_${dtype}`, ...words);
      expect([...other.slice(0, -n * n)]).toEqual([...actual.slice(n * n)]);
    });
  });

  test("many small inverses, wherever they lie in the batch", () => {
    forSeeds(40, (draws) => {
      const [batch, n] = [draws.integer(1, 11), draws.integer(1, draws.chance(0.3) ? 34 : 8)];
      const l = dominant(draws, batch, n, dtype);
      const run = (backend: typeof build, from: Float64Array) => {
        const out = output(dtype, batch * n * n);
        return runOne(backend, `choleskyInverse_${dtype}`, out, input(dtype, from), batch, n);
      };
      const actual = run(build, l);
      expectClose(actual, run(twin, l), () => 20 * n * epsilon[dtype]);
      if (batch < 4) return;
      const turned = Float64Array.from([...l.slice(n * n), ...l.slice(0, n * n)]);
      expect([...run(build, turned).slice(0, -n * n)]).toEqual([...actual.slice(n * n)]);
    });
  });

  test("many small triangular systems", () => {
    forSeeds(80, (draws) => {
      const [batch, n] = [draws.integer(1, 11), draws.integer(1, draws.chance(0.3) ? 34 : 8)];
      const [m, transpose, shared] = [draws.integer(1, 8), draws.integer(0, 1), draws.chance(0.3)];
      const l = input(dtype, dominant(draws, shared ? 1 : batch, n, dtype));
      const b = input(dtype, draws.normals(batch * n * m, dtype));
      const words = [l, b, batch, n, m, transpose, shared ? 0 : n * n, n * m] as const;
      const [actual, expected] = [build, twin].map((backend) =>
        runOne(backend, `triangularSolve_${dtype}`, output(dtype, batch * n * m), ...words),
      );
      expectClose(actual!, expected!, () => 20 * n * epsilon[dtype]);
    });
  });

  test("the first failure of a batch is told", () => {
    forSeeds(40, (draws) => {
      const [batch, n] = [draws.integer(1, 11), draws.integer(1, 8)];
      const [bad, pivot] = [draws.integer(0, batch - 1), draws.integer(0, n - 1)];
      const a = dominant(draws, batch, n, dtype);
      for (let i = bad; i < batch; i++) a[i * n * n + pivot * (n + 1)] = 0;
      const place = { batch: bad, index: pivot };
      const square = [output(dtype, batch * n * n), input(dtype, a), batch, n] as const;
      expect(failureOf(build, `cholesky_${dtype}`, ...square)).toMatchObject({ code: 1, ...place });
      const b = input(dtype, draws.normals(batch * n, dtype));
      const system = [
        output(dtype, batch * n),
        input(dtype, a),
        b,
        batch,
        n,
        1,
        0,
        n * n,
        n,
      ] as const;
      const failure = failureOf(build, `triangularSolve_${dtype}`, ...system);
      expect(failure).toMatchObject({ code: 3, ...place, value: 0 });
      const inverse = failureOf(build, `choleskyInverse_${dtype}`, ...square);
      expect(inverse).toMatchObject({ code: 3, ...place, value: 0 });
    });
  });
});
