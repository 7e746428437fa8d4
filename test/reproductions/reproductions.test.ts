import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/io/canonical.js";
import { reproductions } from "../../src/reproductions/index.js";
import { ratioOf } from "../../src/reproductions/reproduction.js";

test("names are those of folders, once each, and not those of commands", () => {
  const names = reproductions.map(({ name }) => name);
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain("all");
});

test("a ratio needs two numbers", () => {
  const of = (published: number | string | null, ours: number | null) =>
    ratioOf({ what: "a test", published, ours });
  expect(of(2, 1)).toBe(0.5);
  expect([of(null, 1), of(0, 1), of(2, null), of("Lower", 1)]).toEqual([null, null, null, null]);
});

describe.each([...reproductions])("$name", (reproduction) => {
  test.each(["quick", "paper"] as const)("%s trials can be told from each other", (scale) => {
    const trials = reproduction.trials(scale);
    expect(reproduction.trials(scale).map(canonicalJson)).toEqual(trials.map(canonicalJson));
  });

  test("what went wrong in every trial can still be assembled", () => {
    const failed = reproduction.trials("quick").map(() => ({ failed: "a test" }));
    const { comparisons } = reproduction.assemble("quick", failed);
    for (const { ours } of comparisons) expect(ours).toBe(null);
  });
});
