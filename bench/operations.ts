/** Time of one small operation: a chain of additions and products, replayed and eager. */
import { add, capture, full, mul, release, scope, type Tensor } from "kalmia/engine";
import { type Entry, type Findings, join, type Precision, precisions } from "./figure.js";
import { type Bench, measureCase, type Runner } from "./group.js";
import type { Contender } from "./measure.js";

const sizes = [1, 8];
const length = 1000;
/** Its jit may exceed the stack ("Maximum call stack size exceeded") on a chain of 1000. */
const peerLength = 500;

export async function operations(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const size of sizes) {
    bench.progress(`small operations on [${size}]`);
    const runners: Runner[] = [];
    for (const dtype of precisions) runners.push(...(await contenders(size, dtype, bench)));
    found.push(await measureCase(runners, bench));
  }
  return join(found);
}

async function contenders(size: number, dtype: Precision, { peer }: Bench): Promise<Runner[]> {
  const entry = (who: Entry["who"], way: Entry["way"]): Entry => ({
    ...{ group: "operation", case: `[${size}]`, who, dtype, way, flops: null },
  });
  const ours: Runner[] = [
    { entry: entry("kalmia", "program"), contender: replayed(size, dtype) },
    { entry: entry("kalmia", "eager"), contender: eager(size, dtype) },
  ];
  if (peer === null) return ours;
  return [
    ...ours,
    { entry: entry("jax-js", "program"), contender: await peer.chain(dtype, size, peerLength) },
    { entry: entry("jax-js", "eager"), contender: await peer.eager(dtype, size) },
  ];
}

/** x ← (x + b) a, again and again: each needs the one before it. */
function chain(x: Tensor, a: Tensor, b: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < length / 2; i++) y = mul(add(y, b), a);
  return y;
}

const operands = (size: number, dtype: Precision): [Tensor, Tensor, Tensor] => [
  full([size], 0.5, dtype),
  full([size], 0.75, dtype),
  full([size], 0.25, dtype),
];

function replayed(size: number, dtype: Precision): Contender {
  const [x, a, b] = operands(size, dtype);
  const program = capture((start: Tensor) => chain(start, a, b));
  return {
    run: () => release(program(x)),
    operations: length,
    end: () => {
      program.forget();
      release([x, a, b]);
    },
  };
}

function eager(size: number, dtype: Precision): Contender {
  const [x, a, b] = operands(size, dtype);
  return {
    run: () => release(scope(() => chain(x, a, b))),
    operations: length,
    end: () => release([x, a, b]),
  };
}
