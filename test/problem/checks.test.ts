/** What library calls refuse, and how they say it. */
import { describe, expect, test } from "vitest";
import { concat, log, matvec, mul, slice, square, sum, tensor } from "../../src/engine/index.js";
import {
  enkf,
  etkf,
  etkfRecord,
  kalman,
  kalmanRecord,
  letkfRecord,
} from "../../src/filters/index.js";
import {
  continuousModel,
  defineEquations,
  defineModel,
  linear,
  lorenz96,
  type ModelRecord,
} from "../../src/models/index.js";
import { indicesOperator, lognormalNoise, observeBy } from "../../src/observe/index.js";
import { learned, use } from "../../src/parts/index.js";
import {
  fit,
  openFilter,
  runFilter,
  type StateSpaceOptions,
  simulate,
  simulateMany,
  stateSpace,
} from "../../src/problem/index.js";
import { rtsRecord } from "../../src/smoothers/index.js";

const options = (rest: object = {}): StateSpaceOptions =>
  ({
    model: lorenz96,
    parameters: { dimension: 6, forcing: 8 },
    noise: 1,
    prior: { mean: [1, 2, 3, 4, 5, 6], variance: 1 },
    step: 0.05,
    ...rest,
  }) as StateSpaceOptions;
const system = stateSpace(options());
const two = stateSpace(options({ observe: [0, 3] }));
const method = etkf({ members: 4 });

describe("stateSpace refuses", () => {
  test.each([
    [
      { proccessNoise: 1 },
      "stateSpace: the option proccessNoise is unknown (did you mean processNoise?); known are model, ",
    ],
    [{ model: undefined }, "stateSpace: model is no record of a model; need one such as lorenz96"],
    [{ noise: undefined }, "stateSpace: noise is missing; need the variance"],
    [{ parameters: { dimension: 6 } }, "lorenz96.forcing: missing; need"],
    [{ parameters: { dimension: 6, force: 8 } }, "lorenz96.force: unknown key; known here: "],
    [{ step: 0 }, "stateSpace: step is 0; need the length of a model step, more than 0"],
    [{ substeps: 1.5 }, "stateSpace: substeps is 1.5; need a whole number, at least 1"],
    [{ seed: -1 }, "stateSpace: seed is -1; need a whole number, at least 0"],
    [
      { prior: { mean: [1, 2], variance: 1 } },
      'stateSpace: the mean of the prior has 2 values; need 6, one for each variable of "lorenz96"',
    ],
    [
      { prior: { mean: [1, 2, 3, 4, 5, Number.NaN], variance: 1 } },
      "stateSpace: the mean of the prior holds NaN; need finite numbers",
    ],
    [
      { prior: { mean: [1, 2, 3, 4, 5, 6], variance: [1, 1] } },
      "stateSpace: the variance of the prior has 2 values; need 6",
    ],
    [
      { prior: { mean: [1, 2, 3, 4, 5, 6], variance: -1 } },
      "stateSpace: the variance of the prior holds -1; need 0 or more",
    ],
    [{ processNoise: [1, 2] }, "stateSpace: processNoise has 2 values; need one number, or 6"],
    [{ processNoise: -0.1 }, "stateSpace: processNoise is -0.1; need a variance, 0 or more"],
    [{ noise: [1, 1] }, 'stateSpace: the noise "normal": variance gave a tensor [2]; need'],
    [{ observe: [0, 6] }, "stateSpace: what is observed: components: [0,6]; need whole numbers"],
    [
      { observe: use(indicesOperator, { indices: [0, 9] }) },
      "stateSpace: indices.indices.1: got 9; the state has 6 variables, counted from 0 to 5",
    ],
    [
      { observe: observeBy("energy", 1, (x) => sum(square(x), -1)) },
      'stateSpace: what is observed: observeBy: "energy" gave a tensor [] for states [6]; need [1]',
    ],
    [
      { observe: observeBy("first", 2, (x) => slice(x, 0, 0, 2)), prior: undefined },
      'stateSpace: what is observed: observeBy: "first" gave a tensor [2,6] for states [2,6]; need [2,2]',
    ],
  ])("%o", (rest, message) => {
    expect(() => stateSpace(options(rest))).toThrow(message);
  });

  const own = (tendency: Parameters<typeof continuousModel>[0]["tendency"]): ModelRecord =>
    defineModel({
      kind: "mine",
      title: "a model of two variables",
      parameters: {},
      build: (_, given) => continuousModel({ name: "mine", dimension: 2, tendency }, given),
      phrase: () => "my model",
      formula: () => [],
    });
  const prior = { mean: [1, -1], variance: 1 };

  test("a model of one's own whose step gives a wrong shape", () => {
    const model = own((x) => concat([x, x], -1));
    expect(() => stateSpace({ model, noise: 1, prior })).toThrow(
      'stateSpace: the model "mine" at the mean of the prior: mine: the tendency is [4]; need 2 along axis -1',
    );
    const single = own((x) => matvec(tensor([[1, 2]]), x));
    expect(() => stateSpace({ model: single, noise: 1 })).toThrow(
      'stateSpace: the model "mine": mine: the tendency is [1]; need 2 along axis -1',
    );
  });

  test("a model of one's own whose step is not finite", () => {
    const model = own((x) => log(x));
    expect(() => stateSpace({ model, noise: 1, prior })).toThrow(
      /stateSpace: the model "mine" at the mean of the prior: log.*NaN/,
    );
  });

  test("what is no bound model", () => {
    const model = { ...own((x) => x), build: () => ({ name: "mine", dimension: 2.5 }) as never };
    expect(() => stateSpace({ model, noise: 1, prior })).toThrow(
      'stateSpace: the model "mine" at the mean of the prior: build gave dimension: 2.5; need a whole number',
    );
    const nothing = { ...own((x) => x), build: () => undefined as never };
    expect(() => stateSpace({ model: nothing, noise: 1 })).toThrow(
      'stateSpace: the model "mine": build gave nothing; need { name, dimension, time, support, step }',
    );
  });

  test("equations that are too few", () => {
    const model = defineEquations({
      variables: ["x", "y"],
      parameters: ["rate"],
      tendency: (([x]: [never], { rate }: { rate: number }) => [mul(rate, x)]) as never,
    });
    expect(() => stateSpace({ model, parameters: { rate: 1 }, noise: 1, prior })).toThrow(
      "x-y: the tendency returned 1 values; need 2, one for each of x, y.",
    );
  });
});

