/** Every smoother tracks a target whose bearing crosses ±π as it tracks any other. */
import { describe, expect, test } from "vitest";
import type { Smoother } from "../../src/filters/index.js";
import { en4dvar, enks, fourdvar, ienks } from "../../src/smoothers/index.js";
import { apart, spread, tracks, turned } from "../filters/bearing-case.js";
import { expectClose } from "../support/close.js";

const N = 20;
const covariance = { kind: "diagonal", variance: spread } as const;
const window = { covariance, lag: 2 };

describe.each([
  ["enks by etkf", () => enks({ members: N, lag: 2 })],
  ["enks by eakf", () => enks({ members: N, lag: 2, analysis: "eakf" })],
  ["enks by enkf", () => enks({ members: N, lag: 2, analysis: "enkf" })],
  ["ienks", () => ienks({ members: N, lag: 2, iterations: 4 })],
  [
    "ienks by bundle, observation weights",
    () =>
      ienks({
        members: N,
        lag: 1,
        iterations: 4,
        linearisation: { bundle: 1e-3 },
        observationWeights: [0.5, 0.5],
      }),
  ],
  ["4dvar", () => fourdvar(window)],
  ["4dvar, whole windows", () => fourdvar({ ...window, observations: "window" })],
  [
    "4dvar by conjugate gradients",
    () => fourdvar({ ...window, solver: { kind: "conjugate-gradients", steps: 8 } }),
  ],
  ["en4dvar", () => en4dvar({ ...window, members: N, mixing: 0.5 })],
] as [string, () => Smoother<unknown>][])("%s", (_, make) => {
  const { across, aside, remounted, unwrapped } = tracks(make());

  // Rounding, of a few iterations with matrices of condition 10³ and slopes by differences of 10⁻³.
  test("the analysis of the turned problem is the turned analysis", () => {
    across.means.forEach((mean, k) => {
      expectClose(turned(mean), aside.means[k]!, 1e-8);
      expectClose(across.logEvidence[k]!, aside.logEvidence[k]!, 1e-8);
    });
  });

  test("where the sensor has its zero changes nothing", () => {
    across.means.forEach((mean, k) => {
      expectClose(mean, remounted.means[k]!, 1e-8);
      expectClose(across.logEvidence[k]!, remounted.logEvidence[k]!, 1e-8);
    });
  });

  test("without wrapped differences the track is torn", () => {
    expect(apart(across, unwrapped)).toBeGreaterThan(0.1);
  });
});
