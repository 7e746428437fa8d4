/** The packed library, installed into a TypeScript project of its own, as a user has it. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its code; `npm test` must not tell an inner npm where to work. */
export async function command(file: string, args: readonly string[], cwd: string): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_.*prefix$/i.test(name)),
  );
  try {
    return { code: 0, ...(await execute(file, args, { cwd, env, maxBuffer: 2 ** 26 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    if (typeof code !== "number") throw error;
    return { code, stdout, stderr };
  }
}

/** The same with this Node. */
export const node = (args: readonly string[], cwd: string): Promise<Ended> =>
  command(process.execPath, args, cwd);

/** A package's script in the repository. */
export const tool = (script: string): string => join(root, "node_modules", script);

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await command("npm", args, cwd);
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return stdout;
}

export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[];
}

/** Packs dist/ as it is; `npm test` has built it. */
export async function pack(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-package-"));
  const options = ["--ignore-scripts", "--json", "--pack-destination", folder];
  const packed = JSON.parse(await npm(["pack", ...options], root));
  const { filename, files } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  const paths = files.map(({ path }: { path: string }) => path).sort();
  return { folder, tarball: join(folder, filename), files: paths };
}

/** An empty project with the tarball installed, the program in it, and a file of every entry. */
export async function installed(
  { folder, tarball }: Packed,
  entries: readonly string[],
): Promise<string> {
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }\n');
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await npm(["install", tarball, "--prefer-offline", ...quiet, "--prefix", project], project);
  copyFileSync(join(import.meta.dirname, "lorenz96.ts"), join(project, "lorenz96.ts"));
  writeFileSync(
    join(project, "entries.ts"),
    entries.map((entry, i) => `export * as part${i} from "${entry}";\n`).join(""),
  );
  return project;
}

/** A strict tsconfig that checks declarations too and has no types of Node. */
export function configure(project: string, module: string, moduleResolution: string): string {
  const name = `tsconfig.${moduleResolution}.json`;
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: "ES2022",
    module,
    moduleResolution,
    types: [],
    outDir: moduleResolution,
  };
  const files = ["lorenz96.ts", "entries.ts"];
  writeFileSync(join(project, name), JSON.stringify({ compilerOptions, files }));
  return name;
}
