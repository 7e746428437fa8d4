/** A browser of the machine, if there is one, without its window. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { command } from "./project.js";

const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** The path of Chromium, or null; `KALMIA_BROWSER` names another one. */
export function findBrowser(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const given = process.env.KALMIA_BROWSER;
  const paths = given ? [given] : names.flatMap((name) => folders.map((f) => join(f, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Text of the page's body after the script has run; an error of the script is the text, too. */
export async function runInBrowser(browser: string, script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kalmia-browser-"));
  const page = join(folder, "page.html");
  const escaped = script.replaceAll("</script", "<\\/script");
  const failing = "onerror = (message) => { document.body.textContent = message; };";
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><body><script>${failing}</script><script>${escaped}</script>`,
  );
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const profile = `--user-data-dir=${join(folder, "profile")}`;
  const address = pathToFileURL(page).href;
  try {
    const { stdout, stderr } = await command(
      browser,
      [...flags, profile, "--dump-dom", address],
      folder,
    );
    const body = /<body>([\s\S]*?)(<script|<\/body)/.exec(stdout);
    if (body === null) throw new Error(`${browser} showed no page:\n${stdout}\n${stderr}`);
    return body[1]!;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
