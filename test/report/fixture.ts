/** Deterministic outputs of runs that never happened, for the report's tests. */
import type { Inspection } from "../../src/diagnostics/index.js";
import { enkfRecord, kalmanRecord } from "../../src/filters/index.js";
import { linear, lotkaVolterra } from "../../src/models/index.js";
import { identityOperator, lognormalNoise, normalNoise } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import type {
  Band,
  DiagnosticsOutput,
  InnovationSeries,
  LearningOutput,
  ParameterResult,
  RunOutput,
} from "../../src/run/output.js";
import type { Specification } from "../../src/run/specification.js";

/** Hudson Bay pelts, thousands; the record in data/lynx_hare.csv. */
const hare = [
  30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2,
  7.6, 14.6, 16.2, 24.7,
];
const lynx = [
  4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7,
  10.1, 8.6,
];

const computed = { kalmia: "0.1.0", node: "20.0.0", kernels: "simd", threads: 1, library: null };

/** About normal: the sum of twelve uniform values that are hashes of the index. */
export function noise(index: number): number {
  let sum = -6;
  for (let j = 0; j < 12; j++) {
    let bits = Math.imul(12 * index + j + 1, 0x9e3779b1);
    bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    sum += ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  }
  return sum;
}

export interface Fixture {
  readonly specification: Specification;
  readonly output: RunOutput;
}

/** Two species, 21 years, eight learned quantities, three starts, five years of forecast. */
export function lynxHare(): Fixture {
  const values = hare.map((h, k) => [h, lynx[k]!]);
  const times = values.map((_, k) => 1900 + k);
  const future = [1921, 1922, 1923, 1924, 1925];
  const observed = times.length;
  const means = [
    ...values.map((row, k) => row.map((x, j) => x * Math.exp(0.1 * noise(2 * k + j)))),
    [38.1, 9.3],
    [57.9, 14.2],
    [71.4, 31.8],
    [49.6, 50.3],
    [24.8, 44.1],
  ];
  const analysis = logBand(means, (k) => (k < observed ? 0.16 : 0.25 + 0.1 * (k - observed)));
  return {
    specification: {
      name: "lynx-hare",
      seed: 1,
      model: use(lotkaVolterra, {
        preyGrowth: { learn: true, start: 1, positive: true },
        predation: { learn: true, start: 0.05, positive: true },
        predatorDeath: { learn: true, start: 1, positive: true },
        conversion: { learn: true, start: 0.05, positive: true },
        coordinates: "log",
      }),
      processNoise: { variance: { learn: true, start: 0.05, positive: true } },
      filterProcessNoise: null,
      time: { step: 1, substeps: 20, observeEvery: 1, cycles: null, spinup: 0, forecast: 5 },
      observations: {
        kind: "record",
        source: "lynx_hare.csv",
        record: { timeName: "year", times, columns: ["hare", "lynx"], components: [0, 1], values },
        noise: use(lognormalNoise, { sd: { learn: true, start: 0.3, positive: true } }),
      },
      method: use(enkfRecord, {
        members: 100,
        covarianceInflation: { learn: true, start: 0.1 },
      }),
      initial: { mean: [30, 4], variance: 0.25 },
      learn: {
        epochs: 200,
        window: null,
        rates: { dynamics: 0.03, filter: 0.1 },
        validation: 0.2,
        patience: 30,
        plateau: { patience: 5, factor: 0.5 },
        restarts: 3,
        scatter: 0.3,
        refine: true,
        ...{ loss: "likelihood", schedule: "plateau", clip: null },
      },
    },
    output: {
      result: {
        name: "lynx-hare",
        method: "enkf",
        model: "lotka-volterra",
        seed: 1,
        rmse: null,
        rmseError: null,
        rmsePooled: null,
        spread: { forecast: 9.31, analysis: 4.07 },
        crps: null,
        logLikelihood: -137.52,
        parameters: {
          preyGrowth: learned(1, 0.547, 0.064),
          predation: learned(0.05, 0.0281, 0.0042),
          predatorDeath: learned(1, 0.803, 0.091),
          conversion: learned(0.05, 0.0241, 0.0037),
          "processNoise.variance": learned(0.05, 0.0123, 0.008),
          "observations.sd": learned(0.3, 0.21, 0.041),
          covarianceInflation: learned(0.1, 0.031, null),
        },
        tensors: {},
        cycles: observed,
        seconds: 21.4,
        cyclesPerSecond: 31.2,
        computed,
        diverged: false,
        warnings: [],
      },
      evidence: "likelihood",
      positive: true,
      logarithms: true,
      states: {
        variables: ["hare", "lynx"],
        times: [...times, ...future],
        observed,
        forecast: analysis,
        analysis,
        smoothed: null,
        truth: null,
      },
      observations: {
        timeName: "year",
        times,
        columns: ["hare", "lynx"],
        components: [0, 1],
        values,
      },
      innovations: innovationsOf(observed, 2),
      diagnostics: noDiagnostics,
      learning: learning(3, 200),
      learned: null,
    },
  };
}

