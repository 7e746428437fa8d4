/**
 * Stored state as JSON with a checksum: the entry `sha256` is the hash of the JSON text of all others. A
 * digit that changed on the disk is noticed before it becomes a number of a result.
 */
import { sha256 } from "./files.js";

/** Plain data as read from a file. */
export type Stored = Readonly<Record<string, unknown>>;

/** Returns the text of plain data with its checksum. */
export function sealed(data: Stored, space?: number): string {
  const sum = sha256(JSON.stringify(data));
  return `${JSON.stringify({ ...data, sha256: sum }, null, space)}\n`;
}

/** What was found in a file: the data, `damaged` if the checksum does not fit, or `foreign`. */
export type Unsealed =
  | { readonly kind: "whole"; readonly data: Stored }
  | { readonly kind: "damaged" }
  | { readonly kind: "foreign" };

/** Reads the text of `sealed`. */
export function unsealed(text: string): Unsealed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: looksSealed(text) ? "damaged" : "foreign" };
  }
  if (typeof value !== "object" || value === null || !("sha256" in value)) {
    return { kind: looksSealed(text) ? "damaged" : "foreign" };
  }
  const { sha256: sum, ...data } = value as Stored;
  return sha256(JSON.stringify(data)) === sum ? { kind: "whole", data } : { kind: "damaged" };
}

/** Whether a text may have been sealed before it was damaged: all that Kalmia seals begins so. */
const looksSealed = (text: string): boolean => /^\{\s*"kalmia":/.test(text);
