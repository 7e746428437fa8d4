/** Table 3: the strengths of each method, our numbers beside the words of the paper. */
import { scope } from "../../engine/index.js";
import { windowCost } from "../../problem/index.js";
import type { Comparison, CurveFigure, Reproduction, Scale } from "../reproduction.js";
import { reproduction } from "./catalogue-entry.js";
import { dataOf } from "./data.js";
import { lorenz } from "./lorenz.js";
import { figure5Trial } from "./lorenz-figures.js";
import { problemOf } from "./problem.js";
import { type Done, lorenzTrial } from "./settings.js";
import { spaceOf } from "./space.js";
import { type MethodName, methodTitles, type TestSeries, type Trial } from "./trial.js";

type Method = Exclude<MethodName, "kalman">;
const methods: readonly Method[] = ["enkf", "ens3dvar", "3dvar-c", "3dvar-k"];

/** The columns of the table; the column of a changing H has ✓ for all methods but 3DVar-K. */
interface Words {
  readonly fixed: string;
  readonly large: string;
  readonly memory: string;
  readonly learning: string;
}

const ensemble = {
  fixed: "Reasonably recovers all states",
  memory: "High; scales with N",
  learning: "Accurate",
};
const still = {
  fixed: "Struggles to recover unobserved states",
  learning: "Moderate accuracy",
};
const published: Readonly<Record<Method, Words>> = {
  enkf: { ...ensemble, large: "May require non-trivial modifications" },
  ens3dvar: { ...ensemble, large: "May require modifications or small N" },
  "3dvar-c": { ...still, large: "Computation scales better for large d_x", memory: "Lower" },
  "3dvar-k": { ...still, large: "Computation scales best for large d_x", memory: "Lowest" },
};

/** The trials of figure 5, and the same trials with other variables observed at each time. */
const fixedTrial = figure5Trial;
const changingTrial = (scale: Scale, method: Method): Trial =>
  lorenzTrial(scale, method, { changing: true });
const canChange = methods.filter((method) => method !== "3dvar-k");

const rootMean = (squares: readonly number[]): number =>
  Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length);

/** The error of each component of a test trajectory after its first sixth, and whether it is ever observed. */
function componentErrors({ analysis, truth, observed }: TestSeries) {
  const late = Math.floor(truth.length / 6);
  return truth[0]!.map((_, i) => ({
    component: i,
    seen: observed.some((row) => row[i] !== null),
    error: rootMean(truth.slice(late).map((row, t) => (analysis[late + t]![i]! - row[i]!) ** 2)),
  }));
}

/** The memory and the operations of a window with its gradient; the data of one window are enough. */
const costOf = (trial: Trial) =>
  scope(() => {
    const short = { ...trial, cycles: trial.window };
    const space = spaceOf(lorenz, short);
    return windowCost(problemOf(lorenz, short, space, dataOf(lorenz, short, space)));
  });

function rows({ trial, result }: Done, changing: Done | undefined): Comparison[] {
  const method = trial.method as Method;
  const name = methodTitles[method];
  const words = published[method];
  const { bytes, operations } = costOf(trial);
  const trajectories = trial.trajectories.training;
  return [
    {
      what: `${name}: H fixed, RMSE of variables never observed`,
      published: words.fixed,
      ours: result.test?.unseen ?? null,
    },
    {
      what: `${name}: the same of those observed`,
      published: null,
      ours: result.test?.seen ?? null,
    },
    {
      what: `${name}: H changing, RMSE of all variables`,
      published: method === "3dvar-k" ? "✗" : "✓",
      ours: changing?.result.test?.late ?? null,
      ...(method === "3dvar-k" && {
        note: "Refused: its gain belongs to one set of observed variables.",
      }),
    },
    {
      what: `${name}: million operations of a cycle and trajectory, with gradient`,
      published: words.large,
      ours: operations / trial.window / trajectories / 1e6,
    },
    {
      what: `${name}: memory of a window, MiB`,
      published: words.memory,
      ours: bytes / 2 ** 20,
    },
    {
      what: `${name}: forecast RMSE learned, ${result.initial[0]!.toPrecision(3)} before`,
      published: words.learning,
      ours: result.epochs.at(-1)?.errors[0] ?? null,
    },
  ];
}

/** A panel for each method that shows the error of each component. */
const figure = (done: readonly Done[]): CurveFigure => ({
  kind: "curves",
  title: "Errors by component",
  caption: "RMSE of each component of a test trajectory after its first sixth, H fixed.",
  x: { title: "component" },
  y: { title: "RMSE" },
  panels: done.flatMap(({ trial: { method }, result: { series } }) => {
    if (series === null) return [];
    const errors = componentErrors(series);
    const points = (seen: boolean) =>
      errors.filter((one) => one.seen === seen).map(({ component: x, error: y }) => ({ x, y }));
    return [
      {
        title: methodTitles[method],
        series: [
          { name: "observed", marks: true, points: points(true) },
          { name: "never observed", marks: true, points: points(false) },
        ],
      },
    ];
  }),
});

export const table3: Reproduction = reproduction({
  name: "table-3",
  title: "What each method is good for",
  about: "The summary of the methods on Lorenz-96: numbers of ours beside the words of the paper.",
  trials: (scale) => [
    ...methods.map((method) => fixedTrial(scale, method)),
    ...canChange.map((method) => changingTrial(scale, method)),
  ],
  assemble: (scale, done) => {
    const fixed = done.filter(({ trial }) => !trial.changing);
    const changing = (method: MethodName) =>
      done.find(({ trial }) => trial.changing && trial.method === method);
    const { dimension, members, ratio } = lorenzTrial(scale, "enkf", {});
    return {
      comparisons: fixed.flatMap((one) => rows(one, changing(one.trial.method))),
      figures: fixed.length === 0 ? [] : [figure(fixed)],
      notes: [
        `d = ${dimension}, N = ${members}, ${100 * ratio} % observed; errors of the test trajectories after the first sixth of the cycles; those with H fixed are the runs of figure 5.`,
        "Operations and memory are counted, of a window of 20 cycles and 8 trajectories, with the network of 9,387 weights in all methods.",
        ...(scale === "quick"
          ? [
              "Quick: after 10 epochs the models are not learned out, and the methods differ less than at the sizes of the publication.",
            ]
          : []),
      ],
    };
  },
});
