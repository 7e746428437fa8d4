/** The command line as a process: its outputs closed or full, signals while it computes, two runs at once. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { decay, folderWith, twin } from "../io/own-part-fixture.js";
import { filesIn, temporaryFolder } from "./fixture.js";

const cli = resolve(import.meta.dirname, "../../dist/cli/main.js");

/** Runs the command line in a shell, with the outputs that the line gives it. */
function shell(line: string, cwd: string) {
  const command = line.replaceAll("kalmia ", `"${process.execPath}" "${cli}" `);
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], {
    cwd,
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}

const experiment = `name: walk
model: { kind: linear, transition: [[1]] }
time: { step: 1, cycles: 5 }
observations: { twin: { variance: 1 } }
method: { kind: kalman, initial: { mean: [0], variance: 1 } }
`;

function folderOfRun(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "walk.yaml"), experiment);
  return folder;
}

const resultOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "runs/walk/result.json"), "utf8"));

describe.skipIf(!existsSync("/dev/full"))("outputs that are closed or full", () => {
  test.each(["schema", "advise walk.yaml"])(
    "a reader that leaves ends `kalmia %s` silently",
    (command) => {
      const { status, stdout, stderr } = shell(`kalmia ${command} | head -c 10`, folderOfRun());
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toHaveLength(10);
    },
  );

  test.each(["schema", "run walk.yaml", "run gone.yaml --json"])(
    "standard output on a full disk: `kalmia %s` says so and fails, without a trace",
    (command) => {
      const { status, stderr } = shell(`kalmia ${command} > /dev/full`, folderOfRun());
      expect(status).toBe(command.includes("gone") ? 2 : 1);
      expect(stderr).not.toMatch(/\n\s+at |node:/);
      if (!command.includes("gone")) {
        expect(stderr).toContain(
          "kalmia: standard output could not be written: no space is left on the device",
        );
      }
    },
  );

  test.each([">&- 2>&-", "> /dev/full 2> /dev/full", "2>&1 | true"])(
    "a run with %s leaves its results",
    (streams) => {
      const folder = folderOfRun();
      const { stderr } = shell(`kalmia run walk.yaml ${streams}`, folder);
      expect(stderr).toBe("");
      expect(resultOf(folder)).toMatchObject({ name: "walk", diverged: false });
      expect(filesIn(join(folder, "runs/walk"))).toContain("report.html");
      expect(filesIn(join(folder, "runs/walk"))).not.toContain("kalmia.lock");
    },
  );

  test("more than a pipe holds arrives whole at a slow reader", () => {
    const folder = folderOfRun();
    const whole = shell("kalmia list --json", folder).stdout;
    expect(shell("kalmia list --json | (sleep 1; cat)", folder).stdout).toBe(whole);
    expect(() => JSON.parse(whole)).not.toThrow();
  });
});

const start = (folder: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: "pipe" });

interface Ended {
  readonly end: number | string | null;
  readonly text: string;
  readonly milliseconds: number;
}

/** Sends a signal when the process has written its mark, and waits for its end. */
function signalled(
  child: ChildProcess,
  mark: () => boolean,
  signal: NodeJS.Signals,
): Promise<Ended> {
  let text = "";
  let began = 0;
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (some) => (text += some));
  const timer = setInterval(() => {
    if (!mark()) return;
    clearInterval(timer);
    began = performance.now();
    child.kill(signal);
  }, 20);
  return new Promise((done) =>
    child.on("close", (code, by) =>
      done({ end: by ?? code, text, milliseconds: performance.now() - began }),
    ),
  );
}

/** A second, and what a busy machine needs to hear of it. */
const within = 1500;

/** A part that says that it runs by a file, and then never ends. */
const spinning = (place: "at once" | "in a step") => {
  const spin = `writeFileSync("spins", ""); for (;;) {}`;
  const first = `import { writeFileSync } from "node:fs";\n${decay}`;
  return place === "at once"
    ? `${first}\n${spin}`
    : // The trials of the part, before the run, are of few steps; the run has many.
      `${first.replace("export default", "let steps = 0;\nexport default").replace("map: (x: Tensor): Tensor => mul(rate, x)", `map: (x: Tensor): Tensor => { if (existsSync("runs/own/kalmia.lock")) { ${spin} } return mul(rate, x); }`).replace("{ writeFileSync }", "{ existsSync, writeFileSync }")}`;
};

