import { expect, test } from "vitest";
import { duration, progressView } from "../../src/cli/progress.js";
import { memory } from "./fixture.js";

test("a log has a line at the start, every five seconds and at the end, and no control codes", () => {
  const stream = memory();
  let time = 0;
  const view = progressView(stream, () => time);
  for (let done = 100; done <= 140; done++) {
    view.show({ stage: "learning", done, total: 140, detail: `loss ${done / 100}` });
    time += 250;
  }
  view.note("a note");
  view.show({ stage: "filtering", done: 0, total: 1, detail: "" });
  view.end();
  expect(stream.text).toMatchInlineSnapshot(`
    "learning 100/140, loss 1
    learning 120/140, 5 s left, loss 1.2
    learning 140/140, loss 1.4
    a note
    filtering 0/1
    "
  `);
});

test("a terminal has a bar with the time left, and notes on lines of their own", () => {
  const stream = Object.assign(memory(), {
    isTTY: true,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  const view = progressView(stream, () => 0);
  view.show({ stage: "learning", done: 0, total: 10, detail: "" });
  view.show({ stage: "learning", done: 5, total: 10, detail: "loss 1" });
  view.note("a note");
  view.show({ stage: "learning", done: 6, total: 10, detail: "loss 2" });
  view.end();
  expect(stream.text).toContain("learning");
  expect(stream.text).toContain("5/10");
  expect(stream.text).toContain("\na note\n");
  expect(stream.text).toContain("loss 2");
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [125, "2 min 5 s"],
  [4320, "1 h 12 min"],
])("duration of %d seconds is %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