describe("simulate refuses", () => {
  test.each([
    [{ cycles: 0 }, "simulate: cycles is 0; need a whole number, at least 1"],
    [{ cycles: 3, every: 0.5 }, "simulate: every is 0.5; need a whole number, at least 1"],
    [{ cycles: 3, seed: 1 }, "simulate: the option seed is unknown; known are cycles, every, key"],
  ])("%o", (given, message) => {
    expect(() => simulate(system, given)).toThrow(message);
  });

  test("no trajectories", () => {
    expect(() => simulateMany(system, { cycles: 2, trajectories: 0 })).toThrow(
      "simulateMany: trajectories is 0; need a whole number, at least 1",
    );
  });
});

describe("runFilter refuses", () => {
  test.each([
    [{ times: [], values: [] }, "runFilter: the record is empty; need one time or more"],
    [
      { times: [1, 2], values: [[1, 2]] },
      "the record has 2 times and 1 row of values; need as many",
    ],
    [
      { times: [1], values: [1, 2] },
      "1 time and 2 rows of values; need as many: values as rows, [[1, 2], [3, 4]]",
    ],
    [
      { times: [1], values: [[1, 2, 3]] },
      "runFilter: the record has 3 values at time 1, and the problem observes 2 of 6 variables; need 2, NaN for a gap",
    ],
    [
      { times: [1, 2], values: [[1, 2], [1, Infinity]] }, // biome-ignore format: one record a line
      "runFilter: the value 1 at time 2 is Infinity; need a finite number, or NaN for a gap",
    ],
    [
      { times: [1], values: [[1, undefined]], columns: ["a", "b"] },
      "runFilter: the value b at time 1 is undefined; need a finite number",
    ],
    [
      { times: [1, 1], values: [[1, 2], [1, 2]] }, // biome-ignore format: one record a line
      "runFilter: time 1 is 1 after 1; need finite times that strictly increase",
    ],
    [[[1, 2]], "runFilter: got a list of 1 for the observations; need { times, values }"],
  ])("the record %o", (record, message) => {
    expect(() => runFilter(method, two, record as never)).toThrow(message);
  });

  const record = { times: [1], values: [[1, 2]] };

  test("a trajectory of another problem", () => {
    const { record: all } = simulate(system, { cycles: 2 });
    expect(() => runFilter(method, two, all)).toThrow(
      "runFilter: the trajectory has 6 values at each time, and the problem observes 2",
    );
  });

  test("values that lognormal noise does not allow", () => {
    const positive = stateSpace({
      model: defineEquations({
        variables: ["x"],
        coordinates: "log",
        parameters: ["rate"],
        tendency: (_, { rate }) => [rate],
      }),
      parameters: { rate: 0.1 },
      noise: use(lognormalNoise, { sd: 0.2 }),
      prior: { mean: [1], variance: 0.1 },
    });
    expect(() => runFilter(method, positive, { times: [1, 2], values: [1, 0] })).toThrow(
      "runFilter: the value at time 2 is 0; lognormal noise needs values above 0",
    );
    expect(runFilter(method, positive, { times: [1, 2], values: [1, 2] }).times).toEqual([1, 2]);
  });

  test("options that it does not have", () => {
    expect(() => runFilter(method, two, record, { seed: 3 } as never)).toThrow(
      "runFilter: the option seed is unknown; known are key, values",
    );
  });

  test("what is no method", () => {
    expect(() => runFilter(etkfRecord as never, two, record)).toThrow(
      "runFilter: got the record of etkf; need a method such as etkf({ members: 24 }), or a record in use",
    );
  });

  test("a method that needs what the problem does not have", () => {
    expect(() => runFilter(use(kalmanRecord), two, record)).toThrow(
      "runFilter: kalman needs a linear model; for lorenz96 ",
    );
    const line = stateSpace({
      model: linear,
      parameters: { transition: [[1]] },
      noise: 1,
      prior: { mean: [0], variance: 1 },
    });
    expect(() =>
      runFilter(
        use(letkfRecord, { members: 4, taper: { kind: "gaspari-cohn", halfWidth: 2 } }),
        line,
        {
          times: [1],
          values: [1],
        },
      ),
    ).toThrow("runFilter: letkf needs variables with positions, and those of linear have none");
  });

  test("a forecast of half a step", () => {
    expect(() => runFilter(method, two, record).forecast(0.5)).toThrow(
      "forecast: steps is 0.5; need a whole number, at least 0",
    );
  });
});

