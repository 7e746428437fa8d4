/** Generalised Lotka–Volterra: figures 6, 7 and 8. */
import { scope, tensor } from "../../engine/index.js";
import { blockMatrix } from "../../models/index.js";
import type { BandFigure, CurveFigure, Reproduction, Scale } from "../reproduction.js";
import { bandFigure } from "./bands.js";
import { reproduction } from "./catalogue-entry.js";
import { trueBlocks } from "./community.js";
import { communityTrial, type Done, filterGrid, models } from "./settings.js";
import { type MethodName, methodTitles, type Trial } from "./trial.js";

const methods: readonly MethodName[] = ["3dvar-c", "enkf", "ens3dvar"];
const quantiles = [0.2, 0.8] as const;

export const figure6: Reproduction = reproduction({
  name: "figure-6",
  title: "The interactions of the community",
  about: "The matrix A: four groups of species, ten values.",
  trials: () => [],
  assemble: () => {
    const d = 40;
    const A = scope(() => [...blockMatrix({ blocks: tensor(trueBlocks) }, d).data()]);
    const species = Array.from({ length: d }, (_, i) => i);
    return {
      figures: [
        {
          ...{ kind: "maps", title: "A", value: "interaction" },
          caption: "Antisymmetric: what one species gains another loses.",
          x: { title: "species j" },
          y: { title: "species i" },
          panels: [
            {
              ...{ title: "true A, d = 40", xs: species, ys: species },
              values: species.map((i) => species.map((j) => A[i * d + j]!)),
            },
          ],
        },
      ],
      comparisons: [],
      notes: [],
    };
  },
});

const varied = (scale: Scale): readonly Partial<Trial>[] =>
  scale === "paper"
    ? [
        ...[100, 50].map((dimension) => ({ dimension })),
        ...[0.3, 0.8].map((ratio) => ({ ratio })),
        ...[200, 400].map((cycles) => ({ cycles })),
        ...[200, 300].map((dimension) => ({ dimension })),
      ]
    : [{}, { dimension: 80 }, { ratio: 0.25 }, { cycles: 200 }];

const names = ["dimension", "ratio", "cycles"] as const;

export const figure7: Reproduction = reproduction({
  name: "figure-7",
  title: "Interactions and growth learned from a changing half",
  about:
    "Mean absolute errors of A and r over d, the observed fraction and the length of the record.",
  trials: (scale) =>
    models(scale).flatMap((model) =>
      varied(scale).flatMap((one) =>
        methods.map((method) => communityTrial(scale, method, { ...one, model })),
      ),
    ),
  assemble: (scale, done) => {
    const base = communityTrial(scale, "enkf", {});
    const only = (name: (typeof names)[number]): Done[] =>
      done.filter(({ trial }) =>
        names.every((other) => other === name || trial[other] === base[other]),
      );
    const panel = (name: (typeof names)[number], title: string, which: 0 | 1): BandFigure =>
      bandFigure(only(name), {
        ...{ title: `${which === 0 ? "A" : "r"} over ${title}`, which, quantiles },
        caption: "Medians and the band from 20 to 80 % over the initial models.",
        x: { title },
        y: { title: `mean absolute error of ${which === 0 ? "A" : "r"}`, log: true },
        at: (trial) => trial[name],
      });
    return {
      figures: ([0, 1] as const).flatMap((which) => [
        panel("dimension", "species d", which),
        panel("ratio", "observed fraction m/d", which),
        panel("cycles", "cycles T", which),
      ]),
      comparisons: [],
      notes: [],
    };
  },
});

export const communitySize =
  "The publication has 300 species (500 in figure 8), the paper scale 100: time grows with d³.";

/** The trials of figure 8; they hold the grid of figure 12, which needs the same runs. */
export const figure8Trial = (scale: Scale, method: MethodName): Trial =>
  communityTrial(scale, method, { series: true, grid: filterGrid(method) });

/** The number of species in the picture. */
const shown = 3;

export const figure8: Reproduction = reproduction({
  name: "figure-8",
  title: "Abundances from a changing half",
  about: "Analyses of a test trajectory of which another half is observed at each time.",
  trials: (scale) => methods.map((method) => figure8Trial(scale, method)),
  assemble: (_, done) => ({
    figures: [abundances(done)],
    comparisons: done.map(({ trial: { method }, result }) => ({
      what: `${methodTitles[method]}: test filter RMSE`,
      published: null,
      ours: result.test?.pooled ?? null,
    })),
    notes: [communitySize],
  }),
});

function abundances(done: readonly Done[]): CurveFigure {
  return {
    kind: "curves",
    title: "Abundances of three species",
    caption: "Truth, observations when the species was among those observed, and analyses.",
    x: { title: "cycle" },
    y: { title: "abundance" },
    panels: done.flatMap(({ trial, result }) =>
      Array.from({ length: shown }, (_, k) => {
        const i = Math.floor((k * trial.dimension) / shown);
        const { analysis, truth, observed } = result.series!;
        const path = (rows: readonly (readonly (number | null)[])[]) =>
          rows.flatMap((row, x) => (row[i] === null ? [] : [{ x, y: row[i]! }]));
        return {
          title: `${methodTitles[trial.method]}, species ${i + 1}`,
          series: [
            { name: "observations", marks: true, points: path(observed) },
            { name: "truth", points: path(truth) },
            { name: "analysis", points: path(analysis) },
          ],
        };
      }),
    ),
  };
}
