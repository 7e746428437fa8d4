import {
  add,
  div,
  mean,
  mul,
  ShapeError,
  sizeOf,
  square,
  sum,
  type Tensor,
  UsageError,
  vjp,
  zeros,
} from "../engine/index.js";
import { advance } from "../models/index.js";
import { initialLayer, type Layer, type Layers } from "../nets/index.js";
import {
  atObserved,
  checkObservation,
  innovationOf,
  type Observation,
  variances,
} from "../observe/index.js";
import {
  type Block,
  count,
  flag,
  group,
  list,
  type ParametersOf,
  type TellAt,
  text,
} from "../parts/index.js";
import { floatType, identity, sampleGaussian, sampleMoments } from "../prob/index.js";
import { key, split } from "../random/index.js";
import type { Analysis, Filter, Increments } from "./filter.js";
import {
  convolutionalIncrement,
  denseIncrement,
  type IncrementNetwork,
  linearIncrement,
  stateBlindIncrement,
} from "./increment-network.js";
import { checkInspected, inspectionOf, inspectKey } from "./inspect-key.js";
import { defineMethod, type MethodContext, type ProblemSizes } from "./record.js";

/** Parameters of a filter whose analysis is a network. */
export interface AnalysisNetworkParams {
  /** N, at least 1. */
  readonly members: number;
  /** a_θ */
  readonly network: IncrementNetwork;
  /** θ */
  readonly layers: Layers;
}

/**
 * A data assimilation network: a filter whose analysis is a network a_θ, learned through its own cycles.
 *
 *     δ  = y − h(x̄ᶠ),   x̄ᶠ the mean of the members            innovation         [..., m]
 *     ζ  = Hᵀ R⁻¹ δ                                              in state space     [..., d]
 *     Eᵃ = Eᶠ + a_θ(Eᶠ, ζ)                                       members are rows   [..., N, d]
 *     ℓ  = −‖δ‖²                                                 misfit             [...]
 *
 * H is the operator, or its tangent at x̄ᶠ. It enters through ζ alone, so it may change with time, and gaps are
 * zeros of δ. There is neither inflation nor localisation, and N = 1 will do. No covariance is known, hence there is
 * no likelihood; the variance is that of the members, 0 for one. State: the members [..., N, d], at first
 * draws from the prior.
 *
 * @throws UsageError unless `members` is a whole number, at least 1.
 * @see bocquet2024, eq. 2 and 3
 */
export function analysisNetwork({
  members: N,
  network,
  layers,
}: AnalysisNetworkParams): Filter<Tensor> {
  if (!Number.isInteger(N) || N < 1) {
    throw new UsageError(`analysisNetwork: members is ${N}; need a whole number, at least 1.`);
  }
  const missing = network.layers.find(({ name }) => layers[name] === undefined);
  if (missing !== undefined) {
    throw new ShapeError(
      `analysisNetwork: no weights for the layer "${missing.name}"; need those of ${network.layers.map(({ name }) => name).join(", ")}.`,
    );
  }
  const increments: Increments = (E, zeta) => network.apply(layers, E, zeta);
  return {
    name: "dan",
    evidence: "misfit",
    increments,
    init: (prior, from) => sampleGaussian(prior, N, from),
    forecast: (E, transition, from) => advance(transition, E, from),
    analyse: (E, observation) => networkAnalysis(E, observation, increments),
    moments: (E) => (N > 1 ? sampleMoments(E) : { mean: mean(E, -2), variance: varianceOfOne(E) }),
    ...(N > 1 && { members: (E: Tensor) => ({ values: E }) }),
  };
}

const varianceOfOne = (E: Tensor): Tensor => zeros(E.shape.toSpliced(-2, 1), floatType(E));

/** Analyses members E [..., N, d] with the increments that a_θ(E, ζ) gives, by the formulas of `analysisNetwork`. */
export function networkAnalysis(
  E: Tensor,
  observation: Observation,
  increments: Increments,
): Analysis<Tensor> {
  checkObservation("dan", observation);
  const { hx, uplift } = observedAt(observation, mean(E, -2));
  const delta = atObserved(innovationOf(observation, hx), observation); // [..., m]
  const zeta = uplift(delta); // [..., d]
  const misfit = sum(square(delta), -1); // [...]
  return {
    state: add(E, increments(E, zeta)),
    logEvidence: mul(-1, misfit),
    innovation: delta,
    chiSquare: misfit,
  };
}

/** Returns h(x) [..., m] and δ ↦ Hᵀ R⁻¹ δ, [..., m] → [..., d], for states x [..., d]; H is h, or its tangent at x. */
export function observedAt(observation: Observation, x: Tensor) {
  const { value: hx, pullback } = vjp(observation.operator.apply, x);
  const uplift = (delta: Tensor): Tensor => pullback(div(delta, variances(observation)));
  return { hx, uplift };
}

/** The standard size of the residual network. @see bocquet2024 */
export const standardNetwork = { filters: 40, blocks: 5, subBlocks: 5, kernel: 5 } as const;

const { filters, blocks, subBlocks, kernel } = standardNetwork;
const size = (symbol: string, usual: number, about: string, most?: number) =>
  count(1, { symbol, optional: true, about: `${about}; ${usual} if left out` }, most);

/** Layers are written out one by one. */
const mostLayers = 100;

