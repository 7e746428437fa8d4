/** GFLOP/s of the matrix product, beside the machine's peak: 2mkn operations. */
import { backend, matmul, release, type Tensor } from "kalmia/engine";
import { key, normal, split } from "kalmia/random";
import { type Entry, type Findings, join, type Precision, precisions } from "./figure.js";
import { type Bench, measureCase, type Runner } from "./group.js";
import { peak, peakFlops } from "./peak.js";
import { asCall, inProgram, timesFor } from "./program.js";

type Size = readonly [m: number, k: number, n: number];

const sizes: readonly Size[] = [
  ...[40, 64, 96, 128, 200, 256, 512].map((n): Size => [n, n, n]),
  [16000, 240, 37],
];

export async function matmuls(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const size of sizes) {
    bench.progress(`matmul ${size.join("×")}`);
    found.push(await product(size, bench));
  }
  return join(found);
}

async function product(size: Size, bench: Bench): Promise<Findings> {
  const runners: Runner[] = [];
  const operands: Tensor[] = [];
  for (const dtype of precisions) runners.push(...(await contenders(size, dtype, bench, operands)));
  const found = await measureCase(runners, bench);
  release(operands);
  return found;
}

async function contenders(
  [m, k, n]: Size,
  dtype: Precision,
  { peer }: Bench,
  operands: Tensor[],
): Promise<Runner[]> {
  const [forA, forB] = split(key(1));
  const A = normal(forA!, [m, k], dtype);
  const B = normal(forB!, [k, n], dtype);
  operands.push(A, B);
  const flops = 2 * m * k * n;
  const entry = (who: Entry["who"], way: Entry["way"]): Entry => {
    const work = who === "peak" ? peakFlops(dtype) : flops;
    return { group: "matmul", case: `${m}×${k}×${n}`, who, dtype, way, flops: work };
  };
  const fused = backend().name === "relaxed";
  const ours: Runner[] = [
    { entry: entry("peak", "program"), contender: peak(dtype, fused) },
    {
      entry: entry("kalmia", "program"),
      contender: inProgram((x) => matmul(A, x), B, timesFor(flops)),
    },
    { entry: entry("kalmia", "call"), contender: asCall((a, b) => matmul(a!, b!), [A, B]) },
  ];
  if (peer === null) return ours;
  return [
    ...ours,
    { entry: entry("jax-js", "call"), contender: await peer.matmul(dtype, m, k, n) },
  ];
}
