import { expect, test } from "vitest";
import { catalogue } from "../../src/io/catalogue.js";
import { parseRecord } from "../../src/io/csv.js";
import { experimentJsonSchema } from "../../src/io/json-schema.js";
import { resultText, statesText } from "../../src/io/results.js";
import { editDistance, nearest } from "../../src/parts/nearest.js";
import { output } from "../cli/fixture.js";

test("states.csv: a row a time, observed and forecast", () => {
  expect(statesText(output)).toMatchInlineSnapshot(`
    "time,kind,flow_forecast_mean,flow_forecast_sd,flow_analysis_mean,flow_analysis_sd,flow_analysis_lower,flow_analysis_upper
    1871,observed,1.5,0.1,1.5,0.1,1,2
    1872,forecast,2,0.2,2,0.2,1,3
    "
  `);
});

test("states.csv: smoothed, truth, names with commas, no NaN, a truth that ends with the record", () => {
  const { states } = output;
  const bad = { ...states.analysis, mean: [[Number.NaN], [0.1 + 0.2]] };
  const text = statesText({
    states: { ...states, variables: ['a,"b"'], analysis: bad, smoothed: bad, truth: [[1]] },
  });
  expect(text).toMatchInlineSnapshot(`
    "time,kind,"a,""b""_forecast_mean","a,""b""_forecast_sd","a,""b""_analysis_mean","a,""b""_analysis_sd","a,""b""_analysis_lower","a,""b""_analysis_upper","a,""b""_smoothed_mean","a,""b""_smoothed_sd","a,""b""_smoothed_lower","a,""b""_smoothed_upper","a,""b""_truth"
    1871,observed,1.5,0.1,,0.1,1,2,,0.1,1,2,1
    1872,forecast,2,0.2,0.30000000000000004,0.2,1,3,0.30000000000000004,0.2,1,3,
    "
  `);
});

test("states.csv can be read back to the bit", () => {
  const { states } = output;
  const forecast = { ...states.forecast, mean: [[0.1 + 0.2], [1e-300 / 3]] };
  const record = parseRecord(statesText({ states: { ...states, forecast } }), {
    file: "states.csv",
    time: "time",
    columns: { flow_forecast_mean: 0 },
    positive: null,
    step: null,
  });
  expect(record.values).toEqual(forecast.mean);
});

test.each(["=1+1", "+x", "-x", "@x", "'=x", "'x", "x", "$& $'"])(
  "the name %s is no formula in states.csv, and reads back; numbers stay numbers",
  (name) => {
    const { states } = output;
    const forecast = { ...states.forecast, mean: [[-1.5], [2]] };
    const text = statesText({ states: { ...states, variables: [name], forecast } });
    const [header, row] = text.split("\n");
    for (const cell of header!.split(",")) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(row).toMatch(/^1871,observed,-1.5,/);
    const columns = { [`${name}_forecast_mean`]: 0 };
    const options = { file: "states.csv", time: "time", columns, positive: null, step: null };
    expect(parseRecord(text, options).values).toEqual(forecast.mean);
  },
);

test("a file whose column is called with an apostrophe is read by that name", () => {
  const options = { file: "a.csv", time: "t", columns: { "'=x": 0 }, positive: null, step: null };
  expect(parseRecord("t,'=x\n0,1\n", options).values).toEqual([[1]]);
});

test("result.json is the result", () => {
  expect(JSON.parse(resultText(output.result))).toEqual(output.result);
});

test("the JSON Schema knows the keys, requires the right ones and has no limits of its own", () => {
  const schema = experimentJsonSchema();
  expect(schema.required).toEqual(["name", "model", "time", "observations", "method"]);
  expect(JSON.stringify(schema)).not.toContain(String(Number.MAX_SAFE_INTEGER));
});

test("patterns of the JSON Schema use no property classes, which other validators refuse", () => {
  const text = JSON.stringify(experimentJsonSchema());
  expect(text).not.toMatch(/\\p\{/i);
  const { pattern } = (experimentJsonSchema().properties as { name: { pattern: string } }).name;
  for (const flags of ["", "u"]) {
    const name = new RegExp(pattern, flags);
    expect(["lynx hare", "größe", "a.b"].map((s) => name.test(s))).toEqual([true, true, true]);
    const bad = ["", ".a", " a", "a/b", "a\\b", "a\nb", "a\u007f", "a\u0085", "\u0000"];
    expect(bad.filter((s) => name.test(s))).toEqual([]);
  }
});

test("every key of every model and method is described", () => {
  for (const { kind, description, keys } of [...catalogue("model"), ...catalogue("method")]) {
    expect(description, kind).not.toBe("");
    for (const key of keys) expect(key.description, `${kind}.${key.key}`).not.toBe("");
  }
});

test("nearest words", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(nearest("membrs", ["kind", "members"])).toBe("members");
  expect(nearest("Members", ["kind", "members"])).toBe("members");
  expect(nearest("zzz", ["kind", "members"])).toBeNull();
});
