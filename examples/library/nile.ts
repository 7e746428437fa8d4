/** Both variances of the Nile record, with standard errors from the curvature of the likelihood. */
import { readFileSync } from "node:fs";
import { kalman } from "kalmia/filters";
import { linear } from "kalmia/models";
import { learned } from "kalmia/parts";
import { fit, stateSpace } from "kalmia/problem";

const text = readFileSync(new URL("../../data/nile.csv", import.meta.url), "utf8");
const rows = text.trim().split("\n").slice(1);
const [times, values] = [0, 1].map((i) => rows.map((row) => Number(row.split(",")[i])));

/** A level that wanders: x′ = x + N(0, q), y = x + N(0, r), q and r learned. */
const system = stateSpace({
  model: linear,
  parameters: { transition: [[1]] },
  processNoise: learned(1000),
  noise: learned(10000),
  prior: { mean: [0], variance: 1e7 },
});

export const main = () => fit(system, { times, values }, { method: kalman() });

if (process.argv[1] === import.meta.filename) {
  const { parameters, logLikelihood } = await main();
  console.table(parameters);
  console.log({ logLikelihood });
}