/** A linear twin of `d` variables over `cycles` times, nothing learned, with its truth. */
export function twin(d: number, cycles: number): Fixture {
  const times = Array.from({ length: cycles }, (_, k) => (k + 1) * 0.5);
  const truth = times.map((t) => Array.from({ length: d }, (_, i) => 3 * Math.sin(0.4 * t + i)));
  const values = truth.map((row, k) => row.map((x, i) => x + noise(d * k + i)));
  const means = truth.map((row, k) => row.map((x, i) => x + 0.3 * noise(d * k + i + 999)));
  const analysis = normalBand(means, 0.4);
  const variables = Array.from({ length: d }, (_, i) => `x${i + 1}`);
  return {
    specification: {
      name: "twin",
      seed: 7,
      model: use(linear, {
        transition: variables.map((_, i) => variables.map((__, j) => (i === j ? 0.9 : 0))),
      }),
      processNoise: null,
      filterProcessNoise: null,
      time: { step: 0.5, substeps: 1, observeEvery: 1, cycles, spinup: 10, forecast: 0 },
      observations: {
        kind: "twin",
        operator: use(identityOperator),
        noise: use(normalNoise, { variance: 1 }),
      },
      method: use(kalmanRecord),
      initial: { mean: variables.map(() => 0), variance: 10 },
      learn: null,
    },
    output: {
      result: {
        name: "twin",
        method: "kalman",
        model: "linear",
        seed: 7,
        rmse: { forecast: 0.61, analysis: 0.31 },
        rmseError: { forecast: 0.012, analysis: 0.0081 },
        rmsePooled: { forecast: 0.63, analysis: 0.33 },
        spread: { forecast: 0.6, analysis: 0.4 },
        crps: 0.21,
        logLikelihood: -1.5 * d * cycles,
        parameters: {},
        tensors: {},
        cycles,
        seconds: 0.1,
        cyclesPerSecond: 10 * cycles,
        computed,
        diverged: false,
        warnings: [],
      },
      evidence: "likelihood",
      positive: false,
      logarithms: false,
      states: {
        variables,
        times,
        observed: cycles,
        forecast: normalBand(means, 0.6),
        analysis,
        smoothed: null,
        truth,
      },
      observations: {
        timeName: "time",
        times,
        columns: variables,
        components: variables.map((_, i) => i),
        values,
      },
      innovations: innovationsOf(cycles, d),
      diagnostics: noDiagnostics,
      learning: null,
      learned: null,
    },
  };
}

/** A narrow ensemble of five members on a ring of six variables, two of them observed. */
export const diagnostics: DiagnosticsOutput = {
  ranks: {
    counts: [30, 14, 10, 12, 16, 38],
    cases: 120,
    effectiveCases: { bars: 90, slope: 60, convexity: 80 },
  },
  residuals: {
    assumed: [1, 1],
    columns: [
      {
        observation: { value: 0.98, standardError: 0.05 },
        forecast: { value: 0.35, standardError: 0.03 },
        analysis: { value: 0.22, standardError: 0.02 },
        innovation: { value: 1.33, standardError: 0.06 },
      },
      null,
    ],
    mean: null,
  },
  spectra: {
    truth: [6, 2, 1, 0.5],
    analysis: [6, 1.9, 0.9, 0.4],
    error: [0.01, 0.02, 0.03, 0],
    spread: [0.01, 0.01, 0.02, 0.02],
  },
};