describe("records of one's own", () => {
  test("typed arrays, and single values without rows, give the numbers of nested arrays", () => {
    const one = stateSpace(options({ observe: [2] }));
    const values = [1.5, Number.NaN, 2.5];
    const nested = runFilter(method, one, { times: [1, 2, 3], values: values.map((v) => [v]) });
    const plain = runFilter(method, one, { times: [1, 2, 3], values });
    const typed = runFilter(method, one, {
      times: new Int32Array([1, 2, 3]),
      values: new Float64Array(values),
    });
    const rows = runFilter(method, one, {
      times: [1, 2, 3],
      values: values.map((v) => Float64Array.of(v)),
    });
    for (const run of [plain, typed, rows]) {
      expect(run.analysis.mean.data).toEqual(nested.analysis.mean.data);
      expect(run.logEvidence).toEqual(nested.logEvidence);
    }
  });
});

describe("fit and openFilter refuse", () => {
  const record = { times: [1, 2], values: [[1, 2], [2, 3]] }; // biome-ignore format: one record a line

  test("a problem in which nothing is to be learned", async () => {
    await expect(fit(two, record, { method })).rejects.toThrow(
      "fit: nothing is to be learned; mark values of the problem or the method with learned(start)",
    );
  });

  test("options that they do not have", async () => {
    const learns = stateSpace(options({ observe: [0, 3], noise: learned(1) }));
    await expect(fit(learns, record, { method, epochs: 3 } as never)).rejects.toThrow(
      "fit: the option epochs is unknown; known are method, learn,",
    );
    await expect(fit(learns, record, { method, learn: { steps: 3 } as never })).rejects.toThrow(
      "fit: the option steps is unknown; known are epochs,",
    );
    await expect(fit(learns, { ...record, times: [1] }, { method })).rejects.toThrow(
      "fit: the record has 1 time and 2 rows",
    );
    expect(() => openFilter(method, learns, { from: {} } as never)).toThrow(
      "openFilter: the option from is unknown; known are key, values, time, saved",
    );
  });

  test("a filter that was closed", () => {
    const filter = openFilter(enkf({ members: 3 }), two);
    filter.close();
    filter.close();
    expect(() => filter.update(1, [0, 0])).toThrow("openFilter: the filter is closed");
    expect(() => filter.forecast(1)).toThrow("openFilter: the filter is closed");
    expect(() => filter.save()).toThrow("openFilter: the filter is closed");
  });
});

describe("fit refuses", () => {
  const system = stateSpace({
    ...{ model: linear, parameters: { transition: [[1]] } },
    ...{ processNoise: learned(1), noise: 1, prior: { mean: [0], variance: 1 } },
  });
  const record = { times: [1, 2, 3], values: [[1], [2], [3]] };
  test.each([
    [{ epochs: 0 }, "learn.epochs is 0; need a whole number, at least 1"],
    [{ epochs: 2.5 }, "learn.epochs is 2.5"],
    [{ window: 0 }, "learn.window is 0"],
    [
      { rates: { dynamics: -1, filter: 1 } },
      "learn.rates.dynamics is -1; need a number more than 0",
    ],
    [{ validation: 0.95 }, "learn.validation is 0.95; need a fraction of the record"],
    [{ patience: -1 }, "learn.patience is -1"],
    [{ restarts: -1 }, "learn.restarts is -1"],
  ])("%j", async (learn, message) => {
    await expect(fit(system, record, { method: kalman(), learn })).rejects.toThrow(message);
  });

  test("no trajectories, trajectories of different lengths, and no options", async () => {
    const longer = { times: [1, 2, 3, 4], values: [[1], [2], [3], [4]] };
    await expect(fit(system, [], { method: kalman() })).rejects.toThrow(
      "the list of trajectories is empty",
    );
    await expect(fit(system, [record, longer], { method: kalman() })).rejects.toThrow(
      "the training trajectories have 3, 4 times; need the same number in each",
    );
    await expect(fit(system, record, undefined as never)).rejects.toThrow("no options were given");
  });

  test("nothing, but says why several trajectories have no standard errors", async () => {
    const fitted = await fit(system, [record, record], { method: kalman(), learn: { epochs: 1 } });
    expect(fitted.uncertainty).toContain("of 2 trajectories they are worked out only if");
  });
});

