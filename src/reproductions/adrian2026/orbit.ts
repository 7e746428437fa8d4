/** Clohessy–Wiltshire: the mean motion of an orbit from three positions. @see adrian2026, 4.1, F.1 */
import { tensor } from "../../engine/index.js";
import { clohessyWiltshire, propagateThrough } from "../../models/index.js";
import { learned } from "../../parts/index.js";
import { positive } from "../../prob/index.js";
import { normal } from "../../random/index.js";
import type { System } from "./system.js";

const n = 0.0013;
/** The first true state: positions and velocities. */
const first = [1, 0.5, 1, -0.001375, -0.000275, -0.001375];
const latent = positive();

export const orbit: System = {
  dtype: "f64",
  step: 10,
  bound: 1e6,
  start: { noise: 0.1, factor: 0.1, gain: 0.1 },
  errorNames: ["error of n"],
  problem: () => ({
    ...{ model: clohessyWiltshire, parameters: { meanMotion: learned(n) }, observe: [0, 1, 2] },
    prior: { mean: first, variance: first.map(() => 5) },
  }),
  // σ₀² is the variance of the latent: as a variance of n itself it would be larger than n by far.
  definitions: ({ modelError, trueModel }, key) => {
    const z = trueModel ? 0 : normal(key, []).item();
    const start = latent.forward(tensor(latent.inverse(n) + Math.sqrt(modelError) * z)).item();
    return [{ name: "meanMotion", start, bijection: latent, group: "dynamics" }];
  },
  truth: ({ cycles }, transition, trajectories, key) => {
    const through = Array.from({ length: cycles }, () => ({ transition, steps: 1 }));
    const x0 = tensor(Array.from({ length: trajectories }, () => first));
    return propagateThrough(x0, through, key);
  },
  errors: ({ meanMotion }) => [Math.abs(meanMotion!.item() - n)],
};
