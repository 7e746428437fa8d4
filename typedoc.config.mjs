/** The reference in docs/api/: what every public entry exports; see scripts/docs.mjs. */
import { readFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

export default {
  name: "Kalmia",
  // The entry "." has the others as namespaces.
  entryPoints: Object.values(exports)
    .filter((file) => file.startsWith("./dist/") && file !== exports["."])
    .map((file) => file.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
  tsconfig: "tsconfig.build.json",
  out: "docs/api",
  readme: "none",
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  // `npm test` checks types before.
  skipErrorChecking: true,
  // Types that an entry uses and does not export are shown without a link.
  validation: { notExported: false, invalidLink: true },
  treatWarningsAsErrors: true,
};
