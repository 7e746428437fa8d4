import { test } from "vitest";
import { add, capture, cholesky, choleskySolve, eye, gather, indices, matmul, matvec, mean, mul, scope, sub, sum, type Tensor, tensor, transpose } from "../../src/engine/index.js";
import { key, normal } from "../../src/random/index.js";
test("perf", () => {
  const B = 8, N = 25;
  const E = normal(key(1), [B, N, 6]);
  const Y = normal(key(1), [B, N, 3]);
  const S = add(matmul(Y, Y, { transposeA: true }), eye(3));
  const F = normal(key(5), [6, 6]);
  const q = normal(key(5), [6]);
  const L = cholesky(S);
  const M = 100;
  const cases: Record<string, (i: number) => Tensor> = {
    normal1200: (i) => normal(key(i), [B, N, 6]),
    mulE: () => mul(E, E),
    mulEq: () => mul(E, q),
    subMean: () => sub(E, mean(E, -2, { keepDims: true })),
    mean: () => mean(E, -2, { keepDims: true }),
    sumall: () => sum(E, [0, 1]),
    matvec: () => matvec(F, E),
    gather: () => gather(E, indices([0, 1, 2]), -1),
    YtY: () => matmul(Y, Y, { transposeA: true }),
    YtE: () => matmul(Y, E, { transposeA: true }),
    DK: () => matmul(Y, matmul(S, S)),
    SS: () => matmul(S, S),
    chol: () => cholesky(S),
    solve: () => choleskySolve(L, transpose(Y)),
    transpose: () => transpose(Y),
  };
  for (const [name, f] of Object.entries(cases)) {
    const c = capture((dummy: Tensor) => { let t = sum(dummy); for (let i = 0; i < M; i++) t = add(t, sum(f(i))); return t; });
    const base = capture((dummy: Tensor) => { let t = sum(dummy); const x = f(0); for (let i = 0; i < M; i++) t = add(t, sum(x)); return t; });
    const d = tensor([1]);
    scope(() => c(d)); scope(() => base(d));
    const time = (g: typeof c) => { let best = 1e9; for (let r = 0; r < 20; r++) { const t0 = performance.now(); scope(() => g(d)); best = Math.min(best, performance.now() - t0); } return best; };
    console.info(name, ((time(c) - time(base)) / M * 1000).toFixed(2), "µs");
  }
});
