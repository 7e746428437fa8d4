/**
 * Named tensors in the safetensors format.
 *
 *     length of the header, u64 little-endian | header, JSON | numbers, row-major, little-endian
 *     header: { name: { dtype, shape, data_offsets: [first, end] }, …, __metadata__: { name: text } }
 *
 * Offsets count from the end of the header. Values are written as F32 where that loses nothing of any of them,
 * as those of networks that were learned in f32, else as F64.
 *
 * @see https://github.com/huggingface/safetensors
 */
import { z } from "zod";
import type { SavedTensor, SavedValues } from "../run/output.js";
import { fileProblem, InputError } from "./errors.js";
import { words } from "./words.js";

/** The contents of a file: tensors by name, and texts by name. */
export interface TensorFile {
  readonly tensors: SavedValues;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Number of bytes of the length field, and of each kind of number. */
const lengthBytes = 8;
const bytesOf = { F64: 8, F32: 4 } as const;

/** The largest length of a header; that of a thousand tensors is a hundredth of it. */
const longestHeader = 16 * 1024 * 1024;

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, axis) => n * axis, 1);

/**
 * Writes tensors as the bytes of a file. The header is padded with spaces, so that numbers begin at
 * multiples of 8.
 */
export function writeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  const dtype = Object.values(tensors).every(({ values }) => isSingle(values)) ? "F32" : "F64";
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const first = end;
    end += values.length * bytesOf[dtype];
    return [name, { dtype, shape, data_offsets: [first, end] }] as const;
  });
  const header = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(header);
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + headerBytes + end).fill(0x20, lengthBytes);
  bytes.set(text, lengthBytes);
  const view = new DataView(bytes.buffer);
  const write = dtype === "F64" ? view.setFloat64.bind(view) : view.setFloat32.bind(view);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = lengthBytes + headerBytes;
  for (const { values } of Object.values(tensors)) {
    for (let i = 0; i < values.length; i++, at += bytesOf[dtype]) write(at, values[i], true);
  }
  return bytes;
}

/** Whether all values are numbers of single precision. */
function isSingle(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Math.fround(values[i]) !== values[i]) return false;
  return true;
}

const entrySchema = z.object({
  dtype: z.enum(["F64", "F32"]),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads the tensors of a file, all of finite numbers; `file` is its name in messages.
 *
 * @throws InputError when the bytes are not in the format.
 */
export function readTensors(bytes: Uint8Array, file: string): TensorFile {
  const refuse = (message: string) =>
    new InputError([fileProblem(file, `is not a model of Kalmia: ${message}`)]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < lengthBytes) throw refuse(`it has ${bytes.length} bytes; need 8 or more`);
  const length = view.getBigUint64(0, true);
  const room = bytes.length - lengthBytes;
  if (length > BigInt(Math.min(room, longestHeader))) {
    throw refuse(
      `its header should have ${length} bytes, but there are ${room}. Is the file complete?`,
    );
  }
  const begin = lengthBytes + Number(length);
  const { __metadata__ = {}, ...entries } = headerOf(bytes.subarray(lengthBytes, begin), refuse);
  const metadata = metadataSchema.safeParse(__metadata__);
  if (!metadata.success) throw refuse("its __metadata__ is not a map of texts");

  let end = 0;
  const tensors = Object.entries(entries).map(([name, entry]): [string, SavedTensor] => {
    const parsed = entrySchema.safeParse(entry, { error: words });
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0];
      throw refuse(`"${name}" ${path.join(".")}: ${message}`);
    }
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    const needed = sizeOf(shape) * bytesOf[dtype];
    if (offsets[1] - offsets[0] !== needed || offsets[1] > bytes.length - begin) {
      throw refuse(
        `"${name}" [${shape}] is at bytes ${offsets.join(" to ")} of ${bytes.length - begin}; need ${needed} bytes. Is the file complete?`,
      );
    }
    end = Math.max(end, offsets[1]);
    const read = dtype === "F64" ? view.getFloat64.bind(view) : view.getFloat32.bind(view);
    const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      read(begin + offsets[0] + i * bytesOf[dtype], true),
    );
    const bad = values.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw refuse(`"${name}" has the value ${values[bad]}; need finite numbers`);
    return [name, { shape, values }];
  });
  if (begin + end !== bytes.length) {
    throw refuse(`${bytes.length - begin - end} bytes after its last tensor belong to no tensor`);
  }
  return { tensors: Object.fromEntries(tensors), metadata: metadata.data };
}

function headerOf(text: Uint8Array, refuse: (message: string) => Error): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    throw refuse("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw refuse("its header is not a map of names");
  }
  return header as Record<string, unknown>;
}
