/**
 * Draws and new keys, for each key of a batch. Block i has counter (i, 0, stream, 0); a key is i32[2].
 */
import { address, bytesOf, DONE, word, workAddress } from "./abi";
import { MAGIC } from "./exponential";
import { Logarithm } from "./logarithm";
import { ask, askRun, BLOCKS, FOLD, LISTS, listOf, NORMAL, philox, SPLIT, UNIFORM } from "./philox";
import { copyRun, Simd } from "./simd";
import { Trigonometry } from "./trigonometry";

/** 2⁻⁵³ */
const ULP: f64 = 1.1102230246251565e-16;

/** The r of the last blocks, f64, in the work space after the words. */
function radii(): usize {
  return workAddress() + LISTS;
}

/** Where the elements of two blocks go when fewer are wanted. */
function spare(): usize {
  return radii() + ((BLOCKS as usize) << 3);
}

class Unit {
  /** unit·(2²⁶·(word≫5) + (next word≫6)) of blocks i and i + 1; exact. */
  @inline
  static at(first: usize, i: usize, unit: f64): v128 {
    const high = v128.load64_zero(listOf(first) + (i << 2));
    const low = v128.load64_zero(listOf(first + 1) + (i << 2));
    const a = f64x2.convert_low_i32x4_s(i32x4.shr_u(high, 5));
    const b = f64x2.convert_low_i32x4_s(i32x4.shr_u(low, 6));
    return Simd.madd<f64>(a, f64x2.splat(67108864 * unit), f64x2.mul(b, f64x2.splat(unit)));
  }

  /** (word≫8)·2⁻²⁴ of blocks i and i + 1: the same cut to 24 binary places. */
  @inline
  static shortAt(first: usize, i: usize): v128 {
    const high = v128.load64_zero(listOf(first) + (i << 2));
    const a = f32x4.convert_i32x4_s(i32x4.shr_u(high, 8));
    return f32x4.mul(a, f32x4.splat(1.0 / 16777216.0));
  }
}

class Pairs {
  /** The numbers of a block in f64, `first` and `second`, for blocks i and i + 1, at p. */
  @inline
  static put(p: usize, first: v128, second: v128): void {
    v128.store(p, v128.shuffle<f64>(first, second, 0, 2));
    v128.store(p, v128.shuffle<f64>(first, second, 1, 3), 16);
  }
}

/**
 * A distribution: a block makes `each` numbers; `prepare` passes once over the new blocks, `put`
 * writes the numbers of `together` blocks.
 */
export class Uniform<T extends number> {
  @inline
  stream(): u32 {
    return UNIFORM;
  }
  @inline
  each(): i32 {
    return 2;
  }
  @inline
  together(): i32 {
    return 2;
  }
  @inline
  prepare(_count: i32): void {}
  @inline
  put(p: usize, i: usize): void {
    if (sizeof<T>() === 8) Pairs.put(p, Unit.at(0, i, ULP), Unit.at(2, i, ULP));
    else v128.store(p, v128.shuffle<i32>(Unit.shortAt(0, i), Unit.shortAt(2, i), 0, 4, 1, 5));
  }
}

/**
 * Standard normals by Box–Muller, two a block.
 *     r = √(−2 log(1 − u₁)),  r cos 2πu₂,  r sin 2πu₂
 * The angle is π/2 (4u₂ − q) after q quarter turns, exact but for the product with π/2.
 */
