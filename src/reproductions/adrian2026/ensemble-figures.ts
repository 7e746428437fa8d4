/** All systems: figures 11 (members) and 12 (learned φ beside a grid). */
import type { BandFigure, CurveFigure, Reproduction, Scale } from "../reproduction.js";
import { bandFigure } from "./bands.js";
import { reproduction } from "./catalogue-entry.js";
import { communitySize, figure8Trial } from "./community-figures.js";
import { figure5Trial } from "./lorenz-figures.js";
import {
  communityTrial,
  type Done,
  filterGrid,
  lorenzTrial,
  models,
  orbitTrial,
} from "./settings.js";
import { type MethodName, methodTitles, type SystemName, type Trial } from "./trial.js";

const methods: readonly MethodName[] = ["enkf", "ens3dvar"];
const quantiles = [0.2, 0.8] as const;

const members = (scale: Scale): Readonly<Record<SystemName, readonly number[]>> =>
  scale === "paper"
    ? { orbit: [5, 10, 15, 25, 50], lorenz: [5, 10, 25, 50], community: [25, 50, 100, 150] }
    : { orbit: [5, 10, 25], lorenz: [5, 10, 25], community: [10, 20, 40] };

const titles: Readonly<Record<SystemName, string>> = {
  orbit: "Clohessy–Wiltshire",
  lorenz: "Lorenz-96",
  community: "Lotka–Volterra",
};

export const figure11: Reproduction = reproduction({
  name: "figure-11",
  title: "How many members learning needs",
  about:
    "Errors of the learned models over the size of the ensemble, with and without a static part.",
  // Those that take long come last, for a report before all are done.
  trials: (scale) => {
    const sizes = members(scale);
    const both = (trial: (method: MethodName) => Trial) => methods.map(trial);
    return models(scale).flatMap((model) => [
      ...sizes.orbit.flatMap((N) =>
        both((method) =>
          orbitTrial(scale, method, { model, members: N, variance: 1, modelError: 0.05 }),
        ),
      ),
      ...sizes.community.flatMap((N) =>
        both((method) => communityTrial(scale, method, { model, members: N })),
      ),
      ...sizes.lorenz.flatMap((N) =>
        both((method) => lorenzTrial(scale, method, { model, members: N, ratio: 1 })),
      ),
    ]);
  },
  assemble: (_, done) => {
    const panel = (system: SystemName, what: string, which = 0): BandFigure =>
      bandFigure(
        done.filter(({ trial }) => trial.system === system),
        {
          ...{ title: `${titles[system]}: ${what}`, which, quantiles },
          caption: "Medians and the band from 20 to 80 % over the initial models.",
          x: { title: "members N" },
          y: { title: what, log: true },
          at: (trial) => trial.members,
        },
      );
    return {
      figures: [
        panel("orbit", "error of n"),
        panel("lorenz", "forecast RMSE"),
        panel("community", "error of A"),
        panel("community", "error of r", 1),
      ],
      comparisons: [],
      notes: [],
    };
  },
});

const gridTrials = (scale: Scale): Trial[] =>
  methods.flatMap((method) => [
    orbitTrial(scale, method, { grid: filterGrid(method) }),
    figure5Trial(scale, method),
    figure8Trial(scale, method),
  ]);

export const figure12: Reproduction = reproduction({
  name: "figure-12",
  title: "Learned inflation and mixing beside a grid",
  about: "Test error of the learned filter with its own φ, and with others.",
  trials: gridTrials,
  assemble: (_, done) => ({
    figures: methods.map(
      (method): CurveFigure => ({
        kind: "curves",
        title: methodTitles[method],
        caption: "Test filter RMSE over the parameter; the dot is what was learned.",
        x: { title: method === "enkf" ? "inflation φ" : "mixing φ₁" },
        y: { title: "test filter RMSE", log: true },
        panels: done
          .filter(({ trial }) => trial.method === method)
          .map((one) => ({ title: titles[one.trial.system], series: gridSeries(one) })),
      }),
    ),
    comparisons: done.map(({ trial, result }) => {
      const tried = result.grid.filter((value) => value !== null);
      return {
        what: `${titles[trial.system]}, ${methodTitles[trial.method]}: learned ÷ best of the grid`,
        published: null,
        ours: result.test === null ? null : result.test.pooled / Math.min(...tried),
      };
    }),
    notes: [communitySize],
  }),
});

function gridSeries({ trial, result }: Done): CurveFigure["panels"][number]["series"] {
  const { inflation, mixing } = result.epochs.at(-1)!.filter;
  const learned = inflation ?? mixing!;
  const points = trial.grid.flatMap((x, i) => {
    const y = result.grid[i];
    return y === null || y === undefined ? [] : [{ x, y }];
  });
  const own = result.test === null ? [] : [{ x: learned, y: result.test.pooled }];
  return [
    { name: "grid", points },
    { name: "learned", marks: true, points: own },
  ];
}
