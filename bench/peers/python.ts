/** The peer program and a Python that can run it. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PythonPeer {
  readonly python: string;
  /** torch_adfilter.py */
  readonly program: string;
}

/** Where Pythons are: KALMIA_PYTHON, the first of the path, Debian's. */
const pythons = (): string[] =>
  [process.env.KALMIA_PYTHON, "python3", "/usr/bin/python3"].filter((path) => path !== undefined);

/** A Python that has this module. */
export const pythonWith = (module: string): string | undefined =>
  pythons().find((python) => {
    try {
      execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });

/** The program named (or KALMIA_PEER, or the one beside the checkout), or what is missing. */
export function findPeer(named: string | undefined): PythonPeer | { readonly missing: string } {
  const beside = ["../../../../", "../../../"].map((up) =>
    fileURLToPath(new URL(`${up}shared/peers/torch_adfilter.py`, import.meta.url)),
  );
  const program = named ?? process.env.KALMIA_PEER ?? beside.find(existsSync) ?? beside[0]!;
  if (!existsSync(program)) {
    return {
      missing: `there is no peer program at ${program}; name torch_adfilter.py as an argument or in KALMIA_PEER.`,
    };
  }
  const python = pythonWith("torch");
  if (python !== undefined) return { python, program };
  return {
    missing:
      "no Python here has PyTorch; install it (Debian: python3-torch) or name one in KALMIA_PYTHON.",
  };
}

/** A script of bench/peers, which is not compiled: beside this file, or in the sources of dist/. */
export function peerScript(name: string): string {
  const beside = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const source = fileURLToPath(new URL(`../../../bench/peers/${name}`, import.meta.url));
  return existsSync(beside) ? beside : source;
}

export const runPython = (
  { python }: Pick<PythonPeer, "python">,
  args: readonly string[],
): string => execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** A program that answers each line that it is given with one. */
export interface PeerProcess {
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Its answer to a line. */
  ask(question: string): Promise<string>;
  close(): void;
}

export function openPeer(python: string, args: readonly string[]): PeerProcess {
  const child = spawn(python, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.on("error", reject));
  failed.catch(() => {});
  const line = async (): Promise<string> => {
    const { done, value } = await Promise.race([lines.next(), failed]);
    if (done)
      throw new Error(`PyTorch's side ended before its time: ${[python, ...args].join(" ")}`);
    return value;
  };
  return {
    line,
    ask: (question) => {
      child.stdin.write(`${question}\n`);
      return line();
    },
    close: () => child.stdin.end(),
  };
}
