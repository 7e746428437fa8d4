/** The learning problem of a trial: Kalmia's own model, noise and method, with the paper's first values. */
import { eye, full, gather, indices, mul } from "../../engine/index.js";
import {
  enkfRecord,
  ens3dvarRecord,
  kalmanRecord,
  type MethodRecord,
  threedvarCRecord,
  threedvarKRecord,
} from "../../filters/index.js";
import type { LearningProblem, ParameterDefinition } from "../../learn/index.js";
import { learned, type Use, use } from "../../parts/index.js";
import { identity, positive, unitInterval } from "../../prob/index.js";
import { type StateSpace, type WindowProblem, windowProblem } from "../../problem/index.js";
import { type Key, key as keyOf, normal, split } from "../../random/index.js";
import type { TrialData } from "./data.js";
import { learnsNoise } from "./space.js";
import type { System } from "./system.js";
import type { Trial } from "./trial.js";

export interface TrialProblem extends LearningProblem<unknown>, Pick<WindowProblem, "series"> {}

/** The method of a trial; its learned settings are marked. */
export function methodOf(trial: Trial): Use<MethodRecord> {
  const { method, members, rank, halfWidth, learnHalfWidth, learnInflation } = trial;
  const ensemble = {
    members,
    ...(halfWidth !== null && {
      taper: {
        kind: "gaspari-cohn",
        halfWidth: learnHalfWidth ? learned(halfWidth) : halfWidth,
      },
    }),
  };
  const inflation = { covarianceInflation: learned(trial.inflation) };
  // An update is added to C₀ = I.
  const background = {
    ...{ identity: 1, learn: true },
    structure: rank === null ? "dense" : { rank },
  };
  switch (method) {
    case "kalman":
      return use(kalmanRecord);
    case "3dvar-c":
      return use(threedvarCRecord, { background });
    case "3dvar-k":
      return use(threedvarKRecord, { gain: { transpose: 1, learn: true } });
    case "enkf":
      return use(enkfRecord, { ...ensemble, ...inflation });
    case "ens3dvar": {
      const settings = { ...ensemble, ...(learnInflation && inflation) };
      return use(ens3dvarRecord, { ...settings, background, mixing: learned(0.5) });
    }
  }
}

/** B of a low-rank update is drawn: at 0 its gradient would be 0. */
const smallFactor = 0.1;

/** The first values of what is learned of the filter and of the noise, and their bijections. */
function filterDefinitions(
  { dtype, start }: System,
  trial: Trial,
  { observed }: TrialData,
  key: Key,
): ParameterDefinition[] {
  const { method, dimension: d, rank, halfWidth, learnHalfWidth, learnInflation } = trial;
  const given = (
    name: string,
    value: ParameterDefinition["start"],
    bijection = identity,
  ): ParameterDefinition => ({ name, start: value, bijection, group: "filter" });
  const factor = () =>
    rank === null
      ? mul(start.factor, eye(d, dtype))
      : mul(smallFactor / Math.sqrt(rank), normal(key, [d, rank], dtype));
  const gain = () => mul(start.gain, gather(eye(d, dtype), indices(observed[0]!), -1)); // [d, m]
  const taper =
    learnHalfWidth && halfWidth !== null
      ? [given("taper.halfWidth", halfWidth, positive(halfWidth))]
      : [];
  if (method === "kalman") return [];
  if (method === "3dvar-c") return [given("background.factor", factor())];
  if (method === "3dvar-k") return [given("gain", gain())];
  // Q follows the learning rate of the filter: that of a network would hardly move it.
  const variances = full([d], start.noise, dtype);
  const noise = learnsNoise(trial) ? [given("processNoise.variance", variances, positive())] : [];
  const inflation = given("covarianceInflation", trial.inflation, unitInterval);
  if (method === "enkf") return [...noise, inflation, ...taper];
  const mixing = given("mixing", 0.5, unitInterval);
  const inflated = learnInflation ? [inflation] : [];
  return [...noise, mixing, ...inflated, given("background.factor", factor()), ...taper];
}

/** The learning problem of a trial with its data. */
export function problemOf(
  system: System,
  trial: Trial,
  space: StateSpace,
  data: TrialData,
): TrialProblem {
  const [forModel, forFilter] = split(keyOf(trial.model)) as [Key, Key];
  const definitions = [
    ...system.definitions(trial, forModel),
    ...filterDefinitions(system, trial, data, forFilter),
  ];
  return {
    ...windowProblem(methodOf(trial), space, definitions, {
      ...{ bound: system.bound, singleStates: "draw" },
    }),
    ...{ training: data.training, validation: data.validation },
  };
}
