/**
 * Our loss and gradients against PyTorch's, for the same inputs and noise, in f64.
 *
 *     npm run bench -- agreement [PEER.py] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exportCases } from "./peers/export.js";
import { findPeer, peerScript, runPython } from "./peers/python.js";
import type { Streams } from "./streams.js";
import { tableText } from "./table.js";

interface Agreement {
  readonly torch: string;
  readonly cases: readonly {
    readonly name: string;
    readonly loss: number;
    readonly gradient: Readonly<Record<string, number>>;
  }[];
}

/** Largest relative difference that passes: rounding of f64, enlarged by the windows' conditions. */
const tolerance = 1e-10;

export async function agreement(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const peer = findPeer(positionals[0]);
  if ("missing" in peer) {
    stderr.write(`agreement: ${peer.missing}\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "kalmia-"));
  try {
    const file = join(folder, "cases.json");
    writeFileSync(file, JSON.stringify(exportCases()));
    const output = runPython(peer, [peerScript("gradients.py"), file, peer.program]);
    const found = JSON.parse(output) as Agreement;
    stdout.write(values.json ? output : text(found));
    return found.cases.every((each) => worst(each) <= tolerance) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const worst = ({ loss, gradient }: Agreement["cases"][number]): number =>
  Math.max(loss, ...Object.values(gradient));

const text = ({ torch, cases }: Agreement): string =>
  tableText({
    title: `Largest relative difference to PyTorch ${torch}, f64`,
    header: ["case", "loss", "gradient", "of"],
    rows: cases.map(({ name, loss, gradient }) => {
      const [[which, most]] = Object.entries(gradient).sort((a, b) => b[1] - a[1]) as [
        [string, number],
      ];
      return [name, loss.toExponential(1), most.toExponential(1), which];
    }),
  });
