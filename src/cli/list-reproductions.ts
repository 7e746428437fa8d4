import type { Reproduction, Scale } from "../reproductions/reproduction.js";

/** A reproduction as `kalmia list` shows it. */
interface ReproductionEntry extends Pick<Reproduction, "name" | "title" | "source" | "about"> {
  /** The number of its trials. */
  readonly trials: Readonly<Record<Scale, number>>;
}

export function listReproductions(all: readonly Reproduction[]): ReproductionEntry[] {
  return all.map((reproduction) => {
    const { name, title, source, about } = reproduction;
    const count = (scale: Scale) => reproduction.trials(scale).length;
    return { name, title, source, about, trials: { quick: count("quick"), paper: count("paper") } };
  });
}

export function reproductionsText(entries: readonly ReproductionEntry[]): string {
  const blocks = entries.map(
    ({ name, title, source, about, trials: { quick, paper } }) =>
      `  ${name}: ${title}\n    ${source}\n    ${about}\n    trials: ${quick} quick, ${paper} paper\n`,
  );
  return `reproductions\n${blocks.join("\n")}`;
}
