import { test } from "vitest";
import { capture, index, neg, scope, sum, type Tensor, tensor, valueAndGrad, softplus, sigmoid, slice } from "../../src/engine/index.js";
import { assimilate, cycleKeys, enkf, kalman } from "../../src/filters/index.js";
import { clohessyWiltshire, predatorPrey, withNoise } from "../../src/models/index.js";
import { observationAt, observeComponents } from "../../src/observe/index.js";
import { key, normal } from "../../src/random/index.js";
test("perf", () => {
  const B = 8, N = 25, L = 20;
  const window = (p: { n: Tensor; q: Tensor; phi: Tensor }, E: Tensor, y: Tensor, k: Tensor) => {
    const filter = enkf({ members: N, covarianceInflation: sigmoid(p.phi) });
    const tr = withNoise(clohessyWiltshire.step({ meanMotion: softplus(p.n) }, 10), softplus(p.q));
    const cycles = Array.from({ length: L }, (_, t) => ({ transition: tr, steps: 1, observation: observationAt({ y, mask: null }, t, observeComponents([0, 1, 2]), 0.1) }));
    return neg(sum(assimilate(filter, E, cycles, cycleKeys(k, 0, L)).logEvidence));
  };
  const vg = capture((p: { n: Tensor; q: Tensor; phi: Tensor }, E: Tensor, y: Tensor, k: Tensor) => valueAndGrad(window)(p, E, y, k));
  const p = { n: tensor(-6.6), q: tensor([-2, -2, -2, -2, -2, -2]), phi: tensor(-2.2) };
  const E = normal(key(1), [B, N, 6]);
  const y = normal(key(2), [L, B, 3]);
  scope(() => vg(p, E, y, key(3)));
  const t0 = performance.now();
  const R = 50;
  for (let i = 0; i < R; i++) scope(() => vg(p, E, y, key(i)));
  const s = vg.statistics();
  console.info("CW enkf ms/step", (performance.now() - t0) / R / L, s.instructions / L, s.bytes);
});
