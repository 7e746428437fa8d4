/** Standard errors of the two variances of the Nile record, from the Hessian of the likelihood. */
import { readFileSync } from "node:fs";
import { exp, hessian, index, neg, type Tensor, tensor } from "kalmia/engine";
import { assimilate, cycleKeys, kalman } from "kalmia/filters";
import { newton, objective } from "kalmia/learn";
import { linear, localLevel, propagations } from "kalmia/models";
import { observationAt, observationSeries, observeAll } from "kalmia/observe";
import { key } from "kalmia/random";

const text = readFileSync(new URL("../../data/nile.csv", import.meta.url), "utf8");
const rows = text
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
const record = observationSeries({
  times: rows.map(([year]) => year),
  values: rows.map(([, flow]) => [flow]),
});

/** −log-likelihood at u = (log q, log r): level variance q, observation variance r. */
function J(u: Tensor): Tensor {
  const [q, r] = [exp(index(u, 0, 0)), exp(index(u, 0, 1))];
  const cycles = propagations(linear(1), localLevel, q, record.intervals, 1).map((step, t) => ({
    ...step,
    observation: observationAt(record, t, observeAll(1), r),
  }));
  const start = { mean: tensor([0]), covariance: tensor([[1e7]]) };
  return neg(assimilate(kalman(), start, cycles, cycleKeys(key(0), 0, cycles.length)).logEvidence);
}

export function main() {
  const from = [Math.log(1000), Math.log(10000)];
  const { point } = newton(objective(J), from, { iterations: 30, tolerance: 1e-9 });
  const [[a, b], [c, d]] = hessian(J)(tensor(point)).toArray() as [number[], number[]];
  const [q, r] = point.map(Math.exp);
  const det = a * d - b * c; // the inverse of a 2×2 matrix
  return {
    logLikelihood: -J(tensor(point)).item(),
    q,
    r,
    sdQ: q * Math.sqrt(d / det),
    sdR: r * Math.sqrt(a / det),
  };
}

if (process.argv[1] === import.meta.filename) console.log(main());
