/**
 * The gradient of a whole window's loss on Lorenz-96, d = 8, through every ensemble filter, against
 * central differences: in the forcing, R, and what each filter may learn.
 */
import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  grad,
  jvp,
  mul,
  neg,
  sum,
  type Tensor,
  tensor,
} from "../../src/engine/index.js";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  denkf,
  eakf,
  enkf,
  enkfN,
  ens3dvar,
  etkf,
  type Filter,
  gridPositions,
  observedTaper,
} from "../../src/filters/index.js";
import { bindModel, lorenz96, withNoise } from "../../src/models/index.js";
import { observeComponents } from "../../src/observe/index.js";
import type { Gaussian, Scalar } from "../../src/prob/index.js";
import { key, normal } from "../../src/random/index.js";
import { slopeOf } from "../support/differences.js";
import { gradientError, type Loss, type Parameters } from "../support/gradients.js";

const [d, members, count] = [8, 6, 4];
const observed = [0, 1, 3, 4, 6];
const truth = tensor(Array.from({ length: d }, (_, i) => 8 * Math.sin(1 + i * i)));
const prior: Gaussian = { mean: truth, covariance: { kind: "diagonal", variance: 0.5 } };
const operator = observeComponents(observed);

/** y of a run of another forcing, with gaps in the second cycle. */
const cyclesOf = ({ forcing, R }: Parameters): Cycle[] => {
  const transition = withNoise(
    bindModel(lorenz96, { dimension: d, forcing: forcing! }).step(0.05),
    0.01,
  );
  const step = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.1);
  let x = truth;
  return Array.from({ length: count }, (_, k) => {
    x = step.map(x);
    const y = add(operator.apply(x), mul(0.6, normal(key(100 + k), [observed.length])));
    const mask = k === 1 ? tensor([1, 0, 1, 1, 0]) : null;
    return { transition, steps: 2, observation: { y, operator, variance: R!, mask } };
  });
};

/** The evidence, and what the last members are: parameters that only the next cycle sees count too. */
const lossOf =
  (filterOf: (p: Parameters) => Filter<Tensor>): Loss =>
  (p) => {
    const filter = filterOf(p);
    const initial = filter.init(prior, key(1));
    const end = assimilate(filter, initial, cyclesOf(p), cycleKeys(key(2), 0, count));
    const weights = tensor(
      Array.from({ length: members * d }, (_, i) => Math.cos(i)),
      {
        shape: [members, d],
      },
    );
    return add(neg(end.logEvidence), sum(mul(weights, end.state)));
  };

const taperOf = (halfWidth: Scalar) =>
  observedTaper(gridPositions(d, observed), { domain: { kind: "ring", length: d }, halfWidth });

/** Every filter with all that it may learn, and where. */
const cases: [string, (p: Parameters) => Filter<Tensor>, Record<string, number>][] = [
  [
    "enkf",
    ({ phi, lambda, alpha, c }) =>
      enkf({
        members,
        covarianceInflation: phi!,
        inflation: lambda!,
        relaxation: { towards: "perturbations", fraction: alpha! },
        taper: taperOf(c!),
        centredPerturbations: true,
      }),
    { phi: 0.2, lambda: 1.05, alpha: 0.3, c: 1.7 },
  ],
  [
    "ens3dvar",
    ({ phi, lambda, mixing }) =>
      ens3dvar({
        members,
        covarianceInflation: phi!,
        inflation: lambda!,
        mixing: mixing!,
        covariance: { kind: "diagonal", variance: tensor(Array(d).fill(1)) },
      }),
    { phi: 0.2, lambda: 1.05, mixing: 0.4 },
  ],
  [
    "etkf",
    ({ phi, lambda, alpha, q }) =>
      etkf({
        members,
        covarianceInflation: phi!,
        inflation: lambda!,
        relaxation: { towards: "spread", fraction: alpha! },
        additiveInflation: q!,
        rotate: true,
      }),
    { phi: 0.2, lambda: 1.05, alpha: 0.3, q: 0.04 },
  ],
  [
    "denkf",
    ({ phi, lambda }) => denkf({ members, covarianceInflation: phi!, inflation: lambda! }),
    { phi: 0.2, lambda: 1.05 },
  ],
  [
    "denkf with a taper",
    ({ phi, c }) => denkf({ members, covarianceInflation: phi!, taper: taperOf(c!) }),
    { phi: 0.2, c: 1.7 },
  ],
  [
    "eakf with a taper",
    ({ phi, lambda, c }) =>
      eakf({ members, covarianceInflation: phi!, inflation: lambda!, taper: taperOf(c!) }),
    { phi: 0.2, lambda: 1.05, c: 1.7 },
  ],
  [
    "enkf-n",
    ({ xN, phi }) => enkfN({ members, xN: xN!, covarianceInflation: phi! }),
    { xN: 1.4, phi: 0.1 },
  ],
  [
    "enkf-n, primal",
    ({ xN, lambda }) => enkfN({ members, xN: xN!, inflation: lambda!, form: "primal" }),
    { xN: 1.4, lambda: 1.02 },
  ],
];

/** Differences of order four with steps of 10⁻³ leave some 10⁻¹⁰ of a slope; 10⁻⁶ is asked for. */
const tolerance = 1e-6;

describe.each(cases)("%s", (name, filterOf, own) => {
  const at = { forcing: 7.7, R: 0.5, ...own };
  const asTensors = (p: Record<string, number>) =>
    Object.fromEntries(Object.entries(p).map(([k, v]) => [k, tensor(v)]));
  const loss = lossOf(filterOf);

  test("the gradient", () => {
    expect(gradientError(name, loss, at)).toBeLessThan(tolerance);
  });

  test("its change along a direction: second derivatives", () => {
    const names = Object.keys(at);
    const direction = asTensors(Object.fromEntries(names.map((k, i) => [k, 0.1 + 0.05 * i])));
    const slopes = grad(loss) as (p: Record<string, Tensor>) => Record<string, Tensor>;
    const along = capture((p: typeof direction, v: typeof direction) => jvp(slopes, p, v).tangent);
    const tangent = along(asTensors(at), direction);
    const gradient = capture(slopes);
    for (const one of ["R", names[2]!]) {
      const slope = slopeOf(
        (h) => {
          const moved = names.map((k) => [k, at[k as "R"] + h * direction[k]!.item()]);
          return gradient(asTensors(Object.fromEntries(moved)))[one]!.item();
        },
        0,
        1e-3,
      );
      expect(Math.abs(tangent[one]!.item() - slope) / Math.abs(slope), one).toBeLessThan(tolerance);
    }
  });
});
