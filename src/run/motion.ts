/** From the model of a specification to the way that it crosses intervals. */
import {
  clohessyWiltshire,
  kuramotoSivashinsky,
  linear,
  lorenz63,
  lorenz96Coefficients,
  lorenz96PolynomialTendency,
  lorenz96Start,
  lorenz96Tendency,
  lorenz96TwoScale,
  lotkaVolterra,
  type Model,
  type Propagation,
  perturbedCoefficients,
  predatorPrey,
  propagations,
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  rk4,
  withResidual,
  withResidualTendency,
} from "../models/index.js";
import { type Domain, identity, type Scalar, vectorOf } from "../prob/index.js";
import { key } from "../random/index.js";
import {
  type CorrectionSpecification,
  countOf,
  type Lorenz96Specification,
  type ModelSpecification,
  type Specification,
  type Value,
  type Values,
} from "./specification.js";
import { dynamics, type Reader, readAll, readEach, variance, wholeOf } from "./values.js";

/** Whether the state holds logarithms of the natural variables. */
export const inLogarithms = (model: ModelSpecification): boolean =>
  model.kind === "lotka-volterra" && model.coordinates === "log";

/** A model with its parameters in place: how it crosses intervals. */
export interface Motion
  extends Pick<Model<unknown>, "dimension" | "support" | "start" | "turnover"> {
  crossing(intervals: readonly number[]): Propagation[];
}

export interface Places {
  readonly domain: Domain;
  /** Of each variable. */
  readonly positions: readonly number[];
}

/**
 * Where the variables of a model lie, a variable or point of the ring apart; null: nowhere. Fast
 * variables share the place of their slow one evenly, half of them to either side of its middle.
 */
