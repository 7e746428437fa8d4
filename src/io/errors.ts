import { grouped } from "../parts/index.js";

/** A problem in an input: its position, what was given, and what is needed. */
export interface Problem {
  readonly file: string;
  /** The line, counted from 1; null if the problem has no single position. */
  readonly line: number | null;
  /** The column, counted from 1. */
  readonly column: number | null;
  /** The key in an experiment file, such as `model.transition[0][1]`; null in other files. */
  readonly key: string | null;
  readonly message: string;
  /** The number of further problems that this one stands for; absent: it is one problem. */
  readonly more?: number;
}

/** Returns the number of problems, those included that were counted and not listed. */
export const problemCount = (problems: readonly Problem[]): number =>
  problems.reduce((n, { more = 1 }) => n + more, 0);

/**
 * The error of a wrong input, with all its problems in the order of the file. The command line exits with 2.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join("\n"));
    this.problems = problems;
  }
}

/** Writes a problem as `file:line:column key: message`, without the parts that are null. */
export function problemLine({ file, line, column, key, message }: Problem): string {
  const position = [file, line, column].filter((part) => part !== null).join(":");
  return key === null ? `${position}: ${message}` : `${position} ${key}: ${message}`;
}

/** Returns a problem of a whole file. */
export function fileProblem(file: string, message: string): Problem {
  return { file, line: null, column: null, key: null, message };
}

/** The largest number of problems of one file that are listed; the others are counted. */
const told = 20;

/** Problems of one file: all are counted, and the first of them are kept. */
export interface Problems {
  readonly count: number;
  /** Adds a problem. */
  tell(problem: Problem): void;
  /** Returns the first twenty in the order of their lines, then how many more there are. */
  first(): Problem[];
}

/** Collects the problems of a file, of which there may be a million. */
export function collecting(file: string): Problems {
  let kept: Problem[] = [];
  let count = 0;
  const inOrder = () => kept.sort(byPosition).slice(0, told);
  return {
    get count() {
      return count;
    },
    tell: (problem) => {
      count += 1;
      kept.push(problem);
      if (kept.length >= 10 * told) kept = inOrder();
    },
    first: () => {
      const more = count - told;
      if (more <= 0) return inOrder();
      const rest = fileProblem(file, `… and ${grouped(more)} more like these`);
      return [...inOrder(), { ...rest, more }];
    },
  };
}

/** Compares two problems by their positions. */
export const byPosition = (a: Problem, b: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
