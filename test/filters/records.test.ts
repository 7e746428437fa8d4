/** What every record of a method must hold, and what its settings do in library calls. */
import { describe, expect, test } from "vitest";
import { etkf, etkfRecord, type MethodRecord } from "../../src/filters/index.js";
import { linear, lorenz96 } from "../../src/models/index.js";
import { type Block, isScalar, type Key, type Keys, learned, use } from "../../src/parts/index.js";
import {
  definitionsOf,
  runFilter,
  type StateSpace,
  simulate,
  stateSpace,
} from "../../src/problem/index.js";
import { methods } from "../../src/smoothers/index.js";

const ring = stateSpace({
  model: lorenz96,
  parameters: { dimension: 6, forcing: 8 },
  ...{ processNoise: 0.05, noise: 1, step: 0.05 },
  prior: { mean: [1, 2, 3, 4, 5, 6], variance: 0.5 },
});
/** What moves a state through a window does so without noise. */
const noiseless = stateSpace({
  model: lorenz96,
  parameters: { dimension: 6, forcing: 8 },
  ...{ noise: 1, step: 0.05 },
  prior: { mean: [1, 2, 3, 4, 5, 6], variance: 0.5 },
});
const level = stateSpace({
  model: linear,
  parameters: { transition: [[0.9, 0.1], [0, 0.8]] }, // biome-ignore format: one matrix a line
  ...{ processNoise: 0.3, noise: 0.5 },
  prior: { mean: [1, -1], variance: 2 },
});

const background = { identity: 0.5 };
const taper = { kind: "gaspari-cohn", halfWidth: 2 };

/** What each method needs besides its defaults, and a problem that it suits. */
const given: Readonly<Record<string, { readonly block?: Block; readonly system?: StateSpace }>> = {
  climatology: {},
  "optimal-interpolation": {},
  kalman: { system: level },
  rts: { system: level },
  "extended-kalman": {},
  "iterated-extended-kalman": {},
  "unscented-kalman": {},
  "3dvar": { block: { background } },
  "3dvar-c": { block: { background } },
  "3dvar-k": { block: { gain: { transpose: 0.5 } } },
  "4dvar": { block: { background } },
  enkf: { block: { members: 5 } },
  denkf: { block: { members: 5 } },
  etkf: { block: { members: 5 } },
  eakf: { block: { members: 5 } },
  letkf: { block: { members: 5, taper } },
  "enkf-n": { block: { members: 5 } },
  ens3dvar: { block: { members: 5, background } },
  en4dvar: { block: { members: 5, background } },
  enks: { block: { members: 5 } },
  ienks: { block: { members: 5 }, system: noiseless },
  particle: { block: { members: 50 } },
  "optimal-particle": { block: { members: 50 } },
  dan: { block: { network: { filters: 3, blocks: 1 } } },
};

test("each kind stands once in the list", () => {
  expect(methods.map(({ kind }) => kind)).toEqual(Object.keys(given));
});

/** Every key of a record at any depth, with its path. */
const keysIn = (keys: Keys, path = ""): [string, Key][] =>
  Object.entries(keys).flatMap(([name, key]): [string, Key][] => [
    [path + name, key],
    ...(key.type === "group" || key.type === "variant" ? keysIn(key.keys, `${path}${name}.`) : []),
  ]);

describe.each(methods.map((record) => ({ kind: record.kind, record })))("$kind", ({ record }) => {
  const { block = {}, system = ring } = given[record.kind]!;

  test("builds from its defaults, and runs a cycle", () => {
    const { record: twin } = simulate(system, { cycles: 1 });
    const run = runFilter(use(record, block), system, twin);
    expect(run.analysis.mean.shape).toEqual([1, system.dimension]);
    expect(run.analysis.mean.data.every(Number.isFinite)).toBe(true);
    expect(run.analysis.sd.data.every((sd) => sd >= 0)).toBe(true);
    expect(run.logEvidence.every(Number.isFinite)).toBe(true);
    expect(run.innovations.shape).toEqual([1, system.dimension]);
  });

  test("says what each of its parameters is, in words without a full stop", () => {
    for (const [path, { about }] of keysIn(record.parameters)) {
      expect(about, path).toMatch(/[^.]$/);
      expect(about.length, path).toBeGreaterThan(5);
    }
    expect(record.title).toMatch(/[^.]$/);
    expect(record.remedy).toMatch(/\.$/);
    expect(record.phrase(use(record, block).block)).toMatch(/^.{5,}[^.]$/);
  });

  test("finds its learned numbers under their paths", () => {
    const paths = learnable(record, block);
    const learns = paths.reduce(
      (at, path) => setAt(at, path.split("."), learned(0.3)),
      use(record, block).block,
    );
    const found = definitionsOf(use(record, learns), system);
    const own = found.filter((each) => each.group === "filter" && isScalar(each));
    expect(own.map(({ name }) => name).sort()).toEqual([...paths].sort());
    for (const { start } of own) expect(start).toBe(0.3);
  });

  test("refuses a key that it does not have, and values that do not fit", () => {
    expect(() => use(record, { ...block, colour: 3 })).toThrow(
      `${record.kind}.colour: unknown key`,
    );
    for (const [name, key] of Object.entries(record.parameters)) {
      if (key.type === "flag" || key.type === "text") continue;
      expect(() => use(record, { ...block, [name]: "purple" }), name).toThrow(
        `${record.kind}.${name}: got "purple"; need`,
      );
    }
  });
});

/** The paths of the numbers of a record that may be learned, in groups that the block holds too. */
function learnable({ parameters }: MethodRecord, block: Block): string[] {
  const within = (keys: Keys, held: Block, path: string): string[] =>
    Object.entries(keys).flatMap(([name, key]) => {
      if (key.type === "number") return [path + name];
      const inner = held[name];
      return key.type === "group" && inner !== undefined
        ? within(key.keys, inner as Block, `${path}${name}.`)
        : [];
    });
  return within(parameters, block, "");
}

function setAt(block: Block, [name, ...rest]: readonly string[], value: unknown): Block {
  const inner = rest.length === 0 ? value : setAt(block[name!] as Block, rest, value);
  return { ...block, [name!]: inner };
}

describe("etkf", () => {
  const { record: twin } = simulate(ring, { cycles: 10 });
  const settings = { members: 5, inflation: 1.1, covarianceInflation: 0.05, rotate: true };

  test("from its record is etkf({ … }), to the bit", () => {
    const plain = runFilter(etkf(settings), ring, twin);
    const used = runFilter(use(etkfRecord, settings), ring, twin);
    expect(used.analysis.mean.data).toEqual(plain.analysis.mean.data);
    expect(used.analysis.sd.data).toEqual(plain.analysis.sd.data);
    expect(used.logEvidence).toEqual(plain.logEvidence);
  });

  test.each([
    [{}, "etkf.members: missing; need a whole number, at least 2"],
    [{ members: 1 }, "etkf.members: got 1; need a whole number, at least 2"],
    [{ members: 5, inflation: 0 }, "etkf.inflation: got 0; need a number or"],
    [{ members: 5, covarianceInflation: 1 }, "etkf.covarianceInflation: got 1; need"],
    [
      { members: 5, relaxation: { spread: 0.5, perturbations: 0.5 } },
      "etkf.relaxation: has spread, perturbations; need exactly one of spread, perturbations",
    ],
    [{ members: 5, relaxation: { spred: 0.5 } }, "etkf.relaxation.spred: unknown key; known here"],
  ])("refuses %o", (block, message) => {
    expect(() => use(etkfRecord, block)).toThrow(message);
  });
});
