export { type Bijection, identity, positive, scaled, unitInterval } from "./bijection.js";
export { expectAxis, expectRank } from "./expect.js";
export {
  asRow,
  type Covariance,
  covarianceMatrix,
  floatType,
  type Gaussian,
  logNormal,
  sampleGaussian,
  sampleMoments,
  whiten,
} from "./gaussian.js";
export { normalDensity, normalDistribution, normalQuantile } from "./normal.js";
export { asTensor, matrixOf, type Rows, root, type Scalar, scale, vectorOf } from "./scalar.js";
export { fold, type Support } from "./support.js";
export {
  type Domain,
  distanceOn,
  gaspariCohn,
  gaspariCohnAt,
  type TaperParams,
  taperMatrix,
} from "./taper.js";
