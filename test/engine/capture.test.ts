import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  checkpoint,
  cholesky,
  exp,
  expm,
  eye,
  full,
  grad,
  heapStatistics,
  hessian,
  jvp,
  log,
  matmul,
  mul,
  NumericError,
  release,
  scope,
  sin,
  sub,
  sum,
  type Tensor,
  tensor,
  UsageError,
  valueAndGrad,
  zeros,
} from "../../src/engine/index.js";
import { foldIn, type Key, key, normal } from "../../src/random/index.js";

const loss = (x: Tensor): Tensor => sum(sin(mul(exp(x), matmul(x, x))));
const x = tensor([
  [0.1, 0.2],
  [0.3, -0.4],
]);

describe("capture", () => {
  // The same kernels on the same numbers: equal to the bit.
  test("replays what the function does, on new arguments too", () => {
    const f = capture(loss);
    for (const scale of [1, 2, -0.5]) {
      const at = mul(scale, x);
      expect(f(at).item()).toBe(loss(at).item());
    }
    expect(f.statistics().programs).toBe(1);
  });

  test("holds gradients, tangents and Hessians", () => {
    const both = capture((at: Tensor) => valueAndGrad(loss)(at));
    expect(both(x).gradient.toArray()).toEqual(grad(loss)(x).toArray());
    const along = capture((at: Tensor, t: Tensor) => jvp(grad(loss), at, t).tangent);
    expect(along(x, x).toArray()).toEqual(jvp(grad(loss), x, x).tangent.toArray());
    const curved = (v: Tensor) => sum(mul(exp(v), v));
    const v = tensor([1, 2, 3]);
    expect(capture(hessian(curved))(v).toArray()).toEqual(hessian(curved)(v).toArray());
  });

  test("captures anew for other shapes and other numbers, and not for the same", () => {
    const f = capture((a: Tensor, n: number) => sum(mul(n, a)));
    f(zeros([2]), 1);
    f(zeros([3]), 1);
    f(zeros([2]), 2);
    f(zeros([2]), 1);
    expect(f.statistics().programs).toBe(3);
  });

  test("takes and gives trees; what is no tensor passes through", () => {
    const f = capture((p: { a: Tensor; list: readonly Tensor[]; name: string }) => ({
      sum: add(p.a, p.list[0]!),
      given: p.a,
      constant: full([2], 7),
      name: p.name,
    }));
    const out = f({ a: tensor([1, 2]), list: [tensor([3, 4])], name: "n" });
    expect(out.sum.toArray()).toEqual([4, 6]);
    expect(out.given.toArray()).toEqual([1, 2]);
    expect(out.constant.toArray()).toEqual([7, 7]);
    expect(out.name).toBe("n");
  });

  test("keys are arguments: other keys, other draws, the same as outside", () => {
    const draw = (k: Key) => normal(foldIn(k, 3), [4]);
    const f = capture(draw);
    expect(f(key(1)).toArray()).toEqual(draw(key(1)).toArray());
    expect(f(key(2)).toArray()).toEqual(draw(key(2)).toArray());
    expect(f.statistics().programs).toBe(1);
  });

  test("becomes part of another capture and of a derivative", () => {
    const f = capture(loss);
    expect(grad((at: Tensor) => f(at))(x).toArray()).toEqual(grad(loss)(x).toArray());
    expect(capture((at: Tensor) => f(mul(2, at)))(x).item()).toBe(loss(mul(2, x)).item());
  });

  test("drops instructions that no result needs", () => {
    const f = capture((at: Tensor) => {
      expm(at);
      return add(at, 1);
    });
    f(x);
    expect(f.statistics().instructions).toBe(1);
  });

  test("does what depends on constants alone once, while capturing", () => {
    const constant = tensor([1, 2, 3]);
    const f = capture((at: Tensor) => add(at, sum(exp(sin(constant)))));
    expect(f(zeros([])).item()).toBe(sum(exp(sin(constant))).item());
    expect(f.statistics().instructions).toBe(1);
  });

  test("does once what is the same, but what a checkpoint computes again", () => {
    const exponentials = (f: (at: Tensor) => Tensor) =>
      capture(valueAndGrad(f))
        .profile(x)
        .find(({ kernel }) => kernel === "exp_f64")!.calls;
    const twice = (at: Tensor) => sum(mul(exp(at), sin(exp(at))));
    expect(exponentials(twice)).toBe(1);
    expect(exponentials(checkpoint(twice))).toBe(2);
    const f = capture(twice);
    expect(f(x).item()).toBe(twice(x).item());
  });

  test("shares memory between values that are never alive together", () => {
    const n = 1000;
    const f = capture((at: Tensor) => {
      let y = at;
      for (let i = 0; i < 50; i++) y = sin(y);
      return y;
    });
    f(zeros([n]));
    // Two vectors at a time, code and small change beside them.
    expect(f.statistics().bytes).toBeLessThan(8 * n * 3 + 50 * 64);
  });

  test("memory is flat over 10,000 replays", () => {
    const step = capture((at: Tensor) => valueAndGrad(loss)(at));
    const once = () =>
      scope(() => {
        step(x);
      });
    once();
    const before = heapStatistics();
    for (let i = 0; i < 10_000; i++) once();
    expect(heapStatistics()).toEqual(before);
  });

  test("memory is flat over a loop that carries its state", () => {
    const step = capture((at: Tensor) => sub(at, mul(0.1, grad(loss)(at))));
    let at = step(x);
    const turn = () => {
      const next = step(at);
      release(at);
      at = next;
    };
    turn();
    const before = heapStatistics();
    for (let i = 0; i < 1000; i++) turn();
    expect(heapStatistics()).toEqual(before);
  });

  test("a value read inside is an error that says what to do", () => {
    const f = capture((at: Tensor) => mul(at, sum(at).item()));
    expect(() => f(x)).toThrow(UsageError);
    expect(() => f(x)).toThrow(/read while its function is being captured.*Return it/);
  });

  test("a function among the arguments is an error", () => {
    const f = capture((g: { h: () => number }) => full([], g.h()));
    expect(() => f({ h: () => 1 })).toThrow(/argument \[0\]\.h holds a function/);
  });

  test("a matrix that is not positive definite is named with its pivot", () => {
    const f = capture((A: Tensor) => cholesky(A));
    f(eye(3));
    const bad = tensor([
      [1, 0, 0],
      [0, -2, 0],
      [0, 0, 1],
    ]);
    expect(() => f(bad)).toThrow(NumericError);
    expect(() => f(bad)).toThrow(/cholesky\(\[3,3\]\): not positive definite.*1 is -2.*jitter/);
  });

  test("the first operation whose result is not finite is named", () => {
    const f = capture((at: Tensor) => add(1, log(sub(at, 1))));
    f(tensor([2, 3]));
    expect(() => f(tensor([2, 0]))).toThrow(/^log\(\[2\]\): the result has NaN at flat position 1/);
  });
});
