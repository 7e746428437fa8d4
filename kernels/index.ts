/** Everything the host sees: the runner, and each kernel for each dtype. */
import { moveRecords, RECORD_BYTES, statusAddress } from "./abi";
import * as axis from "./axis";
import * as b from "./binary";
import * as casts from "./cast";
import * as factor from "./cholesky";
import * as conv from "./convolution";
import * as strided from "./copy";
import * as exponential from "./expm";
import * as householder from "./householder";
import * as inverse from "./inverse";
import * as product from "./matmul";
import * as random from "./random";
import * as r from "./reduce";
import * as short from "./short-normal";
import * as s from "./symmetric";
import * as triangular from "./triangular";
import * as u from "./unary";

export { leaveProducts } from "./host";

/** First address that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Address of the record that a failing kernel leaves. */
export function status(): usize {
  return statusAddress();
}

/** Bytes of the records that `moveRecordsTo` gives a place. */
export function recordBytes(): i32 {
  return RECORD_BYTES;
}

/** The status and what else this instance keeps go to `address` from now on. */
export function moveRecordsTo(address: usize): void {
  moveRecords(address);
}

/** Copies bytes; the stretches may overlap. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/**
 * Executes `count` instructions `[opcode, W, word₁ … word_W]` from address `program`;
 * returns −1, or the number of the one that failed.
 */
export function run(program: usize, count: i32): i32 {
  let p = program;
  for (let i: i32 = 0; i < count; i++) {
    if (call_indirect<i32>(load<u32>(p), p + 8) !== 0) return i;
    p += 8 + ((load<u32>(p, 4) as usize) << 2);
  }
  return -1;
}

// Elementwise.

export function neg_f64(args: usize): i32 {
  return u.unary<f64, u.Neg>(args);
}

export function neg_f32(args: usize): i32 {
  return u.unary<f32, u.Neg>(args);
}

export function abs_f64(args: usize): i32 {
  return u.unary<f64, u.Abs>(args);
}

export function abs_f32(args: usize): i32 {
  return u.unary<f32, u.Abs>(args);
}

export function sqrt_f64(args: usize): i32 {
  return u.unary<f64, u.Sqrt>(args);
}

export function sqrt_f32(args: usize): i32 {
  return u.unary<f32, u.Sqrt>(args);
}

export function relu_f64(args: usize): i32 {
  return u.unary<f64, u.Relu>(args);
}

export function relu_f32(args: usize): i32 {
  return u.unary<f32, u.Relu>(args);
}

export function sign_f64(args: usize): i32 {
  return u.unary<f64, u.Sign>(args);
}

export function sign_f32(args: usize): i32 {
  return u.unary<f32, u.Sign>(args);
}

export function exp_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Exp>(args);
}

export function exp_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Exp>(args);
}

export function log_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Log>(args);
}

export function log_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Log>(args);
}

export function log1p_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Log1p>(args);
}

export function log1p_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Log1p>(args);
}

export function expm1_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Expm1>(args);
}

export function expm1_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Expm1>(args);
}

export function sin_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Sin>(args);
}

export function sin_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Sin>(args);
}

export function cos_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Cos>(args);
}

export function cos_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Cos>(args);
}

export function sigmoid_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Sigmoid>(args);
}

export function sigmoid_f32(args: usize): i32 {
  return u.unary<f32, u.ShortSigmoid>(args);
}

export function softplus_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Softplus>(args);
}

export function softplus_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Softplus>(args);
}

export function tanh_f64(args: usize): i32 {
  return u.unaryDouble<f64, u.Tanh>(args);
}

export function tanh_f32(args: usize): i32 {
  return u.unaryDouble<f32, u.Tanh>(args);
}

export function add_f64(args: usize): i32 {
  return b.binary<f64, b.Add>(args);
}

export function add_f32(args: usize): i32 {
  return b.binary<f32, b.Add>(args);
}

export function sub_f64(args: usize): i32 {
  return b.binary<f64, b.Sub>(args);
}

export function sub_f32(args: usize): i32 {
  return b.binary<f32, b.Sub>(args);
}

export function mul_f64(args: usize): i32 {
  return b.binary<f64, b.Mul>(args);
}

export function mul_f32(args: usize): i32 {
  return b.binary<f32, b.Mul>(args);
}

export function div_f64(args: usize): i32 {
  return b.binary<f64, b.Div>(args);
}

