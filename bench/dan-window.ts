/**
 * A window of learning of a data assimilation network on Lorenz-96 (d = 40, H = R = I, Δt = 0.05): for each
 * cycle forecast, analysis by the standard residual network, and the squared error of the analysis; then the
 * gradient in the weights.
 */
import {
  add,
  index,
  mul,
  scope,
  slice,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  valueAndGrad,
} from "kalmia/engine";
import { analysisNetwork, convolutionalIncrement, cycleKeys, runCycle } from "kalmia/filters";
import { bindModel, lorenz96 } from "kalmia/models";
import { initialLayers, type Layers } from "kalmia/nets";
import { observeAll } from "kalmia/observe";
import { key, normal, split } from "kalmia/random";

export const dimension = 40;
/** N_f, N_b, N_sb and f of the standard network. */
export const size = { filters: 40, blocks: 5, subBlocks: 5, kernel: 5 } as const;

export const network = convolutionalIncrement(1, size);
export const operator = observeAll(dimension);
export const step = bindModel(lorenz96, { dimension, forcing: 8 }).step(0.05);

/** Trajectories of true states with what is seen of them, and an analysis before the first. */
export interface Trajectories {
  /** [B, 1, d]: one member */
  readonly start: Tensor;
  /** [B, L, d] */
  readonly truth: Tensor;
  /** y, [B, L, d] */
  readonly seen: Tensor;
}

/** States on the attractor, [batch, L, d] each; the analysis before is off by 0.2. */
export function drawTrajectories(batch: number, cycles: number): Trajectories {
  const [forStart, forError, forNoise] = split(key(1), 3) as [Tensor, Tensor, Tensor];
  return scope(() => {
    let x = add(8, normal(forStart, [batch, dimension], "f32"));
    for (let i = 0; i < 400; i++) {
      const before = x;
      x = scope(() => step.map(before));
    }
    const start = add(x, mul(0.2, normal(forError, [batch, dimension], "f32")));
    const states = Array.from({ length: cycles }, () => {
      x = step.map(x);
      return x;
    });
    const truth = stack(states, 1); // [B, L, d]
    const seen = add(truth, normal(forNoise, truth.shape, "f32"));
    return { start: stack([start], 1), truth, seen };
  });
}

/** Weights as they start, but that no layer is 0: all of the network takes part in the gradient. */
export function someWeights(): Layers {
  const layers = initialLayers(key(2), network.layers, "f32");
  const names = Object.keys(layers);
  const keys = split(key(3), names.length);
  return Object.fromEntries(
    names.map((name, i) => {
      const { weights, bias } = layers[name]!;
      const more = mul(0.02, normal(keys[i]!, weights.shape, "f32"));
      return [name, { weights: add(weights, more), bias }];
    }),
  );
}

/** The first trajectories and cycles of more. */
export const firstOf = (
  { start, truth, seen }: Trajectories,
  batch: number,
  cycles: number,
): Trajectories => {
  const cut = (x: Tensor) => slice(slice(x, 0, 0, batch), 1, 0, cycles);
  return { start: slice(start, 0, 0, batch), truth: cut(truth), seen: cut(seen) };
};

/** Σ ‖xᵗ − x̄ᵃ‖² over the cycles and trajectories, []. @see bocquet2024, eq. 4 */
export function windowLoss(layers: Layers, { start, truth, seen }: Trajectories): Tensor {
  const filter = analysisNetwork({ members: 1, network, layers });
  const keys = cycleKeys(key(0), 0, truth.shape[1]!); // nothing is drawn
  let state = start;
  const losses = keys.map((each, t) => {
    const observation = { y: index(seen, 1, t), operator, variance: 1, mask: null };
    const cycle = { transition: step, steps: 1, observation };
    state = runCycle(filter, state, cycle, each).analysis as Tensor;
    return sum(square(sub(index(truth, 1, t), index(state, 1, 0))));
  });
  return losses.reduce((total, loss) => add(total, loss));
}

/** The loss of a window and its gradient, in the form that `parallel` takes. */
export const windowGradient = (layers: Layers, trajectories: Trajectories) => ({
  total: valueAndGrad((of: Layers) => windowLoss(of, trajectories))(layers),
  each: {},
});
