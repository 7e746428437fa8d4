import { expect, test } from "vitest";
import { digits, spread, tableText } from "../../bench/table.js";

test("tableText: a title, a rule, numbers to the right", () => {
  const rows = [
    ["long name", "1"],
    ["b", "20.5"],
  ];
  expect(tableText({ title: "Title", header: ["a", "x"], rows })).toBe(
    [
      "Title",
      "",
      "a             x",
      "─────────  ────",
      "long name     1",
      "b          20.5",
      "",
    ].join("\n"),
  );
});

test.each([
  [0, "0.00"],
  [0.01234, "0.0123"],
  [1.234, "1.23"],
  [12.34, "12.3"],
  [1234.5, "1235"],
  [Number.NaN, "–"],
])("digits: %f → %s", (value, text) => expect(digits(value)).toBe(text));

test("spread: the ends in order, whichever way the quantity goes", () => {
  const timing = { median: 0.5, lowest: 0.25, highest: 1 };
  expect(spread(timing, (s) => 1 / s)).toBe("2.00 (1.00–4.00)");
  expect(spread(timing, (s) => s * 10)).toBe("5.00 (2.50–10.0)");
});
