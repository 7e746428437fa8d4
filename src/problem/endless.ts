/** Endless data of twins: new trajectories for each epoch of learning, none of which is stored. */

import { checkCount, checkOptions, mostCounted } from "../parts/index.js";
import { foldIn, type Key } from "../random/index.js";
import { simulateMany } from "./simulate.js";
import type { StateSpace } from "./system.js";
import type { Trajectory } from "./trajectory.js";

export interface EndlessOptions {
  /** Trajectories that go side by side in an epoch. */
  readonly trajectories: number;
  /** Observation times of a trajectory. */
  readonly cycles: number;
  /** Model steps from one observation to the next. @defaultValue 1 */
  readonly every?: number;
}

/** What is drawn for each epoch. */
export interface Endless extends Required<EndlessOptions> {
  readonly kind: "endless";
}

/**
 * Twins that are drawn anew for each epoch of `fit`, each with random keys of its own:
 *
 *     fit(system, endless({ trajectories: 64, cycles: 200 }), { method, learn: { loss: "truth", … } })
 *
 * Nothing is stored: the same key gives the same epochs, also where learning goes on from a checkpoint.
 */
export function endless(options: EndlessOptions): Endless {
  checkOptions("endless", options, ["trajectories", "cycles", "every"]);
  const { trajectories, cycles, every = 1 } = options;
  checkCount("endless", "trajectories", trajectories, 1, mostCounted);
  checkCount("endless", "cycles", cycles, 1);
  checkCount("endless", "every", every, 1);
  return { kind: "endless", trajectories, cycles, every };
}

export const isEndless = (given: unknown): given is Endless =>
  typeof given === "object" && given !== null && "kind" in given && given.kind === "endless";

/** The purpose of the key of all epochs; a run's other purposes are 0 to 4. */
const purpose = 5;

/** The root key of the trajectories of an epoch. */
export const epochKey = (root: Key, epoch: number): Key => foldIn(foldIn(root, purpose), epoch);

/** Draws the trajectories of an epoch from its root key. */
export const drawTrajectories = (
  system: StateSpace,
  { trajectories, cycles, every }: Endless,
  key: Key,
): Trajectory[] => simulateMany(system, { trajectories, cycles, every, key });
