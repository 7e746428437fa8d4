/** The gradient of an EnKF window, by the engine itself: four rates of predator and prey, 20 cycles. */
import { capture, neg, type Tensor, tensor, valueAndGrad } from "kalmia/engine";
import { assimilate, cycleKeys, enkf } from "kalmia/filters";
import { bindModel, lotkaVolterra, propagations } from "kalmia/models";
import { lognormalNoise, observationAt, observeAll } from "kalmia/observe";
import { use } from "kalmia/parts";
import { simulate, stateSpace } from "kalmia/problem";
import { foldIn, key } from "kalmia/random";

const truth = { preyGrowth: 0.55, predation: 0.028, predatorDeath: 0.8, conversion: 0.024 };
const [processNoise, substeps, cycles] = [0.01, 10, 20];
const system = stateSpace({
  ...{ model: lotkaVolterra, parameters: truth, processNoise, substeps },
  noise: use(lognormalNoise, { sd: 0.2 }),
  prior: { mean: [30, 4], variance: 0.1 },
});

export function main() {
  const { series } = simulate(system, { cycles }).record; // logarithms of the values, [K, m]
  const start = tensor([Math.log(30), Math.log(4)]);
  const prior = { mean: start, covariance: { kind: "diagonal", variance: 0.1 } } as const;
  const filter = enkf({ members: 50, covarianceInflation: 0.1 });

  const loss = (rates: Record<keyof typeof truth, Tensor>) => {
    const model = bindModel(lotkaVolterra, rates, { substeps });
    const window = propagations(model, processNoise, series.intervals, 1).map((propagation, t) => ({
      ...propagation,
      observation: observationAt(series, t, observeAll(2), 0.04),
    }));
    const initial = filter.init(prior, foldIn(key(1), 1));
    const keys = cycleKeys(foldIn(key(1), 2), 0, cycles);
    return neg(assimilate(filter, initial, window, keys).logEvidence);
  };

  const step = capture(valueAndGrad(loss)); // noted at the first call, replayed at all others
  const { value, gradient } = step({
    preyGrowth: tensor(0.5),
    predation: tensor(0.03),
    predatorDeath: tensor(0.75),
    conversion: tensor(0.025),
  });
  const slopes = Object.entries(gradient).map(([name, g]) => [name, g.item()] as const);
  return { loss: value.item(), gradient: Object.fromEntries(slopes), ...step.statistics() };
}

if (process.argv[1] === import.meta.filename) console.log(main());
