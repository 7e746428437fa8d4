/**
 * Bijections between a latent real line, where optimisers move freely, and constrained values.
 *
 * Each carries the scale of its quantity, so that latents are of order one whatever the unit:
 * a variance of 15 000 and a rate of 0.0013 are learned at the same rate. `inverse` and `slope`
 * work on plain numbers; `forward` inside derivatives.
 */
import { mul, NumericError, sigmoid, softplus, type Tensor } from "../engine/index.js";

export interface Bijection {
  readonly name: string;
  /** latent → value, element by element. */
  forward(latent: Tensor): Tensor;
  /** value → latent. */
  inverse(value: number): number;
  /** d value / d latent, at a latent; carries standard errors over. */
  slope(latent: number): number;
}

/** value = latent */
export const identity: Bijection = {
  name: "identity",
  forward: (latent) => latent,
  inverse: (value) => finite("identity", value),
  slope: () => 1,
};

/** value = scale · latent, on the whole line. */
export function scaled(scale: number): Bijection {
  const s = positiveScale("scaled", scale);
  return {
    name: "scaled",
    forward: (latent) => mul(s, latent),
    inverse: (value) => finite("scaled", value) / s,
    slope: () => s,
  };
}

/** value = scale · softplus(latent) > 0 */
export function positive(scale = 1): Bijection {
  const s = positiveScale("positive", scale);
  return {
    name: "positive",
    forward: (latent) => mul(s, softplus(latent)),
    inverse: (value) => {
      if (!(finite("positive", value) > 0)) throw outside("positive", value, "> 0");
      const v = value / s;
      return v + Math.log(-Math.expm1(-v)); // log(eᵛ − 1)
    },
    slope: (latent) => s * logistic(latent),
  };
}

/** value = sigmoid(latent), in (0, 1) */
export const unitInterval: Bijection = {
  name: "unitInterval",
  forward: sigmoid,
  inverse: (value) => {
    if (!(value > 0 && value < 1)) throw outside("unitInterval", value, "in (0, 1)");
    return Math.log(value) - Math.log1p(-value);
  },
  slope: (latent) => logistic(latent) * logistic(-latent),
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function positiveScale(name: string, scale: number): number {
  if (scale > 0 && Number.isFinite(scale)) return scale;
  throw new NumericError(
    `${name}: the scale is ${scale}; need a positive number, the size that the value may have.`,
  );
}

function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw outside(name, value, "finite");
}

const outside = (name: string, value: number, need: string): NumericError =>
  new NumericError(
    `${name}: the value ${value} has no latent; need a value ${need}. Start inside the range, or choose another bijection.`,
  );
