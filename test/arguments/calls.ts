/** Calls of public functions with arguments that are right: what mutants are made of. */

import * as diagnostics from "../../src/diagnostics/index.js";
import {
  exp,
  indices,
  log,
  mul,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import * as filters from "../../src/filters/index.js";
import * as learn from "../../src/learn/index.js";
import * as models from "../../src/models/index.js";
import * as nets from "../../src/nets/index.js";
import * as observe from "../../src/observe/index.js";
import { learned, use } from "../../src/parts/index.js";
import * as prob from "../../src/prob/index.js";
import * as problem from "../../src/problem/index.js";
import * as random from "../../src/random/index.js";
import { made } from "./mutate.js";

/** A function with arguments that are right, made anew for each call. */
export type Call = readonly [
  name: string,
  args: () => readonly unknown[],
  f: (...args: never[]) => unknown,
];

const [K, d, N] = [6, 4, 5];
const rows = (n: number, width: number, from = 0) =>
  Array.from({ length: n }, (_, k) =>
    Array.from({ length: width }, (_, i) => Math.sin(from + 1 + 3 * k + 7 * i)),
  );
const series = () => rows(K, d);
const key = () => random.key(3);
const E = () => tensor(rows(N, d));
const logWeights = () => log(tensor([0.1, 0.3, 0.2, 0.25, 0.15]));
const operator = () => made(observe.observeComponents([0, 2]));
const observation = () => ({
  y: tensor([0.3, -0.2]),
  operator: operator(),
  variance: tensor([0.5, 0.4]),
  mask: tensor([1, 0]),
});
const covariance = () => ({ kind: "diagonal", variance: tensor([1, 2, 1, 0.5]) }) as const;
const gaussian = () => ({ mean: tensor([1, 0, -1, 2]), covariance: covariance() });
const matrix = () =>
  tensor([
    [2, 0.5, 0, 0],
    [0.5, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 3],
  ]);
const histogram = () => diagnostics.rankHistogram(ranked(), key());
const ranked = () => ({
  members: Array.from({ length: K }, (_, k) => rows(d, N, 20 * k)),
  values: series(),
});

const inDiagnostics: readonly Call[] = [
  ["autocorrelation", () => [series().flat(), 3], diagnostics.autocorrelation],
  ["crpsEnsemble", () => [[1, 2, 4], 1.5, [0.2, 0.3, 0.5]], diagnostics.crpsEnsemble],
  ["crpsGaussian", () => [1, 0.5, 1.5], diagnostics.crpsGaussian],
  [
    "crpsOf",
    () => [made(diagnostics.sortedSample([1, 2, 4], [0.2, 0.3, 0.5])), 1.5],
    diagnostics.crpsOf,
  ],
  [
    "quantileOf",
    () => [made(diagnostics.sortedSample([1, 2, 4], [0.2, 0.3, 0.5])), 0.5],
    diagnostics.quantileOf,
  ],
  ["desroziers", () => [series(), rows(K, d, 9), { each: true }], diagnostics.desroziers],
  ["flatness", () => [histogram()], diagnostics.flatness],
  [
    "innovationStatistics",
    () => [rows(12, 2), { probability: 0.9, lags: 2 }],
    diagnostics.innovationStatistics,
  ],
  ["meanChiSquareInterval", () => [10], diagnostics.meanChiSquareInterval],
  [
    "leadingLyapunovExponent",
    () => [
      (x: Tensor) => mul(2, x),
      tensor([1, 2]),
      tensor([1, 0]),
      { step: 1, transient: 2, counted: 3 },
    ],
    diagnostics.leadingLyapunovExponent,
  ],
  ["quantile", () => [[1, 2, 4], 0.5], diagnostics.quantile],
  [
    "quantiles",
    () => [
      [1, 2, 4],
      [0.1, 0.9],
      [0.2, 0.3, 0.5],
    ],
    diagnostics.quantiles,
  ],
  ["rankHistogram", () => [ranked(), key(), 3], diagnostics.rankHistogram],
  ["rmse", () => [series(), rows(K, d, 9)], diagnostics.rmse],
  ["rmsePooled", () => [series(), rows(K, d, 9)], diagnostics.rmsePooled],
  [
    "sortedSample",
    () => [
      [1, 2, 4],
      [0.2, 0.3, 0.5],
    ],
    diagnostics.sortedSample,
  ],
  ["powerSpectrum", () => [series()], diagnostics.powerSpectrum],
  ["spread", () => [series().map((row) => row.map(Math.abs))], diagnostics.spread],
  ["timeMean", () => [series().flat()], diagnostics.timeMean],
];

const inProb: readonly Call[] = [
  [
    "angleBetween",
    () => [prob.directionOf([10, 20]), prob.directionOf([30, 40])],
    prob.angleBetween,
  ],
  ["directionOf", () => [[10, 20]], prob.directionOf],
  ["distanceOn", () => [{ kind: "ring", length: 6 }, 1, 5], prob.distanceOn],
  ["distances", () => [{ kind: "line" }, [1, 2], [3, 5]], prob.distances],
  ["binomialTail", () => [2, 5, 0.3], prob.binomialTail],
  ["chiSquareDistribution", () => [2, 3], prob.chiSquareDistribution],
  ["chiSquareQuantile", () => [0.5, 3], prob.chiSquareQuantile],
  ["normalDistribution", () => [0.5], prob.normalDistribution],
  ["normalDensity", () => [0.5], prob.normalDensity],
  ["normalQuantile", () => [0.4], prob.normalQuantile],
  ["positive", () => [2], (s) => prob.positive(s).inverse(1)],
  ["scaled", () => [2], (s) => prob.scaled(s).inverse(1)],
  [
    "covarianceFault",
    () => [
      [
        [2, 1],
        [1, 2],
      ],
    ],
    prob.covarianceFault,
  ],
  ["formCovariance", () => [covariance(), d], prob.formCovariance],
  ["covarianceFactor", () => [covariance(), d], prob.covarianceFactor],
  [
    "covarianceFactor matrix",
    () => [{ kind: "matrix", matrix: matrix() }, d],
    prob.covarianceFactor,
  ],
  ["covarianceDiagonal", () => [{ kind: "dense", factor: matrix() }], prob.covarianceDiagonal],
  ["covarianceDimension", () => [covariance()], prob.covarianceDimension],
  ["covarianceMatrix", () => [gaussian()], prob.covarianceMatrix],
  ["sampleGaussian", () => [gaussian(), 3, key()], prob.sampleGaussian],
  ["sampleCovariance", () => [covariance(), [3, d], key(), "f64"], prob.sampleCovariance],
  ["sampleMoments", () => [E()], prob.sampleMoments],
  ["upperBand", () => [4, 1], prob.upperBand],
  [
    "upperPlaces",
    () => [
      4,
      [
        [0, 1],
        [2, 2],
      ],
    ],
    prob.upperPlaces,
  ],
  ["diagonalEntries", () => [prob.upperBand(4, 1), 2], prob.diagonalEntries],
  ["triangularFactor", () => [tensor([1, 0, 1]), prob.upperBand(2, 1)], prob.triangularFactor],
  ["gaspariCohnAt", () => [0.5], prob.gaspariCohnAt],
  ["gaspariCohn", () => [tensor([0.5, 1.5])], prob.gaspariCohn],
  [
    "taperMatrix",
    () => [[0, 1, 2], [1, 2], { domain: { kind: "ring", length: 6 }, halfWidth: 2 }],
    prob.taperMatrix,
  ],
  ["weightedMean", () => [{ particles: E(), logWeights: logWeights() }], prob.weightedMean],
  ["weightedMoments", () => [{ particles: E(), logWeights: logWeights() }], prob.weightedMoments],
  ["weightedRoots", () => [{ particles: E(), logWeights: logWeights() }], prob.weightedRoots],
  [
    "degenerateWeights",
    () => [{ particles: E(), logWeights: logWeights() }],
    prob.degenerateWeights,
  ],
  ["effectiveMembers", () => [logWeights()], prob.effectiveMembers],
  ["freeWeightOf", () => [[0.3, 0.7]], prob.freeWeightOf],
  [
    "matrixOf",
    () => [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    prob.matrixOf,
  ],
  ["vectorOf", () => [[1, 2]], prob.vectorOf],
  ["fold", () => [tensor([1, -2]), "positive"], prob.fold],
  [
    "whiten",
    () => [
      tensor([1, 2]),
      tensor([
        [1, 0],
        [0.5, 2],
      ]),
    ],
    prob.whiten,
  ],
];

const apply =
  (h: (...args: never[]) => observe.Operator) =>
  (...args: unknown[]) =>
    h(...(args as never[])).apply(E());
const inObserve: readonly Call[] = [
  ["observeAll", () => [4], apply(observe.observeAll)],
  ["observeComponents", () => [[0, 2]], apply(observe.observeComponents)],
  ["observeExp", () => [[0, 2]], apply(observe.observeExp)],
  ["observeLog", () => [[1]], (c) => observe.observeLog(c).apply(exp(E()))],
  ["observeIndices", () => [indices([0, 2]), 4], apply(observe.observeIndices)],
  ["observeMatrix", () => [tensor(rows(2, 4))], apply(observe.observeMatrix)],
  ["observePower", () => [[0, 2], 2], (c, p) => observe.observePower(c, p).apply(exp(E()))],
  ["observeRangeBearing", () => [[0, 1], [[0.5, 0.7]]], apply(observe.observeRangeBearing)],
  ["observeBy", () => ["mine", 4, (x: Tensor) => sin(x), {}], apply(observe.observeBy)],
  [
    "observationSeries",
    () => [{ times: [1, 2, 4], values: rows(3, 2) }, "identity"],
    observe.observationSeries,
  ],
  [
    "observationAt",
    () => [observe.observationSeries({ times: [1, 2], values: rows(2, 2) }), 1, operator(), 0.5],
    observe.observationAt,
  ],
  [
    "drawObservations",
    () => [tensor(series()), { operator: operator(), variance: tensor([0.5, 0.3]) }, key()],
    observe.drawObservations,
  ],
  ["checkObservation", () => ["me", observation()], observe.checkObservation],
  ["wrapAngle", () => [tensor([4, -4])], observe.wrapAngle],
  ["polar", () => [tensor([1]), tensor([2])], observe.polar],
  ["observedCovariance", () => ["me", covariance(), operator()], observe.observedCovariance],
  ["rowsSeen", () => [operator(), matrix()], observe.rowsSeen],
];

const net = () => nets.mlp({ inputs: 3, outputs: 2, hidden: [4] });
const cnn = () =>
  nets.residualCnn({ inputs: 2, outputs: 1, filters: 3, blocks: 1, subBlocks: 2, kernel: 3 });
const inNets: readonly Call[] = [
  [
    "mlp",
    () => [{ inputs: 3, outputs: 2, hidden: [4] }],
    (given) => {
      const { layers, apply } = nets.mlp(given);
      return apply(nets.initialLayers(key(), layers), tensor(rows(5, 3)));
    },
  ],
  [
    "mlp.apply",
    () => [nets.initialLayers(key(), net().layers), tensor(rows(5, 3))],
    (l, x) => net().apply(l, x),
  ],
  [
    "residualCnn",
    () => [{ inputs: 2, outputs: 1, filters: 3, blocks: 1, subBlocks: 2, kernel: 3 }],
    (given) => {
      const { layers, apply } = nets.residualCnn(given);
      return apply(nets.initialLayers(key(), layers), tensor(rows(2, 5)));
    },
  ],
  [
    "residualCnn.apply",
    () => [nets.initialLayers(key(), cnn().layers), tensor(rows(2, 5))],
    (l, x) => cnn().apply(l, x),
  ],
  ["uniformLayer", () => ["a", [3, 2]], nets.uniformLayer],
  ["variancePreservingLayer", () => ["a", [3, 2], "silu"], nets.variancePreservingLayer],
  ["zeroLayer", () => ["a", [3, 2]], nets.zeroLayer],
  ["initialLayer", () => [key(), nets.uniformLayer("a", [3, 2]), "f64"], nets.initialLayer],
  ["initialLayers", () => [key(), [nets.uniformLayer("a", [3, 2])], "f64"], nets.initialLayers],
  [
    "dense",
    () => [{ weights: tensor(rows(2, 3)), bias: tensor([1, 2]) }, tensor(rows(5, 3))],
    nets.dense,
  ],
  [
    "convolve",
    () => [{ weights: tensor([rows(2, 3)]), bias: tensor([1]) }, tensor(rows(2, 5))],
    nets.convolve,
  ],
  [
    "layerArrays",
    () => [nets.initialLayers(key(), net().layers)],
    (layers) => void nets.layerArrays(layers),
  ],
  ["silu", () => [tensor([1, 2])], nets.silu],
];

const lorenz = (rest: object = {}) => ({
  model: made(models.lorenz96),
  parameters: { dimension: 4, forcing: 8 },
  noise: 1,
  prior: { mean: [1, 2, 3, 4], variance: 1 },
  step: 0.05,
  ...rest,
});
const system = () => made(problem.stateSpace(lorenz({ observe: [0, 2] })));
const walk = () =>
  made(
    problem.stateSpace({
      ...{ model: made(models.linear), parameters: { transition: [[1]] } },
      ...{ processNoise: learned(1), noise: learned(0.5), prior: { mean: [0], variance: 1 } },
    }),
  );
const record = () => ({ times: [1, 2, 3], values: rows(3, 2), columns: ["a", "b"] });
const walked = () => ({ times: [1, 2, 3, 4, 5, 6], values: rows(6, 1) });
const etkf = () => made(filters.etkf({ members: 4 }));
const saved = () => {
  const filter = problem.openFilter(etkf(), system());
  filter.update(1, [0.1, 0.2]);
  return filter.save();
};
const settings = () => ({
  epochs: 2,
  window: 3,
  rates: { dynamics: 0.05, filter: 0.05 },
  validation: 0,
  loss: "likelihood",
  schedule: "plateau",
  clip: 1,
  patience: 20,
  plateau: { patience: 5, factor: 0.5 },
  restarts: 1,
  scatter: 0.3,
  refine: true,
});

const inProblem: readonly Call[] = [
  [
    "stateSpace",
    () => [
      lorenz({
        processNoise: [0.1, 0.1, 0.1, 0.1],
        filterProcessNoise: 0.1,
        observe: [0, 2],
        noise: [1, 2],
        start: "state",
        substeps: 1,
        seed: 1,
        dtype: "f64",
      }),
    ],
    problem.stateSpace,
  ],
  [
    "stateSpace diffuse",
    () => [
      {
        ...{
          model: made(models.linear),
          parameters: {
            transition: [
              [1, 1],
              [0, 1],
            ],
          },
          noise: 1,
          observe: made(observe.observeMatrix(tensor([[1, 0]]))),
        },
        prior: { mean: [0, 0], variance: [1, 1], diffuse: [true, false] },
      },
    ],
    problem.stateSpace,
  ],
  ["simulate", () => [system(), { cycles: 2, every: 1, key: key() }], problem.simulate],
  [
    "simulateMany",
    () => [system(), { cycles: 2, every: 1, key: key(), trajectories: 2 }],
    problem.simulateMany,
  ],
  [
    "spreadOver",
    () => [[1, 2], [0, 2], 4],
    (...a: unknown[]) =>
      problem
        .spreadOver(...(a as [number[], number[], number]))
        .map((v) => (Number.isNaN(v) ? 0 : v)),
  ],
  [
    "trajectoryOf",
    () => [system(), record(), "me"],
    (...a: unknown[]) =>
      void problem.trajectoryOf(...(a as Parameters<typeof problem.trajectoryOf>)),
  ],
  ["runFilter", () => [etkf(), system(), record(), { key: key() }], problem.runFilter],
  [
    "runFilter values",
    () => [
      made(use(filters.kalmanRecord)),
      walk(),
      walked(),
      { values: { "processNoise.variance": tensor(1), "observations.variance": tensor(1) } },
    ],
    problem.runFilter,
  ],
  [
    "runFilter.forecast",
    () => [2],
    (steps) => problem.runFilter(etkf(), system(), record()).forecast(steps),
  ],
  [
    "openFilter",
    () => [etkf(), system(), { key: key(), time: 0.5, saved: saved() }],
    (...a: unknown[]) => {
      const filter = problem.openFilter(...(a as Parameters<typeof problem.openFilter>));
      return [filter.update(2, [0.1, 0.2]), filter.forecast(1), filter.save()];
    },
  ],
  [
    "openFilter.update",
    () => [2, [0.1, 0.2]],
    (time, values) => problem.openFilter(etkf(), system()).update(time, values),
  ],
  [
    "openFilter.forecast",
    () => [2],
    (steps) => problem.openFilter(etkf(), system()).forecast(steps),
  ],
  ["endless", () => [{ trajectories: 2, cycles: 3, every: 1 }], problem.endless],
  [
    "fit",
    () => [
      walk(),
      walked(),
      { method: made(filters.kalman()), learn: settings(), key: key(), validation: [walked()] },
    ],
    problem.fit,
  ],
  [
    "fit.from",
    () => [{ restart: 0, train: null, attempts: [], reports: [] }],
    (from) =>
      problem.fit(walk(), walked(), { method: made(filters.kalman()), learn: { epochs: 1 }, from }),
  ],
  [
    "learnableMethod",
    () => [
      { inflation: learned(1.02, { positive: true }) },
      ({ inflation }: { inflation: Tensor }) => filters.etkf({ members: 4, inflation }),
    ],
    (s, b) => problem.runFilter(problem.learnableMethod(s, b), system(), record()),
  ],
  ["columnOf", () => [{ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }, 1], problem.columnOf],
  ["rowOf", () => [{ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }, 1], problem.rowOf],
  ["rowsOf", () => [{ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }], problem.rowsOf],
  ["firstCycles", () => [made(problem.trajectoryOf(system(), record())), 2], problem.firstCycles],
  ["definitionsOf", () => [made(filters.kalman()), walk()], problem.definitionsOf],
  [
    "withSetting",
    () => [made(use(filters.etkfRecord, { members: 4 })), ["members"], 5],
    (...a: unknown[]) => void problem.withSetting(...(a as Parameters<typeof problem.withSetting>)),
  ],
];

const transition = () => ({ map: (x: Tensor) => mul(0.9, x), noise: 0.1 });
const ensembleMethods = (): readonly (readonly [string, filters.Method<unknown>])[] =>
  [
    ["enkf", filters.enkf({ members: N })],
    ["denkf", filters.denkf({ members: N })],
    ["etkf", filters.etkf({ members: N })],
    ["eakf", filters.eakf({ members: N })],
    ["enkfN", filters.enkfN({ members: N })],
    [
      "letkf",
      filters.letkf({
        members: N,
        halfWidth: 2,
        neighbours: filters.neighbours(
          { state: [0, 1, 2, 3], observed: [0, 2] },
          { domain: { kind: "line" }, reach: 4 },
        ),
      }),
    ],
    ["ens3dvar", filters.ens3dvar({ members: N, covariance: covariance(), mixing: 0.5 })],
  ] as never;
const inFilters = (): readonly Call[] =>
  ensembleMethods().flatMap(([name, method]): Call[] => [
    [
      `${name}.analyse`,
      () => [E(), observation(), key()],
      (...a: unknown[]) =>
        (method as filters.Filter<Tensor>).analyse(...(a as [Tensor, never, Tensor])),
    ],
    [
      `${name}.forecast`,
      () => [E(), transition(), key()],
      (...a: unknown[]) =>
        (method as filters.Filter<Tensor>).forecast(...(a as [Tensor, never, Tensor])),
    ],
    [
      `${name}.init`,
      () => [gaussian(), key()],
      (...a: unknown[]) => (method as filters.Filter<Tensor>).init(...(a as [never, Tensor])),
    ],
    [`${name}.moments`, () => [E()], (s) => method.moments(s)],
  ]);

const inLearn: readonly Call[] = [
  [
    "adam",
    () => [{ beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }],
    (o) => {
      const { init, update } = learn.adam(o);
      const at = { a: tensor([1, 2]) };
      return update(at, { a: tensor([1, 1]) }, init(at), { a: 0.1 });
    },
  ],
  [
    "adam.update",
    () => [
      { a: tensor([1, 2]) },
      { a: tensor([1, 1]) },
      learn.adam().init({ a: tensor([1, 2]) }),
      { a: 0.1 },
    ],
    (...a: unknown[]) =>
      learn.adam().update(...(a as Parameters<ReturnType<typeof learn.adam>["update"]>)),
  ],
  [
    "plateau",
    () => [learn.plateauStart, 1, { patience: 3, factor: 0.5, threshold: 1e-4, minimum: 1e-4 }],
    learn.plateau,
  ],
  ["scheduledRate", () => ["cosine", 3, 10], learn.scheduledRate],
  [
    "recordOf",
    () => [observe.observationSeries({ times: [1, 2], values: rows(2, 2) }), key()],
    learn.recordOf,
  ],
  [
    "recordsOf",
    () => [[observe.observationSeries({ times: [1, 2], values: rows(2, 2) })], [key()]],
    learn.recordsOf,
  ],
  ["trajectoryKeys", () => [[key()], 3], learn.trajectoryKeys],
  ["windowOf", () => [window(), 0, 1], learn.windowOf],
  ["windowsOf", () => [window(), 2], learn.windowsOf],
  ["cyclesOf", () => [window()], learn.cyclesOf],
  [
    "newton",
    () => [
      made(learn.objective((u) => sum(square(u)))),
      [1, 2],
      { iterations: 20, tolerance: 1e-9, floor: -1e9 },
    ],
    learn.newton,
  ],
];
const window = () =>
  learn.recordOf(observe.observationSeries({ times: [1, 2, 3], values: rows(3, 2) }), key());

export const callsOf = (): readonly Call[] => [
  ...inDiagnostics,
  ...inProb,
  ...inObserve,
  ...inNets,
  ...inProblem,
  ...inFilters(),
  ...inLearn,
];
