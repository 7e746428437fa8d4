import { expect, test } from "vitest";
import { significant, tableText } from "../../src/cli/table.js";

test.each([
  [0, "0"],
  [15098.52, "15099"],
  [1469.13, "1469"],
  [0.5, "0.5000"],
  [-0.0285612, "-0.02856"],
  [9.99996, "10.000"],
  [1e7, "1.000e+7"],
  [0.00001234, "1.234e-5"],
  [Number.NaN, "–"],
])("significant(%d) is %s", (value, text) => {
  expect(significant(value)).toBe(text);
});

test("a table aligns its columns", () => {
  expect(
    tableText(
      ["a", "value"],
      [
        ["long name", "1"],
        ["b", "100000"],
      ],
    ),
  ).toBe("a           value\nlong name       1\nb          100000\n");
});
