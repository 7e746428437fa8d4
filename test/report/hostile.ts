/** Names that a file may give, and that a page, a picture or Vega might take for something else than text. */
import type { ComparedResult, RunOutput } from "../../src/run/output.js";
import { type Fixture, learned, lynxHare, withOutput } from "./fixture.js";

export const hostileNames: readonly string[] = [
  `<script>document.title = "ran"</script>`,
  `"><img src=x onerror="document.title = 'ran'">`,
  `</title></style><svg onload="document.title = 'ran'">`,
  "a.b[0]['c']",
  `[\\]"quoted"`,
  "$& $' $` $1",
  "Revenue ($'000)",
  "{{datum.x}} {signal}",
  "__proto__",
  "constructor",
  "separated\u2028by\u2029lines",
  "=1+1",
  "&lt;script&gt;",
];

/** A run whose variables, columns, parameters and warning have these names. */
export function hostileRun(names: readonly string[]): Fixture {
  const fixture = lynxHare();
  const { states, observations, result } = fixture.output;
  const wide = (rows: readonly (readonly number[])[]) =>
    rows.map((row) => names.map((_, i) => row[i % row.length]!));
  const band = <B extends object>(given: B): B =>
    Object.fromEntries(
      Object.entries(given).map(([key, rows]) => [key, wide(rows as number[][])]),
    ) as B;
  const output: Partial<RunOutput> = {
    states: {
      ...states,
      variables: names,
      forecast: band(states.forecast),
      analysis: band(states.analysis),
    },
    observations: {
      ...observations,
      timeName: names[0]!,
      columns: names,
      components: names.map((_, i) => i),
      values: wide(observations.values),
    },
    innovations: {
      ...fixture.output.innovations,
      standardised: wide(fixture.output.innovations.standardised),
      degrees: fixture.output.innovations.degrees.map(() => names.length),
    },
    result: {
      ...result,
      name: names[0]!,
      parameters: Object.fromEntries(names.map((name, i) => [`p${i} ${name}`, learned(1, 2, 0.1)])),
      warnings: [...names],
    },
  };
  const { specification } = fixture;
  return { ...withOutput(fixture, output), specification: { ...specification, name: names[0]! } };
}

/** The methods of a comparison with these names. */
export const hostileMethods = (names: readonly string[]): ComparedResult[] =>
  names.map((label) => ({
    ...lynxHare().output.result,
    rmse: { forecast: 0.52, analysis: 0.41 },
    rmseError: { forecast: 0.012, analysis: 0.0034 },
    spread: { forecast: 0.5, analysis: 0.4 },
    warnings: [label],
    label,
  }));
