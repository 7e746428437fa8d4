/**
 * Twenty initial models of Lorenz-96, drawn as the publication draws them: which methods start,
 * which have to be restarted from the observations, and how learning ends.
 *
 * A method *starts* with a model when the first epoch passes without a recovery. Up to the first
 * recovery the numbers are those of a loop without recoveries; such a loop ends there.
 */
import { quantile } from "../../diagnostics/index.js";
import type { Comparison, CurveFigure, Reproduction, Scale } from "../reproduction.js";
import { reproduction } from "./catalogue-entry.js";
import { type Done, lorenzTrial } from "./settings.js";
import { type MethodName, methodTitles, type Trial } from "./trial.js";

const methods: readonly MethodName[] = ["3dvar-c", "3dvar-k", "enkf", "ens3dvar"];

const draws = (scale: Scale): number => (scale === "paper" ? 20 : 8);

/**
 * The sizes of these trials: a fifth of the cycles and of the epochs of the publication, which is enough
 * to tell how learning ends. All methods have one pair of learning rates.
 */
const short = {
  ...{ cycles: 240, epochs: 8 },
  rates: [{ dynamics: 1e-3, filter: 1e-2 }],
} satisfies Partial<Trial>;

/** The variance of a component over the attractor at F = 8. */
export const attractorVariance = 13.2;

/** The error without a model: that of the observations, and of the climate where there are none. */
export const errorWithoutModel = ({ ratio, variance }: Trial): number =>
  Math.sqrt(ratio * variance + (1 - ratio) * attractorVariance);

export const starts = ({ result }: Done): boolean => result.epochs[0]!.recoveries === 0;

/** The error of the model at the end of learning. */
const lastError = ({ result: { epochs } }: Done): number => epochs.at(-1)!.errors[0]!;

/** Learning ends well if the error of the model has halved and the filter is better than no model. */
export const endsWell = ({ trial, result }: Done): boolean =>
  lastError({ trial, result }) < result.initial[0]! / 2 &&
  result.test !== null &&
  result.test.late < errorWithoutModel(trial);

const median = (values: readonly number[]): Pick<Comparison, "ours" | "note"> => {
  const found = values.filter(Number.isFinite);
  if (found.length === 0) return { ours: null };
  const [low, middle, high] = [0.2, 0.5, 0.8].map((p) => quantile(found, p));
  const digits = (value: number | undefined) => value!.toPrecision(3);
  return { ours: middle!, note: `20 to 80 %: ${digits(low)} to ${digits(high)}` };
};

/** The rows of a method in the table; a method without trials has empty ones. */
function rowsOf(method: MethodName, done: readonly Done[]): Comparison[] {
  const own = done.filter(({ trial }) => trial.method === method);
  const row = (what: string, found: Pick<Comparison, "ours" | "note">): Comparison => ({
    ...{ what: `${methodTitles[method]}: ${what}`, published: null, ...found },
  });
  const many = (chosen: readonly Done[]) => ({ ours: own.length === 0 ? null : chosen.length });
  const [started, others] = [own.filter(starts), own.filter((one) => !starts(one))];
  const recoveries = own.flatMap(({ result }) => result.epochs.map((epoch) => epoch.recoveries));
  const total = recoveries.reduce((sum, n) => sum + n, 0);
  return [
    row("models that start", many(started)),
    row("recoveries, all models and epochs", { ours: own.length === 0 ? null : total }),
    row("end well, of those that start", many(started.filter(endsWell))),
    row("end well, of the others", many(others.filter(endsWell))),
    ...[
      { name: "those that start", chosen: started },
      { name: "the others", chosen: others },
    ].flatMap(({ name, chosen }) => [
      row(`forecast RMSE of ${name}`, median(chosen.map(lastError))),
      row(
        `test filter RMSE of ${name}, after the first sixth`,
        median(chosen.map(({ result }) => result.test?.late ?? Number.NaN)),
      ),
    ]),
  ];
}

/** A line for each draw, from the initial model at epoch 0; a NaN separates one line from the next. */
const linesOf = (done: readonly Done[]) =>
  done.flatMap(({ result: { initial, epochs } }) => [
    ...[initial, ...epochs.map(({ errors }) => errors)].map(([error], x) => ({ x, y: error! })),
    { x: epochs.length, y: Number.NaN },
  ]);

const errorCurves = (done: readonly Done[]): CurveFigure => ({
  ...{ kind: "curves", title: "Forecast error of every draw while learning" },
  caption: "Dashed: draws whose trajectories had to be restarted in the first epoch.",
  x: { title: "epoch" },
  y: { title: "forecast RMSE", log: true },
  panels: methods.map((method) => {
    const own = done.filter(({ trial }) => trial.method === method);
    const title = methodTitles[method];
    return {
      title,
      series: [
        { name: title, points: linesOf(own.filter(starts)) },
        { name: `${title}, restarted`, points: linesOf(own.filter((one) => !starts(one))) },
      ],
    };
  }),
});

export const badStarts: Reproduction = reproduction({
  name: "bad-starts",
  title: "Learning that survives a bad start",
  source: "Beyond Adrian, Sanz-Alonso and Willett (2026): their initial models of Lorenz-96",
  about:
    "How many of the imperfect models start, how many blow up in the first epoch, and how learning ends.",
  trials: (scale) =>
    methods.flatMap((method) =>
      Array.from({ length: draws(scale) }, (_, i) =>
        lorenzTrial(scale, method, { ...short, model: i + 1 }),
      ),
    ),
  assemble: (scale, done) => ({
    figures: [errorCurves(done)],
    comparisons: methods.flatMap((method) => rowsOf(method, done)),
    notes: [
      `${draws(scale)} initial models, numbered; d = ${scale === "paper" ? 200 : 40}, 60 % observed, ${short.cycles} cycles of 8 trajectories, ${short.epochs} epochs: a fifth of the publication's.`,
      "A model starts if the first epoch needs no recovery. Until a recovery all numbers are those of a loop without any, and a state that calls for one has overflowed or is about to: such a loop would have gone on with NaN from every model that does not start.",
      "Learning ends well if the forecast error has fallen below half of the initial one, and the test filter, after the first sixth, is better than observations with the climate where there are none.",
    ],
  }),
});
