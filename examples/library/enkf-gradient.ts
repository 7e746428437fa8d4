/** The gradient of an EnKF window: four rates of predator and prey, 20 cycles, 50 members. */
import { capture, neg, type Tensor, tensor, valueAndGrad } from "kalmia/engine";
import { assimilate, cycleKeys, enkf } from "kalmia/filters";
import { bindModel, lotkaVolterra, type PredatorPreyParams, propagations } from "kalmia/models";
import { observationAt, observeAll } from "kalmia/observe";
import { foldIn, key } from "kalmia/random";
import { twin } from "kalmia/twin";

const truth = { preyGrowth: 0.55, predation: 0.028, predatorDeath: 0.8, conversion: 0.024 };
const start = [Math.log(30), Math.log(4)];
const prior = { mean: tensor(start), covariance: { kind: "diagonal", variance: 0.1 } } as const;

export function main() {
  const crossing = (rates: PredatorPreyParams) => {
    const model = bindModel(lotkaVolterra, rates, { substeps: 10 });
    return propagations(model, 0.01, new Array<number>(20).fill(1), 1);
  };
  const root = key(1);
  const instrument = { operator: observeAll(2), variance: 0.04 };
  const { observations: y } = twin(prior.mean, crossing(truth), instrument, root);
  const filter = enkf({ members: 50, covarianceInflation: 0.1 });

  const loss = (rates: Record<keyof PredatorPreyParams, Tensor>) => {
    const cycles = crossing(rates).map((propagation, t) => ({
      ...propagation,
      observation: observationAt({ y, mask: null }, t, observeAll(2), 0.04),
    }));
    const initial = filter.init(prior, foldIn(root, 1));
    return neg(assimilate(filter, initial, cycles, cycleKeys(foldIn(root, 2), 0, 20)).logEvidence);
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
