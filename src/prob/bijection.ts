/** Bijections between latents, which are any real numbers, and values that satisfy a constraint. */
import { exp, mul, NumericError, sigmoid, softplus, type Tensor } from "../engine/index.js";

/**
 * A bijection from latents to values. Optimisers change latents without constraints. A bijection holds
 * the scale of its quantity, so that latents are of order one in every unit: a variance of 15 000 and
 * a rate of 0.0013 are learned with the same learning rate.
 */
export interface Bijection {
  /** For error messages. */
  readonly name: string;
  /** latent → value, element by element; differentiable. */
  forward(latent: Tensor): Tensor;
  /** value → latent, in plain numbers; throws a NumericError for a value outside the range. */
  inverse(value: number): number;
  /** d value / d latent at a latent, in plain numbers; transforms standard errors. */
  slope(latent: number): number;
  /** Whether the values have a bound, which latents approach without end. */
  readonly bounded: boolean;
  /**
   * The same values by a latent of which equal steps mean the same anywhere, for Newton's method and
   * intervals: factors for positive values. Absent: by this bijection itself.
   */
  readonly scaleFree?: Bijection;
}

/** The identity, value = latent. */
export const identity: Bijection = {
  name: "identity",
  forward: (latent) => latent,
  inverse: (value) => finite("identity", value),
  slope: () => 1,
  bounded: false,
};

/**
 * The bijection value = scale · latent, for values of any sign.
 * @throws NumericError when the scale is not positive.
 */
export function scaled(scale: number): Bijection {
  const s = positiveScale("scaled", scale);
  return {
    name: "scaled",
    forward: (latent) => mul(s, latent),
    inverse: (value) => finite("scaled", value) / s,
    slope: () => s,
    bounded: false,
  };
}

/**
 * The bijection to positive values, value = scale · log(1 + e^latent).
 * @throws NumericError when the scale is not positive.
 */
export function positive(scale = 1): Bijection {
  const s = positiveScale("positive", scale);
  return {
    name: "positive",
    forward: (latent) => mul(s, softplus(latent)),
    inverse: (value) => {
      const v = positiveValue("positive", value) / s;
      return v + Math.log(-Math.expm1(-v)); // log(eᵛ − 1)
    },
    slope: (latent) => s * logistic(latent),
    bounded: true,
    scaleFree: logarithmic(s),
  };
}

/**
 * The bijection to positive values, value = scale · e^latent: a step of the latent is a factor.
 * @throws NumericError when the scale is not positive.
 */
function logarithmic(scale: number): Bijection {
  const s = positiveScale("logarithmic", scale);
  return {
    name: "logarithmic",
    forward: (latent) => mul(s, exp(latent)),
    inverse: (value) => Math.log(positiveValue("logarithmic", value) / s),
    slope: (latent) => s * Math.exp(latent),
    bounded: true,
  };
}

/** The bijection to the interval (0, 1), value = 1/(1 + e^−latent). */
export const unitInterval: Bijection = {
  name: "unitInterval",
  forward: sigmoid,
  inverse: (value) => {
    if (!(value > 0 && value < 1)) throw outside("unitInterval", value, "in (0, 1)");
    return Math.log(value) - Math.log1p(-value);
  },
  slope: (latent) => logistic(latent) * logistic(-latent),
  bounded: true,
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function positiveScale(name: string, scale: number): number {
  if (Number.isFinite(scale) && scale > 0) return scale;
  throw new NumericError(
    `${name}: the scale is ${scale}; need a positive number, the size that the value may have.`,
  );
}

function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw outside(name, value, "finite");
}

function positiveValue(name: string, value: number): number {
  if (finite(name, value) > 0) return value;
  throw outside(name, value, "> 0");
}

const outside = (name: string, value: number, need: string): NumericError =>
  new NumericError(
    `${name}: the value ${value} has no latent; need a value ${need}. Start inside the range, or choose another bijection.`,
  );
