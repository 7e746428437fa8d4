/** Folders of results: what is the user's stays, what was killed is cleaned up, and one run writes at a time. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { namesOfRun, openResults, type ResultsFolder } from "../../src/io/node.js";
import { filesIn, temporaryFolder } from "../cli/fixture.js";

const open = (path: string, inputs: readonly string[] = []): ResultsFolder =>
  openResults(
    path,
    "out",
    namesOfRun,
    inputs.map((input) => ({ path: input, what: "the data of the experiment" })),
  );

const all = (word: string) =>
  [
    ["states.csv", word],
    ["report.html", `${word}!`],
    ["figures/states.svg", word],
  ] as const;

/** A folder with the finished results "one" of an experiment "a". */
function finished(): string {
  const path = join(temporaryFolder(), "out");
  const results = open(path);
  results.write("a", all("one"), true);
  results.close();
  return path;
}

const text = (path: string, name: string): string => readFileSync(join(path, name), "utf8");

describe("what Kalmia did not write stays", () => {
  const refused = "was not written by Kalmia, or was changed since; results would replace it";

  test.each([...namesOfRun, "manifest.json"])("a file %s of the user", (name) => {
    const path = temporaryFolder();
    mkdirSync(join(path, "figures"));
    writeFileSync(join(path, name), "mine");
    expect(() => open(path)).toThrow(refused);
    expect(filesIn(path)).toEqual([name]);
    expect(text(path, name)).toBe("mine");
  });

  test("results that the user changed", () => {
    const path = finished();
    writeFileSync(join(path, "states.csv"), "one, with a remark");
    expect(() => open(path)).toThrow(`out/states.csv: ${refused}`);
  });

  test("a link, and a folder, of the name of a result", () => {
    const path = temporaryFolder();
    symlinkSync("nowhere", join(path, "states.csv"));
    mkdirSync(join(path, "result.json"));
    expect(() => open(path)).toThrow(
      /result\.json: was not[\s\S]*states\.csv: was not|states\.csv: was not[\s\S]*result\.json: was not/,
    );
  });

  test("a file that came while the run was running, at whose place nothing was", () => {
    const path = join(temporaryFolder(), "out");
    const results = open(path);
    writeFileSync(join(path, "states.csv"), "mine");
    expect(() => results.write("a", all("one"), true)).toThrow(refused);
    expect(filesIn(path)).toEqual(["kalmia.lock", "states.csv"]);
    expect(text(path, "states.csv")).toBe("mine");
  });

  test("other files of the user beside the results", () => {
    const path = finished();
    writeFileSync(join(path, "notes.txt"), "mine");
    const results = open(path);
    results.write("b", [["states.csv", "two"]], true);
    results.close();
    expect(filesIn(path)).toEqual(["manifest.json", "notes.txt", "states.csv"]);
  });
});

describe("inputs stay, though Kalmia wrote them", () => {
  const refused = "is the data of the experiment; results would replace it. Need another folder";

  test("by their own name, through a link, and by a second name", () => {
    const path = finished();
    const elsewhere = temporaryFolder();
    symlinkSync(join(path, "states.csv"), join(elsewhere, "link.csv"));
    linkSync(join(path, "states.csv"), join(elsewhere, "second.csv"));
    for (const input of [
      join(path, "states.csv"),
      join(elsewhere, "link.csv"),
      join(elsewhere, "second.csv"),
    ]) {
      expect(() => open(path, [input])).toThrow(`out/states.csv: ${refused}`);
    }
    expect(text(path, "states.csv")).toBe("one");
  });
});

describe("finished means that everything is there", () => {
  test("as it was written", () => {
    const path = finished();
    const results = open(path);
    expect([results.isFinished("a"), results.isFinished("b")]).toEqual([true, false]);
    results.close();
  });

  test.each(["states.csv", "report.html", "figures/states.svg"])("not without %s", (name) => {
    const path = finished();
    const results = open(path);
    truncateSync(join(path, name), 0);
    expect(results.isFinished("a")).toBe(false);
    results.close();
  });

  test("not before the last write", () => {
    const path = join(temporaryFolder(), "out");
    const results = open(path);
    results.write("a", [["states.csv", "one"]], false);
    expect(results.isFinished("a")).toBe(false);
    results.add([["report.html", "one"]], true);
    expect(results.isFinished("a")).toBe(true);
    results.close();
  });

  test("new results take away what they do not have", () => {
    const path = finished();
    const results = open(path);
    results.write("b", [["states.csv", "two"]], true);
    results.close();
    expect(filesIn(path)).toEqual(["manifest.json", "states.csv"]);
  });
});

