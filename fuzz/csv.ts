/** Records: mutants of the data files of the examples, under an example that reads them. */
import { mutateText } from "./bytes.js";
import type { Generator } from "./case.js";
import type { Example } from "./examples.js";
import { experimentName, runArguments, yamlOf } from "./experiments.js";
import { type Random, randomOf } from "./random.js";

const cells = [
  ...[
    "",
    " ",
    "NaN",
    "nan",
    "NA",
    "null",
    "-",
    "?",
    "inf",
    "-inf",
    "0",
    "-0",
    "-1",
    "1e300",
    "1e-300",
    "1e999",
  ],
  ...[
    "1,5",
    "1.5.2",
    "1 000",
    "0x10",
    "１２",
    "12%",
    "$5",
    '"1"',
    '"a""b"',
    '"1\n2"',
    "'1'",
    "=1+1",
    "true",
  ],
  ...[
    "1871-01-01",
    "01/02/1871",
    "1871-01-01T00:00:00Z",
    "1700000000",
    "1871.0833",
    "9007199254740993",
  ],
] as const;

export function csv(examples: readonly Example[]): Generator {
  const readers = examples.filter(({ data }) => Object.keys(data).length > 0);
  return (seed) => {
    const random = randomOf(seed);
    const { tree, data } = random.pick(readers);
    const changed = Object.entries(data).map(([name, text]) => {
      let mutant = text;
      for (let n = 1 + random.below(3); n > 0; n--) mutant = mutateTable(mutant, random);
      return [name, mutant];
    });
    const files = { ...Object.fromEntries(changed), [experimentName]: yamlOf(tree) };
    return { kind: "csv", seed, files, args: runArguments };
  };
}

function mutateTable(text: string, random: Random): string {
  const rows = text.split("\n").map((line) => line.split(","));
  const i = random.below(rows.length);
  const row = rows[i]!;
  const j = random.below(row.length);
  const joined = (changed: readonly (readonly string[])[], by = ",") =>
    changed.map((each) => each.join(by)).join("\n");
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return joined(rows.with(i, row.with(j, random.pick(cells))));
    case 4:
      return joined(rows.toSpliced(i, 1));
    case 5:
      return joined(rows.toSpliced(i, 0, rows[random.below(rows.length)]!));
    case 6:
      return joined(rows.map((each) => each.toSpliced(j, 1)));
    case 7:
      return joined(rows.with(i, [...row, random.pick(cells)]));
    case 8:
      return joined(rows, random.pick([";", "\t", " ", "|", ", "]));
    case 9: // another unit of one column
      return joined(
        rows.map((each, k) =>
          k === 0 ? each : each.map((v, c) => (c === j ? scaled(v, random) : v)),
        ),
      );
    case 10:
      return random.pick([
        `\ufeff${text}`,
        text.replaceAll("\n", "\r\n"),
        text.replaceAll("\n", "\r"),
        "",
        "\n",
        `${text}\n\n`,
      ]);
    default:
      return mutateText(text, random);
  }
}

const scaled = (cell: string, random: Random): string =>
  cell === ""
    ? cell
    : String(
        Number(cell) * random.pick([0, -1, 1e-9, 1e3, 1e9, 1e150, 1]) +
          random.pick([0, 1.7e9, 0.5]),
      );
