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
  /** The quantity on the horizontal axis. */
  readonly at: (trial: Trial) => number;
  /** Which error of the model is shown, by its position in `System.errors`. */
  readonly which?: number;
  /** The lower and the upper quantile of the band. */
  readonly quantiles: readonly [number, number];
}

/** The name of the series that shows the models before learning. */
const initialModel = "initial model";

export function bandFigure(done: readonly Done[], wanted: Wanted): BandFigure {
  const { at, which = 0, quantiles } = wanted;
  const positions = [...new Set(done.map(({ trial }) => at(trial)))].sort((a, b) => a - b);
  const methods = [...new Set(done.map(({ trial }) => trial.method))];
  const band = (chosen: readonly Done[], value: (one: Done) => number) =>
    positions.flatMap((x) => {
      const values = chosen.filter(({ trial }) => at(trial) === x).map(value);
      if (values.length === 0) return [];
      const [low, middle, high] = [quantiles[0], 0.5, quantiles[1]].map((p) => quantile(values, p));
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