export function div_f32(args: usize): i32 {
  return b.binary<f32, b.Div>(args);
}

export function min_f64(args: usize): i32 {
  return b.binary<f64, b.Min>(args);
}

export function min_f32(args: usize): i32 {
  return b.binary<f32, b.Min>(args);
}

export function max_f64(args: usize): i32 {
  return b.binary<f64, b.Max>(args);
}

export function max_f32(args: usize): i32 {
  return b.binary<f32, b.Max>(args);
}

export function less_f64(args: usize): i32 {
  return b.binary<f64, b.Less>(args);
}

export function less_f32(args: usize): i32 {
  return b.binary<f32, b.Less>(args);
}

export function lessEqual_f64(args: usize): i32 {
  return b.binary<f64, b.LessEqual>(args);
}

export function lessEqual_f32(args: usize): i32 {
  return b.binary<f32, b.LessEqual>(args);
}

export function equal_f64(args: usize): i32 {
  return b.binary<f64, b.Equal>(args);
}

export function equal_f32(args: usize): i32 {
  return b.binary<f32, b.Equal>(args);
}

export function pow_f64(args: usize): i32 {
  return b.binaryScalar<f64, b.Pow>(args);
}

export function pow_f32(args: usize): i32 {
  return b.binaryScalar<f32, b.Pow>(args);
}

export function where_f64(args: usize): i32 {
  return b.where<f64>(args);
}

export function where_f32(args: usize): i32 {
  return b.where<f32>(args);
}

// Reductions.

export function sum_f64(args: usize): i32 {
  return r.reduce<f64, r.Plus>(args);
}

export function sum_f32(args: usize): i32 {
  return r.reduce<f32, r.Plus>(args);
}

export function maxAlong_f64(args: usize): i32 {
  return r.reduce<f64, r.Largest>(args);
}

export function maxAlong_f32(args: usize): i32 {
  return r.reduce<f32, r.Largest>(args);
}

// Movement.

export function copy_f64(args: usize): i32 {
  return strided.copy<f64>(args);
}

export function copy_f32(args: usize): i32 {
  return strided.copy<f32>(args);
}

export function copy_i32(args: usize): i32 {
  return strided.copy<i32>(args);
}

export function scatter_f64(args: usize): i32 {
  return strided.scatter<f64>(args);
}

export function scatter_f32(args: usize): i32 {
  return strided.scatter<f32>(args);
}

export function scatter_i32(args: usize): i32 {
  return strided.scatter<i32>(args);
}

export function concat_f64(args: usize): i32 {
  return axis.concat<f64>(args);
}

export function concat_f32(args: usize): i32 {
  return axis.concat<f32>(args);
}

export function concat_i32(args: usize): i32 {
  return axis.concat<i32>(args);
}

export function roll_f64(args: usize): i32 {
  return axis.roll<f64>(args);
}

export function roll_f32(args: usize): i32 {
  return axis.roll<f32>(args);
}

export function roll_i32(args: usize): i32 {
  return axis.roll<i32>(args);
}

export function cumsum_f64(args: usize): i32 {
  return axis.cumsum<f64>(args);
}

export function cumsum_f32(args: usize): i32 {
  return axis.cumsum<f32>(args);
}

export function gather_f64(args: usize): i32 {
  return axis.gather<f64>(args);
}

export function gather_f32(args: usize): i32 {
  return axis.gather<f32>(args);
}

export function gather_i32(args: usize): i32 {
  return axis.gather<i32>(args);
}

export function scatterAdd_f64(args: usize): i32 {
  return axis.scatterAdd<f64>(args);
}

export function scatterAdd_f32(args: usize): i32 {
  return axis.scatterAdd<f32>(args);
}

// Linear algebra.

export function matmul_f64(args: usize): i32 {
  return product.matmul<f64>(args);
}

export function matmul_f32(args: usize): i32 {
  return product.matmul<f32>(args);
}

export function cholesky_f64(args: usize): i32 {
  return factor.cholesky<f64>(args);
}

export function cholesky_f32(args: usize): i32 {
  return factor.cholesky<f32>(args);
}

export function choleskyInverse_f64(args: usize): i32 {
  return inverse.choleskyInverse<f64>(args);
}

export function choleskyInverse_f32(args: usize): i32 {
  return inverse.choleskyInverse<f32>(args);
}

