/**
 * Figure 5 of the paper beside PyTorch: both learn from the same observations, with the same
 * imperfect model and first weights, for as many epochs, at the same time on a thread each.
 *
 *     npm run bench -- figure5 [torch_adfilter.py] [--method 3dvar-c] [--epochs 10] [--blas]
 *                              [--model 1] [--peer-rates 1e-3,1e-2] [--json]
 *
 * Ours takes the rates of `kalmia reproduce figure-5`, PyTorch those of its program unless told.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Tensor } from "kalmia/engine";
import { lorenzData, lorenzTrial, runTrial, type Trial } from "#adrian2026";
import { host } from "./host.js";
import { median } from "./measure.js";
import { findPeer, peerScript } from "./peers/python.js";
import { takeBlas } from "./resources.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

interface Side {
  /** Filter RMSE on the test trajectories: all cycles, and after the first sixth. */
  readonly pooled: number;
  readonly late: number;
  /** One-step error of the learned model. */
  readonly forecast: number;
  /** Median of the epochs. */
  readonly secondsAnEpoch: number;
}

interface Figure5Findings {
  readonly node: string;
  readonly method: string;
  readonly epochs: number;
  readonly blas: boolean;
  readonly ours: Side;
  readonly peer: Side;
}

const options = {
  method: { type: "string", default: "3dvar-c" },
  epochs: { type: "string", default: "10" },
  model: { type: "string", default: "1" },
  blas: { type: "boolean" },
  "peer-rates": { type: "string", default: "1e-3,1e-2" },
  json: { type: "boolean" },
} as const;

export async function figure5(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values: given, positionals } = parseArgs({
    ...{ args: [...args], options, allowPositionals: true },
  });
  const peer = findPeer(positionals[0]);
  if ("missing" in peer) {
    stderr.write(`figure5: ${peer.missing}\n`);
    return 2;
  }
  const method = given.method as Trial["method"];
  const [epochs, model] = [Number(given.epochs), Number(given.model)];
  const trial = lorenzTrial("paper", method, { epochs, model });
  const blas = given.blas === true && (await takeBlas());
  const folder = mkdtempSync(join(tmpdir(), "kalmia-"));
  try {
    const program = join(dirname(peer.program), "torch_figure5.py");
    const theirs = printed(peer.python, [
      ...[peerScript("figure5.py"), writeData(trial, folder), program, "1", method, String(epochs)],
      ...given["peer-rates"].split(","),
    ]);
    const ours = await learn(trial, stderr);
    const lines = await theirs;
    const found: Figure5Findings = {
      ...{ node: host().node, method, epochs, blas, ours, peer: sideOf(lines) },
    };
    stdout.write(given.json ? `${JSON.stringify(found)}\n` : text(found));
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The arrays as raw files, described by the JSON file that is named. */
function writeData(trial: Trial, folder: string): string {
  const { arrays, observed } = lorenzData(trial);
  const entries = Object.entries(arrays).map(([name, x]: [string, Tensor]) => {
    const [file, data] = [`${name}.raw`, x.data()];
    writeFileSync(
      join(folder, file),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return [name, { file, shape: x.shape, dtype: x.dtype }] as const;
  });
  const described = join(folder, "data.json");
  writeFileSync(described, JSON.stringify({ arrays: Object.fromEntries(entries), observed }));
  return described;
}

async function learn(trial: Trial, stderr: Streams["stderr"]): Promise<Side> {
  const times: number[] = [];
  let began = performance.now();
  const { test, epochs } = await runTrial(trial, {
    resume: null,
    progress: (_, __, detail) => stderr.write(`figure5: ${detail}\n`),
    checkpoint: async () => {
      times.push((performance.now() - began) / 1000);
      began = performance.now();
    },
  });
  if (test === null)
    throw new Error(`the filter of ${trial.method} failed on the test trajectories`);
  const forecast = epochs.at(-1)!.errors[0]!;
  return { ...test, forecast, secondsAnEpoch: median(times) };
}

/** What a program prints, when it has ended. */
function printed(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (part: Buffer) => {
      output += part.toString();
    });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`PyTorch's side ended with ${code}`)),
    );
  });
}

const numbersOf = (text: string): number[] => text.trim().split(/\s+/).map(Number);

/** From lines such as `epoch 3: loss 1.0  forecast, pooled, late = .1 .2 .3  … 12 s`. */
function sideOf(lines: string): Side {
  const epochs = [...lines.matchAll(/^epoch.* late = (.*?) {2}.* (\d+) s$/gm)];
  if (epochs.length === 0) throw new Error(`PyTorch's side printed no epoch:\n${lines}`);
  const [forecast, pooled, late] = numbersOf(epochs.at(-1)![1]!) as [number, number, number];
  const secondsAnEpoch = median(epochs.map((each) => Number(each[2])));
  return { forecast, pooled, late, secondsAnEpoch };
}

function text({ node, method, epochs, blas, ours, peer }: Figure5Findings): string {
  const row = (name: string, side: Side): string[] => [
    name,
    ...[side.pooled, side.late, side.forecast].map((x) => x.toFixed(4)),
    digits(side.secondsAnEpoch),
  ];
  return tableText({
    title: `Figure 5, ${method}, ${epochs} epochs on the same data, a thread each, Node ${node}, BLAS ${blas ? "on" : "off"}`,
    header: ["", "filter RMSE", "after the first sixth", "forecast RMSE", "seconds an epoch"],
    rows: [row("Kalmia", ours), row("PyTorch", peer)],
  });
}
