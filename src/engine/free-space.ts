/**
 * Free memory of the heap: released blocks by their size, and runs of neighbours that were joined.
 *
 * A block that is asked for again and again comes from the list of its size, without a search. Only
 * when nothing of that size is left and memory would have to grow are neighbours joined (`merge`); runs
 * then serve any size, the tightest first, and what is left of a run stays one.
 */
interface Run {
  readonly address: number;
  readonly size: number;
}

export class FreeSpace {
  /** Addresses of released blocks, by size. */
  private readonly blocks = new Map<number, number[]>();
  /** Joined blocks, the smallest first. */
  private readonly runs: Run[] = [];

  /** Returns the address of `size` free bytes, or undefined. */
  take(size: number): number | undefined {
    return this.blocks.get(size)?.pop() ?? this.takeOfRun(size);
  }

  give(address: number, size: number): void {
    const list = this.blocks.get(size);
    if (list === undefined) this.blocks.set(size, [address]);
    else list.push(address);
  }

  /**
   * Joins neighbours, and returns where the memory in use ends: `end`, or the start of the free space
   * just before it, which is given up.
   */
  merge(end: number): number {
    const all = this.runs.splice(0);
    for (const [size, addresses] of this.blocks) {
      for (const address of addresses) all.push({ address, size });
    }
    this.blocks.clear();
    all.sort((a, b) => a.address - b.address);
    const { runs } = this;
    for (const { address, size } of all) {
      const before = runs.at(-1);
      if (before !== undefined && before.address + before.size === address) {
        runs[runs.length - 1] = { address: before.address, size: before.size + size };
      } else runs.push({ address, size });
    }
    const last = runs.at(-1);
    const touches = last !== undefined && last.address + last.size === end;
    if (touches) runs.pop();
    runs.sort((a, b) => a.size - b.size);
    return touches ? last.address : end;
  }

  private takeOfRun(size: number): number | undefined {
    const { runs } = this;
    const at = this.firstOf(size);
    const run = runs[at];
    if (run === undefined) return undefined;
    runs.splice(at, 1);
    if (run.size > size) {
      const rest = { address: run.address + size, size: run.size - size };
      runs.splice(this.firstOf(rest.size), 0, rest);
    }
    return run.address;
  }

  /** The place of the smallest run of at least `size` bytes. */
  private firstOf(size: number): number {
    let [low, high] = [0, this.runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.runs[middle]!.size < size) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
