/**
 * Milliseconds of an assimilation step, forward and gradient, 8 trajectories together: the cases
 * of torch_adfilter.py, captured once and replayed as a training loop would.
 *
 *     npm run bench -- steps [--json] [--quick] [--f64] [--relaxed] [--blas] [--threads N] [--profile] [--case TEXT]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  backend,
  type Captured,
  capture,
  type FloatType,
  type KernelTime,
  parallel,
  release,
  transpose,
  useBackend,
  valueAndGrad,
} from "kalmia/engine";
import { relaxedFlags } from "./builds.js";
import { type StepCase, stepCases, windowLoss } from "./cases.js";
import { host } from "./host.js";
import { type MeasureOptions, measure, type Timing } from "./measure.js";
import { hasRelaxed } from "./peak.js";
import { takeBlas, takeThreads } from "./resources.js";
import type { Streams } from "./streams.js";
import { digits, percent, tableText } from "./table.js";

export interface StepFigure {
  readonly name: string;
  /** Milliseconds a step: median, least and greatest. */
  readonly ms: number;
  readonly lowest: number;
  readonly highest: number;
  /** Of one step, as it was captured. */
  readonly instructions: number;
  readonly bytes: number;
}

/** What `--json` prints; names are a promise of INTERFACE. */
export interface StepFindings {
  readonly node: string;
  readonly threads: number;
  readonly blas: boolean;
  readonly dtype: FloatType;
  readonly build: string;
  readonly cases: readonly StepFigure[];
}

interface StepOptions {
  readonly dtype: FloatType;
  /** Large products by the machine's BLAS. */
  readonly blas: boolean;
  /** Threads that the trajectories are shared by. */
  readonly threads: number;
  /** Part of the names of the cases wanted. */
  readonly only: string;
  readonly timing: MeasureOptions;
  readonly progress: (text: string) => void;
}

const options = {
  json: { type: "boolean" },
  quick: { type: "boolean" },
  f64: { type: "boolean" },
  relaxed: { type: "boolean" },
  blas: { type: "boolean" },
  threads: { type: "string" },
  profile: { type: "boolean" },
  case: { type: "string" },
} as const;

export async function steps(args: readonly string[], { stdout, stderr }: Streams): Promise<number> {
  const { values: given } = parseArgs({ args: [...args], options });
  if (given.relaxed && !hasRelaxed()) return again(args);
  if (given.relaxed) useBackend("relaxed");
  const blas = given.blas === true && (await takeBlas());
  const how: StepOptions = {
    dtype: given.f64 ? "f64" : "f32",
    blas,
    threads: await takeThreads(Number(given.threads ?? 1)),
    only: given.case ?? "",
    timing: given.quick ? { samples: 3, seconds: 0.05 } : { samples: 9, seconds: 0.3 },
    progress: (text) => stderr.write(`steps: ${text}\n`),
  };
  if (given.profile) {
    stdout.write(profiles(how));
    return 0;
  }
  const found = await measureSteps(how);
  stdout.write(given.json ? `${JSON.stringify(found)}\n` : text(found));
  return 0;
}

/** The same in a process with relaxed SIMD. */
function again(args: readonly string[]): number {
  const script = fileURLToPath(new URL("./main.js", import.meta.url));
  const all = [...process.execArgv, ...relaxedFlags, script, "steps", ...args];
  return spawnSync(process.execPath, all, { stdio: "inherit" }).status ?? 1;
}

/** A captured window of a case, ready to be called. */
interface Window {
  readonly call: () => void;
  readonly program: Pick<Captured<[], unknown>, "statistics" | "forget">;
}

function windowOf(each: StepCase<unknown>, { dtype, threads }: StepOptions): Window {
  const { learned, initial, values, keys } = each.inputs(dtype);
  const gradient = valueAndGrad(windowLoss(each));
  if (threads === 1) {
    const program = capture(gradient);
    return { call: () => release(program(learned, initial, values, keys)), program };
  }
  const sliced = { initial, values: transpose(values, [1, 0, 2]), keys };
  const slice = (shared: typeof learned, own: typeof sliced) => ({
    total: gradient(shared, own.initial, transpose(own.values, [1, 0, 2]), own.keys),
    each: {},
  });
  const program = parallel(slice, { slices: threads });
  return { call: () => release(program(learned, sliced)), program };
}

const wanted = ({ only }: StepOptions): StepCase<unknown>[] =>
  stepCases().filter(({ name }) => name.includes(only));

export async function measureSteps(how: StepOptions): Promise<StepFindings> {
  const cases: StepFigure[] = [];
  for (const each of wanted(how)) {
    how.progress(each.name);
    const { call, program } = windowOf(each, how);
    const [timing] = await measure([{ run: call, operations: each.sizes.cycles }], how.timing);
    const { instructions, bytes } = program.statistics();
    program.forget();
    cases.push({
      name: each.name,
      ...milliseconds(timing!),
      instructions: Math.round(instructions / each.sizes.cycles),
      bytes,
    });
  }
  const { node } = host();
  const { dtype, blas, threads } = how;
  return { node, threads, blas, dtype, build: backend().name, cases };
}

const milliseconds = ({ median, lowest, highest }: Timing) => ({
  ms: 1e3 * median,
  lowest: 1e3 * lowest,
  highest: 1e3 * highest,
});

function text({ node, threads, blas, dtype, build, cases }: StepFindings): string {
  return tableText({
    title: `Assimilation steps, forward and gradient, ${dtype}, kernels ${build}, Node ${node}, ${threads} thread${threads === 1 ? "" : "s"}, BLAS ${blas ? "on" : "off"}`,
    header: ["case", "ms a step", "least", "greatest", "instructions a step", "MiB of a window"],
    rows: cases.map((c) => [
      c.name,
      ...[c.ms, c.lowest, c.highest].map(digits),
      String(c.instructions),
      digits(c.bytes / 2 ** 20),
    ]),
  });
}

/** Where the time of each case goes, kernel by kernel, after the sum of all. */
function profiles(how: StepOptions): string {
  const tables = wanted(how).map((each) => {
    const program = capture(valueAndGrad(windowLoss(each)));
    const { learned, initial, values, keys } = each.inputs(how.dtype);
    const times = program.profile(learned, initial, values, keys);
    program.forget();
    const sum = (figure: "calls" | "seconds" | "operations" | "bytes") =>
      times.reduce((total, time) => total + time[figure], 0);
    const all: KernelTime = {
      ...{ kernel: "all", calls: sum("calls"), seconds: sum("seconds") },
      ...{ operations: sum("operations"), bytes: sum("bytes") },
    };
    const { cycles } = each.sizes;
    return tableText({
      title: `${each.name}, a step`,
      header: ["kernel", "calls", "ms", "share", "Mop", "MB", "Gop/s", "GB/s"],
      rows: [all, ...times.slice(0, 14)].map(({ kernel, calls, seconds, operations, bytes }) => [
        kernel,
        digits(calls / cycles),
        digits((1e3 * seconds) / cycles),
        percent(seconds / all.seconds),
        ...[operations / cycles / 1e6, bytes / cycles / 1e6].map(digits),
        ...[operations / seconds / 1e9, bytes / seconds / 1e9].map(digits),
      ]),
    });
  });
  return tables.join("\n");
}
