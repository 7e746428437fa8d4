/** Findings as tables. */
import { type Figure, type Findings, gigaflops, type Precision, precisions } from "./figure.js";
import { digits, percent, spread, type Table } from "./table.js";

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
const micro = (seconds: number): number => seconds * 1e6;
const nano = (seconds: number): number => seconds * 1e9;
const rate = (figure: Figure): string => spread(figure.seconds, gigaflops(figure.flops ?? 0));

/** Every table that the findings fill, a set for each build. */
export function tables(found: Findings): Table[] {
  const builds = distinct(found.figures.flatMap(({ build }) => build ?? []));
  const all = [
    ...builds.flatMap((build) => {
      const ours = found.figures.filter((figure) => figure.build === build);
      return [products(ours, build), factorTable(ours, build), operationTable(ours, build)];
    }),
    ...precisions.map((dtype) => calls(found.figures, builds, dtype)),
    peerFactors(found.figures),
    peerOperations(found.figures),
    windowTable(found),
    missingTable(found),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

interface Query {
  readonly case: string;
  readonly dtype: Precision;
  readonly way?: Figure["way"];
  readonly who?: Figure["who"];
  readonly build?: string;
}

/** What a cell says of the one figure that fits; "–" if there is none. */
function cell(figures: readonly Figure[], query: Query, text: (figure: Figure) => string): string {
  const wanted = Object.entries(query);
  const fits = (figure: Figure) => wanted.every(([k, v]) => figure[k as keyof Query] === v);
  const figure = figures.find(fits);
  return figure === undefined ? "–" : text(figure);
}

const casesOf = (figures: readonly Figure[]): string[] => distinct(figures.map((f) => f.case));

/** The highest rate of the pure loop in any sample: others on the machine can only lower it. */
function highestPeak(figures: readonly Figure[], dtype: Precision): number {
  const peaks = figures.filter((f) => f.who === "peak" && f.dtype === dtype);
  return Math.max(...peaks.map((f) => gigaflops(f.flops!)(f.seconds.lowest)));
}

function products(ours: readonly Figure[], build: string): Table {
  const figures = ours.filter(({ group, way }) => group === "matmul" && way === "program");
  const peaks = precisions.map((dtype) => `${dtype} ${digits(highestPeak(figures, dtype))}`);
  return {
    title: `Matrix product in a captured program, ${build}, GFLOP/s; peak ${peaks.join(", ")}`,
    header: ["size", ...precisions.flatMap((dtype) => [dtype, "of peak"])],
    rows: casesOf(figures).map((name) => [
      name,
      ...precisions.flatMap((dtype) => {
        const query = { case: name, dtype, who: "kalmia" } as const;
        const share = (f: Figure) =>
          percent(gigaflops(f.flops!)(f.seconds.median) / highestPeak(figures, dtype));
        return [cell(figures, query, rate), cell(figures, query, share)];
      }),
    ]),
  };
}

function calls(all: readonly Figure[], builds: readonly string[], dtype: Precision): Table {
  const figures = all.filter(({ group, way }) => group === "matmul" && way === "call");
  return {
    title: `Matrix product by one call (copies in and out, result checked), ${dtype}, GFLOP/s`,
    header: ["size", ...builds.map((build) => `kalmia ${build}`), "jax-js"],
    rows: casesOf(figures).map((name) => [
      name,
      ...builds.map((build) => cell(figures, { case: name, dtype, build }, rate)),
      cell(figures, { case: name, dtype, who: "jax-js" }, rate),
    ]),
  };
}

/** Cholesky and solve: µs of the batch, and GFLOP/s. */
function factorRows(figures: readonly Figure[]): string[][] {
  return distinct(figures.map((f) => f.group)).flatMap((group) => {
    const own = figures.filter((f) => f.group === group);
    return casesOf(own).map((name) => [
      `${group} ${name}`,
      ...precisions.flatMap((dtype) => [
        cell(own, { case: name, dtype }, (f) => spread(f.seconds, micro)),
        cell(own, { case: name, dtype }, (f) => digits(gigaflops(f.flops!)(f.seconds.median))),
      ]),
    ]);
  });
}
const factorHeader = ["batch", ...precisions.flatMap((dtype) => [`${dtype} µs`, "GFLOP/s"])];
const isFactor = ({ group }: Figure): boolean =>
  group === "cholesky" || group === "triangularSolve";

const factorTable = (ours: readonly Figure[], build: string): Table => ({
  title: `Cholesky, and triangular solve with d right-hand sides, ${build}`,
  header: factorHeader,
  rows: factorRows(ours.filter(isFactor)),
});

const peerFactors = (all: readonly Figure[]): Table => ({
  title: "The same by jax-js (Cholesky jitted, solve eager)",
  header: factorHeader,
  rows: factorRows(all.filter((f) => isFactor(f) && f.who === "jax-js")),
});

function operationRows(figures: readonly Figure[], replayed: string): string[][] {
  const ways = [
    ["program", replayed],
    ["eager", "eager"],
  ] as const;
  return ways.flatMap(([way, words]) =>
    casesOf(figures).map((name) => [
      `${words}, ${name}`,
      ...precisions.map((dtype) =>
        cell(figures, { case: name, dtype, way }, (f) => spread(f.seconds, nano)),
      ),
    ]),
  );
}
const isOperation = ({ group }: Figure): boolean => group === "operation";

const operationTable = (ours: readonly Figure[], build: string): Table => ({
  title: `One small operation (1000 sums and products in a row), ${build}, ns`,
  header: ["operation", ...precisions],
  rows: operationRows(ours.filter(isOperation), "replayed"),
});

const peerOperations = (all: readonly Figure[]): Table => ({
  title: "The same by jax-js, ns (500 in a row, of which its jit makes one kernel)",
  header: ["operation", ...precisions],
  rows: operationRows(
    all.filter((f) => isOperation(f) && f.who === "jax-js"),
    "jitted",
  ),
});

const windowTable = ({ windows }: Findings): Table => ({
  title: "EnKF window, value and gradient, f64",
  header: ["window", "build", "cycles", "instructions", "KiB", "capture ms", "replay ms"],
  rows: windows.map((w) => [
    ...[w.case, w.build, String(w.cycles), String(w.instructions), (w.bytes / 1024).toFixed(0)],
    ...[digits(w.capture * 1e3), spread(w.replay, (s) => s * 1e3)],
  ]),
});

const missingTable = ({ missing }: Findings): Table => ({
  title: "Not measured",
  header: ["who", "case", "reason"],
  rows: missing.map((m) => [m.who, m.case, m.reason]),
});
