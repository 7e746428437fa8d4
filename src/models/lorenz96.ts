import {
  add,
  cast,
  type FloatType,
  mul,
  roll,
  sub,
  type Tensor,
  tensor,
  UsageError,
} from "../engine/index.js";
import {
  type Block,
  choice,
  count,
  counted,
  flag,
  group,
  inWords,
  list,
  type ParameterSource,
  real,
  setting,
  type TellAt,
} from "../parts/index.js";
import { identity, type Scalar } from "../prob/index.js";
import { key } from "../random/index.js";
import { checkScalars } from "./check-scalars.js";
import {
  lorenz96Coefficients,
  lorenz96PolynomialTendency,
  perturbedCoefficients,
  stencilWidth,
  terms,
} from "./lorenz96-polynomial.js";
import { defineModel } from "./record.js";
import {
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  withResidual,
  withResidualTendency,
} from "./residual-network.js";
import { ringModel } from "./ring.js";
import type { Tendency } from "./rk4.js";

/** Parameters of the Lorenz-96 system. */
export interface Lorenz96Params {
  /** F, dimensionless: one number, or [d] for a different forcing of each variable. */
  readonly forcing: Scalar;
}

/**
 * Returns the quadratic part of the Lorenz-96 tendency, (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁, [..., d]; it is orthogonal to x.
 *
 * @see lorenz1996
 */
export const lorenz96Advection = (x: Tensor): Tensor =>
  mul(sub(roll(x, -1, -1), roll(x, 2, -1)), roll(x, 1, -1));

/** Returns the tendency of the Lorenz-96 system, [..., d] → [..., d]. @see lorenz1996 */
export function lorenz96Tendency(params: Lorenz96Params): Tendency {
  checkScalars("lorenz96Tendency", params, ["forcing"]);
  const { forcing: F } = params;
  return (x) => add(sub(lorenz96Advection(x), x), F);
}

/** The least number of variables, so that the neighbours in the equation are different variables. */
const fewest = 4;

const seed = (what: string) =>
  setting({
    bounds: { whole: true, min: 0 },
    optional: true,
    about: `seed of ${what}; the default is the seed of the experiment`,
  });

/**
 * The Lorenz-96 system: d variables on a ring,
 *
 *     ẋᵢ = (xᵢ₊₁ − xᵢ₋₂) xᵢ₋₁ − xᵢ + F,      indices modulo d,  x [..., d]
 *
 * The quadratic part conserves the energy ½ Σ xᵢ², −x damps it and F adds to it. The system is chaotic at
 * F = 8.
 *
 * With `imperfect` the filter's model is a polynomial whose 18 coefficients are drawn near those of the
 * system, or given. `correction` adds a residual network to the model. The truth of a twin has neither.
 *
 * @see lorenz1996; adrian2026, 4.2
 */
