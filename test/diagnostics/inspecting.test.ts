/** A look inside analyses that are known: a Kalman filter in its steady state, and a network on a ring. */
import { describe, expect, test } from "vitest";
import {
  buresWasserstein,
  covarianceTangent,
  eigenvaluesOf,
  inspectAnalysis,
  localityMean,
  rmse,
} from "../../src/diagnostics/index.js";
import {
  add,
  eye,
  mapTree,
  matvec,
  mul,
  roll,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  analysisNetworkRecord,
  convolutionalIncrement,
  enkfNRecord,
  kalman,
  runCycle,
} from "../../src/filters/index.js";
import { linear, lorenz96 } from "../../src/models/index.js";
import { initialLayers } from "../../src/nets/index.js";
import { observeAll } from "../../src/observe/index.js";
import { use } from "../../src/parts/index.js";
import { definitionsOf, rowsOf, runFilter, simulate, stateSpace } from "../../src/problem/index.js";
import { key, normal } from "../../src/random/index.js";
import { expectClose } from "../support/close.js";

describe("a linear a_θ that is a Kalman filter in its steady state", () => {
  const F = [
    [0.95, 0.3],
    [0, 0.7],
  ];
  const q = 0.2;
  const system = stateSpace({
    model: linear,
    parameters: { transition: F },
    processNoise: q,
    noise: 1,
    prior: { mean: [0, 0], variance: 1 },
  });
  const matrix = tensor(F);
  const step = { map: (x: Tensor) => matvec(matrix, x), noise: q, matrix };
  const observation = { y: tensor([0, 0]), operator: observeAll(2), variance: 1, mask: null };
  const start = { mean: tensor([0, 0]), covariance: eye(2) };
  const { covariance: Pa } = Array.from({ length: 200 }).reduce<typeof start>(
    (state) =>
      runCycle(kalman(), state, { transition: step, steps: 1, observation }, key(1)).analysis,
    start,
  );
  const method = use(analysisNetworkRecord, { network: { linear: true } });
  const zeros = Object.fromEntries(
    definitionsOf(method, system).map(({ name, start: at }) => [name, mul(0, at as Tensor)]),
  );
  const values = { ...zeros, "network.innovation.weights": Pa };
  const { record } = simulate(system, { cycles: 400, key: key(3) });
  const inspection = inspectAnalysis(method, system, record, {
    ...{ values, spinup: 100, states: 30, members: 400, staticVariance: 0.5 },
  });

  test("has no bias, its gain is that of Pᵃ, and Pᵃ is symmetric and positive", () => {
    expect(inspection.bias).toMatchObject({ mean: 0, sd: 0 });
    expect(inspection.bias.values).toHaveLength(300);
    expect(inspection.bias.times[0]).toBe(record.series.times[100]);
    const { gain } = inspection;
    expect(gain.difference).toBeLessThan(1e-12);
    expect(gain.unexplained).toBeLessThan(1e-24);
    expect(gain.antisymmetric).toBeLessThan(1e-14);
    expect(gain.negative).toBe(0);
  });

  test("has the eigenvalues of Pᵃ, and its distance to the static covariance", () => {
    expectClose([...inspection.spectra.network], eigenvaluesOf(Pa), 1e-14);
    const apart = buresWasserstein(Pa, mul(0.5, eye(2))) / 2;
    expect(inspection.distances.networkToStatic).toBeCloseTo(apart, 13);
  });

  test("lies near the ensemble filter beside it, whose covariance is that of its members", () => {
    const { spectra, distances } = inspection;
    // 400 members have variances to 7 %, their mean over 30 cycles to less.
    for (const [i, value] of spectra.ensemble.entries()) {
      expect(Math.abs(value / spectra.network[i]! - 1)).toBeLessThan(0.05);
    }
    expect(distances.networkToEnsemble).toBeLessThan(0.15 * distances.networkToStatic);
    // The trace of that covariance is what the filter itself calls its variance.
    const run = runFilter(use(enkfNRecord, { members: 400 }), system, record);
    const at = Array.from({ length: 30 }, (_, i) => 100 + Math.floor((i + 0.5) * 10));
    const traces = rowsOf(run.analysis.sd).map((sd) => sd.reduce((sum, s) => sum + s * s, 0));
    const mean = at.reduce((sum, k) => sum + traces[k]!, 0) / 30;
    expect(spectra.ensemble.reduce((sum, v) => sum + v, 0)).toBeCloseTo(mean, 12);
    // Both errors are those of the runs themselves.
    const kept = <T>(rows: readonly T[]) => rows.slice(100);
    const error = (of: typeof run) => rmse(kept(rowsOf(of.analysis.mean)), kept(run.truth!));
    expect(inspection.rmse!.ensemble).toBeCloseTo(error(run), 13);
    expect(inspection.rmse!.network).toBeCloseTo(
      error(runFilter(method, system, record, { values })),
      13,
    );
  });

  test("turns with the tangent of the model, whose exponents are the logarithms of its eigenvalues", () => {
    const { exponents, shares, cycles } = inspection.alignment;
    // The mean over 300 cycles; the other direction is (0.7/0.95)¹⁰⁰ of it when they begin.
    expectClose([...exponents], [Math.log(0.95), Math.log(0.7)], 1e-12);
    expect(cycles).toBe(15);
    // The leading vector is (1, 0): what it shares with the leading eigenvector is the square of its first component.
    const [[a, b], [, c]] = Pa.toArray() as [[number, number], [number, number]];
    const turn = Math.atan2(2 * b, a - c) / 2;
    expect(shares.network[0]).toBeCloseTo(Math.cos(turn) ** 2, 12);
    expect(shares.network[1]).toBeCloseTo(1, 12);
    expect(shares.ensemble[1]).toBeCloseTo(1, 12);
  });

  test("an analysis that does nothing has the figures of nothing", () => {
    const none = inspectAnalysis(method, system, record, { values: zeros, spinup: 100, states: 4 });
    expect(none.gain).toEqual({ difference: 0, unexplained: 0, antisymmetric: 0, negative: 0 });
    expectClose([...none.spectra.network], [0, 0], 0);
    expect(none.distances.networkToStatic).toBeCloseTo(Math.sqrt(2 * 0.16) / 2, 14);
  });

  test("has no locality where there is no ring", () => expect(inspection.locality).toBeNull());

  test("what is no network is refused, and what does not fit", () => {
    expect(() => inspectAnalysis(kalman(), system, record)).toThrow(
      /analysis of kalman does not add increments .* need a data assimilation network/,
    );
    const with_ = (options: object) => () => inspectAnalysis(method, system, record, options);
    expect(with_({ spinup: 399 })).toThrow(/400 cycles, and the first 399 do not count/);
    expect(with_({ states: 0 })).toThrow(/states is 0; need a whole number, at least 1/);
    expect(with_({ members: 1 })).toThrow(/members is 1; need a whole number, at least 2/);
    expect(with_({ staticVariance: 0 })).toThrow(/staticVariance is 0; need a variance/);
  });
});

