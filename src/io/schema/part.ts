/** From records to the schemas of the blocks that name them: `{ kind: lorenz96, dimension: 40 }`. */
import { z } from "zod";
import type { Part } from "../../parts/index.js";
import { type PartSection, records } from "../records.js";
import { methodKeys, modelKeys } from "./common.js";
import { shapeOf } from "./key.js";
import { type Hints, keys } from "./keys.js";
import { kindError } from "./kinds.js";

/** A block as parsed: what a part is given, and what names the part. */
export interface PartBlock {
  readonly kind?: string;
  /** Of a part of one's own: its file. */
  readonly file?: string;
  readonly [key: string]: unknown;
}

/** Keys that all parts of a section take, whatever their records say. */
export const commonKeys: Readonly<Record<PartSection, z.ZodRawShape>> = {
  model: modelKeys,
  method: methodKeys,
  operator: {},
  noise: {},
};

/** The block of a built-in part. */
export const builtInBlock = (section: PartSection, record: Part): z.ZodObject =>
  blockOf(section, record, { kind: z.literal(record.kind) });

/** The block of a part whose record comes from a file. */
export const ownBlock = (section: PartSection, record: Part): z.ZodType<PartBlock> =>
  blockOf(
    section,
    record,
    { file: z.string().min(1) },
    {
      kind: () => "given beside file, whose record says what kind it is; leave it out",
    },
  ) as z.ZodType as z.ZodType<PartBlock>;

/** The keys of a record beside those that name it; keys of other parts are told apart from typing errors. */
function blockOf(section: PartSection, record: Part, head: z.ZodRawShape, more: Hints = {}) {
  const shape = { ...head, ...shapeOf(record.parameters), ...commonKeys[section] };
  const foreign = records[section]
    .flatMap(({ parameters }) => Object.keys(parameters))
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => [key, () => `"${key}" is no setting of ${record.kind}; leave it out`]);
  const hints = { ...Object.fromEntries(foreign), ...record.hints, ...more };
  return keys(shape, hints).describe(record.title);
}

/** The block of any built-in part of a section. */
export function builtIn(section: PartSection): z.ZodType<PartBlock> {
  const [first, ...rest] = records[section].map((record) => builtInBlock(section, record));
  const error = kindError(section);
  return z.discriminatedUnion("kind", [first!, ...rest], {
    error,
  }) as z.ZodType as z.ZodType<PartBlock>;
}
