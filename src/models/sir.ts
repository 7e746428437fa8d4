import { concat, mul, slice, sub } from "../engine/index.js";
import { positiveNumber } from "../parts/index.js";
import { over } from "../prob/index.js";
import { continuousModel } from "./continuous.js";
import { defineModel } from "./record.js";

/**
 * The SIR model of an epidemic: susceptible S, infectious I and recovered R of a population N,
 *
 *     Ṡ = −β S I/N,   İ = β S I/N − γ I,   Ṙ = γ I,        state (S, I, R) [..., 3]
 *
 * S + I + R is constant. With R₀ = β/γ > 1 and few infectious persons at the start, I is largest at
 * S = N/R₀, and at the end R/N = 1 − e^{−R₀ R/N}. Rates are per unit of time. Noise may make a variable
 * negative; the state is then folded back to positive values.
 *
 * @see kermack1927
 */
export const sir = defineModel({
  kind: "sir",
  title: "SIR: an epidemic; numbers of susceptible, infectious and recovered persons",
  parameters: {
    transmission: positiveNumber({
      ...{ symbol: "β", unit: "1/time" },
      about:
        "transmission rate: infections by one infectious person per unit of time, while all others are susceptible",
    }),
    recovery: positiveNumber({
      ...{ symbol: "γ", unit: "1/time" },
      about: "recovery rate: the inverse of the mean time for which a person is infectious",
    }),
    population: positiveNumber({
      ...{ default: 1, symbol: "N" },
      about: "number of persons; at 1 the variables are fractions of the population",
    }),
  },
  build: ({ transmission: beta, recovery: gamma, population: N }, options) =>
    continuousModel(
      {
        ...{ name: "sir", dimension: 3, variables: ["S", "I", "R"] },
        ...{ support: "positive", positive: true },
        tendency: (x) => {
          const [S, I] = [slice(x, -1, 0, 1), slice(x, -1, 1, 2)]; // [..., 1]
          const infected = mul(over(beta, N), mul(S, I));
          const recovered = mul(gamma, I);
          return concat([mul(-1, infected), sub(infected, recovered), recovered], -1);
        },
      },
      options,
    ),
  phrase: () => "the SIR model of an epidemic",
  formula: (_, [S, I, R]) => [
    `d {${S}} / dt = −transmission · {${S}} {${I}} / population`,
    `d {${I}} / dt = transmission · {${S}} {${I}} / population − recovery · {${I}}`,
    `d {${R}} / dt = recovery · {${I}}`,
  ],
});
