/** Analyses a second of the network, and of the EnKF with N = 40: Lorenz-96, all observed, one thread, f32. */
import { capture, type FloatType, index, release, type Tensor } from "kalmia/engine";
import { analysisNetwork, enkf, type Filter } from "kalmia/filters";
import { key, keyBatch, normal } from "kalmia/random";
import { dimension, drawTrajectories, network, operator, someWeights, step } from "./dan-window.js";
import { fastest, median, processorTime } from "./measure.js";

export interface InferenceRate {
  readonly name: string;
  /** Trajectories side by side. */
  readonly batch: number;
  /** Analyses a second, and cycles of forecast and analysis; medians of the rounds. */
  readonly analyses: number;
  readonly cycles: number;
}

const batches = [1, 64];
const dtype: FloatType = "f32";

interface Runner {
  readonly name: string;
  readonly batch: number;
  readonly analyse: () => void;
  readonly cycle: () => void;
}

function runnerOf(name: string, filter: Filter<Tensor>, members: number, batch: number): Runner {
  const { seen } = drawTrajectories(batch, 1);
  const y = index(seen, 1, 0); // [B, d]
  const state = normal(key(4), [batch, members, dimension], dtype);
  const keys = keyBatch(key(5), batch);
  const analysis = (E: Tensor, values: Tensor, from: Tensor) =>
    filter.analyse(E, { y: values, operator, variance: 1, mask: null }, from).state;
  const analyse = capture(analysis);
  const cycle = capture((E: Tensor, values: Tensor, from: Tensor) =>
    analysis(filter.forecast(E, step, from), values, from),
  );
  return {
    ...{ name, batch },
    analyse: () => release(analyse(state, y, keys)),
    cycle: () => release(cycle(state, y, keys)),
  };
}

export function inferenceRates(rounds: number, seconds: number): InferenceRate[] {
  const dan = analysisNetwork({ members: 1, network, layers: someWeights() });
  const ensemble = enkf({ members: 40, covarianceInflation: 0, inflation: 1.06 });
  const runners = batches.flatMap((batch) => [
    runnerOf("network, one state", dan, 1, batch),
    runnerOf("EnKF, N = 40", ensemble, 40, batch),
  ]);
  const rates = runners.map(() => ({ analyses: [] as number[], cycles: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { batch, analyse, cycle }] of runners.entries()) {
      rates[i]!.analyses.push(batch / fastest(analyse, seconds / 4, processorTime));
      rates[i]!.cycles.push(batch / fastest(cycle, seconds / 4, processorTime));
    }
  }
  return runners.map(({ name, batch }, i) => ({
    ...{ name, batch },
    ...{ analyses: median(rates[i]!.analyses), cycles: median(rates[i]!.cycles) },
  }));
}
