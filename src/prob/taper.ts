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
  reshape,
  square,
  sub,
  type Tensor,
  tensor,
  where,
} from "../engine/index.js";
import { type Domain, distances, type Position } from "./domain.js";
import { expectNumber, expectParts, expectTensor } from "./expect.js";
import type { Scalar } from "./scalar.js";

export interface TaperParams {
  /** The domain of the positions. */
  readonly domain: Domain;
  /** c: half-width, in the unit of the positions; the taper is 0 from the distance 2c on. A tensor may be learned. */
  readonly halfWidth: Scalar;
}

/** Returns ρ(z) of `gaspariCohn` for a number z ≥ 0. */
export function gaspariCohnAt(z: number): number {
  expectNumber("gaspariCohnAt", "z", z, (x) => x >= 0, "0 or more");
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
  expectTensor("gaspariCohn", "z", z, "[...]");
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

/** The ways round a ring of length l that a taper of c ≤ 2l can reach: r + kl for these k, 0 ≤ r ≤ l/2. */
const turns = [0, -1, 1, -2, 2, -3, 3, -4];

/** Returns C, from which on the taper is drawn towards 1. */
function widestOn(domain: Domain): number {
  if (domain.kind === "line") return Infinity;
  return domain.kind === "ring" ? 2 * domain.length : (Math.PI / 2) * domain.radius;
}

/**
 * Returns the taper ρ between two lists of positions, [rows, columns].
 *
 *     on a line   ρ(r/c), and so on a sphere
 *     on a ring   Σ_k ρ(|r + kl|/c) / Σ_k ρ(|kl|/c),  k every number of turns round the ring of length l
 *
 * On a ring of which 2c is more than half, ρ of the shorter way alone has negative eigenvalues. The sum over
 * the ways round has none (its Fourier coefficients are values of the transform of ρ, which is positive),
 * and is ρ(r/c) to the bit where 2c is at most half of the ring. On a sphere ρ of great-circle distances has
 * no negative eigenvalue up to a quarter of a great circle, where the taper ends at the antipode.
 *
 * From C = 2l on a ring, where the taper is above 0.999 everywhere, and from that quarter C on a sphere, the
 * taper goes to 1 as that of a ring does, and keeps its eigenvalues as a mean of two that have none below 0:
 *
 *     1 − (C/c)⁴ (1 − the taper of C)                                                      c > C
 *
 * For a learned half-width ρ is computed once for each distinct distance (about d/2 on a regular ring)
 * and gathered.
 * @throws NumericError when the half-width is a number that is not positive.
 * @see gaspari1999; gneiting2013, theorem 3 for the sphere
 */
export function taperMatrix(
  rows: readonly Position[],
  columns: readonly Position[],
  params: TaperParams,
  dtype: FloatType = "f64",
): Tensor {
  expectParts("taperMatrix", "the taper", params, ["domain", "halfWidth"]);
  const { domain, halfWidth: c } = params;
  const apart = distances(domain, rows, columns);
  const shape = [rows.length, columns.length];
  if (typeof c === "number") {
    expectNumber("taperMatrix", "the half-width", c, (x) => x > 0, "more than 0");
    const at = taperOn(domain, c);
    return tensor(apart.map(at), { shape, dtype });
  }
  expectTensor("taperMatrix", "the half-width", c, "[], or a number");
  const distinct = [...new Set(apart)];
  const places = new Map(distinct.map((r, i) => [r, i]));
  const values = learnedTaper(domain, c, distinct); // [distances]
  const at = indices(Array.from(apart, (r) => places.get(r)!));
  return reshape(gather(values, at, 0), shape);
}

/** Returns the taper of a distance for a half-width c. */
function taperOn(domain: Domain, c: number): (r: number) => number {
  const width = Math.min(c, widestOn(domain));
  const more = c > width ? 1 - ((width / c) ** 2) ** 2 : 0; // 1 − (C/c)⁴
  const one = (r: number): number => gaspariCohnAt(r / width);
  const drawn = (taper: number): number => taper + more * (1 - taper);
  if (domain.kind !== "ring") return (r) => drawn(one(r));
  const { length: l } = domain;
  const around = (r: number): number => turns.reduce((sum, k) => sum + one(Math.abs(r + k * l)), 0);
  const whole = around(0);
  return (r) => drawn(around(r) / whole);
}

/** The same for a half-width that is a tensor, and several distances. */
function learnedTaper(domain: Domain, c: Tensor, apart: readonly number[]): Tensor {
  const widest = widestOn(domain);
  const width = widest === Infinity ? c : minimum(c, widest);
  const one = (r: readonly number[]): Tensor =>
    gaspariCohn(div(tensor(r, { dtype: c.dtype }), width));
  if (domain.kind === "line") return one(apart);
  const more = sub(1, square(square(div(width, c)))); // 1 − (C/c)⁴
  const drawn = (taper: Tensor): Tensor => add(taper, mul(more, sub(1, taper)));
  if (domain.kind !== "ring") return drawn(one(apart));
  const { length: l } = domain;
  const around = (r: readonly number[]): Tensor =>
    turns
      .map((k) => one(r.map((each) => Math.abs(each + k * l))))
      .reduce((sum, each) => add(sum, each));
  return drawn(div(around(apart), around([0])));
}
