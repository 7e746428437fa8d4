/** The engine: tensors in WebAssembly memory, differentiable operations, capture and replay. */
export {
  type Backend,
  type Build,
  backend,
  kernelsInUse,
  loadBackend,
  productsInUse,
  type Sharing,
  useBackend,
  useProducts,
} from "./backend.js";
export { type Captured, type CaptureStatistics, capture } from "./capture.js";
export { conjugateGradients } from "./conjugate-gradients.js";
export {
  checkpoint,
  grad,
  hessian,
  jacobian,
  jvp,
  type Linearised,
  linearise,
  ravel,
  valueAndGrad,
  valueAndGradWithAux,
  vjp,
} from "./derive.js";
export type { DType, FloatType, Numbers } from "./dtype.js";
export { epsilon } from "./dtype.js";
export { MemoryError, NumericError, ShapeError, UsageError, WorkerError } from "./errors.js";
export { type CostEstimate, estimateCost } from "./estimate-cost.js";
export type { KernelMemory, ProductLibrary } from "./instance.js";
export { type HeapStatistics, heapStatistics } from "./memory.js";
export { type Parallel, type ParallelOptions, type Parts, parallel } from "./parallel.js";
export { isKnown } from "./primitive.js";
export type { Axes, ReduceOptions } from "./primitives/broadcast.js";
export { broadcastTo, reshape, stopGradient, sum } from "./primitives/broadcast.js";
export { cast } from "./primitives/cast.js";
export { cholesky, symmetrise, triangularSolve } from "./primitives/cholesky.js";
export { comoments } from "./primitives/comoments.js";
export { circularConv } from "./primitives/convolution.js";
export { type CumulativeSumOptions, cumulativeSum } from "./primitives/cumulative.js";
export {
  abs,
  add,
  cos,
  div,
  equal,
  exp,
  expm1,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  where,
} from "./primitives/elementwise.js";
export { gather, scatterAdd } from "./primitives/gather.js";
export { orthogonalFactorOfRows, triangularFactorOfRows } from "./primitives/householder.js";
export { matmul, matvec, type Transposes } from "./primitives/matmul.js";
export {
  concat,
  diagonal,
  diagonalMatrix,
  expandDims,
  index,
  pad,
  roll,
  slice,
  splitAlong,
  squeeze,
  stack,
  transpose,
} from "./primitives/movement.js";
export {
  logDeterminant,
  type PositiveDefinite,
  positiveDefinite,
  solve,
  solveRows,
  solveVector,
} from "./primitives/positive-definite.js";
export { drawNormal, drawUniform, foldKey, splitKey } from "./primitives/random.js";
export { logsumexp, max, mean } from "./primitives/reduce.js";
export {
  type Eigen,
  eigh,
  expm,
  inverseSqrtm,
  lyapunov,
  sqrtm,
} from "./primitives/symmetric.js";
export type { KernelTime } from "./replay.js";
export { release, scope } from "./scope.js";
export { type Shape, sameShape, sizeOf } from "./shape.js";
export {
  eye,
  full,
  indices,
  type Nested,
  type Operand,
  ones,
  Tensor,
  type TensorOptions,
  tensor,
  zeros,
} from "./tensor.js";
export { leavesOf, mapTree, withLeaves } from "./tree.js";
export { abandon, serve, type WorkerEvents, type WorkerTask } from "./worker.js";
export {
  planWorkers,
  useWorkers,
  type WorkerPlan,
  type WorkerPool,
  workersInUse,
} from "./workers.js";