export function triangularSolve_f64(args: usize): i32 {
  return triangular.triangularSolve<f64>(args);
}

export function triangularSolve_f32(args: usize): i32 {
  return triangular.triangularSolve<f32>(args);
}

export function reflections_f64(args: usize): i32 {
  return householder.reflections<f64>(args);
}

export function reflections_f32(args: usize): i32 {
  return householder.reflections<f32>(args);
}

export function triangularFactor_f64(args: usize): i32 {
  return householder.triangularFactor<f64>(args);
}

export function triangularFactor_f32(args: usize): i32 {
  return householder.triangularFactor<f32>(args);
}

export function factorCotangent_f64(args: usize): i32 {
  return householder.factorCotangent<f64>(args);
}

export function factorCotangent_f32(args: usize): i32 {
  return householder.factorCotangent<f32>(args);
}

export function orthonormalFactor_f64(args: usize): i32 {
  return householder.orthonormalFactor<f64>(args);
}

export function orthonormalFactor_f32(args: usize): i32 {
  return householder.orthonormalFactor<f32>(args);
}

export function eigh_f64(args: usize): i32 {
  return s.eigh<f64>(args);
}

export function eigh_f32(args: usize): i32 {
  return s.eigh<f32>(args);
}

export function sqrtm_f64(args: usize): i32 {
  return s.sqrtm<f64>(args);
}

export function sqrtm_f32(args: usize): i32 {
  return s.sqrtm<f32>(args);
}

export function lyapunov_f64(args: usize): i32 {
  return s.lyapunov<f64>(args);
}

export function lyapunov_f32(args: usize): i32 {
  return s.lyapunov<f32>(args);
}

export function expm_f64(args: usize): i32 {
  return exponential.expm<f64>(args);
}

export function expm_f32(args: usize): i32 {
  return exponential.expm<f32>(args);
}

export function matmulScratch_f64(m: i32, k: i32, n: i32, tA: i32, tB: i32): i32 {
  return product.matmulScratch<f64>(m, k, n, tA, tB);
}

export function matmulScratch_f32(m: i32, k: i32, n: i32, tA: i32, tB: i32): i32 {
  return product.matmulScratch<f32>(m, k, n, tA, tB);
}

// Circular convolution.

export function circularConv_f64(args: usize): i32 {
  return conv.circularConv<f64>(args);
}

export function circularConv_f32(args: usize): i32 {
  return conv.circularConv<f32>(args);
}

export function circularConvWeights_f64(args: usize): i32 {
  return conv.circularConvWeights<f64>(args);
}

export function circularConvWeights_f32(args: usize): i32 {
  return conv.circularConvWeights<f32>(args);
}

export function convScratch_f64(batch: i32, inputs: i32, outputs: i32, n: i32, k: i32): i32 {
  return conv.convScratch<f64>(batch, inputs, outputs, n, k);
}

export function convScratch_f32(batch: i32, inputs: i32, outputs: i32, n: i32, k: i32): i32 {
  return conv.convScratch<f32>(batch, inputs, outputs, n, k);
}

// Random numbers.

export function uniform_f64(args: usize): i32 {
  return random.draw<f64, random.Uniform<f64>>(args);
}

export function uniform_f32(args: usize): i32 {
  return random.draw<f32, random.Uniform<f32>>(args);
}

export function normal_f64(args: usize): i32 {
  return random.draw<f64, random.Normal>(args);
}

export function normal_f32(args: usize): i32 {
  return short.normals(args);
}

export function split_i32(args: usize): i32 {
  return random.split(args);
}

export function fold_i32(args: usize): i32 {
  return random.fold(args);
}

// Changes of type, and the test for finite values.

export function castf32_f64(args: usize): i32 {
  return casts.cast<f64, f32>(args);
}

export function castf64_f32(args: usize): i32 {
  return casts.cast<f32, f64>(args);
}

export function casti32_f64(args: usize): i32 {
  return casts.cast<f64, i32>(args);
}

export function casti32_f32(args: usize): i32 {
  return casts.cast<f32, i32>(args);
}

export function castf64_i32(args: usize): i32 {
  return casts.cast<i32, f64>(args);
}

export function castf32_i32(args: usize): i32 {
  return casts.cast<i32, f32>(args);
}

export function finite_f64(args: usize): i32 {
  return casts.finite<f64>(args);
}

export function finite_f32(args: usize): i32 {
  return casts.finite<f32>(args);
}
