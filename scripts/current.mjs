/** Keeps installed packages and built files current, and leaves them alone when they are. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command at the root of the repository; its failure ends this process with its code. */
export function run(command, args, options = {}) {
  try {
    execFileSync(command, args, { cwd: root, stdio: "inherit", ...options });
  } catch (error) {
    if (typeof error.status === "number") process.exit(error.status);
    throw error;
  }
}

/** Runs the script of an installed package with this Node. */
export const runTool = (script, args, nodeArgs = []) =>
  run(process.execPath, [...nodeArgs, join(root, "node_modules", script), ...args]);

function filesUnder(path) {
  if (!existsSync(join(root, path))) return [];
  const entries = readdirSync(join(root, path), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath ?? e.path, e.name));
}

/** A fingerprint of files and folders, and of the Node that uses them. */
function fingerprint(paths) {
  const hash = createHash("sha256").update(process.versions.modules);
  const files = paths.flatMap((path) =>
    /\.[a-z]+$/.test(path) ? [join(root, path)] : filesUnder(path),
  );
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest("hex");
}

/** Does `work` unless the stamp says that it was done for these inputs. */
export function keepCurrent(stamp, inputs, work) {
  const file = join(root, stamp);
  const now = () => fingerprint(inputs);
  const before = now();
  if (existsSync(file) && readFileSync(file, "utf8") === before) return;
  rmSync(file, { force: true });
  work();
  writeFileSync(file, now());
}

/**
 * Installs the packages of the lock file. `npm ci` would refuse a registry that does not carry the
 * optional packages of other platforms; `npm install --no-save` follows the same lock file.
 */
export function install() {
  keepCurrent("node_modules/.kalmia-installed", ["package.json", "package-lock.json"], () => {
    console.error("Installing packages …");
    run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  });
}

/** Compiles the kernels. */
export function buildKernels() {
  install();
  keepCurrent(
    "node_modules/.kalmia-kernels",
    ["kernels", "scripts/build-kernels.mjs", "package-lock.json"],
    () => {
      console.error("Compiling kernels …");
      run(process.execPath, [join(root, "scripts/build-kernels.mjs")]);
    },
  );
  if (!existsSync(join(root, "src/engine/kernels.generated.ts"))) {
    rmSync(join(root, "node_modules/.kalmia-kernels"), { force: true });
    buildKernels();
  }
}

/** Compiles the library and the command line into dist/. */
export function build() {
  buildKernels();
  const inputs = ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];
  keepCurrent("node_modules/.kalmia-built", inputs, () => {
    console.error("Building …");
    rmSync(join(root, "dist"), { recursive: true, force: true });
    runTool("typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
  });
  if (!existsSync(join(root, "dist/index.js"))) {
    rmSync(join(root, "node_modules/.kalmia-built"), { force: true });
    build();
  }
}
