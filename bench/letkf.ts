/**
 * What local analyses cost: a cycle of the LETKF as d grows, and value and gradient of a window beside
 * those of the EnKF with a taper, whose S is of all observations.
 *
 *     npm run bench -- letkf [--json] [--quick] [--f32]
 */
import { parseArgs } from "node:util";
import {
  add,
  capture,
  type FloatType,
  index,
  neg,
  release,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "kalmia/engine";
import {
  assimilate,
  type Cycle,
  cycleKeys,
  enkf,
  type Filter,
  gridPositions,
  letkf,
  neighbours,
  observedTaper,
} from "kalmia/filters";
import { bindModel, lorenz96 } from "kalmia/models";
import { observeAll } from "kalmia/observe";
import { key, normal } from "kalmia/random";
import { type MeasureOptions, measure } from "./measure.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

/** Half-width of Gaspari and Cohn, and a factor on anomalies, of Lorenz-96 with ten members. */
const halfWidth = 7.28;
const inflation = 1.04;
const members = 10;

export interface LetkfFigure {
  readonly what: "cycle" | "gradient, letkf" | "gradient, enkf";
  readonly d: number;
  readonly N: number;
  /** Of a cycle. */
  readonly ms: number;
  /** Of the whole program, and the cycles in it. */
  readonly bytes: number;
  readonly cycles: number;
}

interface Learned {
  readonly inflation: Tensor;
  readonly halfWidth: Tensor;
}

type FilterOf = (learned: Learned) => Filter<Tensor>;

const local = (d: number, N: number): FilterOf => {
  const grid = Array.from({ length: d }, (_, i) => i);
  const domain = { kind: "ring", length: d } as const;
  const near = neighbours({ state: grid }, { domain, reach: 4 * halfWidth });
  return (learned) => letkf({ members: N, neighbours: near, ...learned, rotate: true });
};

const tapered = (d: number, N: number): FilterOf => {
  const grid = Array.from({ length: d }, (_, i) => i);
  const domain = { kind: "ring", length: d } as const;
  return ({ inflation, halfWidth }) => {
    const taper = observedTaper(gridPositions(d, grid), { domain, halfWidth });
    return enkf({ members: N, covarianceInflation: inflation, taper });
  };
};

/** The filter over as many cycles as there are values y [L, d], and the state after them. */
const run = (filter: Filter<Tensor>, d: number, E: Tensor, y: Tensor) => {
  const transition = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
  const operator = observeAll(d);
  const L = y.shape[0]!;
  const cycles = Array.from({ length: L }, (_, t): Cycle => {
    return {
      transition,
      steps: 1,
      observation: { y: index(y, 0, t), operator, variance: 1, mask: null },
    };
  });
  return assimilate(filter, E, cycles, cycleKeys(key(4), 0, L));
};

/** States on the attractor, and what is seen of them. */
function data(d: number, N: number, L: number, dtype: FloatType) {
  const { map } = bindModel(lorenz96, { dimension: d, forcing: 8 }).step(0.05);
  const step = capture(map);
  let x = add(8, normal(key(1), [d], dtype));
  for (let i = 0; i < 200; i++) x = step(x);
  step.forget();
  return {
    E: add(x, normal(key(2), [N, d], dtype)),
    y: add(map(x), normal(key(3), [L, d], dtype)),
  };
}

/** One cycle, half-width and inflation given: a reach of the cut-off is enough. */
async function cycle(
  d: number,
  N: number,
  dtype: FloatType,
  options: MeasureOptions,
): Promise<LetkfFigure> {
  const { E, y } = data(d, N, 1, dtype);
  const grid = Array.from({ length: d }, (_, i) => i);
  const near = neighbours(
    { state: grid },
    { domain: { kind: "ring", length: d }, reach: 2 * halfWidth },
  );
  const filter = letkf({ members: N, neighbours: near, halfWidth, inflation, rotate: true });
  const program = capture((from: Tensor, seen: Tensor) => run(filter, d, from, seen).state);
  return timed("cycle", d, N, 1, program, () => release(program(E, y)), options);
}

async function gradient(
  what: "gradient, letkf" | "gradient, enkf",
  d: number,
  filterOf: FilterOf,
  cycles: number,
  options: MeasureOptions,
): Promise<LetkfFigure> {
  const { E, y } = data(d, members, cycles, "f64");
  const program = capture(
    valueAndGrad((learned: Learned, from: Tensor, seen: Tensor) =>
      neg(sum(run(filterOf(learned), d, from, seen).logEvidence)),
    ),
  );
  const learned = {
    inflation: tensor(what === "gradient, enkf" ? 0.1 : inflation),
    halfWidth: tensor(halfWidth),
  };
  return timed(what, d, members, cycles, program, () => release(program(learned, E, y)), options);
}

async function timed(
  what: LetkfFigure["what"],
  d: number,
  N: number,
  cycles: number,
  program: { statistics(): { readonly bytes: number }; forget(): void },
  call: () => void,
  options: MeasureOptions,
): Promise<LetkfFigure> {
  call();
  const { bytes } = program.statistics();
  const [time] = await measure([{ run: call, operations: cycles }], options);
  program.forget();
  return { what, d, N, ms: 1e3 * time!.median, bytes, cycles };
}

export async function letkfBench(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values: given } = parseArgs({
    args: [...args],
    options: {
      ...{ json: { type: "boolean" }, quick: { type: "boolean" }, f32: { type: "boolean" } },
    } as const,
  });
  const options = given.quick ? { samples: 3, seconds: 0.02 } : { samples: 7, seconds: 0.2 };
  const sizes = given.quick ? [40, 400, 4000] : [40, 400, 4000, 40_000, 100_000];
  const figures: LetkfFigure[] = [];
  const note = (figure: LetkfFigure) => {
    stderr.write(`letkf: ${figure.what}, d = ${figure.d}, ${digits(figure.ms)} ms\n`);
    figures.push(figure);
  };
  const dtype = given.f32 ? "f32" : "f64";
  note(await cycle(40, 7, dtype, options));
  for (const d of sizes) note(await cycle(d, members, dtype, options));
  const [d, L] = given.quick ? [200, 2] : [1000, 4];
  note(await gradient("gradient, letkf", d, local(d, members), L, options));
  note(await gradient("gradient, enkf", d, tapered(d, members), L, options));
  stdout.write(given.json ? `${JSON.stringify({ figures })}\n` : text(figures));
  return 0;
}

const text = (figures: readonly LetkfFigure[]): string =>
  tableText({
    title: `LETKF of Lorenz-96, all observed, c = ${halfWidth}; gradients in inflation and half-width`,
    header: ["", "d", "N", "ms a cycle", "µs a component", "MiB", "bytes a component and cycle"],
    rows: figures.map(({ what, d, N, ms, bytes, cycles }) => [
      ...[what, String(d), String(N), digits(ms), digits((1e3 * ms) / d)],
      ...[digits(bytes / 2 ** 20), digits(bytes / d / cycles)],
    ]),
  });
