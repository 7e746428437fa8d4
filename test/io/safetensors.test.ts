import { describe, expect, test } from "vitest";
import { InputError } from "../../src/io/errors.js";
import { readTensors, writeTensors } from "../../src/io/safetensors.js";
import type { SavedValues } from "../../src/run/output.js";

const tensors: SavedValues = {
  forcing: { shape: [], values: [0.1 + 0.2] },
  "background.factor": { shape: [2, 3], values: [1, -2, 5e-324, Number.MAX_VALUE, 1 / 3, 0] },
  nothing: { shape: [0, 4], values: [] },
};
const metadata = { kalmia: "0.1.0", name: "größer" };
const bytes = writeTensors({ tensors, metadata });

/** A file with any header, and so many bytes of numbers. */
function fileOf(header: string, data: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const made = new Uint8Array(8 + text.length + data);
  new DataView(made.buffer).setBigUint64(0, BigInt(text.length), true);
  made.set(text, 8);
  return made;
}

const messageOf = (given: Uint8Array): string => {
  try {
    readTensors(given, "model.safetensors");
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  return "";
};

test("what is written is read back to the bit", () => {
  const read = readTensors(bytes, "model.safetensors");
  expect(read.metadata).toEqual(metadata);
  expect(Object.keys(read.tensors)).toEqual(Object.keys(tensors));
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    expect(read.tensors[name]!.shape).toEqual(shape);
    expect([...Array.from(read.tensors[name]!.values)]).toEqual(values);
  }
});

test("the format is the published one: length, padded JSON, numbers in order", () => {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(header).toEqual({
    __metadata__: metadata,
    forcing: { dtype: "F64", shape: [], data_offsets: [0, 8] },
    "background.factor": { dtype: "F64", shape: [2, 3], data_offsets: [8, 56] },
    nothing: { dtype: "F64", shape: [0, 4], data_offsets: [56, 56] },
  });
  expect(bytes.length).toBe(8 + length + 56);
});

test("numbers that are all of single precision take four bytes", () => {
  const single = { w: { shape: [3], values: Float32Array.of(0.1, -2, 1e-40) } };
  const file = writeTensors({ tensors: single, metadata });
  expect(file.length % 8).toBe(4); // the header ends at a multiple of 8
  expect(new TextDecoder().decode(file)).toContain('"dtype":"F32"');
  expect(Array.from(readTensors(file, "x").tensors.w!.values)).toEqual([...single.w.values]);
  const mixed = { ...single, v: { shape: [], values: [0.1] } };
  const { tensors: read } = readTensors(writeTensors({ tensors: mixed, metadata }), "x");
  expect(read.v!.values[0]).toBe(0.1);
});

test("numbers of f32 are read, from bytes that begin anywhere", () => {
  const file = fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8);
  new DataView(file.buffer).setFloat32(file.length - 8, 1.5, true);
  new DataView(file.buffer).setFloat32(file.length - 4, -2.25, true);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  const { tensors: read } = readTensors(shifted.subarray(3), "x");
  expect(Array.from(read.w!.values)).toEqual([1.5, -2.25]);
});

describe("broken files are refused with the reason", () => {
  const entry = (rest: string) => `{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]${rest}}}`;
  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(0), /has 0 bytes; need 8 or more/],
    ["cut in the header", bytes.subarray(0, 40), /header should have \d+ bytes, but there are 32/],
    [
      "a length without end",
      new Uint8Array(16).fill(255),
      /header should have 18446744073709551615/,
    ],
    ["cut in the numbers", bytes.subarray(0, bytes.length - 1), /is at bytes 8 to 56 of 55/],
    ["no JSON", fileOf("{", 0), /header is not JSON/],
    ["no map", fileOf("[1]", 0), /header is not a map/],
    ["another kind of number", fileOf(entry("").replace("F64", "I64"), 8), /"w" dtype/],
    ["a negative axis", fileOf(entry("").replace("[1]", "[-1]"), 8), /"w" shape\.0/],
    [
      "no offsets",
      fileOf('{"w":{"dtype":"F64","shape":[1]}}', 8),
      /"w" data_offsets: missing; need a list$/,
    ],
    ["too few bytes", fileOf(entry("").replace("[1]", "[2]"), 8), /need 16 bytes/],
    ["offsets that turn back", fileOf(entry("").replace("[0,8]", "[8,0]"), 8), /need 8 bytes/],
    ["bytes of nobody", fileOf(entry(""), 9), /1 bytes after its last tensor/],
    ["metadata of numbers", fileOf('{"__metadata__":{"a":1}}', 0), /__metadata__/],
  ])("%s", (_, file, message) => {
    expect(messageOf(file)).toMatch(message);
  });

  test("no number at all", () => {
    const file = fileOf('{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8);
    new DataView(file.buffer).setFloat64(file.length - 8, Number.NaN, true);
    expect(messageOf(file)).toMatch(/"w" has the value NaN; need finite numbers/);
  });

  // Every byte of the header changed in turn, to several values: read as it stands, or refused.
  test("any change of a byte of the header ends in a file or in a message", () => {
    const length = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (let at = 0; at < length; at++) {
      for (const value of [0, 0x22, 0x30, 0x39, 0x5d, 0x7d, 0xff, bytes[at]! ^ 1]) {
        const changed = bytes.slice();
        changed[at] = value;
        expect(() => messageOf(changed)).not.toThrow();
      }
    }
  });
});
