/** Times in messages have no digits of rounding. */
import { expect, test } from "vitest";
import { timeText } from "../../src/run/time-text.js";

test("times are printed with at most twelve significant digits", () => {
  expect(0.05 + 3).toBe(3.05);
  expect(timeText(3.0500000000000003)).toBe("3.05");
  expect(timeText(1921)).toBe("1921");
  expect(timeText(123456.789012)).toBe("123456.789012");
});
