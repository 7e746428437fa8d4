import { expect, test } from "vitest";
import {
  capture,
  leavesOf,
  mul,
  neg,
  square,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../src/engine/index.js";
import { assimilate, cycleKeys, enkf } from "../../src/filters/index.js";
import { bindModel, lotkaVolterra, propagations } from "../../src/models/index.js";
import { observeAll } from "../../src/observe/index.js";
import { key, normal } from "../../src/random/index.js";

const T = 12;
const keys = cycleKeys(key(4), 0, T);
const y = tensor([3, 2]);
/** So many members that values, not code, take the memory. */
const members = 500;
const E0 = mul(0.3, normal(key(9), [members, 2]));

/** Loss of a window in the four rates, q and φ. */
const loss = (recompute: boolean) => (p: Readonly<Record<string, Tensor>>) => {
  const rates = { preyGrowth: p.a!, predation: p.b!, predatorDeath: p.c!, conversion: p.d! };
  const model = bindModel(lotkaVolterra, rates, { substeps: 5 });
  const crossing = propagations(model, square(p.q!), new Array<number>(T).fill(1), 1);
  const cycles = crossing.map((propagation) => ({
    ...propagation,
    observation: { y, operator: observeAll(2), variance: 0.04, mask: null },
  }));
  const filter = enkf({ members, covarianceInflation: p.phi! });
  return neg(sum(assimilate(filter, E0, cycles, keys, { recompute }).logEvidence));
};
const at = Object.fromEntries(
  Object.entries({ a: 0.5, b: 0.03, c: 0.8, d: 0.02, q: 0.2, phi: 0.1 }).map(([name, v]) => [
    name,
    tensor(v),
  ]),
);

test("a recomputed window gives the same value and gradient in less memory", () => {
  const kept = capture(valueAndGrad(loss(false)));
  const again = capture(valueAndGrad(loss(true)));
  const [a, b] = [kept(at), again(at)];
  expect(b.value.item()).toBe(a.value.item());
  leavesOf(b.gradient).forEach((g, i) => {
    const exact = leavesOf(a.gradient)[i]!.item();
    expect(Math.abs(g.item() - exact)).toBeLessThan(1e-11 * (1 + Math.abs(exact))); // order of sums
  });
  expect(again.statistics().bytes).toBeLessThan(0.5 * kept.statistics().bytes);
});