const networkKey = group(
  {
    filters: size("N_f", filters, "number of filters of the residual network"),
    blocks: size("N_b", blocks, "number of its blocks", mostLayers),
    subBlocks: size("N_sb", subBlocks, "number of convolutions of a block", mostLayers),
    kernel: size("f", kernel, "width of the convolutions, an odd number"),
    linear: flag({ only: true, optional: true, about: "the increment is linear in both inputs" }),
    stateBlind: flag({
      only: true,
      optional: true,
      about: "the residual network is given the innovation alone, not the forecast",
    }),
    hidden: list({
      bounds: { whole: true, min: 1 },
      optional: true,
      about: "widths of dense layers, for variables that are on no ring, instead of convolutions",
    }),
    seed: count(0, {
      optional: true,
      about: "seed of the first weights; the default is the seed of the experiment",
    }),
  },
  { default: {}, about: "the network of the analysis" },
);

type NetworkSettings = ParametersOf<(typeof networkKey)["keys"]>;

/** Builds the network of a block. */
function networkOf(
  settings: NetworkSettings,
  members: number,
  dimension: number,
): IncrementNetwork {
  const { linear, stateBlind, hidden } = settings;
  if (linear) return linearIncrement(dimension);
  if (hidden !== undefined) return denseIncrement(members, dimension, hidden);
  const convolutions = {
    filters: settings.filters ?? filters,
    blocks: settings.blocks ?? blocks,
    subBlocks: settings.subBlocks ?? subBlocks,
    kernel: settings.kernel ?? kernel,
  };
  return stateBlind
    ? stateBlindIncrement(convolutions)
    : convolutionalIncrement(members, convolutions);
}

/** The members, the weights with their gradient and its two moments, and what the layers give for a state. */
function networkSize({ network, members }: Block, { variables: d }: ProblemSizes): number {
  const settings = network as NetworkSettings;
  const { layers } = networkOf(settings, members as number, d);
  const weights = layers.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const channels = layers.reduce((sum, { shape: [outputs] }) => sum + outputs!, 0);
  const flat = settings.linear === true || settings.hidden !== undefined;
  return (members as number) * d + 4 * weights + channels * (flat ? 1 : d);
}

/** Reads the weights of the network from the source, each array under its own name. */
function layersOf(
  { layers }: IncrementNetwork,
  seed: number,
  { source, dtype }: MethodContext,
): Layers {
  const first = (i: number): Layer =>
    initialLayer(split(key(seed), layers.length)[i]!, layers[i]!, dtype);
  const part = (i: number, of: "weights" | "bias") =>
    source.tensor(`network.${layers[i]!.name}.${of}`, {
      start: () => first(i)[of],
      ...{ bijection: identity, group: "filter" },
    });
  return Object.fromEntries(
    layers.map(({ name }, i) => [name, { weights: part(i, "weights"), bias: part(i, "bias") }]),
  );
}

function check({ network }: Block, tell: TellAt): void {
  const given = network as Readonly<Record<string, unknown>>;
  const convolutional = Object.keys(standardNetwork);
  for (const [kind, others] of [
    ["linear", [...convolutional, "stateBlind", "hidden"]],
    ["hidden", [...convolutional, "stateBlind"]],
  ] as const) {
    if (given[kind] === undefined) continue;
    const other = others.find((name) => given[name] !== undefined);
    if (other !== undefined) tell(["network", other], `does not go with ${kind}; need only one`);
  }
  if (typeof given.kernel === "number" && given.kernel % 2 === 0) {
    tell(["network", "kernel"], `got ${given.kernel}; need an odd number`);
  }
}

export const analysisNetworkRecord = defineMethod({
  kind: "dan",
  title: "the analysis is a network that was learned; no inflation, no localisation, one member",
  parameters: {
    members: count(1, { symbol: "N_e", default: 1, about: "number of members" }),
    network: networkKey,
    weights: text({
      optional: true,
      about: "safetensors file of learned weights; without it they are learned",
    }),
    inspect: inspectKey,
  },
  check,
  weights: ({ weights }) => weights as string | undefined,
  inspection: ({ inspect }) => inspectionOf(inspect),
  checkDimension: ({ network, inspect }, dimension, tell) => {
    checkInspected(inspect, dimension, tell);
    const { linear, hidden, kernel: width = kernel } = network as NetworkSettings;
    if (linear || hidden !== undefined || dimension >= width) return;
    tell(
      ["network", "kernel"],
      `the state has ${dimension} variables, fewer than the ${width} of a convolution; need a smaller kernel, or hidden: [32, 32] for dense layers`,
    );
  },
  stateSize: networkSize,
  needs: () => ({ normalErrors: "take enkf" }),
  build: ({ members, network: settings, weights }, context) => {
    if (weights !== undefined) {
      throw new UsageError(
        `dan: weights names the file "${weights}", which only experiment files load. In library calls read it with readTensors, and give its tensors as values: runFilter(method, system, record, { values }).`,
      );
    }
    const network = networkOf(settings, members, context.dimension);
    const layers = layersOf(network, settings.seed ?? context.seed, context);
    return analysisNetwork({ members, network, layers });
  },
  phrase: ({ members = 1 }) =>
    members === 1
      ? "a data assimilation network with one state"
      : `a data assimilation network of ${members} members`,
  remedy:
    "A network learned longer, or on a setting nearer to this one, may help. The spread of its members is no estimate of its error.",
});
