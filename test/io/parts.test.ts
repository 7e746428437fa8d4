/** From the keys of records to the schema of files: the same values fit in files and in library calls. */
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { catalogue, experimentJsonSchema } from "../../src/io/index.js";
import { records } from "../../src/io/records.js";
import { exampleOf, schemaOf } from "../../src/io/schema/key.js";
import { builtInBlock, ownBlock } from "../../src/io/schema/part.js";
import { words } from "../../src/io/words.js";
import { lorenz63 } from "../../src/models/index.js";
import {
  choice,
  count,
  flag,
  fraction,
  group,
  type Key,
  learnableMatrix,
  list,
  matrix,
  nonNegative,
  points,
  positiveNumber,
  positiveVector,
  real,
  setting,
  spread,
  text,
  use,
  variant,
  vector,
} from "../../src/parts/index.js";

const about = "what it is";
const learned = (start: unknown, more = {}) => ({ learn: true, start, ...more });

/** A key, values that fit it, values that do not with what is told of each. */
const keys: [name: string, key: Key, good: unknown[], bad: [value: unknown, message: string][]][] =
  [
    [
      "a number",
      real({ about }),
      [0, -1.5, learned(-2), learned(2, { positive: true }), learned(1, { truth: -1 })],
      [
        ["7", "need a number or { learn: true, start: … }"],
        [learned("7"), `got "7"; need a finite number`],
        [{ among: [1, 2] }, "learn"],
      ],
    ],
    [
      "a positive number",
      positiveNumber({ about }),
      [0.1, learned(3)],
      [
        [0, "got 0; need a number more than 0"],
        [learned(0), "got 0; need a number more than 0"],
        [[1], "need a number or { learn: true, start: … }"],
      ],
    ],
    [
      "a number that is not negative",
      nonNegative({ about }),
      [0, 2, learned(1)],
      [
        [-1, "got -1; need a number at least 0"],
        [learned(0), "got 0; need a number more than 0"],
      ],
    ],
    [
      "a fraction",
      fraction({ about }),
      [0, 1, 0.5, learned(0.5)],
      [
        [1.5, "got 1.5; need a number at most 1"],
        [learned(0), "got 0; need a number more than 0"],
      ],
    ],
    [
      "a number that may be chosen",
      positiveNumber({ choosable: true, about }),
      [1, learned(2), { among: [1, 2] }],
      [
        [{ among: [1] }, "got a list of 1; need a list of at least 2"],
        ["wide", "or { among: [3, 5, 8] }"],
      ],
    ],
    [
      "a fraction that may be chosen",
      { ...fraction({ choosable: true, about }), tooLarge: "need a part of the whole" },
      [0.5, { among: [0, 0.5] }],
      [[2, "got 2; need a part of the whole"]],
    ],
    [
      "a setting",
      setting({ bounds: { above: 0, below: 1 }, about }),
      [0.5],
      [
        [0, "need a number more than 0"],
        [1, "need a number less than 1"],
        [learned(0.5), "got a map of keys; need a finite number"],
      ],
    ],
    [
      "a whole number",
      count(2, { about }),
      [2, 7],
      [
        [1, "got 1; need a number at least 2"],
        [2.5, "got 2.5; need a whole number"],
      ],
    ],
    ["a choice", choice(["map", "tendency"], { about }), ["map"], [["mp", `did you mean "map"?`]]],
    ["a flag", flag({ about }), [true, false], [[1, "got 1; need true or false"]]],
    ["a flag that is on", flag({ only: true, about }), [true], [[false, "need true"]]],
    ["a text", text({ about }), ["a"], [["", "at least 1 character"]]],
    [
      "a vector",
      vector({ about }),
      [[1, learned(-2)], learned([1, 2]), learned(1, { truth: [1, 2] })],
      [
        [7, "need a list of values, or { learn: true, start: [1, 2] }"],
        [[], "a list of at least 1"],
      ],
    ],
    [
      "a positive vector",
      positiveVector({ about }),
      [[1, 2], learned([1, 2])],
      [[[1, -2], "got -2; need a number more than 0"]],
    ],
    [
      "a spread",
      spread({ about }),
      [0, 1, [1, 2], learned(1), [1, learned(2)]],
      [
        [-1, "got -1; need a number at least 0"],
        ["a", "or a list of them"],
      ],
    ],
    [
      "a matrix",
      matrix({ about }),
      [[[1, 2]]],
      [
        [[[learned(1)]], "need a finite number"],
        [[[]], "a list of at least 1"],
      ],
    ],
    [
      "a learnable matrix",
      learnableMatrix({ about }),
      [[[1, learned(1)]]],
      [[[["a"]], "need a number or { learn: true, start: … }"]],
    ],
    [
      "a list",
      list({ bounds: { whole: true, min: 0 }, about }),
      [[0, 3]],
      [[[0.5], "got 0.5; need a whole number"]],
    ],
    [
      "points",
      points(2, { about }),
      [
        [[0, 1]],
        [
          [0, 1],
          [2, 3],
        ],
      ],
      [
        [[[0]], "need a point of 2 numbers"],
        [[[0, 1, 2]], "need a point of 2 numbers"],
        [[7], "got 7; need a point of 2 numbers"],
      ],
    ],
    [
      "a group",
      group({ on: choice(["map"], { default: "map", about }), n: count(0, { about }) }, { about }),
      [{ n: 1 }, { n: 1, on: "map" }],
      [
        [{}, "missing; need a whole number"],
        [{ n: 1, m: 2 }, `unknown key "m"`],
      ],
    ],
    [
      "a variant",
      variant(["dense"], { rank: count(1, { about }) }, { about }),
      ["dense", { rank: 3 }],
      [
        [7, "need dense or { rank: 2 }"],
        [{ rank: 0 }, "got 0; need a number at least 1"],
      ],
    ],
  ];

