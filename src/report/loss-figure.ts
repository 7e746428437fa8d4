/** Draws the training and validation loss by epoch, with a faint line for each of the other starts. */
import type { LearningOutput, LossPoint, RunOutput } from "../run/output.js";
import { lossWords } from "./evidence.js";
import { extent, margined, quantile } from "./extent.js";
import { type Figure, type Layer, type Row, stack } from "./figure.js";
import { type LegendEntry, legend } from "./legend.js";
import { type Axes, line, points } from "./marks.js";
import { colours, fullWidth } from "./theme.js";

export interface LossFigure extends Figure {
  /** Whether some early losses lie above the panel. */
  readonly cut: boolean;
}

/** Returns null when no epoch has a finite loss. */
export function lossFigure(
  learning: LearningOutput,
  evidence: RunOutput["evidence"],
): LossFigure | null {
  const { losses, best } = learning;
  const all = losses.flatMap(({ training, validation }) =>
    validation === null ? [training] : [training, validation],
  );
  if (!all.some(Number.isFinite)) return null;
  const { domain, cut } = lossExtent(all);
  const epochs = extent(losses.map(({ epoch }) => epoch));
  const axes: Axes = {
    x: margined(epochs[0], epochs[1]),
    y: domain,
    xTitle: "epoch",
    yTitle: null,
  };
  const starts = [...new Set(losses.map(({ restart }) => restart))];
  const others = starts.filter((restart) => restart !== best);
  const bestOnes = losses.filter(({ restart }) => restart === best);
  const validated = bestOnes.some(({ validation }) => validation !== null);
  const faint = others.flatMap((restart): Layer[] => {
    const own = losses.filter((point) => point.restart === restart);
    return [line(training(own), axes, { colour: colours.faint, width: 1.2 })];
  });
  const legendEntries: readonly (LegendEntry | null)[] = [
    { label: "training, best start", mark: "line", colour: colours.analysis },
    validated
      ? { label: "validation, best start", mark: "dashes", colour: colours.forecast }
      : null,
    others.length > 0
      ? { label: "training, other starts", mark: "line", colour: colours.faint }
      : null,
  ];
  const strong = line(training(bestOnes), axes, { colour: colours.analysis, width: 2.2 });
  const dashed = line(validation(bestOnes), axes, {
    colour: colours.forecast,
    width: 2,
    dash: [5, 3],
  });
  const alone =
    bestOnes.length < 3 ? [points(training(bestOnes), axes, { colour: colours.analysis })] : [];
  return {
    name: "loss",
    description: "Training and validation loss by epoch of learning",
    cut,
    specification: stack([
      legend(
        legendEntries.filter((entry) => entry !== null),
        fullWidth,
      ),
      {
        width: fullWidth,
        height: 210,
        title: `${lossWords(learning, evidence).loss} for each value${learning.loss === undefined ? " observed" : ""}`,
        layer: [...faint, ...(validated ? [dashed] : []), strong, ...alone],
      },
    ]),
  };
}

const training = (losses: readonly LossPoint[]): readonly Row[] =>
  losses.map(({ epoch, training: y }) => ({ x: epoch, y: Number.isFinite(y) ? y : null }));

const validation = (losses: readonly LossPoint[]): readonly Row[] =>
  losses.map(({ epoch, validation: y }) => ({
    x: epoch,
    y: y !== null && Number.isFinite(y) ? y : null,
  }));

/** Returns the range of the loss axis; it leaves out large early losses that would flatten the rest. */
function lossExtent(all: readonly number[]): {
  readonly domain: readonly [number, number];
  readonly cut: boolean;
} {
  const [lowest, highest] = extent(all);
  const usual = quantile(all, 0.9);
  const limit = usual + 2 * (usual - lowest);
  const top = limit > lowest && highest > limit ? limit : highest;
  const margin = 0.05 * (top - lowest || 1);
  return { domain: [lowest - margin, top + margin], cut: top < highest };
}
