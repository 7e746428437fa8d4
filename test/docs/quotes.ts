/**
 * Figures of runs that pages quote. A figure is followed by a comment that says where it is from,
 *
 *     an error of 1.04<!--=collapse error 2--> is
 *
 * so that the page shows the figure alone, and `npm test -- test/docs/guides -u` writes it anew: the run
 * (an example, or one of `variants`), the quantity, and its digits behind the point; with an `s`, all digits.
 */
import { summariseInnovations } from "../../src/report/innovation-summary.js";
import type { RunOutput } from "../../src/run/index.js";

/** An example and some of its words changed. */
export type Variant = readonly [
  example: string,
  ...changes: (readonly [from: string, to: string])[],
];

const learned = "{ learn: true, identity: 0.01, structure: diagonal }";
const narrow = (start: string): Variant => [
  "narrow-background",
  ["identity: 0.01", `identity: ${start}`],
];
const fixed = (start: string): Variant => [
  "narrow-background",
  [learned, `{ identity: ${start} }`],
  ["learn: { epochs: 20, window: 20, rates: { filter: 0.05 } }", ""],
];
const lorenz96 = (from: string, to: string): Variant => ["lorenz96-enkf", [from, to]];

/** What pages change about examples, by the names that their figures have. */
export const variants: Readonly<Record<string, Variant>> = {
  ...Object.fromEntries(
    ["0.01", "0.1", "1", "10"].flatMap((start): [string, Variant][] => [
      [`narrow-background:${start}`, narrow(start)],
      [`narrow-background:${start},fixed`, fixed(start)],
    ]),
  ),
  "lorenz96-enkf:slow": lorenz96("dynamics: 0.01", "dynamics: 0.0003"),
  "lorenz96-enkf:fast": lorenz96("dynamics: 0.01", "dynamics: 0.3"),
  "lorenz96-enkf:5": lorenz96("window: 20", "window: 5"),
  "lorenz96-enkf:100": lorenz96("window: 20", "window: 100"),
  "lorenz96-enkf:whole": lorenz96("window: 20, ", ""),
  "bad-start:20": ["bad-start", ["epochs: 60", "epochs: 20"]],
  "bad-start:seed-4": ["bad-start", ["seed: 1", "seed: 4"]],
  "divergence:inflated": ["divergence", ["members: 15", "members: 15\n  covarianceInflation: 0.1"]],
  "divergence:tapered": ["divergence-remedy", ["  covarianceInflation: 0.3\n", ""]],
  "divergence:80": ["divergence", ["members: 15", "members: 80"]],
  "nile:sure": [
    "nile",
    ["{ learn: true, start: 1000, positive: true }", "10"],
    ["{ learn: true, start: 10000, positive: true }", "2000"],
    ["learn: { epochs: 400 }", ""],
  ],
};

/** `collapse error 2` */
const quote = /([−\d][\d.,]*)<!--=(\S+) (\S+) (\d)(s?)-->/g;

/** The page with its figures as the runs have them. */
export async function withFigures(
  page: string,
  run: (variant: Variant) => Promise<RunOutput>,
): Promise<string> {
  const quotes = [...page.matchAll(quote)];
  let text = "";
  let from = 0;
  for (const found of quotes) {
    const [, old, name, quantity, digits, significant] = found as unknown as string[];
    const value = quantityOf(await run(variants[name!] ?? [name!]), quantity!);
    text += page.slice(from, found.index) + written(value, Number(digits), significant !== "");
    from = found.index + old!.length;
  }
  return text + page.slice(from);
}

/** 16484.3 with 0 digits: `16,484`; with 3 in all: `16,500`. */
function written(value: number, digits: number, significant: boolean): string {
  const text = value.toLocaleString("en", {
    ...(significant
      ? { minimumSignificantDigits: digits, maximumSignificantDigits: digits }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    useGrouping: Math.abs(value) >= 1e4,
  });
  return text.replace("-", "−");
}

/** A quantity of a run by the name that quotes give it; else the learned value of that name, `±` its error. */
function quantityOf(output: RunOutput, name: string): number {
  const { result } = output;
  const innovations = summariseInnovations(output.innovations);
  const quantities: Readonly<Record<string, () => number | null | undefined>> = {
    error: () => result.rmse!.analysis,
    spread: () => result.spread!.analysis,
    share: () => result.spread!.analysis / result.rmse!.analysis,
    inBand: () => 100 * inBand(output.states),
    logLikelihood: () => result.logLikelihood,
    epochs: () => output.learning!.losses.length,
    recoveries: () => recoveries(result.warnings),
    chiSquare: () => innovations!.chiSquareRatio,
    chiSquareSd: () => innovations!.chiSquareSd,
    within90: () => 100 * innovations!.within90,
    within95: () => 100 * innovations!.within95,
    lagOne: () => innovations!.lagOne.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
  };
  const parameter = result.parameters[name.replace(/[±<>]$/, "")];
  const own = name.endsWith("±")
    ? parameter?.standardError
    : name.endsWith("<")
      ? parameter?.interval?.[0]
      : name.endsWith(">")
        ? parameter?.interval?.[1]
        : parameter?.learned;
  const value = quantities[name]?.() ?? own;
  if (value === null || value === undefined) throw new Error(`no ${name} in ${result.name}`);
  return value;
}

/** The fraction of the true values within the 90 % band of the analyses. */
function inBand({ truth, analysis: { lower, upper } }: RunOutput["states"]): number {
  const inside = truth!.flatMap((row, k) =>
    row.map((value, i) => Number(lower[k]![i]! <= value && value <= upper[k]![i]!)),
  );
  return inside.reduce((sum, one) => sum + one, 0) / inside.length;
}

/** As the warning says. */
const recoveries = (warnings: readonly string[]): number =>
  Number(/failed numerically (\d+) times/.exec(warnings.join("\n"))?.[1] ?? 0);
