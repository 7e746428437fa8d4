/** Lorenz-96: figures 4, 5, 9 and 10. */
import type { BandFigure, Comparison, MapFigure, Reproduction, Scale } from "../reproduction.js";
import { bandFigure } from "./bands.js";
import { reproduction } from "./catalogue-entry.js";
import { type Done, filterGrid, lorenzTrial, models } from "./settings.js";
import { type MethodName, methodTitles, type Trial } from "./trial.js";

const methods: readonly MethodName[] = ["3dvar-c", "3dvar-k", "enkf", "ens3dvar"];
const forecastAxis = { title: "forecast RMSE" };
const quantiles = [0.2, 0.8] as const;
const ofModels = "Medians and the band from 20 to 80 % over the initial models.";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The settings that the panels of figure 4 vary; the others are d = 200, σ₀² = 1 and H = I. */
const varied = (scale: Scale): readonly Partial<Trial>[] =>
  scale === "paper"
    ? [
        ...[200, 100, 40, 300].map((dimension) => ({ dimension })),
        ...[0.5, 2].map((modelError) => ({ modelError })),
        ...[0.2, 0.3, 0.6, 0.8].map((ratio) => ({ ratio })),
      ]
    : [{}, { dimension: 80 }, { modelError: 0.25 }, { ratio: 0.2 }, { ratio: 0.6 }];
const figure4Trial = (scale: Scale, method: MethodName, one: Partial<Trial>): Trial =>
  lorenzTrial(scale, method, { ratio: 1, ...one });

export const figure4: Reproduction = reproduction({
  name: "figure-4",
  title: "Forecasts of the learned Lorenz-96 models",
  about: "One-step error over the size of the system, the initial error and the observed fraction.",
  trials: (scale) =>
    models(scale).flatMap((model) =>
      varied(scale).flatMap((one) =>
        methods.map((method) => figure4Trial(scale, method, { ...one, model })),
      ),
    ),
  assemble: (scale, done) => {
    const base = figure4Trial(scale, "enkf", {});
    const only = (name: "dimension" | "modelError" | "ratio"): Done[] =>
      done.filter(({ trial }) =>
        (["dimension", "modelError", "ratio"] as const).every(
          (other) => other === name || trial[other] === base[other],
        ),
      );
    const panel = (name: "dimension" | "modelError" | "ratio", title: string): BandFigure =>
      bandFigure(only(name), {
        ...{ title, caption: ofModels, x: { title }, y: forecastAxis, quantiles },
        at: (trial) => trial[name],
      });
    return {
      figures: [
        panel("dimension", "dimension d"),
        panel("modelError", "variance of the initial error, σ₀²"),
        panel("ratio", "observed fraction m/d"),
      ],
      comparisons: [],
      notes: [],
    };
  },
});

/** The trials of figure 5; they hold the grid of figure 12, which needs the same runs. */
export const figure5Trial = (scale: Scale, method: MethodName): Trial =>
  lorenzTrial(scale, method, { series: true, grid: filterGrid(method) });

/** Published RMSE of the filters on test trajectories, for d = 200 and 60 % observed. */
const published: Readonly<Record<string, number>> = {
  "3dvar-c": 0.77,
  "3dvar-k": 0.88,
  enkf: 0.39,
  ens3dvar: 0.44,
};

/** The error of a test trajectory in its last part, at every `every`-th cycle. */
function errorMap(done: readonly Done[]): MapFigure {
  return {
    kind: "maps",
    title: "Errors of the analyses",
    caption: "Analysis − truth of a test trajectory, its last 300 cycles, all components.",
    x: { title: "cycle" },
    y: { title: "component" },
    value: "error",
    panels: done.map(({ trial, result }) => {
      const { analysis, truth } = result.series!;
      const from = Math.max(0, trial.cycles - 300);
      const xs = upTo(trial.cycles - from)
        .map((t) => from + t)
        .filter((t) => t % 3 === 0);
      const ys = upTo(trial.dimension);
      return {
        title: methodTitles[trial.method],
        ...{ xs, ys },
        values: ys.map((i) => xs.map((t) => analysis[t]![i]! - truth[t]![i]!)),
      };
    }),
  };
}

