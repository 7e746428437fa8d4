/**
 * Reports in a real browser: nothing of a file is run, and names are shown as they are. Chromium is not among
 * the packages of npm: where it is not installed (`apt-get install chromium`, or its path in CHROMIUM), the
 * tests are left out.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderComparison, renderPage } from "../../src/report/index.js";
import { comparisonOf } from "../../src/run/index.js";
import { temporaryFolder } from "../cli/fixture.js";
import { hostileMethods, hostileNames, hostileRun } from "./hostile.js";

const chromium = process.env.CHROMIUM ?? "chromium";
const isThere = spawnSync(chromium, ["--version"]).status === 0;

/** Opens a page, and returns what it is after loading, and what the console said. */
function open(html: string): {
  readonly dom: string;
  readonly title: string;
  readonly told: string;
} {
  const path = join(temporaryFolder(), "page.html");
  writeFileSync(path, html);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  const { stdout, stderr } = spawnSync(
    chromium,
    [...flags, "--enable-logging=stderr", "--dump-dom", `file://${path}`],
    { encoding: "utf8", timeout: 50_000 },
  );
  const [, title = ""] = /<title>([\s\S]*?)<\/title>/.exec(stdout) ?? [];
  const told = stderr.split("\n").filter((line) => line.includes("CONSOLE"));
  return { dom: stdout, title, told: told.join("\n") };
}

/** The texts of a page as the browser has them. */
const textsOf = (dom: string) =>
  dom
    .replace(/<[^>]*>/g, "\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .split("\n")
    .map((text) => text.trim());

const plain = hostileNames.filter((name) => !/[\u2028\u2029]/.test(name));
const attack = `<script>document.title = "ran"</script>`;

describe.skipIf(!isThere)("in Chromium", () => {
  test("a run with hostile names: all are shown, nothing runs, nothing is refused", async () => {
    const { specification, output } = hostileRun(hostileNames);
    const { dom, title, told } = open((await renderPage(specification, output)).html);
    expect(title).not.toBe("ran");
    expect(told).toBe("");
    expect(dom).not.toContain("<script");
    expect(textsOf(dom)).toEqual(expect.arrayContaining([...plain]));
  });

  test("a comparison with hostile names", async () => {
    const { specification } = hostileRun(["x"]);
    const folders = hostileNames.map((_, i) => `m${i}`);
    const comparison = comparisonOf(hostileMethods(hostileNames));
    const { html } = await renderComparison(specification, comparison, folders);
    const { dom, title, told } = open(html);
    expect(title).not.toBe("ran");
    expect(told).toBe("");
    expect(textsOf(dom)).toEqual(expect.arrayContaining([...plain]));
  });

  test("a script that got past the escaping is refused by the policy, and would run without it", async () => {
    const { specification, output } = hostileRun(["hare", "lynx"]);
    const { html } = await renderPage(specification, output);
    const broken = html.replace("</main>", () => `${attack}</main>`);
    const held = open(broken);
    expect(held.title).not.toBe("ran");
    expect(held.told).toContain("Content Security Policy");
    expect(open(broken.replace(/<meta http-equiv[^>]*>/, "")).title).toBe("ran");
  });
});
