/**
 * The lock of a folder of results: `kalmia.lock` names the process that writes into the folder, so that
 * another one does not. It is made in one step, and the lock of a process that has ended is taken over.
 */
import { linkSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileProblem, InputError } from "./errors.js";
import { causeOf, codeOf, removeFile, textIfThere, unfinishedEnding } from "./files.js";
import { lockName } from "./result-names.js";

interface Owner {
  readonly kalmia: "lock";
  readonly pid: number;
  readonly host: string;
  /** When the process began, by the clock of the system; null where it cannot be found out. */
  readonly birth: string | null;
}

/** The locks that this process holds. */
const held = new Set<string>();

/**
 * Takes the lock of a folder, and returns the function that gives it back; `shown` is the name of the folder
 * in messages.
 *
 * @throws InputError when another run is writing there, or nothing can be written there.
 */
export function lockFolder(folder: string, shown: string): () => void {
  const path = join(realpathSync(folder), lockName);
  const owner: Owner = {
    kalmia: "lock",
    pid: process.pid,
    host: hostname(),
    birth: birthOf(process.pid),
  };
  const text = `${JSON.stringify(owner)}\n`;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      makeLock(path, text);
      held.add(path);
      return () => {
        if (held.delete(path) && textIfThere(path) === text) removeFile(path);
      };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw refusal(shown, `results cannot go there: ${causeOf(error)}`);
      }
    }
    const found = textIfThere(path);
    if (found !== null && !takeAway(path, found))
      throw refusal(shown, inUse(join(shown, lockName), found));
  }
  throw refusal(shown, "other runs are starting there at the same time");
}

const attempts = 5;

const refusal = (shown: string, message: string) => new InputError([fileProblem(shown, message)]);

/** Makes the lock with its text in one step. @throws Error EEXIST when there is one. */
function makeLock(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}${unfinishedEnding}`;
  try {
    writeFileSync(unfinished, text);
    linkSync(unfinished, path);
  } catch (error) {
    if (!noLinks.includes(codeOf(error) ?? "")) throw error;
    writeFileSync(path, text, { flag: "wx" });
  } finally {
    removeFile(unfinished);
  }
}

/** The codes of file systems without links. */
const noLinks = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"];

/** Takes away a lock with this text, if its process has ended. */
function takeAway(path: string, text: string): boolean {
  const owner = ownerIn(text);
  if (owner === null || isAlive(owner, path)) return false;
  const stale = `${path}.stale.${process.pid}${unfinishedEnding}`;
  try {
    renameSync(path, stale);
    // Another process may have taken the lock over since it was read: then it gets it back.
    const same = readFileSync(stale, "utf8") === text;
    if (!same) linkSync(stale, path);
    return same;
  } catch {
    return true;
  } finally {
    removeFile(stale);
  }
}

function ownerIn(text: string): Owner | null {
  try {
    const found = JSON.parse(text) as Partial<Owner> | null;
    const fits =
      found?.kalmia === "lock" && Number.isInteger(found.pid) && typeof found.host === "string";
    return fits ? (found as Owner) : null;
  } catch {
    return null;
  }
}

function inUse(name: string, text: string): string {
  const owner = ownerIn(text);
  if (owner === null) return `${name} is in the way; if no run is writing there, remove it`;
  const { pid, host } = owner;
  const where = host === hostname() ? "" : ` on ${host}`;
  const hint = where === "" ? "" : `; if it has ended, remove ${name}`;
  return `process ${pid}${where} is writing results there; wait until it has ended, or take another folder${hint}`;
}

/** Whether a process may still be running; on another machine nobody can tell. */
function isAlive({ pid, host, birth }: Owner, path: string): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const now = birthOf(pid);
  return birth === null || now === birth || now === null;
}

/** Returns what tells a process from another with the same number: on Linux its start since the last boot. */
function birthOf(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name in parentheses: state, …, and as field 22 of the line the time of the start.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? "ended" : `${boot} ${fields[18]}`;
  } catch {
    return null;
  }
}
