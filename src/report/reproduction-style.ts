/** How the series of a reproduction look: a method has the same colour in every figure. */
import { colours } from "./theme.js";

export interface SeriesStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

/** What a figure needs to know of the report that it is in. */
export type Styles = ReadonlyMap<string, SeriesStyle>;

/** Wong's palette: see theme.ts. Names are those of the publications. */
const known: Readonly<Record<string, string>> = {
  "3DVar-C": "#E69F00",
  "3DVar-K": "#CC79A7",
  EnKF: "#0072B2",
  Ens3DVar: "#009E73",
  "Kalman filter": colours.ink,
  truth: colours.ink,
  optimum: colours.muted,
};
/** For names that are not known, in the order in which they come. */
const others: readonly string[] = ["#D55E00", "#56B4E9", "#882255", "#999933", "#44AA99"];
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/**
 * Styles of all series of a report, by name, in order of appearance. A name that goes on after a
 * known one ("EnKF, true model", "EnKF (N = 25)") has its colour and the next kind of dashes.
 */
export function seriesStyles(names: readonly string[]): Styles {
  const styles = new Map<string, SeriesStyle>();
  const dashesUsed = new Map<string, number>();
  let unknown = 0;
  for (const name of new Set(names)) {
    if (name === "initial model") {
      styles.set(name, { colour: "#000000", dash: dashes[1]! });
      continue;
    }
    const family = familyOf(name);
    const colour = family === null ? others[unknown++ % others.length]! : known[family]!;
    // The plain line belongs to the name itself.
    const used = dashesUsed.get(colour) ?? 0;
    const isPlain = name === family || (family === null && used === 0);
    const dash = isPlain ? dashes[0]! : dashes[1 + (used % (dashes.length - 1))]!;
    if (name !== family) dashesUsed.set(colour, used + 1);
    styles.set(name, { colour, dash });
  }
  return styles;
}

/** The longest known name that this one is or begins with. */
function familyOf(name: string): string | null {
  const found = Object.keys(known)
    .filter(
      (one) => name === one || (name.startsWith(one) && /^[\s,:(]/.test(name.slice(one.length))),
    )
    .sort((a, b) => b.length - a.length);
  return found[0] ?? null;
}
