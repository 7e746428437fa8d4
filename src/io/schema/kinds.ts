import type { z } from "zod";
import { nearest } from "../../parts/index.js";
import { type PartSection, planned, records } from "../records.js";

/** Returns the message for a `kind` that is missing, mistyped, or not built yet. */
export function kindError(section: PartSection) {
  const built = records[section].map(({ kind }) => kind);
  const promised = planned[section];
  const list = `built are the ${section}s ${built.join(", ")}`;
  return (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "invalid_union") return undefined;
    const { kind } = issue.input as Readonly<Record<string, unknown>>;
    if (kind === undefined) return `missing; ${list}`;
    if (typeof kind !== "string") return `got ${JSON.stringify(kind)}; ${list}`;
    if (promised.includes(kind)) return `"${kind}" is not built yet; ${list}`;
    const near = nearest(kind, [...built, ...promised]);
    return `unknown kind "${kind}"${near === null ? "" : `; did you mean "${near}"?`} (${list})`;
  };
}
