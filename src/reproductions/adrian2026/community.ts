/** Generalised Lotka–Volterra: interactions by blocks and a steady state. @see adrian2026, 4.3, F.3 */
import {
  abs,
  add,
  cast,
  matvec,
  mean,
  mul,
  ones,
  softplus,
  sub,
  type Tensor,
  tensor,
} from "../../engine/index.js";
import { bindModel, blockMatrix, lotkaVolterra, propagateThrough } from "../../models/index.js";
import { identity } from "../../prob/index.js";
import { key, normal, split } from "../../random/index.js";
import { evenly, type System } from "./system.js";
import type { Trial } from "./trial.js";

const step = 0.05;
const dtype = "f32";
/** a₁ … a₁₀ */
export const trueBlocks = [0.1, 0.05, 0.01, -0.04, 0.1, 0.05, 0.01, 0.1, 0.05, 0.1];

/** x_s = softplus(z), of the data. */
const steadyState = ({ dimension, data }: Trial): Tensor =>
  softplus(normal(split(key(data), 3)[2]!, [dimension], dtype));

const stepOf = (blocks: Tensor, still: Tensor) =>
  bindModel(lotkaVolterra, { coordinates: "abundance", blocks, steadyState: still }).step(step);

const exact = (trial: Trial) => stepOf(tensor(trueBlocks, { dtype }), steadyState(trial));

/** A and r = −A x_s. */
function natural(a: Tensor, still: Tensor): { A: Tensor; r: Tensor } {
  const A = blockMatrix({ blocks: a }, still.size);
  return { A, r: mul(-1, matvec(A, still)) };
}

const meanError = (a: Tensor, b: Tensor): number => mean(abs(sub(a, b))).item();

export const community: System = {
  dtype,
  support: "positive",
  step,
  bound: 1e3,
  start: { noise: 0.1, factor: 0.1, gain: 0.1 },
  errorNames: ["error of A", "error of r"],
  truth: (trial, trajectories, from) => {
    const transition = exact(trial);
    const crossing = Array.from({ length: trial.cycles }, () => ({ transition, steps: 1 }));
    const z = normal(from, [trajectories, trial.dimension], dtype);
    return propagateThrough(abs(add(1, z)), crossing, from);
  },
  observed: ({ dimension, ratio }) => evenly(dimension, ratio),
  definitions: (trial, from) => {
    const [forBlocks, forStill] = split(from) as [typeof from, typeof from];
    const sd = Math.sqrt(trial.modelError);
    const a = add(tensor(trueBlocks), mul(sd, normal(forBlocks, [trueBlocks.length])));
    const still = add(steadyState(trial), mul(sd, normal(forStill, [trial.dimension], dtype)));
    return [
      { name: "blocks", start: cast(a, dtype), bijection: identity, group: "dynamics" },
      { name: "steadyState", start: still, bijection: identity, group: "dynamics" },
    ];
  },
  transition: (values) => stepOf(values.blocks!, values.steadyState!),
  exact,
  prior: ({ dimension }) => ({
    mean: ones([dimension], dtype),
    covariance: { kind: "diagonal", variance: ones([dimension], dtype) },
    support: "positive",
  }),
  errors: (values, trial) => {
    const ours = natural(values.blocks!, values.steadyState!);
    const true_ = natural(tensor(trueBlocks, { dtype }), steadyState(trial));
    return [meanError(ours.A, true_.A), meanError(ours.r, true_.r)];
  },
};
