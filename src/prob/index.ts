export {
  type Bijection,
  identity,
  positive,
  scaled,
  unitInterval,
} from "./bijection.js";
export { binomialTail } from "./binomial.js";
export { chiSquareDistribution, chiSquareQuantile } from "./chi-square.js";
export {
  type Covariance,
  covarianceDiagonal,
  covarianceDimension,
  covarianceFactor,
  expectCovariance,
  formCovariance,
  givenMatrix,
  sampleCovariance,
} from "./covariance.js";
export { checkVariance, covarianceFault } from "./covariance-check.js";
export {
  angleBetween,
  type Direction,
  type Domain,
  directionOf,
  distanceOn,
  distances,
  type Position,
} from "./domain.js";
export {
  expectAxis,
  expectKey,
  expectNumber,
  expectParts,
  expectRank,
  expectTensor,
} from "./expect.js";
export {
  diagonalEntries,
  type FactorPattern,
  triangularFactor,
  upperBand,
  upperPlaces,
} from "./factor-pattern.js";
export {
  checkProper,
  covarianceMatrix,
  floatType,
  type Gaussian,
  logNormal,
  sampleGaussian,
  sampleMoments,
  whiten,
} from "./gaussian.js";
export { normalDensity, normalDistribution, normalQuantile } from "./normal.js";
export {
  asRow,
  asTensor,
  exponential,
  matrixOf,
  minus,
  over,
  plus,
  type Rows,
  root,
  type Scalar,
  scale,
  times,
  vectorOf,
} from "./scalar.js";
export { fold, type Support } from "./support.js";
export {
  gaspariCohn,
  gaspariCohnAt,
  type TaperParams,
  taperMatrix,
} from "./taper.js";
export {
  degenerateWeights,
  effectiveMembers,
  freeWeightOf,
  type Particles,
  weightedMean,
  weightedMoments,
  weightedRoots,
} from "./weighted.js";
