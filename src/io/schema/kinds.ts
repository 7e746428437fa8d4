import type { z } from "zod";
import { nearest } from "../nearest.js";

export const modelKinds = [
  "linear",
  "lotka-volterra",
  "clohessy-wiltshire",
  "lorenz63",
  "lorenz96",
  "lorenz96-two-scale",
  "kuramoto-sivashinsky",
] as const;

const plannedModels = ["quasi-geostrophic"];

export const methodKinds = [
  ...(["climatology", "optimal-interpolation", "kalman", "rts", "extended-kalman"] as const),
  ...(["3dvar", "3dvar-c", "3dvar-k", "4dvar"] as const),
  ...(["enkf", "denkf", "etkf", "eakf", "letkf", "enkf-n", "ens3dvar", "en4dvar"] as const),
  ...(["enks", "ienks", "particle", "optimal-particle"] as const),
] as const;

const plannedMethods = ["dan"];

export const modelKindError = kindError("models", modelKinds, plannedModels);
export const methodKindError = kindError("methods", methodKinds, plannedMethods);
export const noiseKindError = kindError("noises", ["normal", "lognormal"], []);

/** The words for a `kind` that is missing, mistyped, or promised but not built yet. */
function kindError(what: string, built: readonly string[], planned: readonly string[]) {
  const list = `built are the ${what} ${built.join(", ")}`;
  return (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "invalid_union") return undefined;
    const given = issue.input as Readonly<Record<string, unknown>>;
    const kind = given.kind;
    if (kind === undefined && given.file !== undefined) {
      return `models of your own from a file are not built yet; ${list}`;
    }
    if (kind === undefined) return `missing; ${list}`;
    if (typeof kind !== "string") return `got ${JSON.stringify(kind)}; ${list}`;
    if (planned.includes(kind)) return `"${kind}" is not built yet; ${list}`;
    const near = nearest(kind, [...built, ...planned]);
    return `unknown kind "${kind}"${near === null ? "" : `; did you mean "${near}"?`} (${list})`;
  };
}
