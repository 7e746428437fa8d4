import {
  add,
  cast,
  concat,
  gather,
  indices,
  matmul,
  mul,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import { count, inWords, real, setting } from "../parts/index.js";
import { expectAxis, minus, type Scalar, times } from "../prob/index.js";
import { etdrk4 } from "./etdrk4.js";
import { defineModel } from "./record.js";
import { ringGeometry } from "./ring.js";

/** The usual values of α and β. */
export const kuramotoSivashinskyDefaults = { antidiffusion: 1, hyperviscosity: 1 } as const;

/** The usual number of points d and length L. @see kassam2005 */
export const kuramotoSivashinskyDomain = { points: 128, length: 32 * Math.PI } as const;

/** The largest number of points: the transforms are matrices of a quarter of its square. */
const mostPoints = 4096;

/** Returns the wavenumbers [d]: 0 … d/2 − 1 of the cosines, then 1 … d/2 of the sines. */
const wavesOf = (d: number): number[] =>
  Array.from({ length: d }, (_, i) => (i < d / 2 ? i : i - d / 2 + 1));

/** Matrices between waves and the points of half the domain, each [d/2, d/2]. */
interface Waves {
  /** From amplitudes of cosines and sines to values at the points. */
  readonly values: readonly [Tensor, Tensor];
  /** From values at the points to amplitudes. */
  readonly amplitudes: readonly [Tensor, Tensor];
  /** From eo to the cosines, and from e² + o² to the sines, of −½ ∂u²/∂x. */
  readonly advection: readonly [Tensor, Tensor];
}

function halfWaves(d: number, length: number): Waves {
  const half = d / 2;
  const matrix = (entry: (row: number, column: number) => number): Tensor =>
    tensor(
      Array.from({ length: half * half }, (_, i) => entry(Math.floor(i / half), i % half)),
      { shape: [half, half] },
    );
  const angle = (k: number, j: number) => (Math.PI * k * (2 * j + 1)) / d;
  const cos = (k: number, j: number) => Math.cos(angle(k, j));
  const sin = (k: number, j: number) => Math.sin(angle(k, j));
  // Sums of squares over half of the points: d/4; for the first cosine and the last sine d/2.
  const norm = (k: number) => (k === 0 || k === half ? 2 / d : 4 / d);
  const slope = (k: number) => (k === half ? 0 : (Math.PI * k) / length); // ½ κ
  return {
    values: [matrix((k, j) => cos(k, j)), matrix((k, j) => sin(k + 1, j))],
    amplitudes: [
      matrix((j, k) => norm(k) * cos(k, j)),
      matrix((j, k) => norm(k + 1) * sin(k + 1, j)),
    ],
    advection: [
      matrix((j, k) => -2 * slope(k) * norm(k) * sin(k, j)),
      matrix((j, k) => slope(k + 1) * norm(k + 1) * cos(k + 1, j)),
    ],
  };
}

/** Returns the advection in the space of waves, and the transforms to waves and back. */
function spectral(d: number, length: number) {
  const half = d / 2;
  const waves = halfWaves(d, length);
  const backwards = indices(Array.from({ length: half }, (_, j) => half - 1 - j));
  const first = (x: Tensor) => slice(x, -1, 0, half);
  const second = (x: Tensor) => slice(x, -1, half, d);
  const pair = (a: Tensor, b: Tensor, [A, B]: readonly [Tensor, Tensor]): [Tensor, Tensor] => [
    matmul(a, cast(A, a.dtype)),
    matmul(b, cast(B, b.dtype)),
  ];
  const parts = (v: Tensor) => pair(first(v), second(v), waves.values); // e, o at half the points
  return {
    /** Transforms values u [n, d] to amplitudes v [n, d], by the even and odd parts about the middle. */
    toWaves: (u: Tensor): Tensor => {
      const mirrored = gather(second(u), backwards, -1);
      const [e, o] = [add(first(u), mirrored), sub(first(u), mirrored)];
      return mul(0.5, concat(pair(e, o, waves.amplitudes), -1));
    },
    /** Transforms amplitudes v [n, d] to values u [n, d]. */
    toPoints: (v: Tensor): Tensor => {
      const [e, o] = parts(v);
      return concat([add(e, o), gather(sub(e, o), backwards, -1)], -1);
    },
    /** Returns −½ ∂u²/∂x as amplitudes. */
    advection: (v: Tensor): Tensor => {
      const [e, o] = parts(v);
      return concat(pair(mul(e, o), add(square(e), square(o)), waves.advection), -1);
    },
  };
}

/**
 * The Kuramoto–Sivashinsky equation for flame fronts and fluid films, chaotic in space and time,
 *
 *     u_t = −u u_x − α u_xx − β u_xxxx,        u periodic over the length L,  [..., d] points
 *
 * α amplifies long waves, β damps short ones, and the advection conserves the energy ½∫u². The mean of u
 * is constant.
 *
 * In the space of the waves cos κx, sin κx the linear part is diagonal, α κ² − β κ⁴, and the system is
 * integrated by ETDRK4 (`etdrk4`). About the middle of the domain u is the sum of an even and an odd part,
 * e + o: cosines make the even part and sines the odd one, and u² has the parts e² + o² and 2eo. So all
 * matrix products are of size [d/2, d/2], and a step takes twenty of them.
 *
 * @see kuramoto1976; sivashinsky1977; kassam2005 for the method and L = 32π
 */
export const kuramotoSivashinsky = defineModel({
  kind: "kuramoto-sivashinsky",
  title: "Kuramoto–Sivashinsky: a chaotic field u at the points of a ring",
  parameters: {
    points: count(
      8,
      {
        default: kuramotoSivashinskyDomain.points,
        symbol: "d",
        about: "number of points on the ring; an even number",
      },
      mostPoints,
    ),
    length: setting({
      default: kuramotoSivashinskyDomain.length,
      bounds: { above: 0 },
      symbol: "L",
      about: "length of the ring; the default is 32π",
    }),
    antidiffusion: real({
      default: kuramotoSivashinskyDefaults.antidiffusion,
      symbol: "α",
      about: "coefficient of u_xx, which amplifies long waves",
    }),
    hyperviscosity: real({
      default: kuramotoSivashinskyDefaults.hyperviscosity,
      symbol: "β",
      about: "coefficient of u_xxxx, which damps short waves",
    }),
  },
  hints: {
    dimension: () => `kuramoto-sivashinsky takes "points", their number`,
    viscosity: () => `kuramoto-sivashinsky takes "hyperviscosity", the coefficient of u_xxxx`,
  },
  check: ({ points }, tell) => {
    if ((points as number) % 2 === 1) tell(["points"], `got ${points}; need an even number`);
  },
  build: (
    { points: d, length: L, antidiffusion: alpha, hyperviscosity: beta },
    { substeps = 1 },
  ) => {
    const name = "kuramoto-sivashinsky";
    if (!(Number.isInteger(d) && d >= 8 && d % 2 === 0 && L > 0)) {
      throw new UsageError(
        `${name}: ${d} points over the length ${L}; need an even number, at least 8, and a length above 0.`,
      );
    }
    const angles = Array.from({ length: d }, (_, j) => (2 * Math.PI * j) / d);
    const squares = wavesOf(d).map((k) => ((2 * Math.PI * k) / L) ** 2);
    const quartics = squares.map((s) => s * s);
    return {
      ...{ name, dimension: d, time: "continuous", support: "real" },
      geometry: ringGeometry(d),
      start: angles.map((x) => Math.cos(x) * (1 + Math.sin(x))), // that of kassam2005
      decorrelationTime: 10,
      step: (h) => {
        const { toWaves, toPoints, advection } = spectral(d, L);
        const growth = (k2: Scalar, k4: Scalar) => minus(times(alpha, k2), times(beta, k4));
        const known = typeof alpha === "number" && typeof beta === "number";
        const c = known
          ? squares.map((s, i) => growth(s, quartics[i]!) as number)
          : (growth(tensor(squares), tensor(quartics)) as Tensor);
        const moved = etdrk4(c, advection, h, substeps);
        const map = (u: Tensor): Tensor => {
          expectAxis(name, "the state", u, -1, d, "one value per point");
          const rows = reshape(u, [-1, d]);
          return reshape(toPoints(moved(toWaves(rows))), u.shape);
        };
        return { map, noise: null };
      },
    };
  },
  phrase: (_, dimension) => `the Kuramoto–Sivashinsky equation on ${inWords(dimension)} points`,
  formula: () => [
    "∂{u}/∂t = −{u} ∂{u}/∂x − antidiffusion · ∂²{u}/∂x² − hyperviscosity · ∂⁴{u}/∂x⁴",
  ],
});
