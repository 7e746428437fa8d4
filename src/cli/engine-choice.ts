/** The options and variables that choose what a command computes with. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Build } from "../engine/index.js";
import { fileProblem, InputError } from "../io/errors.js";

/** What a command computes with. */
export interface EngineChoice {
  readonly kernels: Build;
  /** Whether a library of the machine may compute large products. */
  readonly library: boolean;
  /** The number of threads; null: as many as are useful. */
  readonly threads: number | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The options of a command that computes. */
export interface EngineOptions {
  readonly kernels?: Build;
  readonly threads?: number;
}

const builds = ["simd", "relaxed"] as const;

/** Adds `--kernels` and `--threads` to a command that computes. */
export const addEngineOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--kernels <build>",
        "simd (default): the same digits on Node 20, 22 and 24; relaxed: faster, last digits differ",
      ).choices(builds),
    )
    .option(
      "--threads <count>",
      "threads to compute on; if left out the cores, at most 4",
      threads,
    );

function threads(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Need a whole number from 1 to 99.");
}

/**
 * Returns what the options and the variables `KALMIA_KERNELS` and `KALMIA_BLAS` choose. A library has its
 * own rounding, so that it is used beside `relaxed` only, unless `KALMIA_BLAS` says otherwise.
 *
 * @throws InputError when a variable has a value that it cannot have.
 */
export function engineChoice(options: EngineOptions, env: Variables): EngineChoice {
  const kernels = options.kernels ?? choiceIn(env, "KALMIA_KERNELS", kernelWords) ?? "simd";
  const library = choiceIn(env, "KALMIA_BLAS", switchWords) ?? kernels === "relaxed";
  return { kernels, library, threads: options.threads ?? null };
}

const kernelWords: ReadonlyMap<string, Build> = new Map(builds.map((build) => [build, build]));

const switchWords: ReadonlyMap<string, boolean> = new Map([
  ...["on", "1", "yes", "true"].map((word) => [word, true] as const),
  ...["off", "0", "no", "false"].map((word) => [word, false] as const),
]);

/** The value of a variable by its words, in any case; null: it is not set. */
function choiceIn<T>(env: Variables, name: string, words: ReadonlyMap<string, T>): T | null {
  const given = env[name] ?? "";
  if (given === "") return null;
  const value = words.get(given.toLowerCase());
  if (value !== undefined) return value;
  const known = [...words.keys()].join(", ");
  throw new InputError([
    fileProblem(name, `the variable is ${JSON.stringify(given)}; need one of ${known}`),
  ]);
}
