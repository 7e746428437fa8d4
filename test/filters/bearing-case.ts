/**
 * A target in the plane whose bearing crosses ±π, and the same turned by a quarter, where it does not.
 *
 * State (x, y, vx, vy), constant velocity, one sensor at the origin. A turn of the plane turns states and
 * adds π/2 to bearings, so a filter that treats bearings rightly gives turned analyses. Covariances are
 * the same in x and y, and there is no process noise: then nothing else tells the two apart.
 */
import {
  add,
  concat,
  mapTree,
  matmul,
  matvec,
  mul,
  splitAlong,
  stack,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  type Method,
  runCycle,
} from "../../src/filters/index.js";
import { linearTransition } from "../../src/models/index.js";
import { type Operator, observeRangeBearing, wrapAngle } from "../../src/observe/index.js";
import type { Gaussian } from "../../src/prob/index.js";
import { key } from "../../src/random/index.js";
import { distance } from "../support/close.js";

const start = [-3, 1.1, 0.1, -0.4];
const steps = 6;
/** What the observations are off by: fixed numbers of the size of their errors. */
const misses = [
  [0.03, -0.05],
  [-0.06, 0.04],
  [0.05, 0.06],
  [0.01, -0.07],
  [-0.04, 0.02],
  [0.02, 0.05],
];
export const variance = tensor([0.05 ** 2, 0.06 ** 2]);

const wrap = (a: number): number => Math.atan2(Math.sin(a), Math.cos(a));

/** Observations of the target, all bearings more by `turn`. */
const ys = (turn: number): number[][] =>
  Array.from({ length: steps }, (_, k) => {
    const [x, y] = [start[0]! + k * start[2]!, start[1]! + k * start[3]!];
    const [r, b] = misses[k] as [number, number];
    return [Math.hypot(x, y) + r, wrap(Math.atan2(y, x) + b + turn)];
  });

/** (x, y) ↦ (−y, x), of positions and velocities. */
const quarter = tensor([
  [0, -1, 0, 0],
  [1, 0, 0, 0],
  [0, 0, 0, -1],
  [0, 0, 1, 0],
]);
export const turned = (x: Tensor): Tensor =>
  x.shape.length === 1 ? matvec(quarter, x) : matmul(x, quarter, { transposeB: true });

const transition = linearTransition(
  tensor([
    [1, 0, 1, 0],
    [0, 1, 0, 1],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ]),
);

export const operator = observeRangeBearing([0, 1], [[0, 0]]);

const cyclesBy = (view: Operator, turn: number): Cycle[] =>
  ys(turn).map((y, k) => ({
    ...{ transition, steps: k === 0 ? 0 : 1 },
    observation: { y: tensor(y), operator: view, variance, mask: null },
  }));

/** diag C of the prior: a position and a velocity, each the same in x and y. */
export const spread = tensor([0.09, 0.09, 0.02, 0.02]);
const prior: Gaussian = {
  mean: add(tensor(start), tensor([0.2, 0.25, -0.05, 0.1])),
  covariance: { kind: "diagonal", variance: spread },
};

export interface Track {
  /** Mean of the analysis of each cycle, [d]. */
  readonly means: readonly Tensor[];
  readonly logEvidence: readonly Tensor[];
}

function track<S>(method: Method<S>, initial: S, cycles: readonly Cycle[]): Track {
  const keys = cycleKeys(key(5), 0, cycles.length);
  const [means, logEvidence]: [Tensor[], Tensor[]] = [[], []];
  let state = initial;
  for (const [k, cycle] of cycles.entries()) {
    const { analysis, evidence } = runCycle(method, state, cycle, keys[k]!);
    state = analysis;
    means.push(method.moments(analysis).mean);
    logEvidence.push(evidence!.logEvidence);
  }
  return { means, logEvidence };
}

/** The same sensor, mounted with its zero a quarter turn back: all its bearings are more by π/2. */
const remounted: Operator = {
  ...operator,
  apply: (x) => {
    const [range, bearing] = splitAlong(operator.apply(x), -1, [1, 1]) as [Tensor, Tensor];
    return concat([range, wrapAngle(add(bearing, Math.PI / 2))], -1);
  },
};

export interface Tracks {
  /** The track across ±π. */
  readonly across: Track;
  /** Of the turned problem; its members are those of the first one, turned. */
  readonly aside: Track;
  /** Of the same problem, seen by the sensor that is mounted otherwise. */
  readonly remounted: Track;
  /** Across ±π, without wrapped differences. */
  readonly unwrapped: Track;
}

export function tracks<S>(method: Method<S>): Tracks {
  const initial = method.init(prior, key(3));
  const members = method.members !== undefined;
  const aside = members
    ? mapTree(initial, (x) => (x.shape.at(-1) === 4 ? turned(x) : x))
    : method.init({ ...prior, mean: turned(prior.mean) }, key(3));
  const { difference: _, ...plain } = operator;
  return {
    across: track(method, initial, cyclesBy(operator, 0)),
    aside: track(method, aside as S, cyclesBy(operator, Math.PI / 2)),
    remounted: track(method, initial, cyclesBy(remounted, Math.PI / 2)),
    unwrapped: track(method, initial, cyclesBy(plain, 0)),
  };
}

/** Σ ℓ across ±π, to be differentiated: the variance of bearings and that of the prior. */
export function trackLoss<S>(
  method: Method<S>,
  { bearing, spread: scale }: { readonly bearing: Tensor; readonly spread: Tensor },
): Tensor {
  const R = stack([tensor(0.05 ** 2), bearing], 0);
  const wide: Gaussian = {
    ...prior,
    covariance: { kind: "diagonal", variance: mul(scale, spread) },
  };
  const cycles = cyclesBy(operator, 0).map((cycle) => ({
    ...cycle,
    observation: { ...cycle.observation!, variance: R },
  }));
  const keys = cycleKeys(key(5), 0, cycles.length);
  return assimilate(method, method.init(wide, key(3)), cycles, keys).logEvidence;
}

/** The largest distance of two tracks over the cycles. */
export const apart = (a: Track, b: Track): number =>
  Math.max(...a.means.map((mean, k) => distance(mean, b.means[k]!)));

/** The same for an angle that is a component, with its speed: (θ, ω), all angles more by `shift`. */
export function angleTrack<S>(
  make: (view: Operator) => Method<S>,
  view: Operator,
  shift: number,
): Track {
  const method = make(view);
  const cycles = misses.map(([miss], k): Cycle => {
    const y = tensor([wrap(2.2 + 0.4 * k + miss! + shift)]);
    return {
      transition: linearTransition(
        tensor([
          [1, 1],
          [0, 1],
        ]),
      ),
      steps: k === 0 ? 0 : 1,
      observation: { y, operator: view, variance: 0.01, mask: null },
    };
  });
  const covariance = { kind: "diagonal", variance: tensor([0.09, 0.02]) } as const;
  const initial = method.init({ mean: tensor([2.4 + shift, 0.3]), covariance }, key(3));
  return track(method, initial, cycles);
}
