import { createColors } from "picocolors";
import type { Advice, PossibleMethod } from "../advice/advise.js";
import type { ProblemFacts } from "../advice/facts.js";
import type { Finding } from "../advice/rules.js";
import type { CliHost, Output } from "./host.js";
import { significant, tableText } from "./table.js";

/** The object that `kalmia advise --json` prints. */
export interface AdviceOutput extends Pick<Advice, "facts" | "own" | "impossible" | "cautions"> {
  readonly name: string;
  readonly model: string;
  /** The method of the file. */
  readonly method: string;
  readonly best: string;
  /** Whether the method of the file is the best one. */
  readonly taken: boolean;
  readonly methods: readonly RankedMethod[];
}

export interface RankedMethod extends Omit<PossibleMethod, "specification"> {
  readonly rank: number;
  /** The section `method` that the file would have with this method. */
  readonly block: string;
}

const guide = "docs/guide/choosing.md";

/** Writes the advice as text: the problem, the methods in their order with reasons, and the block to paste. */
export function adviceText(output: AdviceOutput, stream: Output, env: CliHost["env"]): string {
  const { bold, dim, yellow } = createColors(stream.isTTY === true && !env.NO_COLOR);
  const { name, method, facts, methods, impossible, cautions, best } = output;
  const [header, ...rows] = tableOf(output).trimEnd().split("\n");
  const lines = [
    `${bold(name)}  ${problemText(output)}`,
    "",
    dim(header),
    ...rows,
    "",
    ownText(output),
    "",
    ...methods.flatMap((one) => [bold(one.kind), ...one.findings.map(findingText), ""]),
    ...impossible.flatMap(({ kind, obstacle }) => [bold(kind), `  not possible: ${obstacle}`, ""]),
    ...cautions.map((caution) => `${yellow("note:")} ${caution}`),
    ...(cautions.length > 0 ? [""] : []),
    output.taken ? `The file takes ${method} already:` : `To take ${best} instead of ${method}:`,
    "",
    methods[0].block,
    dim(`${costNote(facts)} ${guide} says more.`),
  ];
  return `${lines.join("\n")}\n`;
}

function problemText({ model, facts }: AdviceOutput): string {
  const { state, observed, observedFraction, neverObserved, changing, gaps, values } = facts;
  const percent = (fraction: number) => `${significant(100 * fraction, 2)} %`;
  return [
    `${model}, ${state} ${state === 1 ? "variable" : "variables"}`,
    `${observed} observed at a time (${percent(observedFraction)}${gaps ? ", with gaps" : ""})`,
    changing ? "others each time" : `${percent(neverObserved)} never`,
    `${values} values`,
  ].join(", ");
}

function tableOf({ methods, impossible, facts }: AdviceOutput): string {
  const header = [
    "method",
    "rank",
    "accuracy",
    "seconds",
    "MB",
    facts.learns ? "s an epoch" : "s of filtering",
    "numbers learned",
  ];
  return tableText(header, [
    ...methods.map(({ rank, kind, accuracy, cost }) => [
      ...[kind, String(rank), accuracy],
      ...[significant(cost.seconds, 2), megabytes(cost.memory.total)],
      ...[significant(cost.secondsPerEpoch, 2), String(cost.learned)],
    ]),
    ...impossible.map(({ kind }) => [kind, "–", "not possible", "–", "–", "–", "–"]),
  ]);
}

/** Writes the points of a finding, such as `+2` or `−1`, before its reason. */
function findingText({ points, reason }: Finding): string {
  const sign = points === 0 ? "·" : points > 0 ? `+${points}` : `−${-points}`;
  return `  ${sign.padStart(2)} ${reason}`;
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? "under 1" : String(Math.round(bytes / 1e6));

/** Says what the file costs as it is. */
function ownText({ own, method }: AdviceOutput): string {
  const { memory, seconds } = own;
  const parts = [
    `${megabytes(memory.process)} for the process`,
    ...(memory.programs > 0 ? [`${megabytes(memory.programs)} for what learns`] : []),
    `${megabytes(memory.tensors)} for its numbers`,
    `${megabytes(memory.record)} for the observations`,
    `${megabytes(memory.results)} for states, table and figures`,
  ];
  return `The file as it is, with ${method}: about ${significant(seconds, 2)} s and ${megabytes(memory.total)} MB (${parts.join(", ")}).`;
}

const costNote = ({ learns }: ProblemFacts): string =>
  `Seconds and MB are those of kalmia run from start to report: counted, not measured, on one thread without a library${learns ? ", with all epochs; those an epoch are of its windows alone" : ""}.`;