describe("signals are honoured within a second", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s while a run computes and never pauses",
    async (signal) => {
      const folder = folderWith(twin, { "decay.ts": spinning("in a step") });
      const child = start(folder, "run", "own.yaml", "--json");
      const { end, text, milliseconds } = await signalled(
        child,
        () => existsSync(join(folder, "spins")),
        signal,
      );
      expect(end).toBe(signal);
      expect(text).toContain("stopped before any checkpoint");
      expect(text).toContain(`{"error":{"kind":"interrupted"`);
      expect(milliseconds).toBeLessThan(within);
      // The lock of a process that has ended does not stop the next one.
      const again = folderWith(twin, { "decay.ts": decay });
      const moved = shell(`kalmia run own.yaml --output ${join(folder, "runs/own")}`, again);
      expect(moved.status).toBe(0);
    },
  );

  test.each(["run", "advise"])(
    "SIGTERM while kalmia %s loads a part that never ends",
    async (command) => {
      const folder = folderWith(twin, { "decay.ts": spinning("at once") });
      const child = start(folder, command, "own.yaml");
      const { end, milliseconds } = await signalled(
        child,
        () => existsSync(join(folder, "spins")),
        "SIGTERM",
      );
      expect(end).toBe("SIGTERM");
      expect(milliseconds).toBeLessThan(within);
    },
  );

  test("SIGTERM while reproductions compute on several threads", async () => {
    const folder = temporaryFolder();
    const child = start(folder, "reproduce", "all", "--threads", "2");
    const isRunning = () => existsSync(join(folder, "runs/reproduce/kalmia.lock"));
    const begins = performance.now();
    const { text, milliseconds } = await signalled(
      child,
      () => isRunning() && performance.now() - begins > 3000,
      "SIGTERM",
    );
    expect(text).toContain("stopped; go on with: kalmia reproduce all --scale quick");
    expect(milliseconds).toBeLessThan(within);
  });
});

test("two runs into one folder: the second is refused, and the first is not disturbed", async () => {
  const folder = folderWith(twin, { "decay.ts": spinning("in a step") });
  const first = start(folder, "run", "own.yaml");
  const other = folderWith(twin, { "decay.ts": decay });
  let told = "";
  const ended = await signalled(
    first,
    () => {
      if (!existsSync(join(folder, "spins"))) return false;
      told = shell(`kalmia run own.yaml --output ${join(folder, "runs/own")}`, other).stderr;
      return true;
    },
    "SIGKILL",
  );
  expect(told).toContain(`runs/own: process ${first.pid} is writing results there`);
  expect(filesIn(join(folder, "runs/own"))).toEqual(["kalmia.lock"]);
  expect(ended.end).toBe("SIGKILL");
});

describe("a disk that is full", () => {
  /** A folder on a disk of its own of this size; null where none can be mounted. */
  function disk(kilobytes: number): string | null {
    const folder = temporaryFolder();
    const options = ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder];
    if (spawnSync("mount", options).status !== 0) return null;
    onTestFinished(() => {
      spawnSync("umount", [folder]);
    });
    return folder;
  }

  test("the numbers are kept where the report does not fit, and all where nothing fits is told", (context) => {
    const folder = disk(64);
    if (folder === null) return context.skip("no disk can be mounted here");
    writeFileSync(join(folder, "walk.yaml"), experiment);
    const some = shell("kalmia run walk.yaml --json", folder);
    expect(some.status).toBe(1);
    expect(some.stderr).toContain(
      "kalmia: the report could not be written: no space is left on the device",
    );
    expect(JSON.parse(some.stdout)).toEqual(resultOf(folder));
    expect(filesIn(join(folder, "runs/walk"))).toEqual([
      "experiment.json",
      "manifest.json",
      "result.json",
      "states.csv",
    ]);

    spawnSync("bash", ["-c", "cat /dev/zero > rest"], { cwd: folder });
    const before = resultOf(folder);
    const none = shell("kalmia run walk.yaml --json", folder);
    expect(none.status).not.toBe(0);
    expect(none.stderr).toContain("no space is left on the device");
    expect(resultOf(folder)).toEqual(before);
  });
});
