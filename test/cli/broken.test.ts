/** Broken experiment and data files: each is refused with exit code 2, and nothing is written. */
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesIn, kalmia, temporaryFolder } from "./fixture.js";

const broken = fileURLToPath(new URL("broken", import.meta.url));

/** The message for a file of `broken/`, once all else about its refusal is as it should be. */
async function messageFor(file: string): Promise<string> {
  const folder = temporaryFolder();
  cpSync(broken, folder, { recursive: true });
  const before = filesIn(folder);
  const { code, stdout, stderr } = await kalmia(["run", file], folder, {
    runExperiment: () => expect.fail("the runner was called"),
  });
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(filesIn(folder)).toEqual(before);
  return stderr;
}

test("bad-syntax.yaml", async () => {
  expect(await messageFor("bad-syntax.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      bad-syntax.yaml:3:75: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
      bad-syntax.yaml:3:76: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }
    "
  `);
});

test("duplicate-key.yaml", async () => {
  expect(await messageFor("duplicate-key.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      duplicate-key.yaml:3:1: the key seed is given twice
    "
  `);
});

test("duplicate-times.yaml", async () => {
  expect(await messageFor("duplicate-times.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      duplicate-times.csv:4:1: time 1872 is given twice, also in line 3
      duplicate-times.csv:5:1: time 1870 after 1872 (line 4); need times that increase
    "
  `);
});

test("empty-data.yaml", async () => {
  expect(await messageFor("empty-data.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      empty.csv: is empty; need a header with "year"
    "
  `);
});

test("empty.yaml", async () => {
  expect(await messageFor("empty.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      empty.yaml:1:1: got nothing; need a map of keys
    "
  `);
});

test("exact-errors.yaml", async () => {
  expect(await messageFor("exact-errors.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      exact-errors.yaml:4:41 observations.twin.variance[1]: got 0; enkf needs errors of the observations above 0. For values without error take kalman or rts (linear models), extended-kalman, or unscented-kalman with form: square-root; or give them a small variance
    "
  `);
});

test("header-only.yaml", async () => {
  expect(await messageFor("header-only.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      header-only.csv: has a header and no rows; need observations
    "
  `);
});

test("lognormal-zero.yaml", async () => {
  expect(await messageFor("lognormal-zero.yaml")).toMatchInlineSnapshot(`
    "kalmia: 6 problems in the input, nothing was written
      lognormal-zero.yaml:13:17 method.kind: kalman needs a linear model; for lotka-volterra take enkf
      lognormal-zero.yaml:13:17 method.kind: kalman needs normal noise; for lognormal noise take enkf
      lognormal-zero.yaml:13:42 method.initial.mean: has 1 value; need 2, one for each variable
      lognormal-zero.yaml:13:58 method.initial.variance: has 3 values; need 2, one for each variable
      pelts.csv:3:6: "hare" is 0; lognormal noise needs values above 0
      pelts.csv:4:6: "hare" is -70.2; lognormal noise needs values above 0
    "
  `);
});

test("missing-column.yaml", async () => {
  expect(await messageFor("missing-column.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      missing-column.csv:1:1: no column "flow"; did you mean "flows"? (there are "year", "flows")
    "
  `);
});

test("mistyped-kind.yaml", async () => {
  expect(await messageFor("mistyped-kind.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      mistyped-kind.yaml:3:16 model.kind: unknown kind "linea"; did you mean "linear"? (built are the models linear, lotka-volterra, clohessy-wiltshire, lorenz63, lorenz96, lorenz96-two-scale, kuramoto-sivashinsky, quasi-geostrophic, logistic, fitzhugh-nagumo, sir)
      mistyped-kind.yaml:8:17 method.kind: unknown kind "kalmen"; did you mean "kalman"? (built are the methods climatology, optimal-interpolation, kalman, rts, extended-kalman, iterated-extended-kalman, unscented-kalman, 3dvar, 3dvar-c, 3dvar-k, 4dvar, enkf, denkf, etkf, eakf, letkf, enkf-n, ens3dvar, en4dvar, enks, ienks, particle, optimal-particle, dan)
    "
  `);
});

test("negative-variance.yaml", async () => {
  expect(await messageFor("negative-variance.yaml")).toMatchInlineSnapshot(`
    "kalmia: 3 problems in the input, nothing was written
      negative-variance.yaml:3:91 model.processNoise.variance.start: got -5; need a number more than 0
      negative-variance.yaml:7:90 observations.file.noise.variance: got -15099; need a number at least 0
      negative-variance.yaml:8:57 method.initial.variance: got -1; need a number at least 0
    "
  `);
});

test("no-covariance.yaml", async () => {
  expect(await messageFor("no-covariance.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      no-covariance.yaml:8:25 method.background.matrix: is no covariance: its eigenvalue -1 is negative; need 0 or more for each
    "
  `);
});

test("no-data-file.yaml", async () => {
  expect(await messageFor("no-data-file.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      no-data-file.yaml:7:13 observations.file.path: gone.csv: there is no such file
    "
  `);
});

test("no-initial.yaml", async () => {
  expect(await messageFor("no-initial.yaml")).toMatchInlineSnapshot(`
    "kalmia: 3 problems in the input, nothing was written
      no-initial.yaml:4:26 time.cycles: is for twins; with a file the times are those of the record. Leave it out
      no-initial.yaml:4:40 time.forecast: got 0.5; need a whole number of steps of 1
      no-initial.yaml:8:9 method.initial: missing; a real record needs { mean: [...], variance: … }, the state before its first time
    "
  `);
});

test("not-built-yet.yaml", async () => {
  expect(await messageFor("not-built-yet.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      not-built-yet.yaml:3:16 model.kind: "structural" is not built yet; built are the models linear, lotka-volterra, clohessy-wiltshire, lorenz63, lorenz96, lorenz96-two-scale, kuramoto-sivashinsky, quasi-geostrophic, logistic, fitzhugh-nagumo, sir
    "
  `);
});

test("not-finite.yaml", async () => {
  expect(await messageFor("not-finite.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      not-finite.csv:3:6: "flow" is inf; need a finite number (a gap is an empty cell)
      not-finite.csv:4:6: "flow" is 1e999; need a finite number (a gap is an empty cell)
    "
  `);
});

test("not-numbers.yaml", async () => {
  expect(await messageFor("not-numbers.yaml")).toMatchInlineSnapshot(`
    "kalmia: 3 problems in the input, nothing was written
      not-numbers.csv:3:6: "flow" is "NA"; need a number (a gap is an empty cell)
      not-numbers.csv:4:6: "flow" is "0x1F"; need a number (a gap is an empty cell)
      not-numbers.csv:5:6: "flow" is "9 63"; need a number (a gap is an empty cell)
    "
  `);
});

test("not-square.yaml", async () => {
  expect(await messageFor("not-square.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      not-square.yaml:3:45 model.transition[1]: row 1 has 1 value; need 2, as many as there are rows, for a square matrix
    "
  `);
});

test("nothing-to-learn.yaml", async () => {
  expect(await messageFor("nothing-to-learn.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      nothing-to-learn.yaml:9:8 learn: there is nothing to learn; mark a value with { learn: true, start: … }
      nothing-to-learn.yaml:9:45 learn.validation: got 0.95; need a number less than 0.9
    "
  `);
});

test("only-gaps.yaml", async () => {
  expect(await messageFor("only-gaps.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      only-gaps.csv:1:6: the column "flow" has no observations
    "
  `);
});

test("open-quote.yaml", async () => {
  expect(await messageFor("open-quote.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      open-quote.csv:3: a quoted cell is not closed; need a second "
    "
  `);
});

test("predator-prey.yaml", async () => {
  expect(await messageFor("predator-prey.yaml")).toMatchInlineSnapshot(`
    "kalmia: 4 problems in the input, nothing was written
      predator-prey.yaml:7:11 model.growth: given together with preyGrowth, predation, conversion; need either the four rates of two species (preyGrowth, predation, predatorDeath, conversion) or growth and interactions of n species
      predator-prey.yaml:14:31 observations.file.noise.variance: lognormal noise takes "sd", the standard deviation of the logarithm (near to the relative error: 0.2 is about 20 %): the square root of the logarithm's variance
      predator-prey.yaml:17:12 method.members: got 1; need a number at least 2
      predator-prey.yaml:19:24 method.covarianceInflation: got 1.1; need less than 1: this is φ of (1 + φ) × covariance, so for a factor f on the covariance write f − 1, for a factor λ on the anomalies λ² − 1
    "
  `);
});

test("ragged-rows.yaml", async () => {
  expect(await messageFor("ragged-rows.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      ragged.csv:3:1: the row has 1 cell; need 2, as in the header
      ragged.csv:4:10: the row has 3 cells; need 2, as in the header
    "
  `);
});

test("sd-under-normal.yaml", async () => {
  expect(await messageFor("sd-under-normal.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      sd-under-normal.yaml:6:84 observations.file.noise.sd: normal noise takes "variance", in squared units of the column: the square of sd (here 122.9² = 15104.4)
    "
  `);
});

test("semicolons.yaml", async () => {
  expect(await messageFor("semicolons.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      semicolons.csv:1:1: no column "year"; the cells are separated by semicolons, need commas (and decimal points)
      semicolons.csv:1:1: no column "flow"; the cells are separated by semicolons, need commas (and decimal points)
    "
  `);
});

test("truth-of-record.yaml", async () => {
  expect(await messageFor("truth-of-record.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      truth-of-record.yaml:11:40 observations.file.noise.variance: is to be learned, but the file has no learn: { epochs: … }
      truth-of-record.yaml:11:72 observations.file.noise.variance.truth: is for twins; the truth of a real record is not known. Leave it out
    "
  `);
});

test("twin.yaml", async () => {
  expect(await messageFor("twin.yaml")).toMatchInlineSnapshot(`
    "kalmia: 7 problems in the input, nothing was written
      twin.yaml:2:41 model.transition[0][1].truth: missing; a twin needs the value that makes its data
      twin.yaml:2:41 model.transition[0][1]: is to be learned, but the file has no learn: { epochs: … }
      twin.yaml:3:7 time.cycles: missing; a twin needs the number of its observation times
      twin.yaml:5:21 observations.twin.operator: has every, indices; need exactly one of every, indices, random, ratio, matrix, power
      twin.yaml:5:69 observations.twin.noise: given together with variance; need one of them
      twin.yaml:5:77 observations.twin.noise.kind: got lognormal, which needs variables above zero; those of linear may be negative. Need kind: normal
      twin.yaml:6:17 method.kind: rts needs normal noise; for lognormal noise take enkf
    "
  `);
});

test("two-noises.yaml", async () => {
  expect(await messageFor("two-noises.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      two-noises.yaml:8:39 method.processNoise: is also given under model; need it only once
      two-noises.yaml:8:51 method.processNoise.variance: has 2 values; need 1, one for each variable
    "
  `);
});

test("two-sources.json", async () => {
  expect(await messageFor("two-sources.json")).toMatchInlineSnapshot(`
    "kalmia: 6 problems in the input, nothing was written
      two-sources.json:5:19 observations: has two sources; need twin or file, not both
      two-sources.json:6:40 observations.twin.operator.matrix[0]: row 0 has 5 values; need 6, one for each variable of the state
      two-sources.json:6:72 observations.twin.variance: has 2 values; need 1, one for each observed value
      two-sources.json:10:28 observations.file.columns.flow: got 6; the state has 6 variables, counted from 0 to 5
      two-sources.json:16:16 method.members: got 20.5; need a whole number
      two-sources.json:19:38 learn.window: got 30; need at most the 3 times
    "
  `);
});

test("uneven-times.yaml", async () => {
  expect(await messageFor("uneven-times.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      uneven-times.csv:3:1: time 1872.5 after 1871 (line 2) is 1.5 steps of 1 later; need a whole number of steps. Choose a step that divides the intervals, or write times as numbers of steps (0, 1, 2 …)
    "
  `);
});

test("unknown-key.yaml", async () => {
  expect(await messageFor("unknown-key.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      unknown-key.yaml:2:1 sed: unknown key "sed"; did you mean "seed"? (known here: name, seed, model, time, observations, method, learn, start, output)
      unknown-key.yaml:3:24 model.transitoin: unknown key "transitoin"; did you mean "transition"? (known here: kind, transition, processNoise)
    "
  `);
});

test("wrong-types.yaml", async () => {
  expect(await messageFor("wrong-types.yaml")).toMatchInlineSnapshot(`
    "kalmia: 4 problems in the input, nothing was written
      wrong-types.yaml:2:7 seed: got "one"; need a whole number
      wrong-types.yaml:3:38 model.transition[0][0]: got "a"; need a number or { learn: true, start: … }
      wrong-types.yaml:4:15 time.step: got "1"; need a finite number (without quotes)
      wrong-types.yaml:8:42 method.initial.mean: got 0; need a list of values, or { learn: true, start: [1, 2] } for all of them together
    "
  `);
});

test("an experiment file that is not there", async () => {
  expect(await messageFor("gone.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      gone.yaml: there is no such file
    "
  `);
});

test("a folder", async () => {
  expect(await messageFor(".")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      .: is not a file; need one
    "
  `);
});

test("ring.yaml", async () => {
  expect(await messageFor("ring.yaml")).toMatchInlineSnapshot(`
    "kalmia: 6 problems in the input, nothing was written
      ring.yaml:5:12 model.forcing: is learned, but the coefficients of imperfect are drawn about a fixed forcing; need a number, or leave imperfect out
      ring.yaml:15:9 method.kind: 3dvar-k needs the same variables observed at every time; here they change with time. Need 3dvar-c, ens3dvar or enkf
      ring.yaml:16:9 method.gain: has transpose, matrix; need exactly one of transpose, matrix
      ring.yaml:16:33 method.gain.matrix: has 2 rows; need 6, one for each variable
      ring.yaml:17:29 method.processNoise.variance: is to be learned, but 3dvar-k forecasts one state without noise; need a number, or ens3dvar or enkf
      ring.yaml:18:33 learn.validation: is a fraction of one record; with several trajectories give their number in observations.twin.trajectories.validation
    "
  `);
});

test("odd-points.yaml", async () => {
  expect(await messageFor("odd-points.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      odd-points.yaml:2:46 model.points: got 33; need an even number
    "
  `);
});

test("viscosity.yaml", async () => {
  expect(await messageFor("viscosity.yaml")).toMatchInlineSnapshot(`
    "kalmia: 2 problems in the input, nothing was written
      viscosity.yaml:2:38 model.viscosity: kuramoto-sivashinsky takes "hyperviscosity", the coefficient of u_xxxx
      viscosity.yaml:2:52 model.dimension: kuramoto-sivashinsky takes "points", their number
    "
  `);
});

test("two-scales.yaml", async () => {
  expect(await messageFor("two-scales.yaml")).toMatchInlineSnapshot(`
    "kalmia: 3 problems in the input, nothing was written
      two-scales.yaml:2:8 model.forcing: missing; need a number or { learn: true, start: … }
      two-scales.yaml:2:42 model.slow: got 3; need a number at least 4
      two-scales.yaml:2:61 model.dimension: lorenz96-two-scale takes "slow" and "fastPerSlow", the numbers of variables
    "
  `);
});

test("learned-methods.yaml", async () => {
  expect(await messageFor("learned-methods.yaml")).toMatchInlineSnapshot(`
    "kalmia: 8 problems in the input, nothing was written
      learned-methods.yaml:4:11 model.blocks: given together with growth; need blocks and steadyState alone
      learned-methods.yaml:10:9 method.kind: ens3dvar needs observations that are linear in the state: lognormal noise with coordinates: log. For others take enkf
      learned-methods.yaml:12:10 method.taper: depends on distances, but the variables of lotka-volterra have no positions; need a model whose variables have positions, or leave it out
      learned-methods.yaml:12:43 method.taper.halfWidth: is to be learned, but the file has no learn: { epochs: … }
      learned-methods.yaml:12:75 method.taper.halfWidth.truth: given for a value of the filter, which has no truth. Leave it out
      learned-methods.yaml:14:15 method.background: has none; need exactly one of identity, climatology, matrix
      learned-methods.yaml:14:28 method.background.structure: says which part of the covariance is learned; need learn: true beside it
      learned-methods.yaml:14:36 method.background.structure.rank: got 3; need at most 2, the number of variables
    "
  `);
});

test("gain-of-gaps.yaml", async () => {
  expect(await messageFor("gain-of-gaps.yaml")).toMatchInlineSnapshot(`
    "kalmia: 3 problems in the input, nothing was written
      gain-of-gaps.yaml:2:69 model.processNoise.variance: is to be learned, but 3dvar-k forecasts one state without noise; need a number, or ens3dvar or enkf
      gain-of-gaps.yaml:8:9 method.kind: 3dvar-k needs the same variables observed at every time; the record has gaps. Need 3dvar-c, ens3dvar or enkf
      gain-of-gaps.yaml:9:19 method.gain.matrix: has 2 rows; need 1, one for each variable
    "
  `);
});

test("starts-nowhere.yaml", async () => {
  expect(await messageFor("starts-nowhere.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      starts-nowhere.yaml:6:16 start.from: gone/model.safetensors: there is no such file; need the folder of results of a run that learned, or a file of weights
    "
  `);
});

test("no-model.yaml", async () => {
  expect(await messageFor("no-model.yaml")).toMatchInlineSnapshot(`
    "kalmia: 1 problem in the input, nothing was written
      cut/model.safetensors: is not a model of Kalmia: its header should have 64 bytes, but there are 11. Is the file complete?
    "
  `);
});
