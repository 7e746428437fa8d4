/** Learns the forcing of Lorenz-96 from four trajectories, in windows of ten cycles. */
import { enkf } from "kalmia/filters";
import { lorenz96 } from "kalmia/models";
import { learned } from "kalmia/parts";
import { fit, simulateMany, stateSpace } from "kalmia/problem";

const system = stateSpace({
  model: lorenz96,
  parameters: { dimension: 8, forcing: learned(6, { truth: 8, positive: true }) },
  observe: [0, 1, 3, 4, 6, 7],
  noise: 0.5,
  step: 0.05,
});

export async function main() {
  const trajectories = simulateMany(system, { trajectories: 4, cycles: 60, every: 2 });
  const fitted = await fit(system, trajectories, {
    method: enkf({ members: 20, covarianceInflation: 0.2 }),
    learn: { epochs: 20, window: 10, rates: { dynamics: 0.02, filter: 0.02 } },
    progress: ({ epoch, loss }) => console.error(`epoch ${epoch}: loss ${loss?.toFixed(4)}`),
  });
  return fitted.parameters;
}

if (process.argv[1] === import.meta.filename) console.table(await main());
