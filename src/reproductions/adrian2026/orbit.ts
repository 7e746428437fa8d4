/** Clohessy–Wiltshire: the mean motion of an orbit from three positions. @see adrian2026, 4.1, F.1 */
import { full, type Tensor, tensor } from "../../engine/index.js";
import { bindModel, clohessyWiltshire, propagateThrough } from "../../models/index.js";
import { positive } from "../../prob/index.js";
import { normal } from "../../random/index.js";
import type { System } from "./system.js";

const step = 10;
const n = 0.0013;
/** x₀*, positions and velocities. */
const first = [1, 0.5, 1, -0.001375, -0.000275, -0.001375];
const latent = positive();

const exact = bindModel(clohessyWiltshire, { meanMotion: n }).step(step);

export const orbit: System = {
  dtype: "f64",
  support: "real",
  step,
  bound: 1e6,
  start: { noise: 0.1, factor: 0.1, gain: 0.1 },
  errorNames: ["error of n"],
  truth: ({ cycles }, trajectories, key) => {
    const crossing = Array.from({ length: cycles }, () => ({ transition: exact, steps: 1 }));
    const x0 = tensor(Array.from({ length: trajectories }, () => first));
    return propagateThrough(x0, crossing, key);
  },
  observed: () => [0, 1, 2],
  // σ₀² is that of the latent: of n itself it would be larger than n by far.
  definitions: ({ modelError, trueModel }, key) => {
    const z = trueModel ? 0 : normal(key, []).item();
    const start = latent.forward(tensor(latent.inverse(n) + Math.sqrt(modelError) * z)).item();
    return [{ name: "meanMotion", start, bijection: latent, group: "dynamics" }];
  },
  transition: ({ meanMotion }) =>
    bindModel(clohessyWiltshire, { meanMotion: meanMotion! }).step(step),
  exact: () => exact,
  prior: () => ({ mean: tensor(first), covariance: { kind: "diagonal", variance: full([6], 5) } }),
  errors: ({ meanMotion }) => [Math.abs((meanMotion as Tensor).item() - n)],
};
