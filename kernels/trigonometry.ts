/**
 * Sine and cosine in double precision.
 *
 * NativeMath (AssemblyScript 0.28) takes the wrong quadrant for many x with 2²⁰·π/2 < |x| < 2²²: its
 * table of the bits of 1/π is read from before its start. There x is reduced here instead.
 * NativeMathf reduces very large x wrongly too; those are left to the functions here.
 */

const FROM: f64 = 1647099.0;
const TO: f64 = 4194304.0;
/** π/2 in three parts; the first two have 31 bits, so that their products with q < 2²² are exact. */
const P1: f64 = 1.5707963267341256;
const P2: f64 = 6.07710050359346e-11;
const P3: f64 = 2.912732056093356e-20;
const TWO_OVER_PI: f64 = 0.6366197723675814;

/** sin(x + quarters·π/2) by x = q·π/2 + y + rest with |y| ≤ π/4, y + rest exact to 2⁻⁹⁰. */
function reduced(x: f64, quarters: i32): f64 {
  const q = nearest<f64>(x * TWO_OVER_PI);
  const a = x - q * P1;
  const b = q * P2;
  const y = a - b;
  const back = a - y;
  const rest = a - (y + back) + (back - b) - q * P3;
  const quadrant = ((q as i32) + quarters) & 3;
  const sine = NativeMath.sin(y);
  const cosine = NativeMath.cos(y);
  const value = (quadrant & 1) === 0 ? sine + rest * cosine : cosine - rest * sine;
  return quadrant < 2 ? value : -value;
}

/** Too large for NativeMathf. */
export function isLarge(x: f64): bool {
  return abs<f64>(x) > 1e8;
}

export function sin(x: f64): f64 {
  const size = abs<f64>(x);
  if (size < FROM || !(size < TO)) return NativeMath.sin(x);
  return reduced(x, 0);
}

export function cos(x: f64): f64 {
  const size = abs<f64>(x);
  if (size < FROM || !(size < TO)) return NativeMath.cos(x);
  return reduced(x, 1);
}
