/**
 * npm run fuzz: mutated experiments, records, texts and saved states, and how they end.
 *
 *     npm run fuzz -- [--seed 1] [--count 1000] [--only KIND] [--processes 2] [--output runs/fuzz]
 *
 * Case number i of a kind has the seed `seed + i`: the same seed makes the same case again. Each sort of fault
 * is reported once, with the smallest input found, in a folder of its own. Exit 1 if there is any.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Case, type Generator, type Kind, kinds } from "./case.js";
import { generators } from "./generators.js";
import { judge, limits, sortOf } from "./judge.js";
import { minimise } from "./minimise.js";
import { type Outcome, openRunner, type Runner } from "./pool.js";

const options = {
  seed: { type: "string", default: "1" },
  count: { type: "string", default: "1000" },
  only: { type: "string" },
  processes: { type: "string", default: "2" },
  output: { type: "string", default: "runs/fuzz" },
} as const;

/** A sort of fault: its first case, and how many there were. */
interface Finding {
  readonly fault: string;
  readonly given: Case;
  readonly outcome: Outcome;
  count: number;
}

/** What is not allowed in an outcome. */
function faultsOf(given: Case, outcome: Outcome): string[] {
  if ("crash" in outcome) return [outcome.crash.split("\n")[0]!];
  const faults = judge(given, outcome.end);
  if (outcome.end.memory > limits.megabytes)
    faults.push(`memory of more than ${limits.megabytes} MiB`);
  return faults;
}

async function fuzz(): Promise<number> {
  const { values } = parseArgs({ options });
  const wanted = values.only === undefined ? kinds : [values.only as Kind];
  const [seed, count, processes] = [values.seed, values.count, values.processes].map(Number);
  if (
    wanted.some((kind) => !kinds.includes(kind)) ||
    ![seed, count, processes].every(Number.isInteger)
  ) {
    process.stderr.write(
      `fuzz: --only is one of ${kinds.join(", ")}; the others are whole numbers\n`,
    );
    return 2;
  }
  const make = await generators();
  const findings = new Map<string, Finding>();
  for (const kind of wanted) {
    await fuzzKind(kind, make[kind], seed!, count!, processes!, findings);
  }
  for (const [sort, finding] of findings) await report(resolve(values.output), sort, finding);
  return findings.size === 0 ? 0 : 1;
}

async function fuzzKind(
  kind: Kind,
  make: Generator,
  seed: number,
  count: number,
  processes: number,
  findings: Map<string, Finding>,
): Promise<void> {
  const ends = new Map<string, number>();
  const tally = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
  const started = performance.now();
  let next = 0;
  const work = async (runner: Runner): Promise<void> => {
    while (next < count) {
      const given = make(seed + next++);
      let outcome = await runner.run(given);
      // A case that fails is run again by itself: the one before it may have left something behind.
      if (faultsOf(given, outcome).length > 0) outcome = await alone(given);
      const faults = faultsOf(given, outcome);
      tally("end" in outcome ? `exit ${outcome.end.code}` : "no end");
      for (const fault of faults) {
        const sort = sortOf(kind, fault);
        const known = findings.get(sort);
        if (known !== undefined) known.count++;
        else {
          findings.set(sort, { fault, given, outcome, count: 1 });
          process.stderr.write(`${sort} (seed ${given.seed})\n`);
        }
      }
      if (faults.length > 0) tally("not allowed");
      if (next % 500 === 0) process.stderr.write(`${kind}: ${next} of ${count}\n`);
    }
  };
  const runners = Array.from({ length: processes }, () => openRunner());
  await Promise.all(runners.map(work)).finally(() => {
    for (const runner of runners) runner.close();
  });
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const counted = [...ends].sort().map(([end, n]) => `${end}: ${n}`);
  process.stdout.write(
    `${kind}, ${count} cases from seed ${seed} in ${minutes} min: ${counted.join(", ")}\n`,
  );
}

/** Runs a case in a process of its own, with more time: the machine may be busy. */
async function alone(given: Case): Promise<Outcome> {
  const runner = openRunner(3 * limits.seconds);
  try {
    return await runner.run(given);
  } finally {
    runner.close();
  }
}

/** Writes the smallest input of a finding, and how it ended. */
async function report(folder: string, sort: string, { fault, given, outcome, count }: Finding) {
  const fails = async (each: Case) =>
    faultsOf(each, await alone(each)).some((other) => sortOf(each.kind, other) === sort);
  const endless = "crash" in outcome;
  const smallest = endless ? given : await minimise(given, fails);
  const name = sort.replace(/[^\w]+/g, "-").slice(0, 80);
  for (const [file, content] of Object.entries(smallest.files)) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const said = "end" in outcome ? `${outcome.end.stdout}${outcome.end.stderr}` : outcome.crash;
  const head = `${fault}\nseed ${given.seed}, ${count} cases; kalmia ${given.args.join(" ")}\n\n`;
  writeFileSync(join(folder, name, "finding.txt"), `${head}${said.slice(0, 4000)}\n`);
  process.stdout.write(`${count} × ${sort}\n    ${join(folder, name)}\n`);
}

process.exitCode = await fuzz();
