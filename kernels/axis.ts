/** Along one axis: concat, roll, running sums, gather and its adjoint. */
import { address, bytesOf, DONE, fail, OUT_OF_RANGE, word } from "./abi";
import { copyRun } from "./simd";

/** `out outer count (x inner)[count]`: for each outer index the pieces one after the other. */
export function concat<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  const outer = word(args, 1);
  const count = word(args, 2);
  for (let o: i32 = 0; o < outer; o++) {
    for (let i: i32 = 0; i < count; i++) {
      const piece = bytesOf<T>(word(args, 4 + 2 * i));
      copyRun<T>(out, address(args, 3 + 2 * i) + (o as usize) * piece, piece);
      out += piece;
    }
  }
  return DONE;
}

/** `out x outer n inner shift`: out[o,(j+shift) mod n,:] = x[o,j,:] */
export function roll<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  const outer = word(args, 2);
  const all = bytesOf<T>(word(args, 3) * word(args, 4));
  const head = bytesOf<T>(word(args, 5) * word(args, 4));
  for (let o: i32 = 0; o < outer; o++, out += all, x += all) {
    copyRun<T>(out + head, x, all - head);
    copyRun<T>(out, x + (all - head), head);
  }
  return DONE;
}

/** `out x outer n inner reverse`: out[o,j,i] = Σ x[o,k,i] over k ≤ j, or k ≥ j; carried in f64. */
export function cumsum<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  const outer = word(args, 2);
  const n = word(args, 3);
  const row = bytesOf<T>(word(args, 4));
  const all = bytesOf<T>(n * word(args, 4));
  const reverse = word(args, 5) !== 0;
  const first = reverse ? all - row : 0;
  for (let o: i32 = 0; o < outer; o++, out += all, x += all) {
    for (let i: usize = 0; i < row; i += sizeof<T>()) {
      let at = first + i;
      let total: f64 = 0;
      for (let j: i32 = 0; j < n; j++) {
        total += load<T>(x + at) as f64;
        store<T>(out + at, total as T);
        at = reverse ? at - row : at + row;
      }
    }
  }
  return DONE;
}

/** The first index outside 0 ≤ index < n as a status, or DONE. */
function checkIndices(indices: usize, batch: i32, indexStride: i32, n: i32, m: i32): i32 {
  const lists = indexStride === 0 ? min<i32>(batch, 1) : batch;
  for (let b: i32 = 0; b < lists; b++) {
    for (let j: i32 = 0; j < m; j++) {
      const position = b * indexStride + j;
      const index = load<i32>(indices + ((position as usize) << 2));
      if ((index as u32) >= (n as u32)) return fail(OUT_OF_RANGE, 0, position, index as f64);
    }
  }
  return DONE;
}

/** Address of the element of x that an index names. */
function element<T>(x: usize, indices: usize): usize {
  return x + (load<u32>(indices) as usize) * sizeof<T>();
}

/**
 * `out x indices batch indexStride outer n m inner`
 *     out[b,o,j,:] = x[b,o,indices[b·indexStride+j],:],  x [batch, outer, n, inner]
 */
export function gather<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  let indices = address(args, 2);
  const batch = word(args, 3);
  const indexStride = word(args, 4);
  const outer = word(args, 5);
  const n = word(args, 6);
  const m = word(args, 7);
  const inner = bytesOf<T>(word(args, 8));
  const status = checkIndices(indices, batch, indexStride, n, m);
  if (status !== DONE) return status;
  for (let b: i32 = 0; b < batch; b++, indices += (indexStride as usize) << 2) {
    const end = indices + ((m as usize) << 2);
    for (let o: i32 = 0; o < outer; o++, x += (n as usize) * inner) {
      if (inner === sizeof<T>()) {
        for (let i = indices; i < end; i += 4, out += inner) {
          store<T>(out, load<T>(element<T>(x, i)));
        }
        continue;
      }
      for (let j: i32 = 0; j < m; j++, out += inner) {
        const index = load<u32>(indices + ((j as usize) << 2)) as usize;
        copyRun<T>(out, x + index * inner, inner);
      }
    }
  }
  return DONE;
}

/** The adjoint: out [batch, outer, n, inner] += x [batch, outer, m, inner] at the indices. */
export function scatterAdd<T extends number>(args: usize): i32 {
  let out = address(args, 0);
  let x = address(args, 1);
  let indices = address(args, 2);
  const batch = word(args, 3);
  const indexStride = word(args, 4);
  const outer = word(args, 5);
  const n = word(args, 6);
  const m = word(args, 7);
  const inner = bytesOf<T>(word(args, 8));
  memory.fill(out, 0, ((batch * outer * n) as usize) * inner);
  const status = checkIndices(indices, batch, indexStride, n, m);
  if (status !== DONE) return status;
  for (let b: i32 = 0; b < batch; b++, indices += (indexStride as usize) << 2) {
    const last = indices + ((m as usize) << 2);
    for (let o: i32 = 0; o < outer; o++, out += (n as usize) * inner) {
      if (inner === sizeof<T>()) {
        for (let i = indices; i < last; i += 4, x += inner) {
          const to = element<T>(out, i);
          store<T>(to, (load<T>(to) + load<T>(x)) as T);
        }
        continue;
      }
      for (let j: i32 = 0; j < m; j++) {
        let to = out + (load<u32>(indices + ((j as usize) << 2)) as usize) * inner;
        const end = x + inner;
        for (; x + 16 <= end; x += 16, to += 16) {
          v128.store(to, v128.add<T>(v128.load(to), v128.load(x)));
        }
        for (; x < end; x += sizeof<T>(), to += sizeof<T>()) {
          store<T>(to, (load<T>(to) + load<T>(x)) as T);
        }
      }
    }
  }
  return DONE;
}
