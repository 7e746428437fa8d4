/** Texts that are no experiment at all: bombs, depths, keys and problems without end. */
import { describe, expect, test } from "vitest";
import { InputError, parseExperimentFile } from "../../src/io/index.js";

const plain = `name: nile
model: { kind: linear, transition: [[1]], processNoise: { variance: 1469 } }
time: { step: 1 }
observations: { file: { path: n.csv, time: t, columns: { y: 0 }, noise: { kind: normal, variance: 15099 } } }
method: { kind: kalman, initial: { mean: [0], variance: 1e7 } }
`;

const read = async (name: string) => ({ name, text: "t,y\n0,1\n1,2\n" });

const problemsOf = async (text: string) => {
  const error = await parseExperimentFile(text, "a.yaml", read).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems;
};

const levels = "abcdefghi".split("");

describe("texts that no reader should follow", () => {
  test.each([
    ["brackets, 20,000 deep", `name: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
    ["brackets, 70 deep", `name: ${"[".repeat(70)}${"]".repeat(70)}\n`],
    ["lists by indentation", `name:\n${indented(1500)}`],
    ["JSON", `{"name": ${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`],
  ])("%s", async (_, text) => {
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(/more than 64 levels deep/);
  });

  test("aliases that multiply", async () => {
    const rows = levels
      .slice(1)
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${levels[i]}`).join(",")}]\n`);
    const [problem] = await problemsOf(`${plain}a: &a [1,2,3]\n${rows.join("")}`);
    expect(problem!.message).toMatch(/^aliases \(\*name\) stand for too many values/);
  });

  test("an alias inside its own anchor, and one without an anchor", async () => {
    const problems = await problemsOf(`${plain}learn: &a { epochs: *a, window: *b }\n`);
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [6, 21, "the alias *a is part of its own &a"],
      [6, 33, "the alias *b has no anchor &b before it"],
    ]);
  });

  test("aliases that do not are followed", async () => {
    const text = plain.replace("variance: 1469", "variance: &q 1469").replace("1e7", "*q");
    expect((await parseExperimentFile(text, "a.yaml", read)).kind).toBe("one");
  });
});

test("30,000 unknown keys give twenty problems and their number, in linear time", async () => {
  const keys = Array.from({ length: 30_000 }, (_, i) => `key${i}: ${i}\n`).join("");
  const began = performance.now();
  const problems = await problemsOf(plain + keys);
  // Half a second on one core; quadratic time would be half a minute.
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(problems).toHaveLength(21);
  expect(problems[0]).toMatchObject({ line: 6, key: "key0" });
  expect(problems[20]).toMatchObject({ message: "… and 29,980 more like these", more: 29_980 });
});

describe("names that objects have of themselves", () => {
  test("__proto__ is refused wherever it stands", async () => {
    for (const text of [
      plain.replace("{ y: 0 }", "{ __proto__: 0 }"),
      plain.replace("{ step: 1 }", "{ step: 1, __proto__: 2 }"),
      `${plain}__proto__: 1\n`,
    ]) {
      const [problem] = await problemsOf(text);
      expect(problem!.message).toMatch(/^the key __proto__ /);
    }
  });

  test("others are names of columns like any", async () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
      const text = plain.replace("{ y: 0 }", `{ ${name}: 0 }`);
      const data = async () => ({ name: "n.csv", text: `t,${name}\n0,1\n1,2\n` });
      const parsed = await parseExperimentFile(text, "a.yaml", data);
      const { observations } = (parsed as Extract<typeof parsed, { kind: "one" }>).experiment
        .specification;
      expect(observations).toMatchObject({ record: { columns: [name], values: [[1], [2]] } });
    }
  });

  test("as keys, kinds and words they are unknown", async () => {
    for (const name of ["constructor", "toString"]) {
      const messages = await Promise.all(
        [
          `${plain}${name}: 1\n`,
          plain.replace("kind: kalman", `kind: ${name}`),
          plain.replace("transition: [[1]]", `transition: [[1]], ${name}: 2`),
          plain.replace("kind: normal", `kind: ${name}`),
        ].map(async (text) => (await problemsOf(text))[0]!.message),
      );
      for (const message of messages) expect(message).toMatch(/^unknown (key|kind)/);
    }
  });
});

function indented(depth: number): string {
  return Array.from({ length: depth }, (_, i) => `${" ".repeat(i + 1)}- \n`).join("");
}
