/** Cholesky factors (d³/3 operations) and triangular solves with d right-hand sides (d³). */
import { cholesky, release, type Tensor, tensor, triangularSolve } from "kalmia/engine";
import { key, normal, split } from "kalmia/random";
import { type Entry, type Findings, join, type Precision, precisions } from "./figure.js";
import { type Bench, measureCase, type Runner } from "./group.js";
import { inProgram, timesFor } from "./program.js";

const sides = [6, 40, 200];
const batch = 8;

export async function factors(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const d of sides) {
    bench.progress(`cholesky and triangular solve, d = ${d}`);
    const operands: Tensor[] = [];
    const runners: Runner[] = [];
    for (const dtype of precisions) runners.push(...(await contenders(d, dtype, bench, operands)));
    found.push(await measureCase(runners, bench));
    release(operands);
  }
  return join(found);
}

async function contenders(
  d: number,
  dtype: Precision,
  { peer }: Bench,
  operands: Tensor[],
): Promise<Runner[]> {
  const A = tensor(positiveDefinite(batch, d), { shape: [batch, d, d], dtype });
  const L = cholesky(A);
  const B = normal(split(key(2))[0]!, [batch, d, d], dtype);
  operands.push(A, L, B);
  const entry = (group: string, who: Entry["who"], flops: number): Entry => ({
    ...{ group, case: `${batch}×${d}×${d}`, who, dtype, flops },
    way: who === "jax-js" ? "call" : "program",
  });
  const [factor, solve] = [(batch * d ** 3) / 3, batch * d ** 3];
  const ours: Runner[] = [
    {
      entry: entry("cholesky", "kalmia", factor),
      contender: inProgram(cholesky, A, timesFor(factor)),
    },
    {
      entry: entry("triangularSolve", "kalmia", solve),
      contender: inProgram((x) => triangularSolve(L, x), B, timesFor(solve)),
    },
  ];
  if (peer === null) return ours;
  return [
    ...ours,
    {
      entry: entry("cholesky", "jax-js", factor),
      contender: await peer.cholesky(dtype, batch, d),
    },
    {
      entry: entry("triangularSolve", "jax-js", solve),
      contender: await peer.triangularSolve(dtype, batch, d),
    },
  ];
}

/** d I + ones off the diagonal, in every matrix of the batch. */
export function positiveDefinite(count: number, d: number): Float64Array {
  const one = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? d : 1));
  const all = new Float64Array(count * d * d);
  for (let b = 0; b < count; b++) all.set(one, b * d * d);
  return all;
}
