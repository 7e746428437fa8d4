/** What was found: one folder for each sort of fault, with an input that shows it. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Case } from "./case.js";
import { judge, sortOf } from "./judge.js";
import { minimise } from "./minimise.js";
import { type Outcome, openRunner } from "./pool.js";

/** A sort of fault: its first case, and the seeds of all. */
interface Finding {
  readonly fault: string;
  readonly given: Case;
  readonly outcome: Outcome;
  readonly seeds: number[];
}

export interface Findings {
  /** Judges an end; returns whether it is allowed. */
  note(given: Case, outcome: Outcome): Promise<boolean>;
  /** Makes the inputs smaller. */
  minimise(): Promise<void>;
  /** Lists the sorts, and returns how many there are. */
  tell(): number;
}

/** What is not allowed in an outcome. */
const faultsOf = (given: Case, outcome: Outcome): string[] =>
  "crash" in outcome ? [outcome.crash.split("\n")[0]!] : judge(given, outcome.end);

export function openFindings(folder: string): Findings {
  const findings = new Map<string, Finding>();
  const nameOf = (sort: string) => join(folder, sort.replace(/[^\w]+/g, "-").slice(0, 100));
  return {
    async note(given, first) {
      if (faultsOf(given, first).length === 0) return true;
      // Once more by itself: the case before it may have left something behind.
      const outcome = await alone(given);
      const faults = faultsOf(given, outcome);
      for (const fault of faults) {
        const sort = sortOf(given.kind, fault);
        const finding = findings.get(sort) ?? { fault, given, outcome, seeds: [] };
        finding.seeds.push(given.seed);
        findings.set(sort, finding);
        process.stderr.write(`${sort} (seed ${given.seed})\n`);
        write(nameOf(sort), finding, finding.given);
      }
      return faults.length === 0;
    },
    async minimise() {
      for (const [sort, finding] of findings) {
        if ("crash" in finding.outcome) continue;
        const fails = async (each: Case) =>
          faultsOf(each, await alone(each)).some((other) => sortOf(each.kind, other) === sort);
        write(nameOf(sort), finding, await minimise(finding.given, fails));
      }
    },
    tell() {
      for (const [sort, { seeds }] of findings) {
        process.stdout.write(`${seeds.length} × ${sort}\n    ${nameOf(sort)}\n`);
      }
      return findings.size;
    },
  };
}

/** Runs a case in a process of its own. */
async function alone(given: Case): Promise<Outcome> {
  const runner = openRunner();
  try {
    return await runner.run(given);
  } finally {
    runner.close();
  }
}

/** Writes an input of a finding, how it ended, and the seeds that end so. */
function write(folder: string, { fault, given, outcome, seeds }: Finding, shown: Case): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, content] of Object.entries(shown.files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const said = "end" in outcome ? `${outcome.end.stdout}${outcome.end.stderr}` : outcome.crash;
  const head = `${fault}\nseeds ${seeds.join(", ")}; kalmia ${given.args.join(" ")}\n\n`;
  writeFileSync(join(folder, "finding.txt"), `${head}${said.slice(0, 4000)}\n`);
}
