/** Every filter tracks a target whose bearing crosses ±π as it tracks any other. */
import { describe, expect, test } from "vitest";
import { ones, sub, type Tensor, tensor } from "../../src/engine/index.js";
import {
  denkf,
  eakf,
  enkf,
  enkfN,
  ens3dvar,
  etkf,
  extendedKalman,
  type Filter,
  iteratedExtendedKalman,
  kalman,
  letkf,
  neighbours,
  optimalParticle,
  particle,
  threedvar,
  threedvarK,
  unscentedKalman,
} from "../../src/filters/index.js";
import { type Operator, observeComponents, wrapAngle } from "../../src/observe/index.js";
import { expectClose } from "../support/close.js";
import { gradientError, type Loss } from "../support/gradients.js";
import { angleTrack, apart, spread, trackLoss, tracks, turned } from "./bearing-case.js";

const N = 20;
const still = { kind: "diagonal", variance: spread } as const;
/** All at one place, so that every observation counts fully for every component. */
const near = neighbours(
  { state: [0, 0, 0, 0], observed: [0, 0] },
  { domain: { kind: "line" }, reach: 2 },
);
/** A taper that damps nothing leads through the analysis by tapered covariances. */
const taper = { observedState: ones([2, 4]), observed: ones([2, 2]) };

// Rounding of six cycles, whose gains are of a matrix of condition some 10³; "enkf-n" and "letkf" by
// searches and roots.
const filters: [string, () => Filter<unknown>][] = [
  ["extended-kalman", () => extendedKalman()],
  ["iterated-extended-kalman", () => iteratedExtendedKalman()],
  ["unscented-kalman", () => unscentedKalman()],
  ["unscented-kalman, square root", () => unscentedKalman({ form: "square-root" })],
  ["3dvar", () => threedvar({ covariance: still })],
  ["enkf", () => enkf({ members: N })],
  ["denkf", () => denkf({ members: N })],
  ["denkf, tapered", () => denkf({ members: N, taper })],
  ["etkf", () => etkf({ members: N })],
  ["eakf", () => eakf({ members: N })],
  ["enkf-n", () => enkfN({ members: N })],
  ["letkf", () => letkf({ members: N, neighbours: near, halfWidth: 1 })],
  ["particle", () => particle({ members: 400, resampleBelow: 0 })],
] as [string, () => Filter<unknown>][];

describe.each(filters)("%s", (name, make) => {
  const { across, aside, remounted, unwrapped } = tracks(make());

  // Sigma points along the columns of a Cholesky factor do not turn with the plane.
  if (!name.startsWith("unscented")) {
    test("the analysis of the turned problem is the turned analysis", () => {
      across.means.forEach((mean, k) => {
        expectClose(turned(mean), aside.means[k]!, 1e-9);
        expectClose(across.logEvidence[k]!, aside.logEvidence[k]!, 1e-9);
      });
    });
  }

  test("where the sensor has its zero changes nothing", () => {
    across.means.forEach((mean, k) => {
      expectClose(mean, remounted.means[k]!, 1e-9);
      expectClose(across.logEvidence[k]!, remounted.logEvidence[k]!, 1e-9);
    });
  });

  // 3DVar knows no prior covariance, and its R alone is learned. Differences leave some 10⁻⁹.
  test("gradients through wrapped differences, captured", () => {
    const at = name === "3dvar" ? { bearing: 0.0036 } : { bearing: 0.0036, spread: 1 };
    const loss: Loss = (p) =>
      trackLoss(make(), { spread: tensor(1), ...p } as Record<"bearing" | "spread", Tensor>);
    expect(gradientError(name, loss, at)).toBeLessThan(1e-5);
  });

  test("without wrapped differences the track is torn", () => {
    expect(apart(across, unwrapped)).toBeGreaterThan(0.1);
  });
});

describe("an angle that is a component of the state", () => {
  const plain = observeComponents([0]);
  const wrapped: Operator = { ...plain, difference: (a, b) => wrapAngle(sub(a, b)) };
  const covariance = { kind: "diagonal", variance: tensor([0.09, 0.02]) } as const;
  const members = N;

  test.each([
    ["kalman", () => kalman()],
    ["unscented-kalman", () => unscentedKalman()],
    [
      "3dvar",
      (operator: Operator) => threedvar({ covariance, observing: { operator, variance: 0.01 } }),
    ],
    ["3dvar-k", (operator: Operator) => threedvarK({ gain: tensor([[0.6], [0.2]]), operator })],
    ["ens3dvar", () => ens3dvar({ members, covariance, mixing: 0.5 })],
    ["enkf", () => enkf({ members })],
    ["eakf", () => eakf({ members })],
    ["particle", () => particle({ members: 200, regularisation: 0.5 })],
    ["optimal-particle", () => optimalParticle({ members: 200, proposalRegularisation: 0.5 })],
  ] as [string, (operator: Operator) => Filter<unknown>][])("%s", (_, make) => {
    // Less by 2.5, the angles 2.2 to 4.2 become −0.3 to 1.7 and do not cross π.
    const [here, there] = [0, -2.5].map((shift) => angleTrack(make, wrapped, shift));
    here!.means.forEach((mean, k) => {
      expectClose(sub(mean, tensor([2.5, 0])), there!.means[k]!, 1e-9);
      expectClose(here!.logEvidence[k]!, there!.logEvidence[k]!, 1e-9);
    });
    expect(apart(angleTrack(make, plain, 0), here!)).toBeGreaterThan(0.1);
  });
});
