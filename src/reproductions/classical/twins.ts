/** The twins of published scores: the truth moves by the filter's own model, without noise. */
import { scope, tensor } from "../../engine/index.js";
import type { ModelRecord } from "../../models/index.js";
import {
  bindModel,
  kuramotoSivashinsky,
  lorenz63 as lorenz63Record,
  lorenz96 as lorenz96Record,
  lorenz96Start,
} from "../../models/index.js";
import { everyOperator, normalNoise } from "../../observe/index.js";
import { type Block, recordOfKind, type Use, use } from "../../parts/index.js";
import type { Prior } from "../../problem/index.js";
import type { Specification } from "../../run/index.js";
import { methods } from "../../smoothers/index.js";

/** A system and how it is observed: variables themselves, with errors of one variance. */
export interface TwinSetting {
  readonly title: string;
  readonly model: Use<ModelRecord>;
  readonly step: number;
  readonly observeEvery: number;
  /** Every first, second, … variable is observed. @defaultValue 1 */
  readonly every?: number;
  /** R */
  readonly variance: number;
  /** Truth and filters start here. */
  readonly initial: () => Prior;
}

const lorenz96 = (dimension: number, observeEvery: number): TwinSetting => ({
  title: `Lorenz-96, d = ${dimension}, interval ${(0.05 * observeEvery).toFixed(2)}`,
  model: use(lorenz96Record, { dimension, forcing: 8 }),
  ...{ step: 0.05, observeEvery, variance: 1 },
  initial: () => ({ mean: lorenz96Start(dimension), variance: 1e-3 }),
});

const half = (dimension: number): TwinSetting => ({
  ...lorenz96(dimension, 1),
  title: `Lorenz-96, d = ${dimension}, every second variable observed, R = 2.25`,
  ...{ every: 2, variance: 2.25 },
});

const lorenz63 = (observeEvery: number, variance: number): TwinSetting => ({
  title: `Lorenz-63, interval ${(0.01 * observeEvery).toFixed(2)}, R = ${variance}`,
  model: use(lorenz63Record),
  ...{ step: 0.01, observeEvery, variance },
  initial: () => ({ mean: [1.509, -1.531, 25.46], variance: 2 }),
});

const points = 128;
const length = 32 * Math.PI;

/** Where a long wave has come to after 150 units of time: with few members no start far from there will do. */
function settledWave(): number[] {
  const wave = Array.from({ length: points }, (_, i) => {
    const x = (2 * Math.PI * i) / points;
    return Math.cos(x) * (1 + Math.sin(x));
  });
  return scope(() => {
    const { map } = bindModel(kuramotoSivashinsky, { points, length }).step(0.5);
    let u = tensor(wave);
    for (let i = 0; i < 300; i++) u = map(u);
    return [...u.data()];
  });
}

export const twinSettings = {
  lorenz96: lorenz96(40, 1),
  "lorenz96 interval .2": lorenz96(40, 4),
  "lorenz96 interval .6": lorenz96(40, 12),
  "lorenz96 half observed": half(40),
  "lorenz96 d = 10, half observed": half(10),
  lorenz63: lorenz63(25, 2),
  "lorenz63 R = 1": lorenz63(25, 1),
  "lorenz63 R = 8": lorenz63(25, 8),
  "lorenz63 interval .05": lorenz63(5, 1),
  "lorenz63 interval .12": lorenz63(12, 8),
  "kuramoto-sivashinsky": {
    title: "Kuramoto–Sivashinsky, 128 points, interval 1",
    model: use(kuramotoSivashinsky, { points, length }),
    ...{ step: 0.5, observeEvery: 2, variance: 1 },
    initial: () => ({ mean: settledWave(), variance: 1e-3 }),
  },
} satisfies Readonly<Record<string, TwinSetting>>;

export type TwinName = keyof typeof twinSettings;

/** A method as files give it: its kind and its settings. */
export type MethodBlock = Block & { readonly kind: string };

/** One run of a method; its data depend on everything but the method. */
export interface ScoreTrial {
  readonly twin: TwinName;
  readonly method: MethodBlock;
  readonly seed: number;
  /** Cycles that are scored, and those before them. */
  readonly cycles: number;
  readonly spinup: number;
}

/** The experiment that a trial stands for. */
export function experimentOf({ twin, method, seed, cycles, spinup }: ScoreTrial): Specification {
  const setting: TwinSetting = twinSettings[twin];
  const { title, model, step, observeEvery, every = 1, variance, initial } = setting;
  const { kind, ...block } = method;
  return {
    name: title,
    seed,
    model,
    ...{ processNoise: null, filterProcessNoise: null },
    time: {
      ...{ step, substeps: 1, observeEvery },
      ...{ cycles: spinup + cycles, spinup, forecast: 0 },
    },
    observations: {
      kind: "twin",
      operator: use(everyOperator, { every }),
      noise: use(normalNoise, { variance }),
    },
    method: use(recordOfKind(methods, kind)!, block),
    initial: initial(),
    learn: null,
  };
}
