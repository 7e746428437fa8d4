/** Mutations of texts and bytes. */
import type { Random } from "./random.js";

const pieces = [
  ...[
    "\0",
    "\t",
    "\r",
    "\n",
    "\r\n",
    '"',
    "'",
    ",",
    ";",
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "#",
    "&a ",
    "*a",
  ],
  ...[
    "!!binary ",
    "!!js/function ",
    "<<: *a",
    "%YAML 1.2",
    "---\n",
    "...",
    "|",
    ">",
    "?",
    "@",
    "`",
    "\\",
    "🦆",
  ],
  ...[
    "\u2028",
    "\ufeff",
    "\u00a0",
    "-",
    "NaN",
    ".inf",
    "-.inf",
    "0x1F",
    "0o17",
    "1e999",
    "1_000",
    "null",
    "~",
  ],
] as const;

/** The text with a few changes: characters, pieces, lines. */
export function mutateText(text: string, random: Random): string {
  const at = () => random.below(text.length + 1);
  const lines = text.split("\n");
  const line = () => random.below(lines.length);
  switch (random.below(8)) {
    case 0: {
      const i = at();
      return text.slice(0, i) + text.slice(i + 1 + random.below(4));
    }
    case 1:
    case 2: {
      const i = at();
      return text.slice(0, i) + random.pick(pieces) + text.slice(i);
    }
    case 3: {
      const i = at();
      return text.slice(0, i) + String.fromCharCode(random.below(256)) + text.slice(i + 1);
    }
    case 4:
      return lines.toSpliced(line(), 1).join("\n");
    case 5: {
      const i = line();
      return lines.toSpliced(i, 0, lines[line()]!).join("\n");
    }
    case 6: {
      const i = line();
      return lines.toSpliced(i, 1, `${" ".repeat(random.below(5))}${lines[i]!.trim()}`).join("\n");
    }
    default:
      return text.slice(0, at());
  }
}

/** The bytes with a few changes: bits, runs, lengths. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const i = random.below(copy.length);
  switch (random.below(5)) {
    case 0:
      copy[i]! ^= 1 << random.below(8);
      return copy;
    case 1:
      copy[i] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
      return copy;
    case 2:
      return copy.slice(0, i);
    case 3:
      return Uint8Array.from([...copy.slice(0, i), ...copy.slice(random.below(copy.length))]);
    default:
      copy.fill(random.below(256), i, i + 1 + random.below(8));
      return copy;
  }
}
