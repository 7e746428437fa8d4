import { clohessyWiltshire } from "./clohessy-wiltshire.js";
import { fitzhughNagumo } from "./fitzhugh-nagumo.js";
import { kuramotoSivashinsky } from "./kuramoto-sivashinsky.js";
import { linear } from "./linear.js";
import { logistic } from "./logistic.js";
import { lorenz63 } from "./lorenz63.js";
import { lorenz96 } from "./lorenz96.js";
import { lorenz96TwoScale } from "./lorenz96-two-scale.js";
import { lotkaVolterra } from "./lotka-volterra.js";
import { quasiGeostrophic } from "./quasi-geostrophic.js";
import type { ModelRecord } from "./record.js";
import { sir } from "./sir.js";

/**
 * The built-in models, in the order of `kalmia list`. A new model is a file with its record, and a line
 * here.
 */
export const models: readonly ModelRecord[] = [
  linear,
  lotkaVolterra,
  clohessyWiltshire,
  lorenz63,
  lorenz96,
  lorenz96TwoScale,
  kuramotoSivashinsky,
  quasiGeostrophic,
  logistic,
  fitzhughNagumo,
  sir,
];
