/**
 * Tapers: factors in [0, 1] that damp sample covariances with distance.
 *
 * Gaspari and Cohn's function of z = distance/c, c the half-width: smooth, positive definite on the
 * line, 1 at 0 and exactly 0 from 2c on,
 *
 *     ρ(z) = 1 − 5/3 z² + 5/8 z³ + 1/2 z⁴ − 1/4 z⁵                          0 ≤ z < 1
 *     ρ(z) = 4 − 5z + 5/3 z² + 5/8 z³ − 1/2 z⁴ + 1/12 z⁵ − 2/(3z)            1 ≤ z < 2
 *
 * A half-width that is a number makes a constant; one that is a tensor may be learned.
 *
 * @see gaspari1999, eq. 4.10
 */
import {
  add,
  div,
  type FloatType,
  gather,
  indices,
  less,
  mul,
  NumericError,
  reshape,
  sub,
  type Tensor,
  tensor,
  where,
} from "../engine/index.js";
import type { Scalar } from "./scalar.js";

/** Where positions lie: on a line, or on a ring of this length. */
export type Domain = { readonly kind: "line" } | { readonly kind: "ring"; readonly length: number };

export interface TaperParams {
  readonly domain: Domain;
  /** c: covariances are cut off at the distance 2c. */
  readonly halfWidth: Scalar;
}

/** |a − b|, on a ring the shorter way round. */
export function distanceOn(domain: Domain, a: number, b: number): number {
  const direct = Math.abs(a - b);
  if (domain.kind === "line") return direct;
  const along = direct % domain.length;
  return Math.min(along, domain.length - along);
}

/** ρ(z) of a number z ≥ 0. */
export function gaspariCohnAt(z: number): number {
  if (z < 1) return 1 + z * z * (-5 / 3 + z * (5 / 8 + z * (1 / 2 - z / 4)));
  if (z >= 2) return 0;
  return 4 + z * (-5 + z * (5 / 3 + z * (5 / 8 + z * (-1 / 2 + z / 12)))) - 2 / (3 * z);
}

/** ρ(z), element by element, with its derivative; z ≥ 0. */
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
 * ρ between positions, [rows, columns].
 *
 * Places at equal distances share one value: of a learned half-width ρ is worked out once for each
 * distance within reach, d/2 of them on a ring, and gathered.
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
    return tensor(
      distances.map((r) => gaspariCohnAt(r / c)),
      { shape, dtype },
    );
  }
  const distinct = [...new Set(distances)];
  const places = new Map(distinct.map((r, i) => [r, i]));
  const values = gaspariCohn(div(tensor(distinct, { dtype: c.dtype }), c)); // [distances]
  const at = indices(distances.map((r) => places.get(r)!));
  return reshape(gather(values, at, 0), shape);
}
