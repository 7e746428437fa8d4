/** Learns the memory a and the noise q of an AR(1) process, seen with errors, from 200 values. */
import { kalman } from "kalmia/filters";
import { linear } from "kalmia/models";
import { learned } from "kalmia/parts";
import { fit, simulate, stateSpace } from "kalmia/problem";

/** x′ = a x + N(0, q), y = x + N(0, 0.2): simulated at the truths, then learned from a poor guess. */
const system = stateSpace({
  model: linear,
  parameters: { transition: [[learned(0.3, { truth: 0.8 })]] },
  processNoise: learned(2, { truth: 0.5 }),
  noise: 0.2,
  prior: { mean: [0], variance: 1 },
  seed: 7,
});

export async function main() {
  const { record } = simulate(system, { cycles: 200 });
  const { parameters } = await fit(system, record, {
    method: kalman(),
    learn: { epochs: 40 }, // then Newton steps go to the maximum
  });
  return parameters;
}

if (process.argv[1] === import.meta.filename) console.table(await main());
