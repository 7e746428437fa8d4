/**
 * The ends that are allowed: a finite result, exit 1 with a cause in the user's terms, exit 2 with file, line
 * and key.
 */
import type { Case, End } from "./case.js";

/** The most that a case may take: seconds of computing, and memory. */
export const limits = { seconds: 60, megabytes: 1500 };

/** Words of the engine, of the language and of its libraries, which no message may have. */
const engineTerms: readonly RegExp[] = [
  /\b(?:Type|Range|Reference|Syntax|Shape|Usage|Numeric|Worker|Specification|Internal|Assertion)Error\b/,
  /\n\s+at .+:\d+:\d+/,
  /\b[a-z]\w*\(\[[\d, ]*\]/i,
  /flat position|function signature mismatch|null function|memory access|unreachable/,
  /Cannot read propert|is not (?:a function|iterable)|Invalid array length|call stack|Invalid string length/,
  /\[object |\bundefined\b(?! \(NaN\))|\bNaN after\b|\bheap\b|Excessive alias/,
  /\bENOENT\b|\bEISDIR\b|\bEACCES\b|\bENAMETOOLONG\b/,
];

interface Problem {
  readonly file?: unknown;
  readonly line?: unknown;
  readonly key?: unknown;
  readonly message?: unknown;
}

/** Returns what is not allowed in the end of a case; an empty list if all is well. */
export function judge({ kind }: Pick<Case, "kind">, end: End): string[] {
  const faults: string[] = [];
  const said = `${end.stderr}\n${end.stdout}`.replace(/"name":"[^"]*"/g, "");
  const term = engineTerms.map((each) => each.exec(said)).find((found) => found !== null);
  if (term) {
    const line =
      said.slice(0, term.index).split("\n").at(-1)! + said.slice(term.index).split("\n")[0]!;
    faults.push(`engine term ${JSON.stringify(term[0])} in: ${line}`);
  }
  const json = parsed(end.stdout);
  if (json === null) faults.push(`exit ${end.code}: stdout is not one JSON object`);
  else if (end.code === 0) faults.push(...ofResult(json), ...ofStates(end.states));
  else if (end.code === 1) faults.push(...ofFailure(json));
  else if (end.code === 2) faults.push(...ofInput(json, kind));
  else faults.push(`exit ${end.code}`);
  return faults;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** A result has a number wherever one is promised; JSON writes null for NaN and Infinity. */
function ofResult(result: Record<string, unknown>): string[] {
  if (Array.isArray(result.methods)) {
    return (result.methods as Record<string, unknown>[]).flatMap(ofResult);
  }
  const faults: string[] = [];
  if (result.diverged === true) faults.push("exit 0 of a run that diverged");
  const numbers = (name: string, value: unknown): void => {
    if (value === null) faults.push(`${name} is null`);
    else if (typeof value === "object") {
      for (const [key, each] of Object.entries(value as object)) numbers(`${name}.${key}`, each);
    }
  };
  // A score as a whole may be missing; one that is there has its numbers.
  for (const name of ["rmse", "rmseError", "rmsePooled", "spread"] as const) {
    if (result[name] !== null) numbers(name, result[name]);
  }
  for (const [name, value] of Object.entries((result.parameters ?? {}) as object)) {
    const { start, learned } = value as { start?: unknown; learned?: unknown };
    if (typeof start !== "number" || typeof learned !== "number")
      faults.push(`${name} was learned to null`);
  }
  for (const name of ["cycles", "seconds", "cyclesPerSecond"] as const) numbers(name, result[name]);
  return faults;
}

const ofStates = (states: string | null): string[] =>
  states === null
    ? []
    : /\b(?:NaN|Infinity)\b/.test(states)
      ? ["states.csv has NaN or Infinity"]
      : [];

/** A run that failed has a cause; one that diverged says where and why. */
function ofFailure(json: Record<string, unknown>): string[] {
  if (Array.isArray(json.methods)) return [];
  if (json.diverged === true) {
    const { cause } = (json.divergence ?? {}) as { cause?: unknown };
    return typeof cause === "string" && cause.length > 10 ? [] : ["diverged without a cause"];
  }
  const { message } = (json.error ?? {}) as { message?: unknown };
  return typeof message === "string" && message.length > 10 ? [] : ["failed without a cause"];
}

/** Every problem of the input has a file, and of an experiment file a line and a key. */
function ofInput(json: Record<string, unknown>, kind: Case["kind"]): string[] {
  const { problems, message } = (json.error ?? {}) as { problems?: Problem[]; message?: string };
  if (problems === undefined) return [`input error without file and line: ${message}`];
  return problems.flatMap(({ file, line, key, message }) => {
    if (typeof file !== "string" || typeof message !== "string") return ["problem without file"];
    if (!file.endsWith(".yaml") || typeof line === "number") return [];
    // The file as a whole: it is empty, or no text.
    return kind === "yaml" || key === null ? [] : [`no line for ${String(key)}: ${message}`];
  });
}

/** The sort of a fault, without the numbers and names in it: one report for each is enough. */
export const sortOf = (kind: string, fault: string): string =>
  `${kind}: ${fault.replace(/-?\d[\d.e+-]*/g, "#").replace(/(#,? ?)+/g, "#")}`.slice(0, 160);