/** All messages of issues, those of the members of unions too. */
function messages(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .map((issue) => {
      const inner = issue.code === "invalid_union" ? issue.errors.map(messages).join("\n") : "";
      return `${issue.message}\n${inner}`;
    })
    .join("\n");
}

describe.each(keys)("%s", (_, key, good, bad) => {
  const schema = schemaOf(key);
  const record = { kind: "part", title: "a part", parameters: { key } };

  test.each(good.map((value) => [value]))("%j fits", (value) => {
    expect(schema.safeParse(value, { error: words }).success).toBe(true);
    expect(use(record, { key: value }).block.key).toMatchObject(value as object);
  });

  test.each(bad)("%j does not", (value, message) => {
    const parsed = schema.safeParse(value, { error: words });
    expect(parsed.success ? "" : messages(parsed.error.issues)).toContain(message);
    expect(() => use(record, { key: value })).toThrow("part.key");
  });

  test("an example of it is right", () => {
    const example = exampleOf(key);
    const written = example.includes("…")
      ? null
      : JSON.parse(/^[a-z]/.test(example) && example !== "true" ? `"${example}"` : example);
    if (written !== null) expect(schema.safeParse(written).success).toBe(true);
  });
});

test("keys that are left out have their defaults, or are absent", () => {
  const record = {
    kind: "part",
    title: "a part",
    parameters: {
      rate: real({ default: 2, about }),
      size: count(1, { optional: true, about }),
      inner: group({ on: flag({ default: true, about }) }, { default: {}, about }),
    },
  };
  const parsed = ownBlock("model", record).parse({ file: "x.ts" });
  expect(parsed).toEqual({ file: "x.ts", rate: 2, inner: { on: true } });
});

/** What is told of a key that another part of the section has, in the block of each built-in part. */
const foreign = (section: "model" | "method") => {
  const all = records[section];
  const names = new Set(all.flatMap(({ parameters }) => Object.keys(parameters)));
  return all.flatMap((record) =>
    [...names]
      .filter((name) => !(name in record.parameters) && !(name in (record.hints ?? {})))
      .map((name) => {
        const given = { kind: record.kind, [name]: 1 };
        const issues = builtInBlock(section, record).safeParse(given).error?.issues ?? [];
        const unknown = issues.find(({ code }) => code === "unrecognized_keys")?.message;
        return [unknown, `"${name}" is not a key of ${record.kind}; leave it out`];
      }),
  );
};

test.each(["model", "method"] as const)("a key of another %s has one message", (section) => {
  const told = foreign(section);
  expect(told.length).toBeGreaterThan(100);
  for (const [message, wanted] of told) expect(message).toBe(wanted);
});

test("the catalogue says of every part what its record says", () => {
  for (const section of ["model", "method", "operator", "noise"] as const) {
    expect(catalogue(section).map(({ kind, description }) => [kind, description])).toEqual(
      records[section].map(({ kind, title }) => [kind, title]),
    );
  }
  const { keys: entries } = catalogue("model").find(({ kind }) => kind === lorenz63.kind)!;
  expect(entries[1]).toEqual({
    key: "rho",
    description: lorenz63.parameters.rho.about,
    required: false,
    default: 28,
  });
});

describe("the schema for editors", () => {
  type Schema = { readonly [key: string]: never } & {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly oneOf?: readonly Schema[];
  };
  const root = experimentJsonSchema() as unknown as Schema;
  const twin = root.properties!.observations!.properties!.twin!.properties!;

  test("an operator may be its kind, or leave its kind out", () => {
    const [alone, ...maps] = twin.operator!.oneOf!;
    expect(alone).toEqual({ type: "string", enum: ["identity"] });
    const every = maps.find(({ properties }) => properties?.every !== undefined)!;
    expect(every.required).toEqual(["every"]);
  });

  test("every section takes a file", () => {
    const sections = [root.properties!.model!, twin.operator!, twin.noise!];
    for (const { oneOf } of sections) expect(oneOf!.at(-1)!.required).toEqual(["file"]);
  });
});
