/** Learns the memory a and the noise q of an AR(1) process, seen with errors, from 500 values. */
import { index, neg, type Tensor, tensor } from "kalmia/engine";
import { assimilate, cycleKeys, kalman } from "kalmia/filters";
import { newton, objective } from "kalmia/learn";
import { autoregressive, bindModel, linear, propagations } from "kalmia/models";
import { observationAt, observeAll } from "kalmia/observe";
import { positive, type Scalar, unitInterval } from "kalmia/prob";
import { key } from "kalmia/random";
import { twin } from "kalmia/twin";

const steps = 500;
const crossing = (a: Scalar, q: Scalar) =>
  propagations(bindModel(linear, autoregressive([a])), q, new Array<number>(steps).fill(1), 1);

/** x′ = 0.8 x + N(0, 0.5), y = x + N(0, 0.2): simulated, then learned from a poor guess. */
export function main() {
  const instrument = { operator: observeAll(1), variance: 0.2 };
  const { observations: y } = twin(tensor([0]), crossing(0.8, 0.5), instrument, key(7));
  const variance = positive(); // latent line → (0, ∞)
  const J = (u: Tensor): Tensor => {
    const a = unitInterval.forward(index(u, 0, 0));
    const q = variance.forward(index(u, 0, 1));
    const cycles = crossing(a, q).map((propagation, t) => ({
      ...propagation,
      observation: observationAt({ y, mask: null }, t, observeAll(1), 0.2),
    }));
    const start = { mean: tensor([0]), covariance: tensor([[1]]) };
    return neg(assimilate(kalman(), start, cycles, cycleKeys(key(0), 0, steps)).logEvidence);
  };
  const guess = [unitInterval.inverse(0.3), variance.inverse(2)];
  const { point, converged } = newton(objective(J), guess, { iterations: 30, tolerance: 1e-9 });
  const [a, q] = point.map((u) => tensor(u)) as [Tensor, Tensor];
  return { a: unitInterval.forward(a).item(), q: variance.forward(q).item(), converged };
}

if (process.argv[1] === import.meta.filename) console.log(main());
