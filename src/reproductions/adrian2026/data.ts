/** Truths and observations of a trial: trajectories for training, for validation and for the test. */
import {
  add,
  cast,
  gather,
  indices,
  mul,
  reshape,
  scope,
  slice,
  type Tensor,
  tensor,
  transpose,
} from "../../engine/index.js";
import { type Dataset, trajectoryKeys, type Window, windowsOf } from "../../learn/index.js";
import { fold } from "../../prob/index.js";
import type { StateSpace } from "../../problem/index.js";
import { foldIn, type Key, key, keyBatch, normal, split, uniform } from "../../random/index.js";
import { exactStep } from "./space.js";
import type { System } from "./system.js";
import type { Trial } from "./trial.js";

/** Trajectories with a key for the first state of each. */
export type KeyedDataset = Dataset & { readonly start: { readonly keys: Tensor } };

export interface TrialData {
  readonly training: KeyedDataset;
  readonly validation: KeyedDataset;
  readonly test: KeyedDataset;
  /** True states of the test trajectories, [B, T, d]. */
  readonly truth: Tensor;
  /** Components observed at each time, [T][m]. */
  readonly observed: readonly (readonly number[])[];
  /** States on the attractor, [points, d]. */
  readonly points: Tensor;
}

/** Purposes of the random numbers of a trial: truth, noise, observed components, filters. */
const purposes = 4;

export function dataOf(system: System, trial: Trial, space: StateSpace): TrialData {
  const { trajectories, cycles: T, dimension: d } = trial;
  const sizes = [trajectories.training, trajectories.validation, trajectories.test];
  const all = sizes.reduce((sum, n) => sum + n, 0);
  const [forTruth, forNoise, forObserved, forFilters] = split(key(trial.data), purposes) as Key[];
  const truths = scope(() => cast(system.truth(trial, exactStep(space), all, forTruth!), "f64")); // [T, B, d]
  const states = transpose(truths, [1, 0, 2]);
  const observed = observedAt(space, trial, forObserved!);
  const record = scope(() => recordOf(space, trial, states, observed, forNoise!, forFilters!));
  const starts = keyBatch(foldIn(forFilters!, 1), all); // [B, 2]
  const dataset = (i: number): KeyedDataset => {
    const from = sizes.slice(0, i).reduce((sum, n) => sum + n, 0);
    const to = from + sizes[i]!;
    const rows = (x: Tensor) => slice(x, 0, from, to);
    const { y, keys } = record.trajectories;
    const part: Window = { ...record, trajectories: { y: rows(y), mask: null, keys: rows(keys) } };
    return { start: { keys: rows(starts) }, windows: windowsOf(part, trial.window) };
  };
  const [training, validation, test] = [dataset(0), dataset(1), dataset(2)];
  const every = Math.max(1, Math.floor((all * T) / 500));
  const rows = Array.from({ length: Math.min(500, all * T) }, (_, i) => i * every);
  return {
    ...{ training: training!, validation: validation!, test: test!, observed },
    truth: slice(states, 0, all - trajectories.test, all),
    points: cast(gather(reshape(states, [-1, d]), indices(rows), 0), system.dtype),
  };
}

/** The components observed at each time, in ascending order: fixed ones, or a new draw each time. */
function observedAt({ observed }: StateSpace, trial: Trial, from: Key): (readonly number[])[] {
  const { cycles: T, dimension: d, ratio } = trial;
  if (observed.kind === "components") {
    return Array.from({ length: T }, () => observed.components);
  }
  const m = Math.round(ratio * d);
  const draws = scope(() => uniform(from, [T, d]).data().slice());
  return Array.from({ length: T }, (_, t) => {
    const at = (i: number) => draws[t * d + i]!;
    const order = Array.from({ length: d }, (__, i) => i).sort((i, j) => at(i) - at(j));
    return order.slice(0, m).sort((i, j) => i - j);
  });
}

/** y = H x + η, folded if states are positive, of all trajectories as one window over all cycles. */
function recordOf(
  { dtype, view, step }: StateSpace,
  { variance, cycles: T, changing }: Trial,
  states: Tensor,
  observed: readonly (readonly number[])[],
  forNoise: Key,
  forFilters: Key,
): Window {
  const [B, , d] = states.shape as [number, number, number];
  const m = observed[0]!.length;
  const positions = tensor(observed.flat(), { shape: [T, m], dtype: "i32" });
  const flat = indices(observed.flatMap((components, t) => components.map((i) => t * d + i)));
  const hx = reshape(gather(reshape(states, [B, T * d]), flat, -1), [B, T, m]);
  const noise = mul(Math.sqrt(variance), normal(forNoise, [B, T, m]));
  return {
    intervals: Array.from({ length: T }, () => step),
    trajectories: {
      y: cast(fold(add(hx, noise), view.support), dtype),
      mask: null,
      keys: trajectoryKeys(split(forFilters, B), T),
    },
    shared: changing ? { positions } : {},
  };
}