export const inspection: Inspection = {
  settings: { spinup: 2, states: 4, members: 12, staticVariance: 0.16 },
  rmse: { network: 0.29, ensemble: 0.18 },
  bias: { times: [1, 2, 3], values: [0.02, 0.01, 0.03], mean: 0.02, sd: 0.0082 },
  gain: { difference: 0.33, unexplained: 0.04, antisymmetric: 0.11, negative: 0.01 },
  spectra: { network: [0.4, 0.2, 0.1, 0.02, -0.01], ensemble: [0.3, 0.15, 0.01, 1e-4, 0] },
  distances: { networkToEnsemble: 0.034, networkToStatic: 0.032, ensembleToStatic: 0.049 },
  alignment: {
    exponents: [1.5, 0.2, -0.4],
    shares: { network: [0.2, 0.4, 0.7], ensemble: [0.3, 0.6, 0.9] },
    cycles: 2,
  },
  locality: Array.from({ length: 5 }, (_, i) =>
    Array.from({ length: 5 }, (_v, j) => (i === 2 ? 0.004 * (j - 2) : 0)),
  ),
};

const noDiagnostics: DiagnosticsOutput = {
  ranks: null,
  residuals: null,
  spectra: null,
};

/** The same fixture with some of the output replaced. */
export function withOutput(
  { specification, output }: Fixture,
  changes: Partial<RunOutput>,
): Fixture {
  return { specification, output: { ...output, ...changes } };
}

export function learned(start: number, value: number, error: number | null): ParameterResult {
  if (error === null) return { start, learned: value, standardError: null, interval: null };
  const factor = Math.exp((1.645 * error) / value);
  return {
    start,
    learned: value,
    standardError: error,
    interval: [value / factor, value * factor],
  };
}

export function learning(restarts: number, epochs: number): LearningOutput {
  const starts = Array.from({ length: restarts }, (_, restart) => restart);
  return {
    losses: starts.flatMap((restart) =>
      Array.from({ length: epochs - 20 * restart }, (_, epoch) => ({
        restart,
        epoch,
        training:
          3.27 +
          0.05 * restart +
          (6 + restart) * Math.exp(-epoch / (9 + 4 * restart)) +
          0.01 * noise(epoch),
        validation: 3.42 + 0.06 * restart + 5 * Math.exp(-epoch / 12) + 0.02 * noise(epoch + 50),
        rate: epoch < 120 ? 0.03 : 0.003,
      })),
    ),
    restarts: starts.map((restart) => ({
      logLikelihood: -137.52 - 1.7 * restart,
      parameters: { preyGrowth: 0.547 + 0.02 * restart, predation: 0.0281 + 0.001 * restart },
    })),
    best: 0,
    uncertainty:
      "Standard errors come from the curvature of the log-likelihood at its maximum; that of covarianceInflation is flat.",
  };
}

export function normalBand(means: readonly (readonly number[])[], sd: number): Band {
  const shifted = (by: number) => means.map((row) => row.map((x) => x + by));
  return {
    mean: means,
    sd: means.map((row) => row.map(() => sd)),
    lower: shifted(-1.645 * sd),
    upper: shifted(1.645 * sd),
  };
}

function logBand(means: readonly (readonly number[])[], sd: (k: number) => number): Band {
  const scaled = (sign: number) =>
    means.map((row, k) => row.map((x) => x * Math.exp(1.645 * sign * sd(k))));
  return {
    mean: means,
    sd: means.map((row, k) => row.map((x) => x * sd(k))),
    lower: scaled(-1),
    upper: scaled(1),
  };
}

function innovationsOf(cycles: number, columns: number): InnovationSeries {
  const standardised = Array.from({ length: cycles }, (_, k) =>
    Array.from({ length: columns }, (__, j) => noise(columns * k + j + 31)),
  );
  return {
    standardised,
    chiSquare: standardised.map((row) => row.reduce((sum, z) => sum + z * z, 0)),
    degrees: standardised.map(() => columns),
  };
}
