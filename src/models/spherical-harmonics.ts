import {
  add,
  cast,
  concat,
  matmul,
  reshape,
  slice,
  splitAlong,
  sub,
  type Tensor,
  tensor,
} from "../engine/index.js";
import { type GaussianGrid, gaussianGrid } from "./gaussian-grid.js";
import { type LegendreFunctions, legendreFunctions } from "./legendre.js";
import { upTo } from "./ring.js";

/**
 * Transforms between fields at the points of a grid and coefficients of spherical harmonics.
 *
 * Fields are [n, J K], row after row from north to south. Coefficients are [2T + 1, n, T + 1]: a wave in each
 * place of the first axis, in the order of `waves`, and its degrees l = m … T in the first places of the last
 * axis; the places left over are 0.
 */
export interface SphericalTransforms {
  readonly grid: GaussianGrid;
  /** The waves, [2T + 1]. */
  readonly waves: readonly Wave[];
  /** l of each coefficient; 0 where there is none, [2T + 1][T + 1]. */
  readonly degrees: readonly (readonly number[])[];
  /** From fields to coefficients: the least squares fit of degrees up to T. */
  analyse(x: Tensor): Tensor;
  /** From coefficients to fields. */
  synthesise(a: Tensor): Tensor;
  /** From coefficients to ∂/∂λ of their fields. */
  alongLongitude(a: Tensor): Tensor;
  /** From coefficients to ∂/∂μ of their fields, μ the sine of the latitude. */
  alongSine(a: Tensor): Tensor;
}

/** A wave along the circles of latitude: √2 cos mλ or √2 sin mλ, and 1 for m = 0. */
export interface Wave {
  /** m */
  readonly order: number;
  readonly sine: boolean;
}

/** Returns the waves of even order 0 … T, then those of odd order. */
function wavesOf(T: number): { even: readonly Wave[]; odd: readonly Wave[] } {
  const all = [
    ...upTo(T + 1).map((order) => ({ order, sine: false })),
    ...upTo(T).map((m) => ({ order: m + 1, sine: true })),
  ];
  const those = (parity: number) => all.filter(({ order }) => order % 2 === parity);
  return { even: those(0), odd: those(1) };
}

/** Returns a matrix [rows, columns], or a stack of them, [..., rows, columns]. */
const constant = (values: readonly number[], shape: readonly number[]): Tensor =>
  tensor(values, { shape });

/**
 * Makes the transforms for the triangular truncation T: all harmonics up to degree T,
 *
 *     x(λ, μ) = Σ_m Σ_{l=m}^T P_l^m(μ) (a_lm √2 cos mλ + b_lm √2 sin mλ)          (1 for √2 at m = 0)
 *
 * with the P of `legendreFunctions`, so that the mean of x² over the sphere is the sum of the squares of all
 * coefficients. Both directions are matrix products along the circles of latitude, and a batch of products
 * across them, one for each wave. Waves of even order repeat after half a circle, those of odd order change
 * their sign: x splits into the sum and the difference of its halves, which halves the products.
 *
 *     along each circle   F [waves, K/2] · X [n J, K/2]ᵀ = [waves, n J]
 *     for each wave       [n, J] · W [J, T + 1]          = [n, T + 1]
 *
 * In this order nothing is transposed between the two.
 *
 * @see orszag1970; haltiner1980, chapter 6
 */
export function sphericalTransforms(T: number): SphericalTransforms {
  const grid = gaussianGrid(T);
  const { latitudes: J, longitudes: K, nodes, weights } = grid;
  const { even, odd } = wavesOf(T);
  const waves = [...even, ...odd];
  const half = K / 2;
  const functions = upTo(T + 1).map((m) => nodes.map((mu) => legendreFunctions(m, T, mu)));

  /** Matrices [waves, K/2] of the even and of the odd waves. */
  const along = (entry: (wave: Wave, angle: number) => number): readonly [Tensor, Tensor] => {
    const matrix = (some: readonly Wave[]) =>
      constant(
        some.flatMap((wave) =>
          upTo(half).map((k) => {
            const norm = wave.order === 0 ? 1 : Math.SQRT2;
            return norm * entry(wave, (2 * Math.PI * ((wave.order * k) % K)) / K);
          }),
        ),
        [some.length, half],
      );
    return [matrix(even), matrix(odd)];
  };
  const heightOf = ({ sine }: Wave, angle: number) => (sine ? Math.sin(angle) : Math.cos(angle));
  const slopeOf = ({ order: m, sine }: Wave, angle: number) =>
    m * (sine ? Math.cos(angle) : -Math.sin(angle));
  const circles = along(heightOf);
  const circleSlopes = along(slopeOf);
  const amplitudes = along((wave, angle) => heightOf(wave, angle) / K);

  /** A stack of matrices, [2T + 1, T + 1, J]. */
  const across = (entry: (functions: LegendreFunctions, k: number, j: number) => number): Tensor =>
    constant(
      waves.flatMap(({ order: m }) =>
        upTo(T + 1).flatMap((k) =>
          upTo(J).map((j) => (m + k > T ? 0 : entry(functions[m]![j]!, k, j))),
        ),
      ),
      [waves.length, T + 1, J],
    );
  const meridians = across(({ values }, k) => values[k]!);
  const meridianSlopes = across(({ slopes }, k) => slopes[k]!);
  const weighted = across(({ values }, k, j) => 0.5 * weights[j]! * values[k]!);

  const toGrid = (a: Tensor, meridian: Tensor, circle: readonly [Tensor, Tensor]): Tensor => {
    const n = a.shape[1]!;
    const all = reshape(matmul(a, cast(meridian, a.dtype)), [waves.length, n * J]);
    const parts = splitAlong(all, 0, [even.length, odd.length]);
    const [e, o] = parts.map((part, i) =>
      matmul(part, cast(circle[i]!, a.dtype), { transposeA: true }),
    ) as [Tensor, Tensor]; // [n J, K/2]
    return reshape(concat([add(e, o), sub(e, o)], -1), [n, J * K]);
  };
  return {
    grid,
    waves,
    degrees: waves.map(({ order: m }) => upTo(T + 1).map((k) => (m + k > T ? 0 : m + k))),
    analyse: (x) => {
      const n = x.shape[0]!;
      const rows = reshape(x, [n * J, K]);
      const [first, second] = [slice(rows, -1, 0, half), slice(rows, -1, half, K)];
      const parts = [add(first, second), sub(first, second)].map((part, i) =>
        matmul(cast(amplitudes[i]!, x.dtype), part, { transposeB: true }),
      );
      const each = reshape(concat(parts, 0), [waves.length, n, J]);
      return matmul(each, cast(weighted, x.dtype), { transposeB: true });
    },
    synthesise: (a) => toGrid(a, meridians, circles),
    alongLongitude: (a) => toGrid(a, meridians, circleSlopes),
    alongSine: (a) => toGrid(a, meridianSlopes, circles),
  };
}
