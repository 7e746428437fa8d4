/** Results of many trials as medians with a band over the initial models. */
import { quantile } from "../../diagnostics/index.js";
import type { Axis, BandFigure } from "../reproduction.js";
import { type Done, learnedError } from "./settings.js";
import { methodTitles, type Trial } from "./trial.js";

interface Wanted {
  readonly title: string;
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  /** What is varied. */
  readonly at: (trial: Trial) => number;
  /** Which error of the model. */
  readonly which?: number;
  /** Lower and upper share of the band. */
  readonly shares: readonly [number, number];
}

/** The name of the series of models before learning. */
const initialModel = "initial model";

export function bandFigure(done: readonly Done[], wanted: Wanted): BandFigure {
  const { at, which = 0, shares } = wanted;
  const places = [...new Set(done.map(({ trial }) => at(trial)))].sort((a, b) => a - b);
  const methods = [...new Set(done.map(({ trial }) => trial.method))];
  const band = (chosen: readonly Done[], value: (one: Done) => number) =>
    places.flatMap((x) => {
      const values = chosen.filter(({ trial }) => at(trial) === x).map(value);
      if (values.length === 0) return [];
      const [low, middle, high] = [shares[0], 0.5, shares[1]].map((p) => quantile(values, p));
      return [{ x, low: low!, middle: middle!, high: high! }];
    });
  const { title, caption, x, y } = wanted;
  return {
    ...{ kind: "bands", title, caption, x, y },
    series: [
      ...methods.map((method) => ({
        name: methodTitles[method],
        points: band(
          done.filter(({ trial }) => trial.method === method),
          ({ result }) => learnedError(result, which),
        ),
      })),
      // Every method begins with the same models.
      { name: initialModel, points: band(done, ({ result }) => result.initial[which]!) },
    ],
  };
}
