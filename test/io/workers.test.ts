import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import {
  backend,
  heapStatistics,
  matmul,
  mul,
  type ProductLibrary,
  parallel,
  sum,
  type Tensor,
  tanh,
  tensor,
  UsageError,
  useProducts,
  useWorkers,
  valueAndGrad,
  WorkerError,
  workersInUse,
} from "../../src/engine/index.js";
import { JobQueue } from "../../src/engine/queue.js";
import { systemBlas } from "../../src/io/blas.js";
import { openWorkers } from "../../src/io/workers.js";
import { key, normal } from "../../src/random/index.js";
import { dist, openPool } from "../support/workers.js";

const blas = await systemBlas();
afterEach(() => {
  useWorkers(null);
  useProducts(null);
});

const network = parallel((W: Tensor, X: Tensor) => {
  const loss = (at: Tensor): Tensor => {
    const y = tanh(matmul(tanh(matmul(X, at)), at));
    return sum(mul(y, y));
  };
  return { total: valueAndGrad(loss)(W), each: {} };
});
const W = mul(0.1, normal(key(1), [48, 48]));
const X = normal(key(2), [8, 20, 48]);
const numbers = () => {
  const { value, gradient } = network(W, X).total;
  return [value.item(), gradient.toArray()];
};

describe("a pool", () => {
  test("is in use until it is closed, and gives its memory back", async () => {
    const { used } = heapStatistics();
    const pool = await openPool(2);
    expect(pool.size).toBe(2);
    useWorkers(pool);
    expect(workersInUse()).toBe(pool);
    await pool.close();
    expect(workersInUse()).toBeNull();
    expect(heapStatistics().used).toBe(used);
    numbers();
    useWorkers(pool);
    expect(numbers).toThrow(WorkerError);
    expect(numbers).toThrow(/^parallel: worker 1 of 2 has ended. Close/);
  });

  test("two can be open at a time", async () => {
    const expected = numbers();
    const pools = await Promise.all([openPool(1), openPool(1)]);
    for (const pool of [...pools, ...pools]) {
      useWorkers(pool);
      expect(numbers()).toEqual(expected);
    }
    await Promise.all(pools.map((pool) => pool.close()));
  });

  test("of no workers is none; of a part of one is an error", async () => {
    expect(await openWorkers({ count: 0 })).toBeNull();
    await expect(openWorkers({ count: 1.5 })).rejects.toThrow(UsageError);
  });

  test("whose file is not there does not open", async () => {
    const { used } = heapStatistics();
    const entry = new URL("io/no-such-file.js", dist);
    await expect(openWorkers({ count: 2, entry })).rejects.toThrow(/no-such-file/);
    expect(heapStatistics().used).toBe(used);
  });

  test("with a thread that broke off says so", async () => {
    const pool = await openPool(1);
    useWorkers(pool);
    numbers();
    // Code that is none: a trap in the thread that takes it, which is not this one.
    const code = tensor([-1, 0], { dtype: "i32" });
    const queue = new JobQueue(backend().memory.buffer, pool.queue, pool.size);
    queue.post(
      [{ start: code.block.address, instructions: { length: 1 } }],
      Number.POSITIVE_INFINITY,
      0,
    );
    // A round of one job is meant for the thread that posts it, and wakes nobody.
    Atomics.notify(new Int32Array(backend().memory.buffer, pool.queue, 1), 0);
    queue.settle();
    expect(queue.resultOf(0)).toBe(-2);
    expect(numbers).toThrow(WorkerError);
    expect(numbers).toThrow(/^parallel: worker 1 of 1 ended: .*(bounds|index|table)/);
    await pool.close();
  });
});

