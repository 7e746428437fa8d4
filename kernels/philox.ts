/** Philox4x32-10, a counter-based generator (Salmon et al. 2011). */

const M0: u64 = 0xd2511f53;
const M1: u64 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/** The four words of the last block. */
export let x0: u32 = 0;
export let x1: u32 = 0;
export let x2: u32 = 0;
export let x3: u32 = 0;

/** Ten rounds on counter (c0, c1, c2, c3) with key (k0, k1); the result is in x0 … x3. */
export function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round: i32 = 0; round < 10; round++) {
    const p0 = M0 * (c0 as u64);
    const p1 = M1 * (c2 as u64);
    c0 = ((p1 >> 32) as u32) ^ c1 ^ k0;
    c2 = ((p0 >> 32) as u32) ^ c3 ^ k1;
    c1 = p1 as u32;
    c3 = p0 as u32;
    k0 += W0;
    k1 += W1;
  }
  x0 = c0;
  x1 = c1;
  x2 = c2;
  x3 = c3;
}
