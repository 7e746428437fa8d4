/**
 * Angles: polar coordinates of a vector, and the difference of two angles.
 *
 *     r = √(x² + y²),   φ = atan2(y, x) in (−π, π]
 *
 * φ is found by Newton's method on sin(φ − θ) = 0, in primitives that have derivatives of any order:
 *
 *     θ ← θ + sin(φ − θ) = θ + (y cos θ − x sin θ)/r
 *
 * The start θ₀ is the middle of the octant in which (x, y) lies, so |φ − θ₀| ≤ π/8. A step turns an
 * error δ into δ − sin δ ≈ δ³/6: 0.39, 0.01, 2·10⁻⁷, 10⁻²¹. Three steps are exact to rounding. θ₀ is
 * constant within an octant and the error after three steps is of order δ²⁷, so the derivatives
 * through the steps are those of atan2 to rounding, also across the borders of octants.
 */
import {
  abs,
  add,
  cast,
  cos,
  div,
  greater,
  less,
  mul,
  ShapeError,
  sameShape,
  sign,
  sin,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  where,
} from "../engine/index.js";
import { expectTensor, floatType } from "../prob/index.js";

export interface Polar {
  /** r > 0 */
  readonly radius: Tensor;
  /** φ in (−π, π], radians. */
  readonly angle: Tensor;
}

/**
 * Polar coordinates of the vectors (x, y), of any one shape. Smooth everywhere but at the origin;
 * across the half-line x < 0, y = 0 the angle jumps by 2π and its derivatives do not.
 * @throws NumericError at the origin, where there is no angle.
 */
export function polar(x: Tensor, y: Tensor): Polar {
  expectTensor("polar", "x", x, "[...]");
  expectTensor("polar", "y", y, "[...], of the shape of x");
  if (!sameShape(x.shape, y.shape)) {
    throw new ShapeError(`polar: x is [${x.shape}] and y is [${y.shape}]; need one shape.`);
  }
  const r = sqrt(add(square(x), square(y)));
  const [cosine, sine] = [div(x, r), div(y, r)];
  let theta = octant(x, y);
  for (let i = 0; i < 3; i++) {
    theta = add(theta, sub(mul(sine, cos(theta)), mul(cosine, sin(theta)))); // θ + sin(φ − θ)
  }
  return { radius: r, angle: theta };
}

/** The middle of the octant of (x, y); on a border the border itself, or the middle beside it. */
function octant(x: Tensor, y: Tensor): Tensor {
  const slant = add(Math.PI / 4, mul(Math.PI / 8, sign(sub(abs(x), abs(y)))));
  const upper = sub(Math.PI / 2, mul(sign(x), slant)); // of (x, |y|), 0 to π
  return mul(where(less(y, 0), -1, 1), upper);
}

/**
 * The angle that differs from δ by whole turns and lies in (−π, π], radians; an angle that lies there
 * already stays as it is, bit for bit. The derivative is 1 everywhere.
 *     δ − 2π ⌈δ/2π − ½⌉
 */
export function wrapAngle(delta: Tensor): Tensor {
  expectTensor("wrapAngle", "the angle", delta, "[...]");
  const t = sub(div(stopGradient(delta), 2 * Math.PI), 0.5);
  const whole = cast(cast(t, "i32"), floatType(delta)); // cut towards 0
  const turns = add(whole, greater(t, whole)); // ⌈t⌉
  return sub(delta, mul(2 * Math.PI, turns));
}
