import { describe, expect, test } from "vitest";
import {
  add,
  broadcastTo,
  capture,
  cast,
  checkpoint,
  cholesky,
  circularConv,
  concat,
  div,
  eigh,
  exp,
  expm,
  eye,
  full,
  gather,
  grad,
  heapStatistics,
  hessian,
  index,
  indices,
  inverseSqrtm,
  jacobian,
  jvp,
  leavesOf,
  linearise,
  log,
  logsumexp,
  mapTree,
  matmul,
  mul,
  NumericError,
  ones,
  pow,
  ravel,
  reshape,
  ShapeError,
  scope,
  sin,
  slice,
  sqrtm,
  square,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  transpose,
  triangularSolve,
  UsageError,
  useBackend,
  valueAndGrad,
  valueAndGradWithAux,
  vjp,
  zeros,
} from "../../src/engine/index.js";

describe("tensors", () => {
  test("nested arrays there and back", () => {
    const nested = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(tensor(nested).shape).toEqual([2, 3]);
    expect(tensor(nested).toArray()).toEqual(nested);
    expect(tensor(5).toArray()).toBe(5);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor(new Float32Array([1, 2]), { shape: [2, 1] }).dtype).toBe("f32");
  });

  test("ragged nesting and sizes that do not fit are errors", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/ragged nesting; expected 2 entries at depth 1/);
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow(/3 values do not fill.*needs 4/);
  });

  test("a tensor released with its scope says so when it is read", () => {
    let leaked: Tensor | null = null;
    const kept = scope(() => {
      leaked = full([3], 1);
      return full([2], 5);
    });
    expect(kept.toArray()).toEqual([5, 5]);
    expect(() => leaked!.toArray()).toThrow(/released when its scope ended; return it/);
  });

  test("scopes give everything back, also when they throw", () => {
    const before = heapStatistics().used;
    scope(() => {
      scope(() => full([100], 1));
      return null;
    });
    expect(() =>
      scope(() => {
        full([100], 1);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(heapStatistics().used).toBe(before);
  });

  test("the backend cannot be changed once it is in use", () => {
    full([1], 1);
    expect(() => useBackend("simd")).toThrow(UsageError);
  });
});

describe("derivatives", () => {
  const f = (x: Tensor) => sum(pow(x, 3));

  test("of derivatives: x³ up to the fourth", () => {
    const x = tensor(2);
    const first = grad(f);
    const second = grad((at: Tensor) => first(at));
    const third = grad((at: Tensor) => second(at));
    const fourth = grad((at: Tensor) => third(at));
    expect([first, second, third, fourth].map((g) => g(x).item())).toEqual([12, 12, 6, 0]);
  });

  // d/dx [x · d/dy (x + y)] = 1: a derivative that confused x with y would say 2.
  test("inner and outer variables are told apart", () => {
    const outer = grad((x: Tensor) => mul(x, grad((y: Tensor) => add(x, y))(tensor(1))));
    expect(outer(tensor(3)).item()).toBe(1);
    const mixed = grad((x: Tensor) => grad((y: Tensor) => mul(square(x), y))(x));
    expect(mixed(tensor(3)).item()).toBe(6);
  });

  test("jvp inside grad, vjp inside jvp", () => {
    const along = (x: Tensor) => jvp(f, x, ones(x.shape)).tangent; // 3x²
    expect(grad((x: Tensor) => sum(along(x)))(tensor(2)).item()).toBe(12);
    const back = (x: Tensor) => vjp(f, x).pullback(tensor(1));
    expect(jvp(back, tensor(2), tensor(1)).tangent.item()).toBe(12);
  });

  test("over trees; integers and texts pass through, numbers go beside them", () => {
    const g = grad((p: { a: Tensor; b: { c: Tensor }; idx: Tensor; name: string }, n: number) =>
      sum(mul(n, mul(gather(p.a, p.idx, 0), p.b.c))),
    );
    const out = g({ a: tensor([1, 2]), b: { c: tensor([3]) }, idx: indices([1]), name: "n" }, 2);
    expect(out.a.toArray()).toEqual([0, 6]);
    expect(out.b.c.toArray()).toEqual([4]);
    expect(out.name).toBe("n");
  });

  // A plain number would come back unchanged, as if it were its own derivative: d/dw (w x) is not w.
  test("a plain number is refused wherever a derivative would return it", () => {
    const f = (p: { w: number; x: Tensor }) => sum(mul(p.w, p.x));
    const p = { w: 5, x: tensor([1, 2]) };
    const at = /holds at \.w the plain number 5, which has no derivative\. Make it a tensor/;
    for (const run of [
      () => grad(f)(p),
      () => valueAndGrad(f)(p),
      () => valueAndGradWithAux((q: typeof p) => ({ value: f(q), aux: null }), p),
      () => vjp(f, p),
      () => jvp(f, p, p),
      () => linearise(f, p),
      () => ravel(p),
      () => capture(grad(f))(p),
      () => grad((x: Tensor) => sum(mul(grad(f)({ w: 5, x }).x, x)))(p.x),
    ]) {
      expect(run).toThrow(UsageError);
      expect(run).toThrow(at);
    }
    expect(() => grad((x: unknown) => sum(x as Tensor))(3)).toThrow(
      /the point is the plain number 3/,
    );
    expect(() => jvp((x: Tensor) => ({ y: x, n: 7 }), p.x, p.x)).toThrow(
      /jvp: the result of the function holds at \.n the plain number 7/,
    );
    expect(() => jacobian((x: Tensor) => x)(3 as never)).toThrow(/jacobian: got 3; need a tensor/);
    expect(() => hessian((x: Tensor) => sum(x))(3 as never)).toThrow(/hessian: got 3; need a/);
  });

  test("what has no derivative or hides its tensors is refused", () => {
    const hidden = { all: new Map([["a", tensor(1)]]) };
    expect(() => grad((p: typeof hidden) => p.all.get("a")!)(hidden)).toThrow(
      /holds at \.all an object of Map, in which no tensor is found/,
    );
    const raw = { a: tensor([1]), raw: new Float64Array([1]) };
    expect(() => grad((p: typeof raw) => sum(p.a))(raw)).toThrow(/\.raw an object of Float64Array/);
    expect(() => grad((i: Tensor) => sum(cast(i, "f64")))(indices([1]))).toThrow(
      /i32 tensors alone/,
    );
    expect(
      grad((p: { none: null }) => add(tensor(1), p.none === null ? 1 : 0))({ none: null }),
    ).toEqual({ none: null });
  });

  test("what the function does not depend on has derivative zero", () => {
    const g = grad((p: readonly Tensor[]) => sum(p[0]!))([tensor([1, 2]), tensor([3, 4])]);
    expect(g[1]!.toArray()).toEqual([0, 0]);
    expect(grad((x: Tensor) => mul(stopGradient(x), x))(tensor(3)).item()).toBe(3);
  });

  test("jacobian both ways round, and hessian, against closed forms", () => {
    const A = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const linear = (x: Tensor) => reshape(matmul(A, reshape(x, [3, 1])), [2]);
    expect(jacobian(linear)(tensor([1, 1, 1])).toArray()).toEqual(A.toArray());
    const up = (x: Tensor) => reshape(matmul(A, reshape(x, [2, 1]), { transposeA: true }), [3]);
    expect(jacobian(up)(tensor([1, 1])).toArray()).toEqual(transpose(A).toArray());
    expect(hessian((x: Tensor) => sum(pow(x, 3)))(tensor([1, 2])).toArray()).toEqual([
      [6, 0],
      [0, 12],
    ]);
  });

  test("ravel turns a tree into a vector and back", () => {
    const tree = { a: tensor([1, 2]), b: [tensor([[3]]), "word"] as const };
    const { vector, unravel } = ravel(tree);
    expect(vector.toArray()).toEqual([1, 2, 3]);
    expect(unravel(mul(2, vector)).b[0].toArray()).toEqual([[6]]);
    expect(unravel(vector).b[1]).toBe("word");
  });

  // f(x, w) = sin(x w) with w, and a function of it, from around; all derivatives up to the second.
  test("checkpoint differentiates what its function takes from around it", () => {
    const plain = (x: Tensor, w: Tensor) => {
      const twice = mul(2, w);
      return sum(mul(sin(mul(x, w)), add(x, twice)));
    };
    const kept = (x: Tensor, w: Tensor) => {
      const twice = mul(2, w);
      return sum(checkpoint((y: Tensor) => mul(sin(mul(y, w)), add(y, twice)))(x));
    };
    const at = tensor([0.3, 0.7]);
    const both = (f: typeof plain) => (u: Tensor) => f(index(u, 0, 0), index(u, 0, 1));
    expect(grad(both(kept))(at).toArray()).toEqual(grad(both(plain))(at).toArray());
    const [H, exact] = [hessian(both(kept))(at).data(), hessian(both(plain))(at).data()];
    H.forEach((h, i) => {
      expect(Math.abs(h - exact[i]!)).toBeLessThan(1e-14); // the same terms in another order
    });
    expect(capture(grad(both(kept)))(at).toArray()).toEqual(grad(both(plain))(at).toArray());
  });

  test("checkpoint needs less memory in a long captured chain", () => {
    const long = (step: (x: Tensor) => Tensor) =>
      capture(
        grad((x: Tensor) => {
          let y = x;
          for (let i = 0; i < 20; i++) y = step(y);
          return sum(y);
        }),
      );
    const step = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 20; i++) y = sin(y);
      return y;
    };
    const x = full([1000], 0.5);
    const [kept, again] = [long(step), long(checkpoint(step))];
    expect(again(x).toArray()).toEqual(kept(x).toArray());
    // 400 intermediate vectors against 20 carried and 20 of one step.
    expect(again.statistics().bytes).toBeLessThan(0.2 * kept.statistics().bytes);
  });

  test("a function that is not scalar has no gradient", () => {
    expect(() => grad((x: Tensor) => x)(tensor([1, 2]))).toThrow(/need a scalar. Sum it/);
    expect(() => valueAndGrad((x: Tensor) => x)(tensor([1, 2]))).toThrow(ShapeError);
    expect(() => vjp((x: Tensor) => x, tensor([1])).pullback(tensor([1, 2]))).toThrow(ShapeError);
  });
});

