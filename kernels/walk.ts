/**
 * Strided loops over up to three operands.
 *
 * `open` merges the axes that all operands pass through evenly; the last merged axis is the row
 * that the caller loops over, `advance` moves the operands' offsets to the next row.
 */
import { walkAddress } from "./abi";

const MAX_RANK: i32 = 16;

// The state lies among the records of the instance: dims[16], strides[3][16], counters[16], offsets[3].

function dims(): usize {
  return walkAddress();
}

function strides(): usize {
  return walkAddress() + 64;
}

function counters(): usize {
  return walkAddress() + 256;
}

function offsets(): usize {
  return walkAddress() + 320;
}

let rank: i32 = 0;
let operands: i32 = 0;

function strideSlot(operand: i32, axis: i32): usize {
  return strides() + (((operand * MAX_RANK + axis) as usize) << 2);
}

/** Takes `dims[rank]` and, after them, one `strides[rank]` an operand; returns the number of rows. */
export function open(words: usize, rankGiven: i32, operandCount: i32): i32 {
  operands = operandCount;
  rank = 0;
  for (let axis: i32 = 0; axis < rankGiven; axis++) {
    const d = load<i32>(words + ((axis as usize) << 2));
    if (d === 0) return 0;
    if (d === 1) continue;
    const first = words + (((rankGiven + axis) as usize) << 2);
    if (rank === 0 || !merge(d, first, rankGiven)) push(d, first, rankGiven);
  }
  if (rank === 0) {
    store<i32>(dims(), 1);
    for (let o: i32 = 0; o < operands; o++) store<i32>(strideSlot(o, 0), 1);
    rank = 1;
  }
  let rows: i32 = 1;
  for (let axis: i32 = 0; axis < rank - 1; axis++) {
    rows *= load<i32>(dims() + ((axis as usize) << 2));
    store<i32>(counters() + ((axis as usize) << 2), 0);
  }
  for (let o: i32 = 0; o < operands; o++) store<i32>(offsets() + ((o as usize) << 2), 0);
  return rows;
}

/** Joins an axis with the one before it when every operand's strides allow it. */
function merge(d: i32, first: usize, rankGiven: i32): bool {
  for (let o: i32 = 0; o < operands; o++) {
    const s = load<i32>(first + (((o * rankGiven) as usize) << 2));
    if (load<i32>(strideSlot(o, rank - 1)) !== s * d) return false;
  }
  const last = dims() + (((rank - 1) as usize) << 2);
  store<i32>(last, load<i32>(last) * d);
  setStrides(rank - 1, first, rankGiven);
  return true;
}

function push(d: i32, first: usize, rankGiven: i32): void {
  store<i32>(dims() + ((rank as usize) << 2), d);
  setStrides(rank, first, rankGiven);
  rank++;
}

function setStrides(axis: i32, first: usize, rankGiven: i32): void {
  for (let o: i32 = 0; o < operands; o++) {
    store<i32>(strideSlot(o, axis), load<i32>(first + (((o * rankGiven) as usize) << 2)));
  }
}

/** Merged axes, the row included. */
export function mergedRank(): i32 {
  return rank;
}

/** Length of a merged axis, counted from the last (0 is the row). */
export function lengthFromEnd(i: i32): i32 {
  return load<i32>(dims() + (((rank - 1 - i) as usize) << 2));
}

/** Stride of an operand along a merged axis, counted from the last. */
export function strideFromEnd(operand: i32, i: i32): i32 {
  return load<i32>(strideSlot(operand, rank - 1 - i));
}

/** Elements from an operand's start to its present row. */
export function offsetOf(operand: i32): i32 {
  return load<i32>(offsets() + ((operand as usize) << 2));
}

/** Moves to the next row, of the axes before the last `inner`. */
export function advance(inner: i32 = 1): void {
  for (let axis = rank - 1 - inner; axis >= 0; axis--) {
    const slot = (axis as usize) << 2;
    const count = load<i32>(counters() + slot) + 1;
    const length = load<i32>(dims() + slot);
    const steps = count < length ? 1 : 1 - length;
    store<i32>(counters() + slot, count < length ? count : 0);
    for (let o: i32 = 0; o < operands; o++) {
      const at = offsets() + ((o as usize) << 2);
      store<i32>(at, load<i32>(at) + steps * load<i32>(strideSlot(o, axis)));
    }
    if (count < length) return;
  }
}