describe("a worker that dies", () => {
  /** A worker whose library ends its thread in the middle of a job, without a word. */
  const script = [
    `import { workerData, parentPort } from "node:worker_threads";`,
    `import { serve } from "${new URL("engine/index.js", dist)}";`,
    `if (workerData.kind === "watcher") await import("${new URL("io/worker.js", dist)}");`,
    `else serve(workerData.task, { name: "deadly", product: () => process.exit(1) }, {`,
    `  ready: () => parentPort.postMessage(null),`,
    `  failed: () => {},`,
    `});`,
  ].join("\n");
  const entry = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
  /** Products of this thread, slow enough that the worker takes a job meanwhile. */
  const slow: ProductLibrary["product"] = () => {
    for (const end = performance.now() + 300; performance.now() < end; );
  };
  const products = parallel((A: Tensor, X: Tensor) => ({ total: {}, each: matmul(X, A) }), {
    slices: 3,
  });
  const call = () => products(W, X).each.toArray();

  // Found at once, or after the 100 ms of a look; the rest is for a machine with much to do.
  const patience = 5000;

  test("with a job that it took ends the call in an error, and the next works without it", async () => {
    const expected = call();
    useProducts({ name: "deadly", product: slow }, 1);
    const pool = (await openWorkers({ count: 2, entry }))!;
    useWorkers(pool);
    const began = performance.now();
    expect(call).toThrow(WorkerError);
    expect(performance.now() - began).toBeLessThan(patience);
    expect(call).toThrow(/^parallel: .*ended.* Close the workers and open others/);
    await pool.close();
    useProducts(null);
    expect(call()).toEqual(expected); // on this thread alone
    const next = await openPool(1);
    useWorkers(next);
    expect(call()).toEqual(expected);
    await next.close();
  });

  test("while it sleeps ends the next call in an error, or leaves its jobs to the others", async () => {
    const expected = call();
    const pool = await openPool(1);
    useWorkers(pool);
    expect(call()).toEqual(expected);
    void pool.close(); // The thread is told to end, and this one does not wait for it.
    useWorkers(pool);
    const outcome = (): unknown => {
      try {
        return call();
      } catch (error) {
        return error;
      }
    };
    for (let i = 0; i < 20; i++) {
      const result = outcome();
      if (result instanceof Error) expect(result).toBeInstanceOf(WorkerError);
      else expect(result).toEqual(expected);
    }
    useWorkers(null);
    expect(call()).toEqual(expected);
  });
});

describe("large products", () => {
  test("that go to a library which the workers do not have are an error", async () => {
    const pool = await openPool(1);
    useWorkers(pool);
    const product: ProductLibrary["product"] = () => {};
    useProducts({ name: "another", product });
    expect(numbers).toThrow(UsageError);
    expect(numbers).toThrow(/products go to another.*open them after useProducts/);
    await pool.close();
    await expect(openPool(1)).rejects.toThrow(/another cannot be loaded/);
  });

  test.runIf(blas !== null)("go to the same library in every thread", async () => {
    const ours = numbers();
    let calls = 0;
    const product: ProductLibrary["product"] = (...words) => {
      calls++;
      blas!.product(...words);
    };
    useProducts({ ...blas!, product });
    const theirs = numbers();
    expect(calls).toBeGreaterThan(0);
    const pool = await openPool(2);
    useWorkers(pool);
    for (let i = 0; i < 50; i++) expect(numbers()).toEqual(theirs);
    useProducts(null);
    for (let i = 0; i < 50; i++) expect(numbers()).toEqual(ours);
    await pool.close();
  });
});

describe("a process", () => {
  const run = async (...lines: string[]): Promise<string> => {
    const script = [
      `const engine = await import("${new URL("engine/index.js", dist)}");`,
      `const { openWorkers } = await import("${new URL("io/workers.js", dist)}");`,
      `const f = engine.parallel((s, x) => ({ total: engine.sum(engine.mul(s, x)), each: {} }));`,
      `const call = () => f(engine.tensor(2), engine.tensor([1, 2, 3, 4])).total.item();`,
      ...lines,
    ].join("\n");
    const options = { timeout: 20_000 };
    const args = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return stdout.trim();
  };

  test("ends by itself with workers open", async () => {
    const out = await run(
      "engine.useWorkers(await openWorkers({ count: 2 }));",
      "console.log(call(), engine.workersInUse().size);",
    );
    expect(out).toBe("20 2");
  });

  test("ends with its own code, workers or not", async () => {
    const lines = ["engine.useWorkers(await openWorkers({ count: 1 }));", "process.exit(call());"];
    await expect(run(...lines)).rejects.toMatchObject({ code: 20 });
  });

  test("that has no shared memory works without workers", async () => {
    const out = await run(
      "delete globalThis.SharedArrayBuffer;",
      "const pool = await openWorkers({ count: 1 });",
      "engine.useWorkers(pool);",
      "console.log(call(), pool, engine.backend().sharing);",
    );
    expect(out).toBe("20 null null");
  });
});
