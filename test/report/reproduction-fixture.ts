/** Figures of reproductions in the shapes of a publication, from closed forms. */

import type { Reproduced } from "../../src/report/index.js";
import type {
  BandFigure,
  CurveFigure,
  MapFigure,
  TrialRecord,
} from "../../src/reproductions/index.js";

const methods = ["3DVar-C", "3DVar-K", "EnKF", "Ens3DVar"];
/** Fixed numbers in (−1, 1) that look random. */
const noise = (i: number): number => 2 * ((Math.sin(12.9898 * i + 4.1) * 43758.5453) % 1) * 0.5;

/** Error against size, a series a method, over decades. */
export const bands: BandFigure = {
  kind: "bands",
  title: "Forecast error against dimension",
  caption: "The smaller the better.",
  x: { title: "dimension d", log: true },
  y: { title: "forecast RMSE", log: true },
  series: ["initial model", ...methods].map((name, j) => ({
    name,
    points: [20, 40, 80, 160, 320].map((x, i) => {
      const middle = [1.2, 0.12, 0.25, 0.05, 0.03][j]! * (1 + 0.25 * i * (j === 3 ? 1.5 : 0.2));
      const factor = 1.25 + 0.1 * j;
      return { x, low: middle / factor, middle, high: middle * factor };
    }),
  })),
};

/** Four terms of very different size, and dots. */
export const curves: CurveFigure = {
  kind: "curves",
  title: "Log-likelihood while learning",
  caption: "Distance to the Kalman filter.",
  x: { title: "epoch" },
  y: { title: "distance" },
  panels: ["log-likelihood", "log det S", "misfit", "gradient"].map((title, p) => ({
    title,
    series: [...methods, "EnKF, true model"].map((name, j) => ({
      name,
      ...(j === 4 ? { marks: true } : {}),
      points: Array.from({ length: 40 }, (_, x) => ({
        x,
        y: 10 ** (2 - 1.5 * p) * (Math.exp(-x / (4 + 3 * j)) + 0.1 * j + 0.01 * noise(x + 50 * j)),
      })),
    })),
  })),
};

/** A surface with a path over it. */
export const surface: MapFigure = {
  kind: "maps",
  title: "Path of inflation and taper",
  caption: "From the start to the end of learning.",
  x: { title: "taper half-width" },
  y: { title: "inflation" },
  value: "filter RMSE",
  panels: [
    {
      title: "Lorenz-96, d = 40",
      xs: Array.from({ length: 12 }, (_, i) => 1 + i),
      ys: Array.from({ length: 9 }, (_, j) => 1 + 0.05 * j),
      values: Array.from({ length: 9 }, (_, j) =>
        Array.from({ length: 12 }, (_, i) =>
          i === 11 && j === 0 ? Number.NaN : 0.38 + 0.004 * (i - 6) ** 2 + 0.01 * (j - 3) ** 2,
        ),
      ),
      path: Array.from({ length: 20 }, (_, k) => ({
        x: 7 - 2 * Math.exp(-k / 5) + 0.05 * noise(k),
        y: 1.15 + 0.2 * Math.exp(-k / 4),
      })),
    },
  ],
};

/** Signed errors over time and component, with more cells than can be drawn. */
export const errors: MapFigure = {
  kind: "maps",
  title: "Errors of the analysis",
  caption: "Time against component.",
  x: { title: "time" },
  y: { title: "component" },
  value: "error",
  panels: methods.map((title, p) => ({
    title,
    xs: Array.from({ length: 300 }, (_, t) => 0.05 * t),
    ys: Array.from({ length: 100 }, (_, i) => i),
    values: Array.from({ length: 100 }, (_, i) =>
      Array.from(
        { length: 300 },
        (_, t) => (2 - 0.45 * p) * Math.sin(i / 5 + t / 20) * Math.cos(t / 31 - i / 9),
      ),
    ),
  })),
};

export const record: TrialRecord = {
  kind: "test 1",
  trial: { seed: 1 },
  result: 1,
  seconds: 61.3,
  date: "2026-11-21T12:00:00.000Z",
  version: "0.1.0",
  machine: "a test, 2 cores, Node 20",
};

export const reproduced: Reproduced = {
  reproduction: {
    name: "figure-4",
    title: "Figure 4: Lorenz-96",
    source: "Adrian, Sanz-Alonso and Willett (2026), figure 4",
    about: "How the error grows with the dimension.",
  },
  scale: "quick",
  output: {
    comparisons: [
      { what: "filter RMSE, 3DVar-C", published: 0.77, ours: 0.791 },
      { what: "filter RMSE, EnKF", published: 0.39, ours: null, note: "it diverged" },
      { what: "filter RMSE, ours only", published: null, ours: 0.31 },
    ],
    figures: [bands, curves, surface, errors],
    notes: ["Two of the ten initial models."],
  },
  records: [record, { ...record, trial: { seed: 2 }, seconds: 70 }],
  trials: { done: 2, all: 2 },
};
