/** One thing wrong in an input: where it stands, what was given, what is needed. */
export interface Problem {
  readonly file: string;
  /** Counted from 1; null when the problem has no single place. */
  readonly line: number | null;
  readonly column: number | null;
  /** The key in an experiment file, `model.transition[0][1]`; null elsewhere. */
  readonly key: string | null;
  readonly message: string;
}

/** The input is wrong: all its problems, in the order of the file. The command line exits with 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join("\n"));
    this.problems = problems;
  }
}

/** `file:line:column key: message`, without the parts that are not known. */
export function problemLine({ file, line, column, key, message }: Problem): string {
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return key === null ? `${place}: ${message}` : `${place} ${key}: ${message}`;
}

/** A problem of a whole file. */
export function fileProblem(file: string, message: string): Problem {
  return { file, line: null, column: null, key: null, message };
}
