/**
 * AD-LETKF: inflation and half-width learned by gradients through local analyses, beside a grid of
 * both. The first open question of adrian2026, whose localised filters are quadratic in d or worse.
 */
import {
  type Comparison,
  isFailed,
  type Json,
  type MapFigure,
  type Reproduction,
  type Scale,
} from "../reproduction.js";
import { type Pair, type Twin, trueForcing } from "./problem.js";
import { runTrial, type Scored, type Trial, type TrialResult } from "./trial.js";

/** Every second variable is observed: far ones matter, and a wrong pair loses the truth. */
const observing = { seed: 1, members: 10, every: 2, window: 20, reach: 32 };

const twinFor = (scale: Scale): Twin =>
  scale === "paper"
    ? { ...observing, dimension: 1000, training: 300, test: 300, spinup: 60 }
    : { ...observing, dimension: 60, training: 400, test: 400, spinup: 60 };

const halfWidths = [2, 3, 4, 5, 6, 8, 10, 12];
const inflations = [1.01, 1.02, 1.03, 1.04, 1.06, 1.08, 1.1];

/**
 * Too narrow, and too wide, both with too much inflation, which is the safe side; and with a wrong model,
 * whose forcing is learned as well.
 */
const starts: readonly Pair[] = [
  { inflation: 1.1, halfWidth: 3 },
  { inflation: 1.1, halfWidth: 12 },
  { inflation: 1.1, halfWidth: 3, forcing: 6.5 },
];

const trialsFor = (scale: Scale): readonly Trial[] => {
  const twin = twinFor(scale);
  return [
    ...starts.map((start): Trial => {
      return { twin, task: { kind: "learn", start, epochs: 10, rate: 0.05 } };
    }),
    ...halfWidths.map((halfWidth): Trial => {
      return { twin, task: { kind: "grid", halfWidth, inflations } };
    }),
  ];
};

interface Done {
  readonly task: Trial["task"];
  readonly result: TrialResult;
}

/** A cell of the grid counts as lost when its error is so many times the least. */
const lost = 2;

const named = ({ inflation, halfWidth, forcing }: Pair): string =>
  `λ = ${short(inflation, 3)}, c = ${short(halfWidth, 1)}${forcing === undefined ? "" : `, F = ${short(forcing, 3)}`}`;

/** With so many decimals, and none that are 0 at the end. */
const short = (value: number, decimals: number): number => Number(value.toFixed(decimals));

function bestOf(done: readonly Done[], score: "rmse" | "loss"): Scored | null {
  const cells = done.flatMap(({ task, result }) => (task.kind === "grid" ? result.scored : []));
  const [first, ...rest] = cells.filter((cell) => cell[score] !== null);
  if (first === undefined) return null;
  return rest.reduce((best, cell) => (cell[score]! < best[score]! ? cell : best), first);
}

function comparisonsOf(done: readonly Done[]): Comparison[] {
  const best = bestOf(done, "rmse");
  const row = (what: string, ours: number | null, note?: string): Comparison => ({
    ...{ what, published: null, ours },
    ...(note === undefined ? {} : { note }),
  });
  const learned = starts.flatMap((start) => {
    const own = done.find(
      ({ task }) => task.kind === "learn" && named(task.start) === named(start),
    );
    const found = own?.result.scored[0];
    const from = `from ${named(start)}`;
    const ratio = found && best && found.rmse !== null ? found.rmse / best.rmse! : null;
    return [
      row(
        `analysis RMSE with the pair learned ${from}`,
        found?.rmse ?? null,
        found && named(found),
      ),
      row(`learned ${from} ÷ best of the grid`, ratio),
      ...(start.forcing === undefined
        ? []
        : [row(`forcing F learned ${from}, ${trueForcing} in truth`, found?.forcing ?? null)]),
    ];
  });
  return [
    row(
      "analysis RMSE with the best pair of the grid",
      best?.rmse ?? null,
      best ? named(best) : undefined,
    ),
    ...learned,
  ];
}

function mapOf(done: readonly Done[], score: "rmse" | "loss", title: string): MapFigure | null {
  const best = bestOf(done, score);
  if (best === null) return null;
  const cells = done.flatMap(({ task, result }) => (task.kind === "grid" ? result.scored : []));
  const valueAt = (inflation: number, halfWidth: number): number => {
    const cell = cells.find((one) => one.inflation === inflation && one.halfWidth === halfWidth);
    const value = cell?.[score] ?? Number.NaN;
    return value > lost * best[score]! ? Number.NaN : value;
  };
  const xs = halfWidths.filter((c) => cells.some(({ halfWidth }) => halfWidth === c));
  const values = inflations.map((inflation) => xs.map((c) => valueAt(inflation, c)));
  const panels = done.flatMap(({ task, result: { path } }) =>
    task.kind === "learn"
      ? [
          {
            ...{ title: `from ${named(task.start)}`, xs, ys: inflations, values },
            path: path.map(({ inflation, halfWidth }) => ({ x: halfWidth, y: inflation })),
          },
        ]
      : [],
  );
  return {
    ...{ kind: "maps", title, value: title, panels },
    caption: `Over the grid, and the path of learning, an epoch a step. Blank: more than ${lost} times the least, where the filter lost the truth.`,
    x: { title: "half-width c" },
    y: { title: "inflation λ" },
  };
}

export const adLetkf: Reproduction = {
  name: "ad-letkf",
  title: "Inflation and half-width learned through local analyses",
  source: "Beyond Adrian, Sanz-Alonso and Willett (2026): their first open question",
  about:
    "Learns both parameters of an LETKF of Lorenz-96 by gradients, in time and memory linear in d, and compares with a grid.",
  // Raise the number when the same trial gives other numbers than before.
  kind: "ad-letkf 1",
  trials: (scale) => trialsFor(scale) as unknown as readonly Json[],
  run: async (trial, host) =>
    ({ ...(await runTrial(trial as unknown as Trial, host)) }) as unknown as Json,
  assemble: (scale, results) => {
    const trials = trialsFor(scale);
    const done = results.flatMap((result, i): Done[] =>
      isFailed(result) ? [] : [{ task: trials[i]!.task, result: result as unknown as TrialResult }],
    );
    const figures = [
      mapOf(done, "rmse", "test analysis RMSE"),
      mapOf(done, "loss", "test loss a value"),
    ].flatMap((figure) => (figure === null ? [] : [figure]));
    const { dimension, members, training, test, window } = twinFor(scale);
    return {
      figures,
      comparisons: comparisonsOf(done),
      notes: [
        `d = ${dimension}, every second variable observed with R = 1 every 0.05, N = ${members}, rotated; ${training} cycles to learn from in windows of ${window}, the next ${test} to test on. The loss is the composite likelihood of forecasts: the truth takes no part in learning.`,
        "Windows cut gradients off: what a pair does to forecasts beyond a window is not seen, and short windows lead to narrower half-widths.",
      ],
    };
  },
};
