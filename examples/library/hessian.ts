/** Standard errors of the two variances of the Nile record, from the Hessian of the likelihood. */
import { readFileSync } from "node:fs";
import * as k from "kalmia/engine";
import { assimilate, cycleKeys, kalman } from "kalmia/filters";
import { newton, objective } from "kalmia/learn";
import { bindModel, linear, localLevel, propagations } from "kalmia/models";
import { observationAt, observationSeries, observeAll } from "kalmia/observe";
import { key } from "kalmia/random";

const text = readFileSync(new URL("../../data/nile.csv", import.meta.url), "utf8");
const rows = text.trim().split("\n").slice(1);
const [times, flows] = [0, 1].map((i) => rows.map((row) => Number(row.split(",")[i])));
const record = observationSeries({ times, values: flows.map((flow) => [flow]) });

/** −log-likelihood at u = (log q, log r): level variance q, observation variance r. */
function J(u: k.Tensor): k.Tensor {
  const [q, r] = [k.exp(k.index(u, 0, 0)), k.exp(k.index(u, 0, 1))];
  const cycles = propagations(bindModel(linear, localLevel), q, record.intervals, 1).map(
    (step, t) => ({
      ...step,
      observation: observationAt(record, t, observeAll(1), r),
    }),
  );
  const start = { mean: k.tensor([0]), covariance: k.tensor([[1e7]]) };
  return k.neg(
    assimilate(kalman(), start, cycles, cycleKeys(key(0), 0, cycles.length)).logEvidence,
  );
}

export function main() {
  const from = [Math.log(1000), Math.log(10000)];
  const { point } = newton(objective(J), from, { iterations: 30, tolerance: 1e-9 });
  const H = k.hessian(J)(k.tensor(point)); // [2, 2]
  const covariance = k.positiveDefinite(H).inverse.toArray() as number[][];
  const variances = point.map(Math.exp);
  const standardErrors = variances.map((v, i) => v * Math.sqrt(covariance[i][i]));
  return { variances, standardErrors, logLikelihood: -J(k.tensor(point)).item() };
}

if (process.argv[1] === import.meta.filename) console.log(main());
