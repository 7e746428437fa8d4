/** Draws and new keys. Block i has counter (i, i÷2³², stream, 0); a key is i32[2]. */
import { address, DONE, word } from "./abi";
import { philox, x0, x1, x2, x3 } from "./philox";

const UNIFORM: u32 = 0;
const NORMAL: u32 = 1;
const SPLIT: u32 = 2;
const FOLD: u32 = 3;

/** ((high≫5)·2²⁶ + (low≫6))·2⁻⁵³, in [0, 1) */
function unit(high: u32, low: u32): f64 {
  return ((high >> 5) as f64) * 7.450580596923828e-9 + ((low >> 6) as f64) * 1.1102230246251565e-16;
}

/** (word≫8)·2⁻²⁴: `unit` cut to 24 binary places */
function shortUnit(high: u32): f32 {
  return ((high >> 8) as f32) * (1.0 / 16777216.0);
}

/** `out key n`: n uniforms in [0, 1), two a block. */
export function uniform<T extends number>(args: usize): i32 {
  const out = address(args, 0);
  const key = address(args, 1);
  const n = word(args, 2);
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  for (let i: i32 = 0; i < n; i += 2) {
    philox((i as u32) >> 1, 0, UNIFORM, 0, k0, k1);
    const p = out + (i as usize) * sizeof<T>();
    if (sizeof<T>() === 8) store<f64>(p, unit(x0, x1));
    else store<f32>(p, shortUnit(x0));
    if (i + 1 === n) break;
    if (sizeof<T>() === 8) store<f64>(p, unit(x2, x3), 8);
    else store<f32>(p, shortUnit(x2), 4);
  }
  return DONE;
}

/**
 * `out key n`: n standard normals by Box–Muller, two a block.
 *     r = √(−2 log(1 − u₁)),  r cos 2πu₂,  r sin 2πu₂
 */
export function normal<T extends number>(args: usize): i32 {
  const out = address(args, 0);
  const key = address(args, 1);
  const n = word(args, 2);
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  for (let i: i32 = 0; i < n; i += 2) {
    philox((i as u32) >> 1, 0, NORMAL, 0, k0, k1);
    const r = sqrt<f64>(-2.0 * NativeMath.log(1.0 - unit(x0, x1)));
    const angle = 2.0 * NativeMath.PI * unit(x2, x3);
    const p = out + (i as usize) * sizeof<T>();
    store<T>(p, (r * NativeMath.cos(angle)) as T);
    if (i + 1 < n) store<T>(p + sizeof<T>(), (r * NativeMath.sin(angle)) as T);
  }
  return DONE;
}

/** `out key count`: key i is words 0 and 1 of block i; out i32[count, 2]. */
export function split(args: usize): i32 {
  let out = address(args, 0);
  const key = address(args, 1);
  const count = word(args, 2);
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  for (let i: i32 = 0; i < count; i++, out += 8) {
    philox(i as u32, 0, SPLIT, 0, k0, k1);
    store<u32>(out, x0);
    store<u32>(out, x1, 4);
  }
  return DONE;
}

/** `out key data`: words 0 and 1 of the block with counter (data, 0, 3, 0). */
export function fold(args: usize): i32 {
  const out = address(args, 0);
  const key = address(args, 1);
  philox(load<u32>(address(args, 2)), 0, FOLD, 0, load<u32>(key), load<u32>(key, 4));
  store<u32>(out, x0);
  store<u32>(out, x1, 4);
  return DONE;
}
