import { afterEach, describe, expect, test } from "vitest";
import { NumericError, UsageError, useWorkers } from "../../src/engine/index.js";
import { chooseByValidation, startLatents } from "../../src/learn/index.js";
import { learned } from "../../src/parts/index.js";
import { openPool } from "../support/workers.js";
import { lorenzProblem } from "./lorenz.js";
import { meanSquare, whiteNoise, y } from "./white-noise.js";

/**
 * White noise with a q that is given: the loss a value is ½ log 2π(q + r) + ½ s/(q + r), s the mean
 * square of the values judged by, least at q = s − r.
 */
const split = 40;
const s = meanSquare(y.slice(split));
const r = 0.5;
const lossAt = (q: number) => Math.log(2 * Math.PI * (q + r)) / 2 + s / (q + r) / 2;

/** r stays where it is, to eleven digits. */
const options = {
  ...{ epochs: 2, patience: 100, plateau: { patience: 5, factor: 0.1 } },
  rates: { dynamics: 1e-12, filter: 1e-12 },
};
const failing = (): never => {
  throw new NumericError("cholesky: pivot");
};
const trialOf = (q: number) => {
  const plain = whiteNoise({ q: Math.abs(q), r: learned(r), window: split, split });
  const own = q > 0 ? plain : { ...plain, run: failing };
  return { problem: own, options, start: startLatents(own.definitions) };
};

describe("a variance chosen by validation", () => {
  test("is the candidate nearest to the optimum, and every loss that of the closed form", async () => {
    const candidates = [0.1, 1, s - r, 12];
    const { best, tried } = await chooseByValidation(candidates, trialOf, { epochs: 2 });
    expect(best.candidate).toBe(s - r);
    expect(best.loss).toBeCloseTo((Math.log(2 * Math.PI * s) + 1) / 2, 9);
    expect(tried.map((one) => one!.loss)).toEqual(
      candidates.map((q) => expect.closeTo(lossAt(q), 9)),
    );
    expect(best.state.epoch).toBe(2);
  });

  test("one that cannot learn is out, and said; none is an error", async () => {
    const { best, tried } = await chooseByValidation([-9, 1], trialOf, { epochs: 1 });
    expect(best.candidate).toBe(1);
    expect(tried[0]).toBe(null);
    const none = chooseByValidation([-9], trialOf, { epochs: 1 });
    await expect(none).rejects.toThrow(NumericError);
    await expect(none).rejects.toThrow("all 1 candidates failed numerically");
    await expect(chooseByValidation([], trialOf, { epochs: 1 })).rejects.toThrow(UsageError);
  });

  test("tells of every epoch, and ends when it is told to", async () => {
    const told: string[] = [];
    const visit = async (done: number, total: number) => {
      told.push(`${done} of ${total}`);
      if (done === 3) throw new Error("enough");
    };
    await expect(chooseByValidation([1, 2], trialOf, { epochs: 2, visit })).rejects.toThrow(
      "enough",
    );
    expect(told).toEqual(["1 of 4", "2 of 4", "3 of 4"]);
  });
});

describe("threads", () => {
  afterEach(() => useWorkers(null));

  test("change no number of a choice", async () => {
    const choice = () =>
      chooseByValidation(
        [1, 1.02],
        (stretch) => {
          const own = { ...lorenzProblem({ stretch }), bound: 1e3 };
          return { problem: own, options, start: startLatents(own.definitions) };
        },
        { epochs: 1 },
      );
    const alone = await choice();
    const pool = await openPool(1);
    try {
      useWorkers(pool);
      expect(await choice()).toEqual(alone);
    } finally {
      useWorkers(null);
      await pool.close();
    }
  });
});