export const figure5: Reproduction = reproduction({
  name: "figure-5",
  title: "Filtering Lorenz-96 with what was learned",
  about: "Error of the analyses of test trajectories, for each method.",
  trials: (scale) => methods.map((method) => figure5Trial(scale, method)),
  assemble: (scale, done) => ({
    figures: [errorMap(done)],
    comparisons: done.flatMap(({ trial: { method }, result }): Comparison[] => [
      {
        what: `${methodTitles[method]}: test filter RMSE, all cycles`,
        published: scale === "paper" ? published[method]! : null,
        ours: result.test?.pooled ?? null,
      },
      {
        what: `${methodTitles[method]}: the same after the first sixth`,
        published: null,
        ours: result.test?.late ?? null,
      },
      {
        what: `${methodTitles[method]}: forecast RMSE, ${result.initial[0]!.toPrecision(3)} before`,
        published: null,
        ours: result.epochs.at(-1)?.errors[0] ?? null,
      },
    ]),
    notes: [
      "Which components are observed and the learning rates are not published. Ours are evenly spread; the rates of 3DVar and the EnKF have the lowest validation loss of those tried, those of Ens3DVar were taken as they are. Q learns at the filter's rate.",
      ...(scale === "quick" ? ["Quick: d = 40, 400 cycles, 10 epochs."] : []),
    ],
  }),
});

const ratios = (scale: Scale): number[] => (scale === "paper" ? [0.3, 0.5, 0.8] : [0.5, 0.8]);

export const figure9: Reproduction = reproduction({
  name: "figure-9",
  title: "Low-rank updates of the background covariance",
  about: "Forecast error of models learned with C = I + B Bᵀ, B of p columns, H changing.",
  trials: (scale) => {
    const ranks = scale === "paper" ? [50, 75, 100, 150, 175, 200] : [10, 20, 40];
    return models(scale).flatMap((model) =>
      ratios(scale).flatMap((ratio) =>
        ranks.map((rank) =>
          lorenzTrial(scale, "3dvar-c", { changing: true, halfWidth: null, ratio, model, rank }),
        ),
      ),
    );
  },
  assemble: (scale, done) => ({
    figures: ratios(scale).map((ratio) =>
      bandFigure(
        done.filter(({ trial }) => trial.ratio === ratio),
        {
          ...{ title: `Observed fraction ${ratio}`, caption: ofModels, quantiles },
          ...{ x: { title: "rank p" }, y: forecastAxis },
          at: ({ rank }) => rank!,
        },
      ),
    ),
    comparisons: [],
    notes: [],
  }),
});

const inflations = (scale: Scale): number[] =>
  scale === "paper" ? [0.001, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6] : [0.001, 0.2, 0.4, 0.6];
const halfWidths = (scale: Scale): number[] =>
  scale === "paper" ? [4, 5, 6, 7, 8, 9, 10] : [4, 6, 8, 10];

export const figure10: Reproduction = reproduction({
  name: "figure-10",
  title: "Inflation and taper learned together",
  about:
    "The path of the learned pair over the test error of the EnKF with the true model, d = 40.",
  trials: (scale) => {
    const fixed = {
      dimension: 40,
      ratio: 1,
      trueModel: true,
      cycles: scale === "paper" ? 1200 : 400,
    };
    const rates = [{ dynamics: 1e-3, filter: 1e-2 }];
    return [
      lorenzTrial(scale, "enkf", { ...fixed, rates, inflation: 0.2, learnHalfWidth: true }),
      ...inflations(scale).flatMap((inflation) =>
        halfWidths(scale).map((halfWidth) =>
          lorenzTrial(scale, "enkf", { ...fixed, rates, inflation, halfWidth, epochs: 0 }),
        ),
      ),
    ];
  },
  assemble: (scale, done) => {
    const learner = done.find(({ trial }) => trial.learnHalfWidth);
    const errorAt = (phi: number, width: number): number =>
      done.find(
        ({ trial }) => trial.epochs === 0 && trial.inflation === phi && trial.halfWidth === width,
      )?.result.test?.pooled ?? Number.NaN;
    const [xs, ys] = [inflations(scale), halfWidths(scale)];
    const errors = ys.map((width) => xs.map((phi) => errorAt(phi, width)));
    const found = errors.flat().filter(Number.isFinite);
    const best = found.length === 0 ? null : Math.min(...found);
    const values = errors.map((row) => row.map((error) => Math.min(error, 2 * (best ?? error))));
    const epochs = learner?.result.epochs ?? [];
    const path = [
      { x: 1.2, y: 5 },
      ...epochs.map(({ filter }) => ({ x: 1 + filter.inflation!, y: filter.halfWidth! })),
    ];
    return {
      figures: [
        {
          ...{ kind: "maps", title: "Test filter RMSE", value: "RMSE" },
          caption:
            "The learner starts at an inflation of 1.2 and a half-width of 5. Twice the best and more share a colour.",
          x: { title: "inflation 1 + φ" },
          y: { title: "half-width of the taper" },
          panels: [{ title: "EnKF, true model", xs: xs.map((phi) => 1 + phi), ys, values, path }],
        },
      ],
      comparisons: [
        { what: "best RMSE of the grid", published: null, ours: best },
        {
          what: "RMSE of the learned pair",
          published: null,
          ours: learner?.result.test?.pooled ?? null,
        },
      ],
      notes: [],
    };
  },
});