export const lorenz96 = defineModel({
  kind: "lorenz96",
  title: "Lorenz-96: chaotic; variables on a ring",
  parameters: {
    dimension: count(fewest, { symbol: "d", about: "number of variables on the ring" }),
    forcing: real({ symbol: "F", about: "forcing of each variable; the system is chaotic at 8" }),
    imperfect: group(
      {
        variance: setting({
          bounds: { above: 0 },
          optional: true,
          about:
            "variance of the errors of the coefficients: this for the constant, 0.1 times this for linear and 0.01 times this for quadratic terms",
        }),
        seed: seed("the errors of the coefficients"),
        coefficients: list({
          bounds: {},
          optional: true,
          symbol: "β",
          about: "the 18 coefficients themselves, instead of a variance",
        }),
      },
      {
        optional: true,
        oneOf: ["variance", "coefficients"],
        about:
          "the filter's model is a polynomial whose 18 coefficients are near those of the true system",
      },
    ),
    correction: group(
      {
        kind: choice(["residual-network"], { about: "the kind of network" }),
        on: choice(["map", "tendency"], {
          default: "map",
          about: "the network is added to the map of a whole step, or to the tendency",
        }),
        learn: flag({
          only: true,
          about: "true: its 9,387 weights are learned",
        }),
        seed: seed("the initial weights"),
      },
      {
        optional: true,
        about: "a network that corrects the filter's model; it is not part of the truth of a twin",
      },
    ),
  },
  check,
  build: (
    { dimension, forcing, imperfect, correction },
    { substeps, seed = 1, dtype = "f64", source },
  ) => {
    const base =
      imperfect === undefined
        ? lorenz96Tendency({ forcing })
        : imperfectTendency(forcing, imperfect, imperfect.seed ?? seed, dtype);
    const network = correction && residualNetwork(networkOf(correction.seed ?? seed, source));
    const model = ringModel(
      {
        ...{ name: "lorenz96", dimension },
        fewest: imperfect === undefined && correction === undefined ? fewest : stencilWidth,
        tendency:
          network && correction.on === "tendency" ? withResidualTendency(base, network) : base,
      },
      substeps === undefined ? {} : { substeps },
    );
    return network && correction.on === "map"
      ? { ...model, step: (length) => withResidual(model.step(length), network) }
      : model;
  },
  truth: ({ imperfect, correction, ...system }) => system,
  phrase: ({ imperfect, correction }, dimension) => {
    const article = imperfect === undefined ? "the" : "an imperfect";
    const corrected = correction === undefined ? "" : ", corrected by a network,";
    return `${article} Lorenz-96 model of ${inWords(dimension)} variables${corrected}`;
  },
  formula: ({ imperfect, correction }) => {
    const system = "d {x}_{i} / dt = ({x}_{i+1} − {x}_{i−2}) {x}_{i−1} − {x}_{i} + forcing";
    const base =
      imperfect === undefined
        ? system
        : `d {x}_{i} / dt = a polynomial of degree two in the neighbours of {x}_{i}, near ${system}`;
    if (correction === undefined) return [base];
    const { on } = correction as { readonly on: "map" | "tendency" };
    return [base, `a residual network is added ${on === "map" ? "to each step" : "to d x / dt"}`];
  },
});

function check({ dimension, forcing, imperfect, correction }: Block, tell: TellAt): void {
  const d = dimension as number;
  if (d < stencilWidth && (imperfect !== undefined || correction !== undefined)) {
    const what = imperfect === undefined ? "correction" : "imperfect";
    tell(["dimension"], `got ${d}; need at least ${stencilWidth} for ${what}`);
  }
  const { coefficients } = (imperfect ?? {}) as { readonly coefficients?: readonly number[] };
  if (coefficients !== undefined && coefficients.length !== terms) {
    const has = `has ${counted(coefficients.length, "value")}; need ${terms}`;
    tell(["imperfect", "coefficients"], has);
  }
  if (imperfect !== undefined && typeof forcing !== "number") {
    tell(
      ["forcing"],
      "is learned, but the coefficients of imperfect are drawn about a fixed forcing; need a number, or leave imperfect out",
    );
  }
}

interface Imperfect {
  readonly variance?: number | undefined;
  readonly coefficients?: readonly number[] | undefined;
}

/** Returns the tendency with the coefficients given, or drawn about those of a fixed forcing. */
function imperfectTendency(
  forcing: Scalar,
  { variance, coefficients: given }: Imperfect,
  seed: number,
  dtype: FloatType,
): Tendency {
  if (given !== undefined) {
    return lorenz96PolynomialTendency({ coefficients: tensor(given, { dtype }) });
  }
  if (typeof forcing !== "number") {
    throw new UsageError(
      "lorenz96: the forcing is a tensor, but the coefficients of imperfect are drawn about a fixed forcing; need a number.",
    );
  }
  const drawn = perturbedCoefficients(lorenz96Coefficients(forcing), variance!, key(seed));
  return lorenz96PolynomialTendency({ coefficients: cast(drawn, dtype) });
}

/** Reads the weights of the correction from the source, each array under its own name. */
function networkOf(seed: number, source: ParameterSource): ResidualNetworkParams {
  const layer = (name: keyof ResidualNetworkParams) => {
    const part = (what: "weights" | "bias") =>
      source.tensor(`correction.${name}.${what}`, {
        start: () => residualNetworkParams(key(seed))[name][what],
        ...{ bijection: identity, group: "dynamics" },
      });
    return { weights: part("weights"), bias: part("bias") };
  };
  return { features: layer("features"), mixing: layer("mixing"), output: layer("output") };
}
