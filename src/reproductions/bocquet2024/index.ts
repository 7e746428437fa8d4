/**
 * Data assimilation networks on Lorenz-96: the score of a learned analysis a_θ with a single state beside
 * those of tuned filters.
 *
 * @see bocquet2024
 */
import { standardNetwork } from "../../filters/index.js";
import {
  type Comparison,
  type CurveFigure,
  isFailed,
  type Json,
  type Reproduction,
  type Scale,
} from "../reproduction.js";
import {
  type Learning,
  type MethodBlock,
  runTrial,
  type Trial,
  type TrialResult,
} from "./trial.js";

interface Row {
  readonly name: string;
  readonly published: number;
  readonly method: MethodBlock;
  /** How it is learned in each scale; null: nothing is learned. */
  readonly learning: Readonly<Record<Scale, Learning>> | null;
  /** Whether the row takes hours to learn. */
  readonly long?: true;
}

const windows = { trajectories: 32, cycles: 1600, window: 2 };
const linear = { ...windows, rate: 2e-3 };
const residual = { ...windows, rate: 1e-3 };

/** 512,000 windows of two cycles: twice N_T = 2¹⁸, the published amount. */
const epochs = 20;

const rows: readonly Row[] = [
  {
    ...{ name: "3DVar, 0.25 × identity", published: 0.4, learning: null },
    method: { kind: "3dvar", background: { identity: 0.25 }, iterations: 1 },
  },
  ...[
    { members: 20, published: 0.191 },
    { members: 40, published: 0.179 },
  ].map(({ members, published }): Row => {
    const method = { kind: "enkf-n", members, xN: 2, form: "dual", covarianceInflation: 0 };
    return { name: `EnKF-N, N = ${members}, xN = 2`, published, method, learning: null };
  }),
  {
    ...{ name: "linear a_θ, N_e = 1", published: 0.384 },
    method: { kind: "dan", network: { linear: true } },
    learning: { quick: { ...linear, epochs: 40 }, paper: { ...linear, epochs: 100 } },
  },
  {
    ...{ name: "state-blind a_θ, N_e = 1, N_f = 40", published: 0.382, long: true },
    method: { kind: "dan", network: { ...standardNetwork, stateBlind: true } },
    learning: { quick: { ...residual, epochs }, paper: { ...residual, epochs } },
  },
  {
    ...{ name: "a_θ, N_e = 1, N_f = 40", published: 0.191, long: true },
    method: { kind: "dan", network: standardNetwork },
    learning: { quick: { ...residual, epochs }, paper: { ...residual, epochs: 100 } },
  },
];

const testFor = (scale: Scale): Trial["test"] =>
  scale === "paper"
    ? { cycles: 10_000, spinup: 300, seeds: 3 }
    : { cycles: 2000, spinup: 300, seeds: 1 };

const rowsFor = (scale: Scale): readonly Row[] =>
  rows.filter(({ long }) => scale === "paper" || !long);

const trialsFor = (scale: Scale): readonly Trial[] =>
  rowsFor(scale).map(({ method, learning }) => ({
    method,
    learning: learning === null ? null : learning[scale],
    test: testFor(scale),
  }));

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const isKnown = (result: Json): result is TrialResult => !isFailed(result);

function comparisonOf({ name, published }: Row, result: Json): Comparison {
  if (!isKnown(result)) return { what: `aRMSE of ${name}`, published, ours: null };
  const { scores, curve } = result;
  const last = curve.at(-1);
  const each = `by seed ${scores.map((score) => score.toFixed(4)).join(", ")}`;
  const learned =
    last === undefined ? "" : `; ${last.sampleCycles.toLocaleString("en")} sample-cycles`;
  return { what: `aRMSE of ${name}`, published, ours: meanOf(scores), note: `${each}${learned}` };
}

function figureOf(scale: Scale, results: readonly Json[]): CurveFigure {
  return {
    ...{ kind: "curves", title: "Learning" },
    caption: "Root of the validation loss, the transient from a state of the climate included.",
    x: { title: "sample-cycles" },
    y: { title: "RMSE of the analysis", log: true },
    panels: rowsFor(scale).flatMap(({ name }, i) => {
      const result = results[i]!;
      if (!isKnown(result) || result.curve.length === 0) return [];
      const points = result.curve.map(({ sampleCycles: x, rmse: y }) => ({ x, y }));
      return [{ title: name, series: [{ name: "validation", points }] }];
    }),
  };
}

export const bocquet2024: Reproduction = {
  name: "bocquet2024",
  title: "A network as the analysis: its score beside tuned filters",
  source:
    "Bocquet, Farchi, Finn, Durand, Cheng, Chen, Pasmans and Carrassi (2024), table 1 and text",
  about:
    "Learns networks a_θ of the analysis on Lorenz-96 and scores them with a single state beside 3DVar and EnKF-N.",
  // Raise the number when the same trial gives other numbers than before.
  kind: "bocquet2024 1",
  trials: (scale) => trialsFor(scale) as unknown as readonly Json[],
  run: (trial, host) => runTrial(trial as unknown as Trial, host) as Promise<Json>,
  assemble: (scale, results) => {
    const { cycles, spinup, seeds } = testFor(scale);
    const left = rows.length - rowsFor(scale).length;
    return {
      comparisons: rowsFor(scale).map((row, i) => comparisonOf(row, results[i]!)),
      figures: [figureOf(scale, results)],
      notes: [
        `${seeds === 1 ? "One seed" : `${seeds} seeds`} of ${cycles.toLocaleString("en")} cycles after ${spinup} that do not count; all methods have the same truths and observations.`,
        "Networks are learned in f32 by the supervised loss through two chained cycles, with a cosine schedule; the publication states neither the width of the convolutions (ours is 5) nor the rates.",
        ...(left > 0
          ? [`${left} networks that take hours to learn are left to the paper scale.`]
          : []),
      ],
    };
  },
};
