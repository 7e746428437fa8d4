import { createColors } from "picocolors";
import type {
  ChoiceResult,
  InspectionResult,
  ParameterResult,
  RunResult,
  TensorResult,
} from "../run/output.js";
import type { CliHost, Output } from "./host.js";
import { significant, tableText } from "./table.js";

/** Writes the summary at the end of a run. */
export function summaryText(result: RunResult, stream: Output, env: CliHost["env"]): string {
  const { bold, dim, yellow } = createColors(stream.isTTY === true && !env.NO_COLOR);
  const { name, method, model, cycles, seconds, logLikelihood, rmse, warnings } = result;
  const lines = [
    `${bold(name)}  ${method} on ${model}, ${cycles} ${cycles === 1 ? "cycle" : "cycles"}, ${significant(seconds, 3)} s`,
    `log-likelihood  ${logLikelihood === null ? "–" : logLikelihood.toFixed(3)}`,
  ];
  if (rmse !== null) {
    const { forecast, analysis } = rmse;
    lines.push(`rmse  forecast ${significant(forecast)}, analysis ${significant(analysis)}`);
  }
  if (result.inspection !== undefined) lines.push(inspectionText(result.inspection));
  const parameters = Object.entries(result.parameters);
  if (parameters.length > 0) lines.push("", ...parametersText(parameters, dim));
  const tensors = Object.entries(result.tensors);
  if (tensors.length > 0) lines.push("", ...tensorsText(tensors, dim));
  const choices = Object.entries(result.choices ?? {});
  if (choices.length > 0) lines.push("", ...choices.map(choiceText));
  if (warnings.length > 0) lines.push("");
  for (const warning of warnings) lines.push(`${yellow("warning:")} ${warning}`);
  return `${lines.join("\n")}\n`;
}

/** Writes the bias of the increments, and the distances of the covariance. */
function inspectionText({ bias, distances }: InspectionResult): string {
  const { networkToEnsemble, networkToStatic } = distances;
  return `inside  bias ${significant(bias.mean, 2)} ± ${significant(bias.sd, 2)}, distance ${significant(networkToEnsemble, 3)} to the EnKF-N, ${significant(networkToStatic, 3)} to the static covariance`;
}

/** Writes the value that was chosen, and the validation loss of each value that was tried. */
function choiceText([name, { chosen, tried }]: readonly [string, ChoiceResult]): string {
  const losses = tried.map(({ value, validation }) => {
    const loss = validation === null ? "could not learn" : validation.toFixed(4);
    return `${value} (${loss})`;
  });
  return `${name}  ${chosen} chosen by validation loss, of ${losses.join(", ")}`;
}

function parametersText(
  parameters: readonly (readonly [string, ParameterResult])[],
  dim: (text: string) => string,
): string[] {
  const hasTruth = parameters.some(([, { truth }]) => truth !== undefined);
  const header = ["parameter", "start", "learned", "± s.e.", "90 % interval"];
  const rows = parameters.map(([name, { start, learned, standardError, interval, truth }]) => {
    const cells = [
      name,
      significant(start),
      significant(learned),
      standardError === null ? "–" : significant(standardError, 2),
      interval === null ? "–" : `${significant(interval[0])} to ${significant(interval[1])}`,
    ];
    return hasTruth ? [...cells, truth === undefined ? "–" : significant(truth)] : cells;
  });
  const [first, ...rest] = tableText(hasTruth ? [...header, "truth"] : header, rows)
    .trimEnd()
    .split("\n");
  return [dim(first), ...rest];
}

/** Writes matrices, vectors and networks by their sizes, roots of sums of squares. */
function tensorsText(
  tensors: readonly (readonly [string, TensorResult])[],
  dim: (text: string) => string,
): string[] {
  const rows = tensors.map(([name, { shape, start, learned, change }]) => [
    name,
    shape.join("×"),
    ...[start, learned, change].map((size) => significant(size)),
  ]);
  const header = ["tensor", "shape", "size at start", "learned", "of the change"];
  const [first, ...rest] = tableText(header, rows).trimEnd().split("\n");
  return [dim(first), ...rest];
}
