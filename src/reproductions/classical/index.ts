/**
 * The classical yardstick: scores that are published for filters and smoothers in twin experiments,
 * beside ours. A trial is an experiment of one method with one seed, as `kalmia run` runs it; all
 * methods of a twin see the same truths and observations.
 */
import { quantile } from "../../diagnostics/index.js";
import type { Divergence } from "../../run/index.js";
import { runExperiment } from "../../run/index.js";
import {
  type Comparison,
  type CurveFigure,
  isFailed,
  type Json,
  type Reproduction,
  type Scale,
} from "../reproduction.js";
import { type ScoreRow, scoreRows } from "./rows.js";
import { experimentOf, type ScoreTrial, twinSettings } from "./twins.js";

const length = { cycles: 5000, spinup: 400 };
const seeds = [1, 2, 3];

type ScoreResult = {
  /** Time means of the root mean square error; null: the run diverged. */
  readonly analysis: number | null;
  readonly forecast: number | null;
  /** Of the analysis, likewise averaged. */
  readonly spread: number | null;
  /** Standard error of `analysis`, of the series as it correlates. */
  readonly standardError: number | null;
  readonly divergence: Divergence | null;
  /** Of the method alone. */
  readonly cyclesPerSecond: number;
};

const rowsFor = (scale: Scale): readonly ScoreRow[] =>
  scale === "paper" ? scoreRows : scoreRows.filter(({ core }) => core);

const trialsOf = ({ twin, method }: ScoreRow): ScoreTrial[] =>
  seeds.map((seed) => ({ twin, method, seed, ...length }));

async function run(trial: ScoreTrial): Promise<ScoreResult> {
  const { result } = await runExperiment(experimentOf(trial), {
    progress: () => {},
    checkpoint: () => {},
    stopRequested: () => false,
  });
  const { rmse, spread, rmseError, divergence = null, cyclesPerSecond } = result;
  return {
    analysis: rmse?.analysis ?? null,
    forecast: rmse?.forecast ?? null,
    spread: spread?.analysis ?? null,
    standardError: rmseError?.analysis ?? null,
    ...{ divergence, cyclesPerSecond },
  };
}

interface Score {
  readonly row: ScoreRow;
  /** One a seed; null: the trial failed or was not run. */
  readonly results: readonly (ScoreResult | null)[];
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

/** The mean over the seeds, where all of them went well. */
function scoreOf({ results }: Score): number | null {
  const found = results.flatMap((result) => result?.analysis ?? []);
  return found.length < seeds.length ? null : meanOf(found);
}

function comparison(score: Score): Comparison {
  const { row, results } = score;
  return {
    what: `${twinSettings[row.twin].title}: ${row.name}`,
    published: row.published,
    ours: scoreOf(score),
    note: noteOf(results),
  };
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** What each seed gave, and how sure the members were. */
function noteOf(results: Score["results"]): string {
  const each = results.map((result, i) => {
    if (result === null) return "not run";
    const { analysis, standardError, divergence } = result;
    if (analysis !== null) return `${digits(analysis)} ± ${digits(standardError ?? Number.NaN)}`;
    return `seed ${seeds[i]} diverged in cycle ${divergence?.cycle}: ${divergence?.cause}`;
  });
  const spreads = results.flatMap((result) => result?.spread ?? []);
  const rates = results.flatMap((result) => result?.cyclesPerSecond ?? []);
  return [
    each.join(", "),
    ...(spreads.length > 0 ? [`spread ${digits(meanOf(spreads))}`] : []),
    ...(rates.length > 0 ? [`${Math.round(quantile(rates, 0.5))} cycles/s`] : []),
  ].join("; ");
}

/** How close a score is called the same, METHODS §4. */
const isSame = (ours: number, published: number): boolean =>
  Math.abs(ours - published) <= Math.max(0.01, 0.05 * published);

/** Ours over published, a panel a system. */
function figure(scores: readonly Score[]): CurveFigure {
  const systems = [...new Set(scores.map(({ row }) => twinSettings[row.twin].model.record.kind))];
  return {
    ...{ kind: "curves", title: "Published and own scores" },
    caption: "Each dot a row of the table. On the line both are equal.",
    x: { title: "published RMSE", log: true },
    y: { title: "RMSE", log: true },
    panels: systems.map((system) => {
      const points = scores.flatMap((score) => {
        const y = scoreOf(score);
        const own = twinSettings[score.row.twin].model.record.kind === system;
        return own && y !== null ? [{ x: score.row.published, y }] : [];
      });
      const ends = points.flatMap(({ x, y }) => [x, y]);
      const line = points.length === 0 ? [] : [Math.min(...ends), Math.max(...ends)];
      return {
        title: system,
        series: [
          { name: "published", points: line.map((x) => ({ x, y: x })) },
          { name: "Kalmia", marks: true, points },
        ],
      };
    }),
  };
}

export const classicalScores: Reproduction = {
  name: "classical-scores",
  title: "Classical methods: published scores",
  source: "DAPPER (Raanes et al., 2024) and the publications that it reproduces",
  about:
    "Time means of the analysis error of filters and smoothers on Lorenz-96, Lorenz-63 and Kuramoto–Sivashinsky, tuned as published.",
  // Raise the number when the same experiment gives other scores than before.
  kind: "classical-scores 1",
  trials: (scale) => rowsFor(scale).flatMap(trialsOf) as unknown as readonly Json[],
  run: async (trial) => ({ ...(await run(trial as unknown as ScoreTrial)) }) as Json,
  assemble: (scale, results) => {
    const scores = rowsFor(scale).map((row, i): Score => {
      const own = results.slice(i * seeds.length, (i + 1) * seeds.length);
      const found = own.map((result) =>
        isFailed(result) ? null : (result as unknown as ScoreResult),
      );
      return { row, results: found };
    });
    const known = scores.flatMap((score) => {
      const ours = scoreOf(score);
      return ours === null ? [] : [{ ours, published: score.row.published }];
    });
    const same = known.filter(({ ours, published }) => isSame(ours, published));
    return {
      comparisons: scores.map(comparison),
      figures: [figure(scores)],
      notes: [
        `${same.length} of ${scores.length} scores lie within 5 % or 0.01 of the published ones.`,
        `${length.cycles} cycles after ${length.spinup} that do not count, seeds ${seeds.join(", ")}; ± is the standard error of a seed's time mean, of the series as it correlates.`,
        "Numbers after the members are factors on the anomalies after the analysis. A radius r of DAPPER is a half-width of 1.82 r.",
        "All methods of a twin have the same truths and observations for a seed.",
      ],
    };
  },
};