describe("functions of symmetric matrices at repeated eigenvalues", () => {
  // At A = c·I the derivative of f along E is f′(c)·E, whatever the eigenvectors chosen.
  const E = tensor([
    [1, 0.5, 0.2],
    [0.5, -1, 0.3],
    [0.2, 0.3, 2],
  ]);
  const at = mul(4, eye(3));
  const close = (got: Tensor, factor: number) =>
    got.data().forEach((v, i) => {
      expect(Math.abs(v - factor * E.data()[i]!)).toBeLessThan(1e-13); // rounding
    });

  test("sqrtm: f′(4) = 1/4", () => close(jvp(sqrtm, at, E).tangent, 1 / 4));
  test("inverseSqrtm: f′(4) = −1/16", () => close(jvp(inverseSqrtm, at, E).tangent, -1 / 16));
  test("expm: f′(4) = e⁴", () => {
    const { tangent } = jvp(expm, mul(1, at), E);
    close(div(tangent, Math.exp(4)), 1);
  });
  test("eigenvalues: their sum is the trace", () => {
    expect(grad((A: Tensor) => sum(eigh(A).values))(at).toArray()).toEqual(eye(3).toArray());
  });
});

describe("values", () => {
  test("logsumexp does not overflow", () => {
    expect(logsumexp(tensor([1000, 1000])).item()).toBeCloseTo(1000 + Math.log(2), 12);
  });
  test("cast rounds to f32 and cuts to integers", () => {
    expect(cast(tensor([0.1]), "f32").toArray()).toEqual([Math.fround(0.1)]);
    expect(cast(tensor([2.9, -2.9]), "i32").toArray()).toEqual([2, -2]);
  });
  test("trees keep their shape", () => {
    const tree = { a: [tensor([1])], b: null, c: "x" };
    expect(leavesOf(tree)).toHaveLength(1);
    expect(mapTree(tree, () => 0)).toEqual({ a: [0], b: null, c: "x" });
  });
});

