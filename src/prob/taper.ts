/** Tapers for localisation: factors in [0, 1] by which sample covariances are damped with distance. */
import {
  add,
  div,
  type FloatType,
  gather,
  indices,
  less,
  minimum,
  mul,
  NumericError,
  reshape,
  sub,
  type Tensor,
  tensor,
  where,
} from "../engine/index.js";
import type { Scalar } from "./scalar.js";

/** The domain of positions: a line, or a ring of this length. */
export type Domain = { readonly kind: "line" } | { readonly kind: "ring"; readonly length: number };

export interface TaperParams {
  /** The domain of the positions. */
  readonly domain: Domain;
  /** c: half-width, in the unit of the positions; the taper is 0 from the distance 2c on. A tensor may be learned. */
  readonly halfWidth: Scalar;
}

/** Returns the distance |a − b|; on a ring that of the shorter way round. */
export function distanceOn(domain: Domain, a: number, b: number): number {
  const direct = Math.abs(a - b);
  if (domain.kind === "line") return direct;
  const along = direct % domain.length;
  return Math.min(along, domain.length - along);
}

/** Returns ρ(z) of `gaspariCohn` for a number z ≥ 0. */
export function gaspariCohnAt(z: number): number {
  if (z < 1) return 1 + z * z * (-5 / 3 + z * (5 / 8 + z * (1 / 2 - z / 4)));
  if (z >= 2) return 0;
  return 4 + z * (-5 + z * (5 / 3 + z * (5 / 8 + z * (-1 / 2 + z / 12)))) - 2 / (3 * z);
}

/**
 * Returns Gaspari and Cohn's function ρ of z = distance/c ≥ 0, element by element; differentiable. It
 * is smooth, positive definite on the line (and on a ring as `taperMatrix` takes it), 1 at z = 0 and
 * exactly 0 for z ≥ 2.
 *
 *     ρ(z) = 1 − 5/3 z² + 5/8 z³ + 1/2 z⁴ − 1/4 z⁵                          0 ≤ z < 1
 *     ρ(z) = 4 − 5z + 5/3 z² + 5/8 z³ − 1/2 z⁴ + 1/12 z⁵ − 2/(3z)            1 ≤ z < 2
 *
 * @see gaspari1999, eq. 4.10
 */
export function gaspariCohn(z: Tensor): Tensor {
  const near = less(z, 1);
  const within = less(z, 2);
  const u = where(near, z, 0);
  const v = where(near, 1, where(within, z, 1)); // never 0, where 2/(3v) has no value
  const inner = add(1, mul(mul(u, u), horner(u, [-5 / 3, 5 / 8, 1 / 2, -1 / 4])));
  const outer = sub(horner(v, [4, -5, 5 / 3, 5 / 8, -1 / 2, 1 / 12]), div(2 / 3, v));
  return where(near, inner, where(within, outer, 0));
}

/** c₀ + c₁ x + c₂ x² + … */
function horner(x: Tensor, coefficients: readonly number[]): Tensor {
  const [last, next, ...rest] = coefficients.toReversed();
  return rest.reduce((sum, c) => add(mul(sum, x), c), add(mul(x, last!), next!));
}

/**
 * The ways round a ring of length l that a taper of c ≤ 2l can reach: r + kl for these k, 0 ≤ r ≤ l/2.
 * Farther round all distances count nearly alike.
 */
const turns = [0, -1, 1, -2, 2, -3, 3, -4];
const widest = 2;

/**
 * Returns the taper ρ between two lists of positions, [rows, columns].
 *
 *     on a line   ρ(r/c)
 *     on a ring   Σ_k ρ(|r + kl|/c) / Σ_k ρ(|kl|/c),  k every number of turns round the ring of length l
 *
 * On a ring of which 2c is more than half, ρ of the shorter way alone has negative eigenvalues. The sum over
 * the ways round has none (its Fourier coefficients are values of the transform of ρ, which is positive),
 * and is ρ(r/c) to the bit where 2c is at most half of the ring. c counts up to 2l, where the taper is above
 * 0.999 everywhere.
 *
 * For a learned half-width ρ is computed once for each distinct distance (about d/2 on a regular ring)
 * and gathered.
 * @throws NumericError when the half-width is a number that is not positive.
 * @see gaspari1999
 */
export function taperMatrix(
  rows: readonly number[],
  columns: readonly number[],
  { domain, halfWidth: c }: TaperParams,
  dtype: FloatType = "f64",
): Tensor {
  const shape = [rows.length, columns.length];
  const distances = rows.flatMap((a) => columns.map((b) => distanceOn(domain, a, b)));
  if (typeof c === "number") {
    if (!(c > 0)) throw new NumericError(`taperMatrix: the half-width is ${c}; need more than 0.`);
    const at = taperOn(domain, c);
    return tensor(distances.map(at), { shape, dtype });
  }
  const distinct = [...new Set(distances)];
  const places = new Map(distinct.map((r, i) => [r, i]));
  const values = learnedTaper(domain, c, distinct); // [distances]
  const at = indices(distances.map((r) => places.get(r)!));
  return reshape(gather(values, at, 0), shape);
}

/** Returns the taper of a distance for a half-width c. */
function taperOn(domain: Domain, c: number): (r: number) => number {
  if (domain.kind === "line") return (r) => gaspariCohnAt(r / c);
  const { length: l } = domain;
  const width = Math.min(c, widest * l);
  const around = (r: number): number =>
    turns.reduce((sum, k) => sum + gaspariCohnAt(Math.abs(r + k * l) / width), 0);
  const whole = around(0);
  return (r) => around(r) / whole;
}

/** The same for a half-width that is a tensor, and several distances. */
function learnedTaper(domain: Domain, c: Tensor, distances: readonly number[]): Tensor {
  const of = (r: readonly number[], width: Tensor) =>
    gaspariCohn(div(tensor(r, { dtype: c.dtype }), width));
  if (domain.kind === "line") return of(distances, c);
  const { length: l } = domain;
  const width = minimum(c, widest * l);
  const around = (r: readonly number[]): Tensor =>
    turns
      .map((k) =>
        of(
          r.map((each) => Math.abs(each + k * l)),
          width,
        ),
      )
      .reduce((sum, each) => add(sum, each));
  return div(around(distances), around([0]));
}
