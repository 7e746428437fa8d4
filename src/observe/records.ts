/** The observation operators and noises that files can name, in the order in which they are listed. */
import { lognormalNoise } from "./noises/lognormal.js";
import { normalNoise } from "./noises/normal.js";
import { everyOperator } from "./operators/every.js";
import { identityOperator } from "./operators/identity.js";
import { indicesOperator } from "./operators/indices.js";
import { matrixOperator } from "./operators/matrix.js";
import { powerOperator } from "./operators/power.js";
import { randomOperator } from "./operators/random.js";
import { rangeBearingOperator } from "./operators/range-bearing.js";
import { ratioOperator } from "./operators/ratio.js";
import type { NoiseRecord, OperatorRecord } from "./part.js";

export const operators: readonly OperatorRecord[] = [
  identityOperator,
  everyOperator,
  indicesOperator,
  randomOperator,
  ratioOperator,
  matrixOperator,
  powerOperator,
  rangeBearingOperator,
];

export const noises: readonly NoiseRecord[] = [normalNoise, lognormalNoise];
