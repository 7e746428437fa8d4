import { add, cast, mul, sub, Tensor, tensor, UsageError } from "../engine/index.js";
import { exponential, minus, over, plus, type Scalar, scale, times } from "../prob/index.js";
import type { Tendency } from "./rk4.js";
import type { StateMap } from "./transition.js";

/**
 * Number of points on the upper half of the circle of radius 1; the lower half is its mirror image. The
 * error is below 1/32!.
 */
const nodes = 16;

const angles = Array.from({ length: nodes }, (_, j) => (Math.PI * (j + 0.5)) / nodes);

/**
 * Computes the functions φ₁, φ₂, φ₃ of exponential time differencing at real z, element by element,
 *
 *     φ₁ = (eᶻ − 1)/z,   φₖ₊₁ = (φₖ − 1/k!)/z
 *
 * These formulas lose all digits near z = 0, so the functions are computed as means over a circle about z,
 * which for an entire function is its value at the centre.
 *
 * @see kassam2005, section 2
 */
export function phiFunctions(z: Scalar): readonly [Scalar, Scalar, Scalar] {
  const sums: [Scalar, Scalar, Scalar] = [0, 0, 0];
  for (const angle of angles) {
    // φₖ at x + iy is re + i im, divided by x + iy once for each k.
    const [x, y] = [plus(z, Math.cos(angle)), Math.sin(angle)];
    const squared = plus(times(x, x), y * y);
    let re = scale(Math.cos(y), exponential(x));
    let im = scale(Math.sin(y), exponential(x));
    for (const [k, constant] of [1, 1, 1 / 2].entries()) {
      const from = minus(re, constant);
      re = over(plus(times(from, x), scale(y, im)), squared);
      im = over(minus(times(im, x), scale(y, from)), squared);
      sums[k] = plus(sums[k]!, re);
    }
  }
  return [scale(1 / nodes, sums[0]), scale(1 / nodes, sums[1]), scale(1 / nodes, sums[2])];
}

/** Returns the coefficients of a step, each [n] if they are tensors. */
const coefficients = (rate: Scalar, h: Scalar) => {
  const z = times(rate, h);
  const [phi1, phi2, phi3] = phiFunctions(z);
  const [halfway] = phiFunctions(scale(0.5, z));
  return [
    exponential(z),
    exponential(scale(0.5, z)),
    times(scale(0.5, h), halfway),
    times(h, plus(minus(phi1, scale(3, phi2)), scale(4, phi3))),
    times(scale(2, h), minus(phi2, scale(2, phi3))),
    times(h, minus(scale(4, phi3), phi2)),
  ] as const;
};

/** Returns the same for rates that are numbers, as constant tensors. */
function constants(rates: readonly number[], h: number): Tensor[] {
  const each = rates.map((rate) => coefficients(rate, h) as readonly number[]);
  return each[0]!.map((_, i) => tensor(each.map((of) => of[i]!)));
}

/**
 * Makes the map of a stiff system with a diagonal linear part over a time `length`, by exponential time
 * differencing with a Runge–Kutta method of order four, in `substeps` steps.
 *
 *     v̇ = c ∘ v + N(v),        v, c [..., n]
 *
 * The linear part is solved exactly. With z = c h, E = eᶻ, √E = e^{z/2}, Q = ½h φ₁(z/2),
 *
 *     a = √E v + Q N(v),   b = √E v + Q N(a),   d = √E a + Q (2 N(b) − N(v))
 *     v′ = E v + h (φ₁ − 3φ₂ + 4φ₃) N(v) + 2h (φ₂ − 2φ₃)(N(a) + N(b)) + h (4φ₃ − φ₂) N(d)
 *
 * with φ₁, φ₂, φ₃ of `phiFunctions`. c is given as numbers, or as a tensor [n]. Coefficients made of numbers
 * alone are constants; those made of tensors may be learned.
 *
 * @throws UsageError unless `substeps` is a whole number, at least 1.
 * @see cox2002, eq. 26–29; kassam2005, section 2
 */
export function etdrk4(
  c: readonly number[] | Tensor,
  N: Tendency,
  length: Scalar,
  substeps = 1,
): StateMap {
  if (!(Number.isInteger(substeps) && substeps > 0)) {
    throw new UsageError(`etdrk4: substeps is ${substeps}; need a whole number, at least 1.`);
  }
  const h = scale(1 / substeps, length);
  const known = !(c instanceof Tensor) && typeof h === "number";
  const made = known ? constants(c, h) : coefficients(c instanceof Tensor ? c : tensor(c), h);
  return (v) => {
    const factors = (made as Tensor[]).map((factor) => cast(factor, v.dtype));
    let moved = v;
    for (let i = 0; i < substeps; i++) moved = etdrk4Step(factors, N, moved);
    return moved;
  };
}

function etdrk4Step([E, rootE, Q, f1, f2, f3]: readonly Tensor[], N: Tendency, v: Tensor): Tensor {
  const halfway = mul(rootE!, v);
  const Nv = N(v);
  const a = add(halfway, mul(Q!, Nv));
  const Na = N(a);
  const Nb = N(add(halfway, mul(Q!, Na)));
  const Nd = N(add(mul(rootE!, a), mul(Q!, sub(mul(2, Nb), Nv))));
  const k = add(add(mul(f1!, Nv), mul(f2!, add(Na, Nb))), mul(f3!, Nd));
  return add(mul(E!, v), k);
}
