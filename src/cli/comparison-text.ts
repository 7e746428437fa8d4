import { createColors } from "picocolors";
import type { ComparedResult, ComparisonResult } from "../run/output.js";
import type { CliHost, Output } from "./host.js";
import { significant, tableText } from "./table.js";

const header = (smooths: boolean) => [
  "method",
  "rmse.a",
  "rmse.f",
  ...(smooths ? ["rmse.s"] : []),
  "spread.a",
  "crps",
  "log-likelihood",
  "ms/cycle",
  "diverged",
];

/** Writes the table at the end of a comparison, a row for each method, as published tables have it. */
export function comparisonText(
  { name, model, methods }: ComparisonResult,
  stream: Output,
  env: CliHost["env"],
): string {
  const { bold, dim, yellow } = createColors(stream.isTTY === true && !env.NO_COLOR);
  const { cycles } = methods.reduce((a, b) => (a.cycles >= b.cycles ? a : b));
  const smooths = methods.some(({ rmse }) => rmse?.smoothed !== undefined);
  const cells = methods.map((method) => rowOf(method, smooths));
  const [first, ...rows] = tableText(header(smooths), cells).trimEnd().split("\n");
  const lines = [
    `${bold(name)}  ${methods.length} methods on ${model}, ${cycles} cycles of the same observations`,
    "",
    dim(first!),
    ...rows,
  ];
  const warnings = methods.flatMap(({ label, warnings: own }) =>
    own.map((warning) => `${yellow("warning:")} ${label}: ${warning}`),
  );
  return `${[...lines, ...(warnings.length > 0 ? ["", ...warnings] : [])].join("\n")}\n`;
}

function rowOf(result: ComparedResult, smooths: boolean): string[] {
  const { label, rmse, rmseError, spread, crps, logLikelihood, cyclesPerSecond } = result;
  const score = (which: "forecast" | "analysis" | "smoothed") =>
    rmse?.[which] === undefined ? "–" : withError(rmse[which], rmseError?.[which] ?? null);
  return [
    label,
    score("analysis"),
    score("forecast"),
    ...(smooths ? [score("smoothed")] : []),
    spread === null ? "–" : significant(spread.analysis, 3),
    crps === null ? "–" : significant(crps, 3),
    logLikelihood === null ? "–" : logLikelihood.toFixed(1),
    significant(1000 / cyclesPerSecond, 3),
    result.divergence === undefined ? "" : `at cycle ${result.divergence.cycle}`,
  ];
}

/** Rounds a value to the second digit of its standard error: `0.2034 ± 0.0011`. */
function withError(value: number, error: number | null): string {
  if (error === null || !(error > 0)) return significant(value);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(error)));
  return `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}
