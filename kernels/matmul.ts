/** Batched matrix products. */
import { address, bytesOf, DONE, word } from "./abi";
import { gemm, gemmScratch } from "./gemm";
import { isForHost } from "./host";
import { SET } from "./micro";
import { isSmall, smallProducts } from "./small";

/**
 * `out a b batch m k n transposeA transposeB strideA strideB scratch scratchBytes`
 *     out[·] = op(a)[·] op(b)[·],  op(a) m×k, op(b) k×n
 * One b for rows that follow each other is one tall product.
 */
export function matmul<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let a = address(args, 1);
  let b = address(args, 2);
  const batch = word(args, 3);
  const m = word(args, 4);
  const k = word(args, 5);
  const n = word(args, 6);
  const tA = word(args, 7) !== 0;
  const tB = word(args, 8) !== 0;
  const strideA = word(args, 9);
  const strideB = word(args, 10);
  const scratch = address(args, 11);
  const bytes = word(args, 12);
  const follows = strideA === m * k && (!tA || m === 1 || k === 1);
  const tall = batch > 1 && strideB === 0 && follows;
  const rows = tall ? batch * m : m;
  const endB = b + bytesOf<T>((batch - 1) * strideB + k * n);
  if (isSmall<T>(rows, k, n, tB, endB) && !isForHost(rows, k, n)) {
    const count = tall ? 1 : batch;
    const nextA = bytesOf<T>(strideA);
    smallProducts<T>(count, out, a, b, rows, k, n, tA && !tall, tB, nextA, bytesOf<T>(strideB));
    return DONE;
  }
  if (tall && bytes >= gemmScratch<T>(rows, k, n, tB)) {
    gemm<T>(out, a, b, rows, k, n, false, tB, SET, scratch, bytes);
    return DONE;
  }
  for (let i: i32 = 0; i < batch; i++) {
    gemm<T>(out, a, b, m, k, n, tA, tB, SET, scratch, bytes);
    out += bytesOf<T>(m * n);
    a += bytesOf<T>(strideA);
    b += bytesOf<T>(strideB);
  }
  return DONE;
}

/** Bytes of scratch for a matmul of these sizes. */
export function matmulScratch<T extends number>(m: i32, k: i32, n: i32, _tA: i32, tB: i32): i32 {
  return gemmScratch<T>(m, k, n, tB !== 0);
}
