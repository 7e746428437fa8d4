/**
 * Results in f32 are those in f64 to the rounding of f32, 6e-8: methods that draw nothing over whole records.
 * f32 normals are other numbers, so that members are compared over the analyses of the same ensemble.
 */
import { describe, expect, test } from "vitest";
import { cast, type Tensor, tensor } from "../../src/engine/index.js";
import {
  type Analysis,
  denkfAnalysis,
  eakfAnalysis,
  enkfAnalysis,
  enkfNAnalysis,
  etkfAnalysis,
} from "../../src/filters/index.js";
import { type Observation, observeComponents } from "../../src/observe/index.js";
import { runFilter } from "../../src/problem/index.js";
import { expectClose } from "../support/close.js";
import { make } from "../support/dense.js";
import { methodOf, problem } from "./ring.js";
import { distanceOf, statesOf } from "./runs.js";

const kinds = ["kalman", "rts", "extended-kalman", "iterated-extended-kalman", "unscented-kalman"];

test.each([...kinds, "3dvar", "3dvar-c", "3dvar-k", "4dvar"])("%s over a record", (kind) => {
  const run = (dtype: "f64" | "f32") => {
    const { system, record } = problem(kind, { dtype });
    return runFilter(methodOf(kind), system, record);
  };
  const [long, short] = [run("f64"), run("f32")];
  // Eight cycles with a Runge–Kutta step of some twenty operations each: a hundred roundings, squared in
  // covariances, whose conditions are below 10. States are relative to their size.
  expect(distanceOf(statesOf(long), statesOf(short))).toBeLessThan(1e-5);
  expect(distanceOf(statesOf(long), statesOf(short))).toBeGreaterThan(0);
  if (long.logLikelihood === null) expect(short.logLikelihood).toBeNull();
  // A sum of some 27 terms, the largest about 10: each to 1e-5 of itself.
  else expect(Math.abs(short.logLikelihood! - long.logLikelihood)).toBeLessThan(1e-3);
});

describe("an analysis of the same members", () => {
  const [N, d, components] = [9, 6, [0, 1, 3, 4]];
  const E = tensor(make(N, d, (i, j) => Math.sin(1 + 3.1 * i + 2.3 * j * j + i * j) + 0.4 * j));
  const epsilon = tensor(make(N, components.length, (i, j) => 0.6 * Math.cos(7 * i + i * j)));
  const seen = (of: (x: Tensor) => Tensor): Observation => ({
    ...{ y: of(tensor([0.3, 1.1, 0.9, 2])), operator: observeComponents(components) },
    ...{ variance: of(tensor([0.4, 0.9, 0.6, 0.5])), mask: null },
  });
  const analyses: Record<
    string,
    (E: Tensor, observation: Observation, epsilon: Tensor) => Analysis<Tensor>
  > = {
    enkf: (E, observation, epsilon) => enkfAnalysis(E, observation, {}, epsilon),
    denkf: (E, observation) => denkfAnalysis(E, observation, {}),
    etkf: (E, observation) => etkfAnalysis(E, observation),
    eakf: (E, observation) => eakfAnalysis(E, observation, {}),
    "enkf-n": (E, observation) => enkfNAnalysis(E, observation),
  };

  test.each(Object.entries(analyses))("%s", (_, analyse) => {
    const long = analyse(
      E,
      seen((x) => x),
      epsilon,
    );
    const short = analyse(
      cast(E, "f32"),
      seen((x) => cast(x, "f32")),
      cast(epsilon, "f32"),
    );
    // Members of size 3 and less; the condition of S is below 10.
    expectClose(cast(short.state, "f64"), long.state, 5e-6);
    expectClose(cast(short.logEvidence, "f64"), long.logEvidence, 2e-5);
  });
});