test("learning that fails names the epoch, the observation and its time, in words, with a remedy", async () => {
  // The variance grows by 1e310 in a step, beyond all numbers.
  const system = stateSpace({
    ...{ model: linear, parameters: { transition: [[1e155]] } },
    ...{ processNoise: learned(1), noise: 1, prior: { mean: [0], variance: 1 } },
  });
  const record = { times: [10, 11, 12, 13], values: [[1], [2], [3], [4]] };
  const message =
    /^learn: learning failed in epoch 1, in observation 2 \(time 11\) of the training data, also where its rates were halved: a number of the state or of its covariance overflowed \(Infinity\)\. Smaller learning rates/;
  await expect(fit(system, record, { method: kalman(), learn: { epochs: 3 } })).rejects.toThrow(
    message,
  );
});

test.each([
  [{ cycles: 1e15 }, "simulate: the run would hold"],
  [
    { cycles: 2, every: 1e6 },
    "simulate: the number of steps between two observations is 1,000,000",
  ],
])("simulate refuses what would not end or not fit, %o, before work", (given, message) => {
  const began = performance.now();
  expect(() => simulate(system, given)).toThrow(message);
  expect(performance.now() - began).toBeLessThan(1000);
});

test("a forecast and a fit that would not end are refused before work", async () => {
  const filter = openFilter(method, system);
  expect(() => filter.forecast(1e15)).toThrow(/forecast: the run would hold .* Change steps/);
  const learns = stateSpace(options({ noise: learned(1) }));
  const record = { times: [1], values: [[1, 2, 3, 4, 5, 6]] };
  await expect(fit(learns, record, { method, learn: { epochs: 1e15 } })).rejects.toThrow(
    /^fit: the run would take .* epochs.*Change learn.epochs or learn.restarts/,
  );
});

describe("openFilter refuses", () => {
  const system = stateSpace({
    ...{ model: linear, parameters: { transition: [[1]] } },
    ...{ processNoise: 1, noise: 1, prior: { mean: [0], variance: 1 } },
  });

  test.each([
    [["2"], "the value 0 at time 6 is 2; need a finite number"],
    [[null], "the value 0 at time 6 is null"],
    [[undefined], "the value 0 at time 6 is undefined"],
    [undefined, "the record has 0 values at time 6"],
    [[1, 2], "the record has 2 values at time 6"],
  ])("the values %j", (values, message) => {
    const filter = openFilter(kalman(), system);
    filter.update(5, [1]);
    expect(() => filter.update(6, values as never)).toThrow(message);
    expect(filter.update(6, [1]).time).toBe(6);
    filter.close();
  });

  test("the state of another method or size, what is none, and smoothers of the whole record", () => {
    const saved = openFilter(etkf({ members: 5 }), system).save();
    expect(() => openFilter(kalman(), system, { saved })).toThrow("is that of etkf, [5,1]");
    expect(() => openFilter(etkf({ members: 6 }), system, { saved })).toThrow(
      "need one of etkf, [6,1]",
    );
    expect(() => openFilter(kalman(), system, { saved: null as never })).toThrow(
      "is null; need what",
    );
    expect(() => openFilter(use(rtsRecord), system)).toThrow("smooths the whole record");
  });
});

test("stateSpace and simulate name what is missing, and variables that are observed twice", () => {
  const given = { model: linear, parameters: { transition: [[1]] }, noise: 1 };
  const prior = { mean: [0], variance: 1 };
  expect(() => stateSpace({ ...given, prior: { mean: [0] } as never })).toThrow(
    "the prior has no variance",
  );
  expect(() => stateSpace({ ...given, prior, observe: [0, 0] })).toThrow(
    "variable 0 is observed twice",
  );
  expect(() => simulate(stateSpace({ ...given, prior }), undefined as never)).toThrow(
    "simulate: no options were given; need some of cycles",
  );
});