export function placesOf(model: ModelSpecification): Places | null {
  const ring = (length: number, positions = range(length)): Places => ({
    domain: { kind: "ring", length },
    positions,
  });
  switch (model.kind) {
    case "lorenz96":
      return ring(model.dimension);
    case "kuramoto-sivashinsky":
      return ring(model.points);
    case "lorenz96-two-scale": {
      const { slow, fastPerSlow: J } = model;
      return ring(slow, [...range(slow), ...range(slow * J).map((j) => (j + 0.5) / J - 0.5)]);
    }
    default:
      return null;
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The system that makes the data of a twin: the model without what makes it imperfect or mends it. */
export function trueSystem(specification: Specification): Specification {
  if (specification.model.kind !== "lorenz96") return specification;
  const { imperfect, correction, ...model } = specification.model;
  return { ...specification, model };
}

export function motionOf({ model: spec, time }: Specification, read: Reader): Motion {
  const rate = (value: Value, name: string) => read.value(value, name, dynamics);
  const rates = (values: Values, name: string) => readAll(read, values, name, dynamics);
  const rows = (matrix: readonly (readonly Value[])[], name: string) =>
    matrix.map((row, i) => row.map((value, j) => rate(value, `${name}[${i}][${j}]`)));
  const of = <P>(model: Model<P>, params: P): Motion => {
    const noise = processNoise(spec, model.dimension, read);
    return {
      ...model,
      crossing: (intervals) => propagations(model, params, noise, intervals, time.step),
    };
  };

  if (spec.kind === "linear") {
    const transition = rows(spec.transition, "transition");
    return of(linear(spec.transition.length), { transition });
  }
  if (spec.kind === "clohessy-wiltshire") {
    return of(clohessyWiltshire, { meanMotion: rate(spec.meanMotion, "meanMotion") });
  }
  if (spec.kind === "lorenz96") return of(ring(spec, time.substeps, read), null);
  if (spec.kind === "lorenz63") {
    return of(lorenz63(time), {
      sigma: rate(spec.sigma, "sigma"),
      rho: rate(spec.rho, "rho"),
      beta: rate(spec.beta, "beta"),
    });
  }
  if (spec.kind === "lorenz96-two-scale") {
    return of(lorenz96TwoScale(spec, time), {
      forcing: rate(spec.forcing, "forcing"),
      coupling: rate(spec.coupling, "coupling"),
      timeScale: rate(spec.timeScale, "timeScale"),
      amplitude: rate(spec.amplitude, "amplitude"),
    });
  }
  if (spec.kind === "kuramoto-sivashinsky") {
    const { points, length } = spec;
    return of(kuramotoSivashinsky({ points, length, substeps: time.substeps }), {
      antidiffusion: rate(spec.antidiffusion, "antidiffusion"),
      hyperviscosity: rate(spec.hyperviscosity, "hyperviscosity"),
    });
  }
  const options = { coordinates: spec.coordinates, substeps: time.substeps };
  if ("growth" in spec) {
    return of(lotkaVolterra(countOf(spec.growth), options), {
      growth: rates(spec.growth, "growth"),
      interactions: rows(spec.interactions, "interactions"),
    });
  }
  if ("steadyState" in spec) {
    const interactions = { blocks: rates(spec.blocks, "blocks") };
    return of(lotkaVolterra(countOf(spec.steadyState), options), {
      steadyState: readAll(read, spec.steadyState, "steadyState", variance),
      interactions,
    });
  }
  return of(predatorPrey(options), {
    preyGrowth: rate(spec.preyGrowth, "preyGrowth"),
    predation: rate(spec.predation, "predation"),
    predatorDeath: rate(spec.predatorDeath, "predatorDeath"),
    conversion: rate(spec.conversion, "conversion"),
  });
}

/** Lorenz-96 or the polynomial near to it, with its correction. */
function ring(spec: Lorenz96Specification, substeps: number, read: Reader): Model<null> {
  const { dimension, imperfect, correction } = spec;
  const forcing = read.value(spec.forcing, "forcing", dynamics);
  const base =
    imperfect === undefined ? lorenz96Tendency({ forcing }) : polynomial(forcing, imperfect);
  const network = correction && residualNetwork(networkOf(correction, read));
  const tendency =
    network && correction?.on === "tendency" ? withResidualTendency(base, network) : base;
  return {
    name: "lorenz96",
    dimension,
    time: "continuous",
    support: "real",
    start: lorenz96Start(dimension),
    turnover: 1,
    step: (_, length) => {
      const step = { map: rk4(tendency, length, substeps), noise: null };
      return network && correction?.on === "map" ? withResidual(step, network) : step;
    },
  };
}

function polynomial(
  forcing: Scalar,
  { variance: v, seed }: NonNullable<Lorenz96Specification["imperfect"]>,
) {
  // The coefficients are drawn about those of a forcing that is given, never learned.
  const known = lorenz96Coefficients(forcing as number);
  return lorenz96PolynomialTendency({ coefficients: perturbedCoefficients(known, v, key(seed)) });
}

function networkOf({ seed }: CorrectionSpecification, read: Reader): ResidualNetworkParams {
  const layer = (name: keyof ResidualNetworkParams) => {
    const part = (what: "weights" | "bias") =>
      read.tensor(`correction.${name}.${what}`, {
        start: () => residualNetworkParams(key(seed))[name][what],
        bijection: identity,
        group: "dynamics",
      });
    return { weights: part("weights"), bias: part("bias") };
  };
  return { features: layer("features"), mixing: layer("mixing"), output: layer("output") };
}

/** Several scalars as one vector. */
export const together = (values: Scalar | readonly Scalar[]): Scalar =>
  Array.isArray(values) ? vectorOf(values) : (values as Scalar);

function processNoise(
  { processNoise: spec }: ModelSpecification,
  dimension: number,
  read: Reader,
): Scalar | null {
  if (spec === undefined) return null;
  const name = "processNoise.variance";
  const { variance: given } = spec;
  if (typeof given === "object" && "each" in given) {
    return read.tensor(name, wholeOf(given, dimension, variance));
  }
  return together(readEach(read, given, name, variance));
}
