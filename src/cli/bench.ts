import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { ExitCode, Finish } from "./exit.js";
import type { CliHost, Output } from "./host.js";

/** The compiled benchmarks, which `npm run bench` puts beside the library. */
interface BenchModule {
  main(
    args: readonly string[],
    streams: { readonly stdout: Output; readonly stderr: Output },
  ): Promise<ExitCode>;
}

interface BenchOptions {
  readonly json?: true;
  readonly quick?: true;
}

/** Adds `kalmia bench [name]`. */
export function addBench(program: Command, host: CliHost, finish: Finish): void {
  program
    .command("bench")
    .description("run the benchmarks")
    .argument("[name]", "name of one benchmark; all if left out")
    .option("--json", "print one JSON object")
    .option("--quick", "short samples, rough figures")
    .action(async (name: string | undefined, { json, quick }: BenchOptions) => {
      const { main } = await loadBenchmarks();
      const args = [name ?? [], json ? "--json" : [], quick ? "--quick" : []].flat();
      finish(await main(args, host));
    });
}

async function loadBenchmarks(): Promise<BenchModule> {
  const address = new URL("../bench/main.js", import.meta.url);
  if (!existsSync(fileURLToPath(address))) {
    throw new Error(
      "The benchmarks are not built. In a checkout of the repository, `npm run bench` builds and runs them.",
    );
  }
  return (await import(address.href)) as BenchModule;
}
