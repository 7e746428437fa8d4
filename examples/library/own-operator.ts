/** Forty variables of Lorenz-96, followed by an ETKF through an instrument of your own that saturates. */
import { rmse } from "kalmia/diagnostics";
import { mul, tanh } from "kalmia/engine";
import { etkf } from "kalmia/filters";
import { lorenz96 } from "kalmia/models";
import { observeBy } from "kalmia/observe";
import { rowsOf, runFilter, simulate, stateSpace } from "kalmia/problem";

const system = stateSpace({
  model: lorenz96,
  parameters: { dimension: 40, forcing: 8 },
  observe: observeBy("saturating", 40, (x) => mul(10, tanh(mul(0.1, x)))), // [..., 40] → [..., 40]
  noise: 0.25,
  step: 0.05,
});
const twin = simulate(system, { cycles: 400 });
const run = runFilter(etkf({ members: 24, inflation: 1.04 }), system, twin.record);
console.log("RMSE", rmse(rowsOf(run.analysis.mean).slice(100), twin.truth.slice(100)));
