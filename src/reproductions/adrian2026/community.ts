/** Generalised Lotka–Volterra: interactions by blocks and a steady state. @see adrian2026, 4.3, F.3 */
import {
  abs,
  add,
  cast,
  matvec,
  mean,
  mul,
  scope,
  softplus,
  sub,
  type Tensor,
  tensor,
} from "../../engine/index.js";
import { blockMatrix, lotkaVolterra, propagateThrough } from "../../models/index.js";
import { identity } from "../../prob/index.js";
import { type Key, key, normal, split } from "../../random/index.js";
import type { System } from "./system.js";
import type { Trial } from "./trial.js";

const dtype = "f32";
/** a₁ … a₁₀ */
export const trueBlocks = [0.1, 0.05, 0.01, -0.04, 0.1, 0.05, 0.01, 0.1, 0.05, 0.1];

/** x_s = softplus(z), the same for all trials of the same data. */
const steadyState = ({ dimension, data }: Trial): Tensor =>
  softplus(normal(split(key(data), 3)[2]!, [dimension], dtype));

/** A and r = −A x_s. */
function natural(a: Tensor, xs: Tensor): { A: Tensor; r: Tensor } {
  const A = blockMatrix({ blocks: a }, xs.size);
  return { A, r: mul(-1, matvec(A, xs)) };
}

const meanError = (a: Tensor, b: Tensor): number => mean(abs(sub(a, b))).item();

export const community: System = {
  dtype,
  step: 0.05,
  bound: 1e3,
  start: { noise: 0.1, factor: 0.1, gain: 0.1 },
  errorNames: ["error of A", "error of r"],
  problem: (trial) => {
    const ones = new Array<number>(trial.dimension).fill(1);
    const still = scope(() => [...steadyState(trial).data()]);
    return {
      model: lotkaVolterra,
      parameters: {
        coordinates: "abundance",
        blocks: { learn: true, start: trueBlocks },
        steadyState: { learn: true, start: still },
      },
      prior: { mean: ones, variance: ones },
    };
  },
  definitions: (trial, from) => {
    const [forBlocks, forStill] = split(from) as [Key, Key];
    const sd = Math.sqrt(trial.modelError);
    const a = add(tensor(trueBlocks), mul(sd, normal(forBlocks, [trueBlocks.length])));
    const still = add(steadyState(trial), mul(sd, normal(forStill, [trial.dimension], dtype)));
    return [
      { name: "blocks", start: cast(a, dtype), bijection: identity, group: "dynamics" },
      { name: "steadyState", start: still, bijection: identity, group: "dynamics" },
    ];
  },
  truth: ({ cycles, dimension }, transition, trajectories, from) => {
    const through = Array.from({ length: cycles }, () => ({ transition, steps: 1 }));
    const z = normal(from, [trajectories, dimension], dtype);
    return propagateThrough(abs(add(1, z)), through, from);
  },
  errors: (values, trial) => {
    const ours = natural(values.blocks!, values.steadyState!);
    const theirs = natural(tensor(trueBlocks, { dtype }), steadyState(trial));
    return [meanError(ours.A, theirs.A), meanError(ours.r, theirs.r)];
  },
};
