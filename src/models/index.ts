export {
  type ClohessyWiltshireParams,
  clohessyWiltshire,
  clohessyWiltshireMatrix,
} from "./clohessy-wiltshire.js";
export { autoregressive, type LinearParams, linear, localLevel } from "./linear.js";
export {
  type Coordinates,
  type LotkaVolterraOptions,
  type LotkaVolterraParams,
  lotkaVolterra,
  lotkaVolterraTendency,
  type PredatorPreyParams,
  predatorPrey,
  predatorPreyAsGeneral,
} from "./lotka-volterra.js";
export {
  addNoise,
  advance,
  linearTransition,
  type Model,
  type StateMap,
  type Transition,
  withNoise,
} from "./model.js";
export { rk4, type Tendency } from "./rk4.js";
export { type Propagation, propagations, stepsOver } from "./time.js";
