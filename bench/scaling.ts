/**
 * How the cost of a step grows with d, N, m, L and the number of trajectories: one of them at a
 * time doubled and doubled again from a middle size; time, arithmetic and memory beside it.
 *
 *     npm run bench -- scaling [--json] [--quick] [--blas]
 */
import { parseArgs } from "node:util";
import { capture, estimateCost, release, useProducts, valueAndGrad } from "kalmia/engine";
import { systemBlas } from "kalmia/io/blas";
import { forced, type StepCase, windowLoss } from "./cases.js";
import { measure } from "./measure.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

interface Point {
  readonly d: number;
  readonly N: number;
  readonly m: number;
  readonly L: number;
  readonly batch: number;
}

export interface ScalingFigure extends Point {
  readonly varied: keyof Point;
  readonly ms: number;
  /** Milliseconds that `estimateCost` says. */
  readonly expected: number;
  readonly operations: number;
  /** Of the window's program. */
  readonly bytes: number;
}

const middle: Point = { d: 40, N: 24, m: 20, L: 10, batch: 8 };
const factors = [0.5, 1, 2, 4];
const varied: readonly (keyof Point)[] = ["d", "N", "m", "L", "batch"];

/** d and m grow together in the row of d; m alone grows up to d. */
const at = (name: keyof Point, factor: number): Point => {
  const point = { ...middle, [name]: middle[name] * factor };
  if (name === "d") return { ...point, m: middle.m * factor };
  return name === "m" ? { ...point, d: 4 * middle.d } : point;
};

/** Lorenz-96 with every component up to the m-th step observed. */
const caseOf = ({ d, N, m, L, batch }: Point): StepCase<unknown> =>
  forced(
    "lorenz96",
    { dimension: d, members: N, cycles: L, trajectories: batch },
    Array.from({ length: m }, (_, i) => Math.floor((i * d) / m)),
  ) as StepCase<unknown>;

export async function scaling(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values: given } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      quick: { type: "boolean" },
      blas: { type: "boolean" },
    },
  });
  if (given.blas) useProducts(await systemBlas());
  const timing = given.quick ? { samples: 3, seconds: 0.05 } : { samples: 7, seconds: 0.2 };
  const figures: ScalingFigure[] = [];
  for (const name of varied) {
    for (const factor of factors) {
      const point = at(name, factor);
      stderr.write(`scaling: ${name} = ${point[name]}\n`);
      const { learned, initial, values, keys } = caseOf(point).inputs("f32");
      const gradient = valueAndGrad(windowLoss(caseOf(point)));
      const expected = estimateCost(gradient, learned, initial, values, keys);
      const program = capture(gradient);
      const run = () => release(program(learned, initial, values, keys));
      const [time] = await measure([{ run, operations: point.L }], timing);
      const { bytes } = program.statistics();
      program.forget();
      const ms = 1e3 * time!.median;
      figures.push({
        ...{ varied: name, ...point, ms, bytes },
        operations: expected.operations / point.L,
        expected: (1e3 * expected.seconds) / point.L,
      });
    }
  }
  stdout.write(given.json ? `${JSON.stringify({ figures })}\n` : text(figures));
  return 0;
}

/** Log₂ of how a figure grew since the row before. */
const growth = (now: number, before: number | undefined): string =>
  before === undefined ? "" : digits(Math.log2(now / before));

const text = (figures: readonly ScalingFigure[]): string =>
  varied
    .map((name) => {
      const rows = figures.filter((figure) => figure.varied === name);
      return tableText({
        title: `Cost of a step as ${name} doubles (d ${middle.d}, N ${middle.N}, m ${middle.m}, L ${middle.L}, ${middle.batch} trajectories)`,
        header: [name, "ms", "log2", "estimate", "Mop", "log2", "MiB of a window", "log2"],
        rows: rows.map((row, i) => [
          `${row[name]}${name === "m" ? ` of ${row.d}` : ""}`,
          ...[digits(row.ms), growth(row.ms, rows[i - 1]?.ms), digits(row.expected)],
          ...[digits(row.operations / 1e6), growth(row.operations, rows[i - 1]?.operations)],
          ...[digits(row.bytes / 2 ** 20), growth(row.bytes, rows[i - 1]?.bytes)],
        ]),
      });
    })
    .join("\n");
