export { type BlockInteractions, blockMatrix, blockProduct } from "./block-interactions.js";
export {
  type ClohessyWiltshireParams,
  clohessyWiltshire,
  clohessyWiltshireMatrix,
} from "./clohessy-wiltshire.js";
export { type ContinuousSystem, continuousModel, type IntegrationOptions } from "./continuous.js";
export type { Coordinates } from "./coordinates.js";
export {
  defineEquations,
  type EquationParameters,
  type Equations,
  type ParameterNames,
} from "./equations.js";
export { etdrk4, phiFunctions } from "./etdrk4.js";
export { fitzhughNagumo } from "./fitzhugh-nagumo.js";
export {
  type GaussianGrid,
  gaussianGrid,
  gaussLegendre,
  type Quadrature,
} from "./gaussian-grid.js";
export {
  kuramotoSivashinsky,
  kuramotoSivashinskyDefaults,
  kuramotoSivashinskyDomain,
} from "./kuramoto-sivashinsky.js";
export { type LegendreFunctions, legendreFunctions } from "./legendre.js";
export { autoregressive, type LinearParams, linear, localLevel } from "./linear.js";
export { logistic } from "./logistic.js";
export { type Lorenz63Params, lorenz63, lorenz63Defaults, lorenz63Tendency } from "./lorenz63.js";
export { type Lorenz96Params, lorenz96, lorenz96Advection, lorenz96Tendency } from "./lorenz96.js";
export {
  type Lorenz96PolynomialParams,
  lorenz96Coefficients,
  lorenz96Polynomial,
  lorenz96PolynomialTendency,
  perturbedCoefficients,
} from "./lorenz96-polynomial.js";
export {
  type Lorenz96TwoScaleParams,
  type Lorenz96TwoScaleSizes,
  lorenz96TwoScale,
  lorenz96TwoScaleDefaults,
  lorenz96TwoScaleTendency,
} from "./lorenz96-two-scale.js";
export { lotkaVolterra } from "./lotka-volterra.js";
export {
  type LotkaVolterraGrowth,
  type LotkaVolterraInteractions,
  type LotkaVolterraParams,
  type LotkaVolterraSteadyState,
  lotkaVolterraTendency,
  type PredatorPreyParams,
  predatorPreyAsGeneral,
} from "./lotka-volterra-tendency.js";
export { type ProcessNoise, readProcessNoise } from "./process-noise.js";
export { propagateThrough } from "./propagate-through.js";
export { quasiGeostrophic, quasiGeostrophicDefaults } from "./quasi-geostrophic.js";
export {
  type BoundModel,
  type BuildOptions,
  bindModel,
  defineModel,
  type Geometry,
  type ModelRecord,
  onRing,
} from "./record.js";
export { models } from "./records.js";
export {
  networkArrays,
  type ResidualNetworkParams,
  residualNetwork,
  residualNetworkParams,
  withResidual,
  withResidualTendency,
} from "./residual-network.js";
export { lorenz96Start } from "./ring.js";
export { rk4, type Tendency } from "./rk4.js";
export { sir } from "./sir.js";
export { earthRadius, rotationRate, sphereGeometry } from "./sphere.js";
export { type SphericalTransforms, sphericalTransforms, type Wave } from "./spherical-harmonics.js";
export {
  inSteps,
  intervalBetween,
  mostSteps,
  type Propagation,
  propagate,
  propagations,
  stepsOver,
  wholeSteps,
} from "./time.js";
export {
  addNoise,
  advance,
  expectNoise,
  hasNoise,
  linearTransition,
  type StateMap,
  type Transition,
  withNoise,
} from "./transition.js";