/** What a run of experiment "b" leaves if it is killed after `renamed` of its files have their names. */
function killed(renamed: number): string {
  const [path, other] = [finished(), join(temporaryFolder(), "out")];
  const results = open(other);
  results.write("b", all("two"), true);
  results.close();
  for (const [i, name] of [...all("two").map(([each]) => each), "manifest.json"].entries()) {
    const ending = i < renamed ? "" : ".kalmia-tmp";
    writeFileSync(join(path, name + ending), text(other, name));
  }
  return path;
}

describe("what a killed run left", () => {
  test("before its first file has its name: the results of before, finished", () => {
    const path = killed(0);
    const results = open(path);
    expect(results.isFinished("a")).toBe(true);
    results.close();
    expect(filesIn(path)).toEqual([
      "figures/states.svg",
      "manifest.json",
      "report.html",
      "states.csv",
    ]);
    expect(text(path, "states.csv")).toBe("one");
  });

  test.each([1, 2, 3])("after %i of 3: neither is finished, and it may be written again", (n) => {
    const path = killed(n);
    // A second run that does nothing does not forget which files are Kalmia's.
    for (let run = 0; run < 2; run++) {
      const results = open(path);
      expect([results.isFinished("a"), results.isFinished("b")]).toEqual([false, false]);
      results.close();
    }
    const results = open(path);
    results.write("b", all("two"), true);
    expect(results.isFinished("b")).toBe(true);
    results.close();
    expect(filesIn(path)).toEqual([
      "figures/states.svg",
      "manifest.json",
      "report.html",
      "states.csv",
    ]);
  });

  test("after all of them: finished", () => {
    const results = open(killed(4));
    expect(results.isFinished("b")).toBe(true);
    results.close();
  });
});

describe("one run at a time", () => {
  const lock = (path: string, owner: object) =>
    writeFileSync(
      join(path, "kalmia.lock"),
      JSON.stringify({ kalmia: "lock", birth: null, ...owner }),
    );
  const here = { host: hostname() };

  test("a second one is refused, until the first has ended", () => {
    const path = join(temporaryFolder(), "out");
    const first = open(path);
    expect(() => open(path)).toThrow(`out: process ${process.pid} is writing results there`);
    first.close();
    open(path).close();
    expect(existsSync(path)).toBe(false);
  });

  test("the lock of a process that has ended, of one before it with its number, and of this one before it", () => {
    // Linux has at most 2²² processes; process 1 began with the system, not at time 5.
    for (const owner of [
      { pid: 2 ** 22 + 1 },
      { pid: 1, birth: "an earlier start 5" },
      { pid: process.pid },
    ]) {
      const path = temporaryFolder();
      lock(path, { ...here, ...owner });
      open(path).close();
      expect(filesIn(path)).toEqual([]);
    }
  });

  test("the lock of another machine stays, and one that is none", () => {
    const path = temporaryFolder();
    lock(path, { pid: 7, host: "elsewhere" });
    expect(() => open(path)).toThrow(
      "out: process 7 on elsewhere is writing results there; wait until it has ended, or take another folder; if it has ended, remove out/kalmia.lock",
    );
    writeFileSync(join(path, "kalmia.lock"), "");
    expect(() => open(path)).toThrow(
      "out/kalmia.lock is in the way; if no run is writing there, remove it",
    );
  });
});

describe("a folder that cannot be is told before the work", () => {
  test.each([
    ["a".repeat(256), "a name is too long (most systems take 255 bytes)"],
    ["file/deep/folder", "file is a file"],
    ["file", "file is a file"],
    ["lost/folder", "no folder can be made there"],
  ])("%s", (name, cause) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    symlinkSync("nowhere", join(folder, "lost"));
    expect(() => open(join(folder, name))).toThrow(cause);
    expect(filesIn(folder)).toEqual(["file"]);
  });

  test.skipIf(!existsSync("/proc/self"))("/proc, where none can be made, without spinning", () => {
    expect(() => open("/proc/kalmia/runs/nile")).toThrow("no folder can be made there");
  });
});
