/** From records to the schemas of their blocks, such as `{ kind: lorenz96, dimension: 40 }`. */
import { z } from "zod";
import type { Part } from "../../parts/index.js";
import { type PartSection, records } from "../records.js";
import { methodKeys, modelKeys } from "./common.js";
import { shapeOf } from "./key.js";
import { type Hints, keys } from "./keys.js";
import { kindError } from "./kinds.js";

/** A parsed block: the kind or the file of a part, and its keys. */
export interface PartBlock {
  readonly kind?: string;
  /** The file of a user-defined part. */
  readonly file?: string;
  readonly [key: string]: unknown;
}

/** The keys that all parts of a section have, in addition to those of their records. */
export const commonKeys: Readonly<Record<PartSection, z.ZodRawShape>> = {
  model: modelKeys,
  method: methodKeys,
  operator: {},
  noise: {},
};

/** Returns the schema of the block of a built-in part. */
export const builtInBlock = (section: PartSection, record: Part): z.ZodObject =>
  blockOf(section, record, { kind: z.literal(record.kind) });

/** Returns the schema of the block of a user-defined part. */
export const ownBlock = (section: PartSection, record: Part): z.ZodType<PartBlock> =>
  blockOf(
    section,
    record,
    { file: z.string().min(1) },
    {
      kind: () => "given together with file, whose record has the kind; leave it out",
    },
  ) as z.ZodType as z.ZodType<PartBlock>;

/**
 * Returns the schema of a block. Keys of other parts get a message of their own, different from that for
 * typing errors.
 */
function blockOf(section: PartSection, record: Part, head: z.ZodRawShape, more: Hints = {}) {
  const shape = { ...head, ...shapeOf(record.parameters), ...commonKeys[section] };
  const foreign = records[section]
    .flatMap(({ parameters }) => Object.keys(parameters))
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => [key, () => `"${key}" is not a key of ${record.kind}; leave it out`]);
  const hints = { ...Object.fromEntries(foreign), ...record.hints, ...more };
  return keys(shape, hints).describe(record.title);
}

/** Returns the schema of the block of any built-in part of a section. */
export function builtIn(section: PartSection): z.ZodType<PartBlock> {
  const [first, ...rest] = records[section].map((record) => builtInBlock(section, record));
  const error = kindError(section);
  return z.discriminatedUnion("kind", [first!, ...rest], {
    error,
  }) as z.ZodType as z.ZodType<PartBlock>;
}
