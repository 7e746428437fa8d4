/** Settings of methods that a program calls: unknown ones are refused with the nearest known name. */
import { expect, test } from "vitest";
import { tensor, UsageError } from "../../src/engine/index.js";
import * as filters from "../../src/filters/index.js";
import { observeComponents } from "../../src/observe/index.js";
import * as smoothers from "../../src/smoothers/index.js";

const operator = observeComponents([0]);
const covariance = { kind: "diagonal", variance: 1 } as const;
const climatology = { mean: tensor([0, 0]), covariance };
const members = 5;

/** Every method with the settings that it must have, and a slip of the pen in one that it may have. */
const methods = [
  ["extendedKalman", filters.extendedKalman, {}, "inflatoin", "inflation"],
  ["iteratedExtendedKalman", filters.iteratedExtendedKalman, {}, "iteration", "iterations"],
  ["unscentedKalman", filters.unscentedKalman, {}, "apha", "alpha"],
  ["climatology", filters.climatology, { climatology }, "climatolgy", "climatology"],
  ["optimalInterpolation", filters.optimalInterpolation, { climatology }, "climate", null],
  ["threedvar", filters.threedvar, { covariance }, "observin", "observing"],
  ["threedvarK", filters.threedvarK, { gain: tensor([[1], [0]]), operator }, "gain1", "gain"],
  ["enkf", filters.enkf, { members }, "membres", "members"],
  ["denkf", filters.denkf, { members }, "tapper", "taper"],
  ["etkf", filters.etkf, { members }, "membres", "members"],
  ["eakf", filters.eakf, { members }, "rotates", "rotate"],
  ["enkfN", filters.enkfN, { members }, "nulity", "nullity"],
  ["letkf", filters.letkf, { members }, "halfwidth", "halfWidth"],
  ["ens3dvar", filters.ens3dvar, { members, covariance, mixing: 0.5 }, "mixin", "mixing"],
  ["particle", filters.particle, { members }, "resampleBelo", "resampleBelow"],
  ["optimalParticle", filters.optimalParticle, { members }, "regularization", "regularisation"],
  ["fourdvar", smoothers.fourdvar, { covariance, lag: 2 }, "lags", "lag"],
  ["en4dvar", smoothers.en4dvar, { members, covariance, lag: 2, mixing: 0.5 }, "slover", "solver"],
  ["enks", smoothers.enks, { members }, "Lag", "lag"],
  ["ienks", smoothers.ienks, { members }, "xn", "xN"],
] as unknown as readonly [string, (settings: object) => unknown, object, string, string | null][];

test.each(methods)("%s", (name, method, settings, slip, meant) => {
  const call = () => method({ ...settings, [slip]: 1 });
  expect(call).toThrow(UsageError);
  const question = meant === null ? "" : ` (did you mean ${meant}?)`;
  expect(call).toThrow(`${name}: the option ${slip} is unknown${question}; known are `);
});
