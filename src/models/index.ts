export { type BlockInteractions, blockMatrix, blockProduct } from "./block-interactions.js";
export {
  type ClohessyWiltshireParams,
  clohessyWiltshire,
  clohessyWiltshireMatrix,
} from "./clohessy-wiltshire.js";
export { autoregressive, type LinearParams, linear, localLevel } from "./linear.js";
export {
  type Lorenz96Options,
  type Lorenz96Params,
  lorenz96,
  lorenz96Advection,
  lorenz96Tendency,
} from "./lorenz96.js";
export {
  type Lorenz96PolynomialParams,
  lorenz96Coefficients,
  lorenz96Polynomial,
  lorenz96PolynomialTendency,
  perturbedCoefficients,
} from "./lorenz96-polynomial.js";
export {
  type Coordinates,
  type LotkaVolterraGrowth,
  type LotkaVolterraInteractions,
  type LotkaVolterraOptions,
  type LotkaVolterraParams,
  type LotkaVolterraSteadyState,
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
export {
  type ConvolutionLayer,
  networkArrays,
  networkOfArrays,
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  withResidual,
  withResidualTendency,
} from "./residual-network.js";
export { rk4, type Tendency } from "./rk4.js";
export { type Propagation, propagations, stepsOver } from "./time.js";
