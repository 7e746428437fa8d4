/** Clohessy–Wiltshire: figures 1, 2, 3, 13 and 14. */
import type { Comparison, CurveFigure, Reproduction } from "../reproduction.js";
import { bandFigure } from "./bands.js";
import { reproduction } from "./catalogue-entry.js";
import { type Done, learnedError, models, orbitTrial } from "./settings.js";
import { type MethodName, methodTitles } from "./trial.js";

const methods: readonly MethodName[] = ["3dvar-c", "3dvar-k", "enkf", "ens3dvar"];
const likely: readonly MethodName[] = ["3dvar-c", "enkf", "ens3dvar", "kalman"];

const errorAxis = { title: "mean absolute error of n", log: true };
const quartiles = [0.25, 0.75] as const;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const errors = [0.01, 0.02, 0.03, 0.04, 0.05];
const variances = [0.1, 0.25, 0.5, 1];

/** Values of σ₀², with R = 0.1, and of R, with σ₀² = 0.03. */
export const figure1: Reproduction = reproduction({
  name: "figure-1",
  title: "The mean motion learned from orbits",
  about: "Error of the learned n over the error of the initial model and over R.",
  trials: (scale) => {
    const few = scale === "quick" ? [0.01, 0.03, 0.05] : errors;
    const noises = scale === "quick" ? [0.1, 1] : variances;
    return models(scale).flatMap((model) =>
      methods.flatMap((method) => [
        ...few.map((modelError) => orbitTrial(scale, method, { model, modelError })),
        ...noises.slice(1).map((variance) => orbitTrial(scale, method, { model, variance })),
      ]),
    );
  },
  assemble: (_, done) => {
    const overErrors = done.filter(({ trial }) => trial.variance === 0.1);
    const overNoise = done.filter(({ trial }) => trial.modelError === 0.03);
    const figures = [
      bandFigure(overErrors, {
        ...{ title: "Over the error of the initial model", quantiles: quartiles, y: errorAxis },
        caption: "R = 0.1. Medians and quartiles over the initial models.",
        x: { title: "variance of the initial model's latent, σ₀²" },
        at: ({ modelError }) => modelError,
      }),
      bandFigure(overNoise, {
        ...{ title: "Over the noise of the observations", quantiles: quartiles, y: errorAxis },
        caption: "σ₀² = 0.03. Medians and quartiles over the initial models.",
        x: { title: "R" },
        at: ({ variance }) => variance,
      }),
    ];
    const comparisons = methods.map((method): Comparison => {
      const own = done.filter(({ trial }) => trial.method === method);
      const gain = mean(own.map(({ result }) => result.initial[0]!));
      const left = mean(own.map(({ result }) => learnedError(result)));
      return {
        what: `${methodTitles[method]}: mean error of n before learning ÷ after`,
        published: null,
        ours: own.length === 0 ? null : gain / left,
      };
    });
    return { figures, comparisons, notes: [] };
  },
});

/** Analyses of one test trajectory in the plane of two components, and of their velocities. */
function orbits(
  name: string,
  [i, j]: readonly [number, number],
  names: readonly [string, string],
): Reproduction {
  const plane = (done: readonly Done[], shift: number, what: string): CurveFigure => ({
    kind: "curves",
    title: what,
    caption: `A test trajectory: truth, observations and analyses with what each method learned.`,
    x: { title: shift === 0 ? names[0] : `velocity of ${names[0]}` },
    y: { title: shift === 0 ? names[1] : `velocity of ${names[1]}` },
    panels: done.map(({ trial: { method }, result }) => {
      const { analysis, truth, observed } = result.series!;
      const path = (rows: readonly (readonly (number | null)[])[]) =>
        rows.flatMap((row) => {
          const [x, y] = [row[i + shift]!, row[j + shift]!];
          return x === null || y === null ? [] : [{ x, y }];
        });
      const seen = path(observed);
      return {
        title: methodTitles[method],
        series: [
          ...(seen.length > 0 ? [{ name: "observations", marks: true, points: seen }] : []),
          { name: "truth", points: path(truth) },
          { name: "analysis", points: path(analysis) },
        ],
      };
    }),
  });
  return reproduction({
    name,
    title: `Orbits: ${names[0]} and ${names[1]}`,
    about: "Positions and velocities of a test trajectory, filtered with what was learned.",
    trials: (scale) => methods.map((method) => orbitTrial(scale, method, { series: true })),
    assemble: (_, done) => ({
      figures: [plane(done, 0, "Positions"), plane(done, 3, "Velocities")],
      comparisons: done.map(({ trial: { method }, result }) => ({
        what: `${methodTitles[method]}: test filter RMSE`,
        published: null,
        ours: result.test?.pooled ?? null,
      })),
      notes: [],
    }),
  });
}

export const figure2 = orbits("figure-2", [0, 2], ["x₁", "x₃"]);
export const figure13 = orbits("figure-13", [1, 2], ["x₂", "x₃"]);

/** The terms of the likelihood of a filter beside those of the exact filter. */
function terms(
  name: string,
  title: string,
  parts: readonly ("volume" | "misfit" | "sum")[],
): Reproduction {
  const label = {
    volume: "−½ log det S",
    misfit: "−½ ‖y − H m‖² in S⁻¹",
    sum: "log-likelihood, without the constant",
  };
  const seriesOf = ({ result }: Done, part: (typeof parts)[number]): number[] => {
    const { volume, misfit } = result.series!.terms!;
    if (part === "sum") return volume.map((v, t) => v + misfit[t]!);
    return [...(part === "volume" ? volume : misfit)];
  };
  return reproduction({
    name,
    title,
    about: "What learned filters think of test observations, beside the exact Kalman filter.",
    trials: (scale) =>
      likely.map((method) =>
        orbitTrial(
          scale,
          method,
          method === "kalman" ? { series: true, trueModel: true, epochs: 0 } : { series: true },
        ),
      ),
    assemble: (_, done) => {
      const learned = done.filter(({ trial }) => trial.method !== "kalman");
      const exact = done.find(({ trial }) => trial.method === "kalman");
      const curve = (one: Done, part: (typeof parts)[number]) => ({
        name: methodTitles[one.trial.method],
        points: seriesOf(one, part).map((y, x) => ({ x, y })),
      });
      const late = (one: Done, part: (typeof parts)[number]) =>
        mean(seriesOf(one, part).slice(Math.floor(one.trial.cycles / 6)));
      return {
        figures: parts.map((part) => ({
          kind: "curves" as const,
          title: label[part],
          caption:
            "Each method beside the Kalman filter of the true model, on one test trajectory.",
          x: { title: "cycle" },
          y: { title: label[part] },
          panels: learned.map((one) => ({
            title: methodTitles[one.trial.method],
            series: [curve(one, part), ...(exact ? [curve(exact, part)] : [])],
          })),
        })),
        comparisons: done.flatMap((one) =>
          parts.map((part) => ({
            what: `${methodTitles[one.trial.method]}: mean ${label[part]} after the first sixth`,
            published: one.trial.method === "kalman" && part === "volume" ? 3.4 : null,
            ours: late(one, part),
          })),
        ),
        notes: [
          "The exact filter's likelihood uses the forecast covariance; eq. 34 prints the analysis covariance.",
        ],
      };
    },
  });
}

export const figure3 = terms("figure-3", "The likelihood of test observations", ["sum"]);
export const figure14 = terms("figure-14", "The terms of the likelihood", ["volume", "misfit"]);
