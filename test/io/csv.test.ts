import { expect, test } from "vitest";
import { parseRecord, type RecordOptions } from "../../src/io/csv.js";

const options: RecordOptions = {
  file: "data.csv",
  time: "year",
  columns: { hare: 0, lynx: 1 },
  positive: null,
  step: null,
};

const record = (text: string, changes: Partial<RecordOptions> = {}) =>
  parseRecord(text, { ...options, ...changes });

const plain = {
  timeName: "year",
  times: [1900, 1901],
  columns: ["hare", "lynx"],
  components: [0, 1],
  values: [
    [30, 4],
    [47.2, 6.1],
  ],
};

test.each([
  ["plain", "year,hare,lynx\n1900,30,4\n1901,47.2,6.1\n"],
  ["no line break at the end", "year,hare,lynx\n1900,30,4\n1901,47.2,6.1"],
  ["CRLF", "year,hare,lynx\r\n1900,30,4\r\n1901,47.2,6.1\r\n"],
  ["a byte order mark", "\ufeffyear,hare,lynx\n1900,30,4\n1901,47.2,6.1\n"],
  ["quoted cells", '"year","hare","lynx"\n"1900","30","4"\n1901,"47.2",6.1\n'],
  ["spaces", "year, hare ,lynx\n 1900,30, 4\n1901 ,47.2,6.1\n"],
  ["blank lines", "year,hare,lynx\n\n1900,30,4\n  \n1901,47.2,6.1\n\n"],
  ["other columns, another order", "lynx,note,year,hare\n4,a,1900,30\n6.1,,1901,47.2\n"],
  ["exponents and signs", "year,hare,lynx\n1.9e3,+30,4.\n1901,472E-1,6.1\n"],
])("%s", (_, text) => {
  expect(record(text)).toEqual(plain);
});

test("an empty cell is a gap", () => {
  const { values } = record('year,hare,lynx\n1900,,4\n1901,47.2," "\n');
  expect(values).toEqual([
    [Number.NaN, 4],
    [47.2, Number.NaN],
  ]);
});

test.each([
  ["CRLF", "year,hare,lynx\r\n\r\n1900,30,4\r\n1901,x,6\r\n", "data.csv:4:6"],
  ["a line break in quotes", 'year,hare,lynx,note\n1900,30,4,"a\nb"\n1901,1,y,\n', "data.csv:4:8"],
  ["a comma in quotes", 'note,year,hare,lynx\n"a,""b",1900,30,z\n', "data.csv:2:17"],
])("a message finds its cell after %s", (_, text, place) => {
  expect(() => record(text)).toThrow(place);
});

test("all problems are told, up to twenty", () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${1900 + i},x,1`);
  const message = (() => {
    try {
      record(`year,hare,lynx\n${rows.join("\n")}\n`);
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(message?.split("\n")).toHaveLength(21);
  expect(message?.split("\n")[20]).toBe("data.csv: … and 10 more like these");
});

test.each([
  ["a time that is no number", "year,hare,lynx\n1900-01,30,4\n", 'time "year" is "1900-01"'],
  ["an empty time", "year,hare,lynx\n,30,4\n", 'time "year" is an empty cell'],
  [
    "a column that is given twice",
    "year,hare,hare,lynx\n1,1,1,1\n",
    'column "hare" is given twice',
  ],
  ["tabs", "year\thare\tlynx\n1\t1\t1\n", "separated by tabs"],
  ["text after quotes", 'year,hare,lynx\n1900,"30"x,4\n', "data.csv:2: text follows a quoted cell"],
])("%s", (_, text, message) => {
  expect(() => record(text)).toThrow(message);
});

test("times that are whole steps apart but for rounding are accepted", () => {
  const text = "year,hare,lynx\n0.1,1,1\n0.3,1,1\n0.7,1,1\n";
  expect(record(text, { step: 0.1 }).times).toEqual([0.1, 0.3, 0.7]);
  expect(() => record(text, { step: 0.25 })).toThrow(
    "data.csv:3:1: time 0.3 after 0.1 (line 2) is 0.8 steps of 0.25 later; need a whole number of steps",
  );
});

test.each([
  ["Unix seconds", ["1700000000", "1700000000.1", "1700000000.2", "1700000000.3"], 0.1],
  ["months as decimal years of three decimals", ["2015.000", "2015.083", "2015.167"], 1 / 12],
  ["months, the step of few digits", ["2015", "2015.083333", "2015.166667"], 0.0833],
])("%s are whole steps", (_, times, step) => {
  const text = `year,hare,lynx\n${times.map((t) => `${t},1,1\n`).join("")}`;
  expect(record(text, { step }).times).toEqual(times.map(Number));
});

const messageOf = (text: string, changes: Partial<RecordOptions> = {}): string => {
  try {
    record(text, changes);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};

test("dates are told once, with the way round", () => {
  const text = "year,hare,lynx\n2015-01-31,1,1\n2015-02-28,1,1\n2015-03-31,1,1\n";
  expect(messageOf(text, { step: 1 })).toBe(
    'data.csv:2:1: time "year" is "2015-01-31", a date; and so are 2 more; need numbers. Count the steps from the first row (0, 1, 2 …), or write days or months as numbers (a decimal year is 2020.5)',
  );
});

test("a time that is no number is compared with no other", () => {
  const text = "year,hare,lynx\n1900,1,1\nNA,1,1\n1902,1,1\n";
  expect(messageOf(text, { step: 1 })).toBe(
    'data.csv:3:1: time "year" is "NA"; need a finite number',
  );
});

test("the newest row first is one problem", () => {
  const text = "year,hare,lynx\n1902,1,1\n1901,1,1\n1900,1,1\n";
  expect(messageOf(text, { step: 1 })).toBe(
    "data.csv:3:1: time 1901 after 1902 (line 2); all times decrease, need the oldest row first",
  );
});

test("a hundred thousand bad rows give twenty problems, and their number", () => {
  const rows = Array.from({ length: 1e5 }, (_, i) => `${i},x,y`);
  const lines = messageOf(`year,hare,lynx\n${rows.join("\n")}\n`).split("\n");
  expect(lines).toHaveLength(21);
  expect(lines[0]).toMatch(/^data.csv:2:3: /);
  expect(lines[19]).toMatch(/^data.csv:11:5: /);
  expect(lines[20]).toBe("data.csv: … and 199,980 more like these");
});