describe("a convolutional network on a ring", () => {
  const d = 8;
  const size = { filters: 4, blocks: 1, subBlocks: 2, kernel: 3 };
  const parameters = { dimension: d, forcing: 8 };
  const system = stateSpace({ model: lorenz96, parameters, noise: 1, step: 0.05 });
  const method = use(analysisNetworkRecord, { network: size, members: 1 });
  const values = Object.fromEntries(
    definitionsOf(method, system).map(({ name, start }, i) => {
      const at = start as Tensor;
      return [name, add(mul(0.3, at), mul(0.05, normal(key(20 + i), at.shape)))];
    }),
  );
  const { record } = simulate(system, { cycles: 12, key: key(3) });
  const inspection = inspectAnalysis(method, system, record, { values, states: 2, members: 12 });

  test("has the locality that its second derivatives give, about the middle", () => {
    const layer = (name: string) => ({
      weights: values[`network.${name}.weights`]!,
      bias: values[`network.${name}.bias`]!,
    });
    const { layers, apply } = convolutionalIncrement(1, size);
    const weights = Object.fromEntries(layers.map(({ name }) => [name, layer(name)]));
    const run = runFilter(method, system, record, { values });
    // Of 12 cycles the third and the ninth are looked at, each by the variable of its number.
    const tangents = [3, 9].map((k) => {
      const E = tensor([rowsOf(run.background.mean)[k]!]);
      const v = tensor(Array.from({ length: d }, (_, i) => Number(i === k % d)));
      const matrix = covarianceTangent((at, zeta) => apply(weights, at, zeta), E, v);
      return { by: k % d, matrix: matrix.toArray() as number[][] };
    });
    expectClose(inspection.locality as number[][], localityMean(tangents), 1e-14);
  });

  test("has the same locality by one variable of each turn of a state as by all variables of it", () => {
    const { layers: shapes, apply } = convolutionalIncrement(1, size);
    const drawn = initialLayers(key(1), shapes);
    const layers = mapTree(drawn, (x) => add(x, mul(0.2, normal(key(2), x.shape))));
    const tangent = (E: Tensor, k: number) => ({
      by: k,
      matrix: covarianceTangent(
        (at, zeta) => apply(layers, at, zeta),
        E,
        tensor(Array.from({ length: d }, (_, i) => Number(i === k))),
      ).toArray() as number[][],
    });
    const E = normal(key(3), [1, d]);
    const places = Array.from({ length: d }, (_, k) => k);
    const all = localityMean(places.map((k) => tangent(E, k)));
    const turned = localityMean(places.map((k) => tangent(roll(E, -k, 1), 2)));
    expectClose(turned, all, 1e-14);
  });

  test("gives the same numbers again", () => {
    const again = inspectAnalysis(method, system, record, { values, states: 2, members: 12 });
    expect(again).toEqual(inspection);
  });
});
