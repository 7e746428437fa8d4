import type { z } from "zod";
import type { Problem } from "./errors.js";
import type { Path, Source } from "./positions.js";

interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly at: "key" | "value";
}

/** Returns the issues of zod as problems with positions, each once. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], source: Source): Problem[] {
  const findings = issues.flatMap((issue) => findingsOf(issue, []));
  return findings
    .filter((finding) => !explainedByTypo(finding, findings))
    .map(({ path, message, at }) => source.problem(path, message, at));
}

function findingsOf(issue: z.core.$ZodIssue, prefix: Path): Finding[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys": {
      const lines = issue.message.split("\n");
      return issue.keys.map((key, i) => ({ path: [...path, key], message: lines[i], at: "key" }));
    }
    case "invalid_union": {
      const branch = meantBranch(issue.errors);
      return branch === null
        ? [{ path, message: issue.message, at: "value" }]
        : branch.flatMap((nested) => findingsOf(nested, path));
    }
    default:
      return [{ path, message: issue.message, at: "value" }];
  }
}

/**
 * Returns the issues of the member of a union whose type the value has; of several, the one with the fewest
 * issues.
 */
function meantBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | null {
  const ofType = branches.filter((issues) => !issues.some(isOfAnotherType));
  return ofType.toSorted((a, b) => wrongs(a) - wrongs(b))[0] ?? null;
}

/** Counts issues; each unknown key counts as one. */
const wrongs = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((n, issue) => n + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);

function isOfAnotherType(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  switch (issue.code) {
    case "invalid_type":
    case "invalid_value":
      return true;
    case "invalid_union":
      return meantBranch(issue.errors) === null;
    default:
      return false;
  }
}

/** Tells whether a missing key is explained by a mistyped key next to it, which is reported anyway. */
function explainedByTypo(finding: Finding, all: readonly Finding[]): boolean {
  if (!finding.message.startsWith("missing")) return false;
  const missing = JSON.stringify(finding.path.at(-1));
  return all.some(
    (other) =>
      other.at === "key" &&
      other.path.length === finding.path.length &&
      other.path.slice(0, -1).every((step, i) => step === finding.path[i]) &&
      other.message.includes(missing),
  );
}
