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
 * S + I + R stays as it is. With R₀ = β/γ > 1 and few infectious at first, I is largest at S = N/R₀,
 * and in the end R/N = 1 − e^{−R₀ R/N}. Noise may push a number below zero; it is folded back.
 *
 * @see kermack1927
 */
export const sir = defineModel({
  kind: "sir",
  title: "SIR: an epidemic among the susceptible, the infectious and the recovered",
  parameters: {
    transmission: positiveNumber({
      ...{ symbol: "β", unit: "1/time" },
      about:
        "transmission rate: contacts of each infectious person that infect, while all are susceptible",
    }),
    recovery: positiveNumber({
      ...{ symbol: "γ", unit: "1/time" },
      about: "recovery rate: one over the mean time that a person is infectious",
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
