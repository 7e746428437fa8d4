/**
 * Compiles kernels/ into the two WebAssembly builds and writes src/engine/kernels.generated.ts.
 *
 * Run directly, or call `buildKernels()`; the file is written only when both builds compile.
 */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src", "engine", "kernels.generated.ts");

const options = [
  ...["-O3", "--noAssert", "--runtime", "stub", "--use", "abort="],
  ...["--importMemory", "--noExportMemory", "--exportTable"],
  // A second instance on the same memory must not clear what the first keeps there.
  ...["--maximumMemory", "65536", "--zeroFilledMemory"],
  ...["--enable", "simd", "--enable", "bulk-memory"],
];

const header = `/**
 * The compiled kernels, WebAssembly in base64: made by scripts/build-kernels.mjs from kernels/.
 * Do not edit.
 */
`;

/** One build as bytes; throws with the compiler's messages when it fails. */
async function compile(extra) {
  const outputs = new Map();
  const { error, stderr } = await asc.main(
    ["kernels/index.ts", "--outFile", "kernels.wasm", ...options, ...extra],
    {
      readFile: async (name, base) => {
        try {
          return await readFile(resolve(root, base ?? ".", name), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => void outputs.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`The kernels do not compile.\n${stderr}`);
  return outputs.get("kernels.wasm");
}

const declaration = (name, bytes) =>
  `export const ${name} =\n  "${Buffer.from(bytes).toString("base64")}";\n`;

/** Builds both and writes the generated file; returns its path and the size of each build. */
export async function buildKernels() {
  const simd = await compile([]);
  const relaxed = await compile(["--enable", "relaxed-simd"]);
  const text = [header, declaration("simd", simd), declaration("relaxed", relaxed)].join("\n");
  await mkdir(dirname(target), { recursive: true });
  const same = await stat(target).then(
    async () => (await readFile(target, "utf8")) === text,
    () => false,
  );
  if (!same) await writeFile(target, text);
  return { path: target, simd: simd.length, relaxed: relaxed.length };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const start = performance.now();
  const { path, simd, relaxed } = await buildKernels();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${path}: simd ${simd} bytes, relaxed ${relaxed} bytes, ${seconds} s`);
}
