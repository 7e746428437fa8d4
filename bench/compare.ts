/**
 * Our steps beside PyTorch's: the programs take turns, and medians are compared.
 *
 *     npm run bench -- compare [PEER.py] [--rounds 5] [--relaxed] [--blas] [--threads N] [--json] [--case TEXT]
 *
 * The peer counts with the faster of one and two threads, case by case.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { host } from "./host.js";
import { median } from "./measure.js";
import { findPeer, runPython } from "./peers/python.js";
import type { StepFindings } from "./steps.js";
import type { Streams } from "./streams.js";
import { digits, tableText } from "./table.js";

/** How many times faster than PyTorch a step is to be, DESIGN §4. */
const goals: Readonly<Record<string, number>> = {
  "clohessy-wiltshire enkf N=25": 50,
  "clohessy-wiltshire 3dvar-C": 50,
  "lorenz96 d=40 enkf N=50, forcing only": 5,
  "lorenz96 d=200 enkf N=25, residual net": 3,
  "lorenz96 d=200 3dvar-C, residual net": 3,
  "lotka-volterra d=100 enkf N=100": 5,
};

const peerThreads = [1, 2] as const;

/** Milliseconds a step by case, one for each round. */
type Samples = Map<string, number[]>;

export interface Comparison {
  readonly name: string;
  /** Medians, milliseconds a step. */
  readonly ours: number;
  /** With one and with two threads. */
  readonly peer: readonly number[];
  /** Median over the rounds of the peer's best by ours. */
  readonly ratio: number;
  readonly goal: number;
}

export async function compare(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values: given, positionals } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "5" },
      relaxed: { type: "boolean" },
      blas: { type: "boolean" },
      threads: { type: "string", default: "1" },
      json: { type: "boolean" },
      case: { type: "string", default: "" },
    },
    allowPositionals: true,
  });
  const peer = findPeer(positionals[0]);
  if ("missing" in peer) {
    stderr.write(`compare: ${peer.missing}\n`);
    return 2;
  }
  const rounds = Number(given.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    stderr.write(`compare: --rounds is ${given.rounds}; need a whole number, 1 or more.\n`);
    return 2;
  }
  const flags = [
    ...["--case", given.case],
    ...(given.relaxed ? ["--relaxed"] : []),
    ...(given.blas ? ["--blas"] : []),
    ...["--threads", given.threads],
  ];
  const ours: Samples = new Map();
  const theirs: Samples[] = peerThreads.map(() => new Map());
  let last: StepFindings | null = null;
  for (let round = 0; round < rounds; round++) {
    stderr.write(`compare: round ${round + 1} of ${rounds}\n`);
    last = ownSteps(flags);
    for (const { name, ms } of last.cases) note(ours, name, ms);
    peerThreads.forEach((threads, i) => {
      const lines = runPython(peer, [peer.program, String(threads)]);
      for (const [name, ms] of parsePeer(lines)) note(theirs[i]!, name, ms);
    });
  }
  const found = [...ours.keys()].flatMap((name) => compared(name, ours, theirs));
  const { node, build, blas, threads, dtype } = last!;
  const about = { ...host(), node, build, blas, threads, dtype, rounds };
  stdout.write(given.json ? `${JSON.stringify({ ...about, cases: found })}\n` : text(found, about));
  return 0;
}

function note(samples: Samples, name: string, ms: number): void {
  samples.set(name, [...(samples.get(name) ?? []), ms]);
}

/** A process of its own each round, as the peer has. */
function ownSteps(flags: readonly string[]): StepFindings {
  const script = fileURLToPath(new URL("./main.js", import.meta.url));
  const output = execFileSync(process.execPath, [script, "steps", "--json", ...flags], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output) as StepFindings;
}

/** "name   1.234 ms/step  (threads 1)" */
export function parsePeer(output: string): [name: string, ms: number][] {
  return output.split("\n").flatMap((line): [string, number][] => {
    const match = /^(.*?)\s+([\d.]+) ms\/step/.exec(line);
    return match === null ? [] : [[match[1]!, Number(match[2])]];
  });
}

function compared(name: string, ours: Samples, theirs: readonly Samples[]): Comparison[] {
  const own = ours.get(name)!;
  const peer = theirs.flatMap((samples) => (samples.has(name) ? [samples.get(name)!] : []));
  if (peer.length === 0) return [];
  const ratios = own.map((ms, round) => Math.min(...peer.map((samples) => samples[round]!)) / ms);
  return [
    {
      ...{ name, ours: median(own), peer: peer.map(median), ratio: median(ratios) },
      goal: goals[name] ?? 1,
    },
  ];
}

interface About {
  readonly cpu: string;
  readonly node: string;
  readonly build: string;
  readonly blas: boolean;
  readonly threads: number;
  readonly dtype: string;
  readonly rounds: number;
}

const text = (found: readonly Comparison[], about: About): string =>
  tableText({
    title: `Milliseconds a step, medians of ${about.rounds} rounds; Node ${about.node}, kernels ${about.build}, ${about.dtype}, BLAS ${about.blas ? "on" : "off"}, threads ${about.threads}; ${about.cpu}`,
    header: ["case", "kalmia", ...peerThreads.map((n) => `torch, ${n}`), "ratio", "goal", ""],
    rows: found.map(({ name, ours, peer, ratio, goal }) => [
      ...[name, digits(ours), ...peer.map(digits), digits(ratio), String(goal)],
      ratio >= goal ? "reached" : `${digits(goal / ratio)} × short`,
    ]),
  });
