import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The command line as it is built, in processes of its own, ended from outside. */
const cli = resolve(import.meta.dirname, "../../dist/cli/main.js");
const data = resolve(import.meta.dirname, "../../data/lynx_hare.csv");
let folder = "";

const experiment = (output: string) => `
name: resumed
seed: 7
model:
  kind: lotka-volterra
  preyGrowth: { learn: true, start: 0.8, positive: true }
  predation: { learn: true, start: 0.04, positive: true }
  predatorDeath: { learn: true, start: 0.8, positive: true }
  conversion: { learn: true, start: 0.04, positive: true }
  processNoise: { variance: { learn: true, start: 0.01, positive: true } }
time: { step: 1, substeps: 10, forecast: 2 }
observations:
  file: { path: ${data}, time: year, columns: { hare: 0, lynx: 1 }, noise: { kind: lognormal, sd: 0.2 } }
method: { kind: enkf, members: 60, initial: { mean: [30, 4], variance: 0.1 } }
learn: { epochs: 250, window: 7, patience: 300, restarts: 2 }
output: ${output}
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kalmia-resume-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (file: string, ...options: string[]): ChildProcess =>
  spawn(process.execPath, [cli, "run", file, ...options], { cwd: folder, stdio: "pipe" });

const ended = (child: ChildProcess): Promise<number | string> =>
  new Promise((done) => child.on("close", (code, signal) => done(code ?? signal ?? "")));

const appears = async (file: string): Promise<void> => {
  for (let i = 0; !existsSync(file); i++) {
    if (i > 1500) throw new Error(`${file} did not appear in 30 s`);
    await new Promise((next) => setTimeout(next, 20));
  }
};

/** Everything that a run leaves but the time it took. */
const results = (output: string) => {
  const result = JSON.parse(readFileSync(join(folder, output, "result.json"), "utf8"));
  const { seconds, cyclesPerSecond, ...kept } = result;
  return [kept, readFileSync(join(folder, output, "states.csv"), "utf8")];
};

test("a run that was killed, and another that was interrupted, end with the same numbers to the bit", async () => {
  for (const output of ["whole", "stopped"]) {
    writeFileSync(join(folder, `${output}.yaml`), experiment(output));
  }
  expect(await ended(start("whole.yaml"))).toBe(0);

  const killed = start("stopped.yaml");
  const checkpoint = join(folder, "stopped", "checkpoint.json");
  await appears(checkpoint);
  killed.kill("SIGKILL");
  expect(await ended(killed)).toBe("SIGKILL");
  expect(existsSync(join(folder, "stopped", "result.json"))).toBe(false);
  const early = readFileSync(checkpoint, "utf8");

  const interrupted = start("stopped.yaml", "--resume");
  let told = "";
  interrupted.stderr!.on("data", (text) => {
    told += text;
  });
  for (let i = 0; !told.includes("learning") && i < 1500; i++) {
    await new Promise((next) => setTimeout(next, 20));
  }
  interrupted.kill("SIGINT");
  expect(await ended(interrupted)).toBe(1);
  expect(told).toMatch(/go on with: kalmia run stopped.yaml --resume/);
  expect(readFileSync(checkpoint, "utf8")).not.toBe(early);

  expect(await ended(start("stopped.yaml", "--resume"))).toBe(0);
  expect(results("stopped")).toEqual(results("whole"));
  expect(existsSync(checkpoint)).toBe(false);
}, 120_000);

test("a checkpoint of another experiment is refused", async () => {
  writeFileSync(join(folder, "changed.yaml"), experiment("changed"));
  const first = start("changed.yaml");
  await appears(join(folder, "changed", "checkpoint.json"));
  first.kill("SIGKILL");
  await ended(first);
  writeFileSync(join(folder, "changed.yaml"), experiment("changed").replace("0.8", "0.7"));
  expect(await ended(start("changed.yaml", "--resume"))).toBe(2);
}, 60_000);
