/**
 * One process with one build of the kernels: runs benchmarks, writes its findings as JSON.
 *
 *     node child.js '{ "names": [...], "build": "simd" | "relaxed", "peer", "quick" }'
 */
import { useBackend } from "kalmia/engine";
import type { Task } from "./builds.js";
import { benchmarks } from "./catalogue.js";
import { type Findings, join, nothing } from "./figure.js";
import type { Bench } from "./group.js";
import { loadJax } from "./jax.js";

const { names, build, peer, quick } = JSON.parse(process.argv[2] ?? "{}") as Task;
useBackend(build);

const other = peer ? await loadJax() : null;
const bench: Bench = {
  options: quick ? { samples: 3, seconds: 0.01 } : { samples: 7, seconds: 0.1 },
  peer: typeof other === "string" ? null : other,
  progress: (text) => process.stderr.write(`${build}: ${text}\n`),
};
const found: Findings[] = [nothing];
if (typeof other === "string") {
  found.push({ ...nothing, missing: [{ who: "jax-js", case: "everything", reason: other }] });
}
for (const name of names) {
  const run = await benchmarks[name]!.load();
  found.push(await run(bench));
}
process.stdout.write(JSON.stringify(join(found)));