describe("errors name the operation, what was given and what to try", () => {
  const two = zeros([2]);
  const m23 = zeros([2, 3]);
  test.each([
    [
      "add",
      () => add(two, zeros([3])),
      /add: shapes \[2\] and \[3\] do not broadcast: axis -1 is 2 and 3/,
    ],
    ["dtype", () => add(two, zeros([2], "f32")), /add: got f64 and f32; need one dtype. Use cast/],
    ["integers", () => add(indices([1]), 1), /got an i32 tensor.*use cast/],
    [
      "matmul",
      () => matmul(m23, m23),
      /matmul: a is \[2,3\], b is \[2,3\]; the inner lengths 3 and 2/,
    ],
    ["matmul rank", () => matmul(two, m23), /need matrices.*use matvec/],
    ["sum", () => sum(two, 1), /axis 1 does not exist; the tensor has 1 axes/],
    ["sum twice", () => sum(m23, [0, -2]), /name one axis twice/],
    ["reshape", () => reshape(m23, [4, 2]), /\[2,3\] has 6 elements and does not fill \[4,2\]/],
    ["broadcastTo", () => broadcastTo(m23, [3]), /cannot be stretched/],
    ["slice", () => slice(two, 0, 1, 3), /1 to 3 is not within axis 0 of \[2\]/],
    ["concat", () => concat([two, m23], 0), /do not fit along axis 0/],
    ["transpose", () => transpose(m23, [0, 0]), /not an order of the 2 axes/],
    ["gather", () => gather(two, two, 0), /need i32 positions/],
    ["cholesky", () => cholesky(m23), /need square/],
    ["solve", () => triangularSolve(eye(3), m23), /need B \[..., 3, m\]/],
    ["convolution", () => circularConv(zeros([1, 4]), zeros([1, 1, 2])), /k odd/],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
  });

  test.each([
    ["position outside", () => gather(two, indices([0, 5]), 0), /index 5 at position 1/],
    ["log", () => log(tensor([1, 0])), /log\(\[2\]\): the result has -Infinity at flat position 1/],
    ["overflow", () => exp(tensor([1000])), /exp.*Infinity/],
    ["pivot", () => cholesky(tensor([[0]])), /pivot or eigenvalue 0 is 0, need > 0/],
    ["singular", () => triangularSolve(zeros([1, 1]), ones([1, 1])), /singular/],
    ["root", () => sqrtm(tensor([[-1]])), /sqrtm.*-1/],
  ])("numbers: %s", (_, run, message) => {
    expect(run).toThrow(NumericError);
    expect(run).toThrow(message);
  });

  test("a derivative that is not finite does not pass", () => {
    expect(() => grad((x: Tensor) => sum(sin(pow(x, 0.5))))(tensor([0]))).toThrow(NumericError);
  });
});