export class Normal {
  @inline
  stream(): u32 {
    return NORMAL;
  }
  @inline
  each(): i32 {
    return 2;
  }
  @inline
  together(): i32 {
    return 2;
  }
  @inline
  prepare(count: i32): void {
    for (let i: usize = 0; i < (count as usize); i += 2) {
      const log = Logarithm.ofUnit(f64x2.sub(f64x2.splat(1 / ULP), Unit.at(0, i, 1)));
      v128.store(radii() + (i << 3), f64x2.sqrt(f64x2.mul(log, f64x2.splat(-2))));
    }
  }
  @inline
  put(p: usize, i: usize): void {
    const r = v128.load(radii() + (i << 3));
    const turns = Unit.at(2, i, 4 * ULP);
    const quarters = f64x2.add(turns, f64x2.splat(MAGIC));
    const rest = f64x2.sub(turns, f64x2.sub(quarters, f64x2.splat(MAGIC)));
    const angle = f64x2.mul(rest, f64x2.splat(NativeMath.PI / 2));
    const z = f64x2.mul(angle, angle);
    const sine = Trigonometry.sine<f64>(angle, z);
    const cosine = Trigonometry.cosine<f64>(z);
    const next = i64x2.add(quarters, i64x2.splat(1));
    const x = f64x2.mul(r, Trigonometry.turn(next, sine, cosine));
    Pairs.put(p, x, f64x2.mul(r, Trigonometry.turn(quarters, sine, cosine)));
  }
}

/**
 * Blocks of a key to take beside `taken` others: all that are left, or else as many as fill the room
 * and are written `together`.
 */
function share(taken: i32, left: i32, together: i32): i32 {
  const room = BLOCKS - taken;
  return left <= room ? left : room - (room % together);
}

/** The numbers of blocks i to `stop`, at `out`; none from `end` on. */
function put<T extends number, Op>(out: usize, end: usize, i: usize, stop: usize): void {
  const op = changetype<Op>(0);
  const step = bytesOf<T>(op.each() * op.together());
  for (; i < stop && out + step <= end; i += op.together(), out += step) op.put(out, i);
  if (i < stop) {
    op.put(spare(), i);
    copyRun<T>(out, spare(), end - out);
  }
}

/**
 * Draws n numbers for each key: `out keys batch n`. The blocks of several keys are made at once. What
 * the last blocks of a key have too many goes where the next key's numbers come after them.
 */
export function draw<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  const together = op.together();
  const block = bytesOf<T>(op.each());
  let row = address(args, 0);
  let key = address(args, 1);
  const keys = key + ((word(args, 2) as usize) << 3);
  const n = word(args, 3);
  const end = row + bytesOf<T>(word(args, 2) * n);
  const blocks = (n + op.each() - 1) / op.each();
  let next: i32 = 0;
  while (row < end) {
    let asked: i32 = 0;
    for (let k = key, from = next; k < keys; k += 8, from = 0) {
      const count = share(asked, blocks - from, together);
      if (count > 0) askRun(asked, from, count, k);
      asked += count;
      if (from + count < blocks) break;
    }
    philox(asked, op.stream());
    op.prepare(asked);
    for (let i: i32 = 0; i < asked; ) {
      const stop = i + share(i, blocks - next, together);
      put<T, Op>(row + (next as usize) * block, end, i, stop);
      next += stop - i;
      i = stop;
      if (next < blocks) break;
      next = 0;
      row += bytesOf<T>(n);
      key += 8;
    }
  }
  return DONE;
}

/** `out keys batch count`: new key i is words 0 and 1 of block i; out i32[batch, count, 2]. */
export function split(args: usize): i32 {
  return newKeys(args, SPLIT, word(args, 3), 0);
}

/** `out keys batch data`: words 0 and 1 of the block with counter (data, 0, 3, 0). */
export function fold(args: usize): i32 {
  return newKeys(args, FOLD, 1, load<u32>(address(args, 3)));
}

/** `count` keys of each key, from the blocks with counters first, first + 1, … */
function newKeys(args: usize, stream: u32, count: i32, first: u32): i32 {
  let out = address(args, 0);
  let key = address(args, 1);
  let next: i32 = 0;
  for (let left = word(args, 2) * count; left > 0; left -= BLOCKS) {
    const blocks = min<i32>(BLOCKS, left);
    for (let i: i32 = 0; i < blocks; i++) {
      ask(i, first + next, key);
      if (++next < count) continue;
      next = 0;
      key += 8;
    }
    philox(blocks, stream);
    for (let i: usize = 0; i < (blocks as usize); i++, out += 8) {
      store<u32>(out, load<u32>(listOf(0) + (i << 2)));
      store<u32>(out, load<u32>(listOf(1) + (i << 2)), 4);
    }
  }
  return DONE;
}
