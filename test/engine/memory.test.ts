import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FreeSpace } from "../../src/engine/free-space.js";
import { heapStatistics, scope, zeros } from "../../src/engine/index.js";
import { allocateUnowned, freeBlock } from "../../src/engine/memory.js";

describe("free space", () => {
  interface Taken {
    readonly address: number;
    readonly size: number;
  }
  const overlaps = (a: Taken, b: Taken) =>
    a.address < b.address + b.size && b.address < a.address + a.size;

  // A heap of 4096 bytes in which blocks come and go; `merge` whenever nothing fits.
  test("gives no byte twice, and everything again once all came back", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ take: fc.integer({ min: 1, max: 40 }).map((n) => 16 * n) }),
        fc.record({ give: fc.nat() }),
      ),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const [start, full] = [64, 64 + 4096];
        const free = new FreeSpace();
        let end = start;
        const taken: Taken[] = [];
        for (const step of all) {
          if ("give" in step) {
            if (taken.length === 0) continue;
            const [{ address, size }] = taken.splice(step.give % taken.length, 1) as [Taken];
            free.give(address, size);
            continue;
          }
          const size = step.take;
          let address = free.take(size);
          if (address === undefined && end + size > full) {
            end = free.merge(end);
            address = free.take(size);
          }
          if (address === undefined) {
            if (end + size > full) continue;
            address = end;
            end += size;
          }
          const block = { address, size };
          expect(address >= start && address + size <= end).toBe(true);
          expect(taken.some((other) => overlaps(other, block))).toBe(false);
          taken.push(block);
        }
        for (const { address, size } of taken) free.give(address, size);
        expect(free.merge(end)).toBe(start);
      }),
    );
  });
});

test("memory that was given back serves other sizes", () => {
  const MiB = 2 ** 20;
  // 64 MiB at a time in blocks of 24 size classes: 1.5 GiB if none served another.
  for (let size = 256 * 1024; size <= 16 * MiB; size *= 1.2) {
    scope(() => {
      for (let bytes = size; bytes <= 64 * MiB; bytes += size) zeros([Math.floor(size / 8)]);
    });
  }
  // 64 MiB, rounded to size classes by up to 25 %, and taken from the host by halves more.
  expect(heapStatistics().reserved).toBeLessThan(160 * MiB);
});

test("large blocks take what they need: two of 1.9 GiB fit, and large sizes serve each other", () => {
  const bytes = 1.9 * 2 ** 30;
  const both = [allocateUnowned(bytes), allocateUnowned(bytes)];
  for (const block of both) freeBlock(block);
  freeBlock(allocateUnowned(2 * bytes));
});

// Its own limit, not that of memory: tensors of a few bytes fill JavaScript's heap first. One build shows it.
test.skipIf(process.env.KALMIA_TEST_KERNELS !== "simd")(
  "a loop that leaves millions of tensors to the garbage collector is told of scope()",
  () => {
    const left: ReturnType<typeof allocateUnowned>[] = [];
    expect(() => {
      for (;;) left.push(allocateUnowned(16));
    }).toThrow(
      /^heap: \d+\.\d MiB are in use, \d+\.\d MiB of them by 2097152 tensors and programs outside of any scope; .*scope\(\(\) => …\)/,
    );
    for (const block of left) freeBlock(block);
    expect(scope(() => zeros([3])).toArray()).toEqual([0, 0, 0]);
  },
);
