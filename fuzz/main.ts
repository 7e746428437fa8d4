/**
 * npm run fuzz: mutated experiments, records, texts and saved states, and how they end.
 *
 *     npm run fuzz -- [--seed 1] [--count 1000] [--only KIND] [--processes 2] [--output runs/fuzz]
 *
 * Case number i of a kind has the seed `seed + i`: the same seed makes the same case again. Each sort of fault
 * has a folder of its own, from its first case on; at the end its input is made as small as it can be.
 * Ctrl-C ends the run with what has been found. `--only kills` kills and resumes runs (`kills`).
 * Exit 1 if anything was found.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Case, type Generator, type Kind, kinds } from "./case.js";
import { type Findings, openFindings } from "./findings.js";
import { generators } from "./generators.js";
import { kills } from "./kills.js";
import { openRunner, type Runner } from "./pool.js";
import { openTally } from "./tally.js";

const options = {
  seed: { type: "string", default: "1" },
  count: { type: "string", default: "1000" },
  only: { type: "string" },
  processes: { type: "string", default: "2" },
  output: { type: "string", default: "runs/fuzz" },
} as const;

let stopped = false;

async function fuzz(): Promise<number> {
  const { values } = parseArgs({ options });
  const wanted = values.only === undefined ? kinds : [values.only];
  const [seed, count, processes] = [values.seed, values.count, values.processes].map(Number);
  const known: readonly string[] = [...kinds, "kills"];
  if (
    wanted.some((kind) => !known.includes(kind)) ||
    ![seed, count, processes].every(Number.isInteger)
  ) {
    process.stderr.write(
      `fuzz: --only is one of ${known.join(", ")}; the others are whole numbers\n`,
    );
    return 2;
  }
  if (values.only === "kills") return await killed(seed!, count!);
  process.once("SIGINT", () => {
    stopped = true;
  });
  const make = await generators();
  const findings = openFindings(resolve(values.output));
  for (const kind of wanted as readonly Kind[]) {
    await fuzzKind(kind, make[kind], seed!, count!, processes!, findings);
  }
  if (!stopped) await findings.minimise();
  return findings.tell() === 0 ? 0 : 1;
}

async function killed(seed: number, count: number): Promise<number> {
  const { ended, differences } = await kills(seed, count, resolve("dist/cli/main.js"));
  const by = Object.entries(ended).map(([kind, n]) => `${n} by ${kind}`);
  process.stdout.write(
    `${count} runs, ended ${by.join(", ")}; ${differences.length} differences\n${differences.join("\n")}`,
  );
  return differences.length === 0 ? 0 : 1;
}

async function fuzzKind(
  kind: Kind,
  make: Generator,
  seed: number,
  count: number,
  processes: number,
  findings: Findings,
): Promise<void> {
  const tally = openTally(kind, count);
  let next = 0;
  const work = async (runner: Runner): Promise<void> => {
    while (next < count && !stopped) {
      const given: Case = make(seed + next++);
      const outcome = await runner.run(given);
      tally.note(outcome, await findings.note(given, outcome));
    }
  };
  const runners = Array.from({ length: processes }, () => openRunner());
  await Promise.all(runners.map(work)).finally(() => {
    for (const runner of runners) runner.close();
  });
  tally.tell(process.stdout);
}

process.exitCode = await fuzz();
