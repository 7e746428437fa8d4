import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/io/canonical.js";
import { trialStore } from "../../src/io/node.js";
import { temporaryFolder } from "../cli/fixture.js";

const stamp = () => ({ date: "2026-11-21T12:00:00.000Z", machine: "a test" });

test("equal values have the same canonical text", () => {
  expect(canonicalJson({ b: [1, { d: null, c: "é" }], a: -0.5 })).toBe(
    '{"a":-0.5,"b":[1,{"c":"é","d":null}]}',
  );
  expect(canonicalJson({ x: 1, y: 2 })).toBe(canonicalJson({ y: 2, x: 1 }));
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test("what JSON has no word for has no identity", () => {
  expect(() => canonicalJson([Number.NaN])).toThrow("got the number NaN; need finite numbers");
  expect(() => canonicalJson({ a: undefined as never })).toThrow("need plain JSON");
});

test("a trial is kept under the SHA-256 of kind and trial", () => {
  const folder = temporaryFolder();
  trialStore(folder, stamp).of("k", { b: 1, a: 2 }).finish(3, 4);
  // printf '["k",{"a":2,"b":1}]' | sha256sum
  expect(readdirSync(join(folder, "trials"))).toEqual([
    "a974ac1d0ac61f68806a02ac0501a8d13ecca68d366462c8ca487d22904468e6.json",
  ]);
});

test("finish gives what a reader will find: a NaN is null", () => {
  const trial = trialStore(temporaryFolder(), stamp).of("k", 1);
  expect(trial.record()).toBe(null);
  const kept = trial.finish({ x: Number.NaN, y: 0.1 + 0.2 }, 4);
  expect(kept.result).toEqual({ x: null, y: 0.1 + 0.2 });
  expect(trial.record()).toEqual(kept);
});

test("checkpoints last until the trial is done", () => {
  const trial = trialStore(temporaryFolder(), stamp).of("k", 1);
  expect(trial.checkpoint()).toBe(null);
  trial.save({ seconds: 1, state: { epoch: 1 } });
  trial.save({ seconds: 2, state: { epoch: 2 } });
  expect(trial.checkpoint()).toMatchObject({ seconds: 2, state: { epoch: 2 } });
  trial.finish(0, 3);
  expect(trial.checkpoint()).toBe(null);
});

test.each(["", "{", "null", "{}", "[1]"])("a file with %j in it is named, not run over", (text) => {
  const folder = temporaryFolder();
  const trial = trialStore(folder, stamp).of("k", 1);
  trial.finish(0, 1);
  const [name] = readdirSync(join(folder, "trials"));
  writeFileSync(join(folder, "trials", name!), text);
  expect(() => trial.record()).toThrow(
    `${name}: is not a trial of Kalmia. Remove it, and the trial is run again`,
  );
});

test("a digit that changed in a trial or its checkpoint is noticed", () => {
  const folder = temporaryFolder();
  const trial = trialStore(folder, stamp).of("k", 1);
  const change = () => {
    const [name] = readdirSync(join(folder, "trials"));
    const path = join(folder, "trials", name!);
    writeFileSync(path, readFileSync(path, "utf8").replace("0.25", "0.26"));
  };
  trial.save({ seconds: 1, state: { rmse: 0.25 } });
  change();
  expect(() => trial.checkpoint()).toThrow("is damaged: its checksum does not fit");
  trial.finish({ rmse: 0.25 }, 1);
  change();
  expect(() => trial.record()).toThrow("is damaged: its checksum does not fit");
});
