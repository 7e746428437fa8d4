/** Draws and new keys. Block i has counter (i, i÷2³², stream, 0); a key is i32[2]. */
import { address, bytesOf, DONE, word, workAddress } from "./abi";
import { MAGIC } from "./exponential";
import { Logarithm } from "./logarithm";
import { BLOCKS, LISTS, listOf, philox } from "./philox";
import { copyRun, Simd } from "./simd";
import { Trigonometry } from "./trigonometry";

const UNIFORM: u32 = 0;
const NORMAL: u32 = 1;
const SPLIT: u32 = 2;
const FOLD: u32 = 3;
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
  /** (first₀, second₀, first₁, second₁) at p. */
  @inline
  static put<T>(p: usize, first: v128, second: v128): void {
    const x = v128.shuffle<f64>(first, second, 0, 2);
    const y = v128.shuffle<f64>(first, second, 1, 3);
    if (sizeof<T>() === 8) {
      v128.store(p, x);
      v128.store(p, y, 16);
    } else {
      const low = f32x4.demote_f64x2_zero(x);
      v128.store(p, v128.shuffle<i32>(low, f32x4.demote_f64x2_zero(y), 0, 1, 4, 5));
    }
  }
}

/** A distribution: `prepare` passes once over the new blocks, `pair` makes elements of two. */
export class Uniform {
  @inline
  stream(): u32 {
    return UNIFORM;
  }
  @inline
  prepare(_count: i32): void {}
  @inline
  pair<T>(p: usize, i: usize): void {
    if (sizeof<T>() === 8) Pairs.put<T>(p, Unit.at(0, i, ULP), Unit.at(2, i, ULP));
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
  prepare(count: i32): void {
    for (let i: usize = 0; i < (count as usize); i += 2) {
      const log = Logarithm.ofUnit(f64x2.sub(f64x2.splat(1 / ULP), Unit.at(0, i, 1)));
      v128.store(radii() + (i << 3), f64x2.sqrt(f64x2.mul(log, f64x2.splat(-2))));
    }
  }
  @inline
  pair<T>(p: usize, i: usize): void {
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
    Pairs.put<T>(p, x, f64x2.mul(r, Trigonometry.turn(quarters, sine, cosine)));
  }
}

/** `out key n`: n draws, two a block. */
export function draw<T extends number, Op>(args: usize): i32 {
  const op = changetype<Op>(0);
  let out = address(args, 0);
  const key = address(args, 1);
  const end = out + bytesOf<T>(word(args, 2));
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  const step = bytesOf<T>(4);
  for (let block: u32 = 0; out < end; block += BLOCKS) {
    const left = ((end - out) / (2 * sizeof<T>()) + 1) as i32;
    const count = min<i32>(BLOCKS, left);
    philox(block, count, op.stream(), k0, k1);
    op.prepare(count);
    let i: usize = 0;
    for (; i < (count as usize) && out + step <= end; i += 2, out += step) op.pair<T>(out, i);
    if (i < (count as usize) && out < end) {
      op.pair<T>(spare(), i);
      copyRun<T>(out, spare(), end - out);
      out = end;
    }
  }
  return DONE;
}

/** `out key count`: key i is words 0 and 1 of block i; out i32[count, 2]. */
export function split(args: usize): i32 {
  let out = address(args, 0);
  const key = address(args, 1);
  const count = word(args, 2);
  for (let from: i32 = 0; from < count; from += BLOCKS) {
    const blocks = min<i32>(BLOCKS, count - from);
    philox(from, blocks, SPLIT, load<u32>(key), load<u32>(key, 4));
    for (let i: usize = 0; i < (blocks as usize); i++, out += 8) {
      store<u32>(out, load<u32>(listOf(0) + (i << 2)));
      store<u32>(out, load<u32>(listOf(1) + (i << 2)), 4);
    }
  }
  return DONE;
}

/** `out key data`: words 0 and 1 of the block with counter (data, 0, 3, 0). */
export function fold(args: usize): i32 {
  const out = address(args, 0);
  const key = address(args, 1);
  philox(load<u32>(address(args, 2)), 1, FOLD, load<u32>(key), load<u32>(key, 4));
  store<u32>(out, load<u32>(listOf(0)));
  store<u32>(out, load<u32>(listOf(1)), 4);
  return DONE;
}
