/**
 * The packages that draw figures. They are optional: without them Kalmia filters, learns and writes
 * its numbers, and a run has no report (decision 0030). Each is loaded when the first figure is
 * drawn, so that the other files load where it is not installed.
 */

/** What to install beside Kalmia for reports and figures, in versions that work together. */
export const drawingPackages: Readonly<Record<string, string>> = {
  vega: "6.4.0",
  "vega-lite": "6.4.3",
  "@resvg/resvg-js": "2.6.2",
  "dejavu-fonts-ttf": "2.37.3",
};

/** A figure was asked for, and a package that draws it is not installed. */
export class MissingPackagesError extends Error {
  override readonly name = "MissingPackagesError";
}

/** What `load` gives; throws `MissingPackagesError` where one of these packages is not installed. */
export async function loadDrawing<T>(load: () => T | Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    const packages = Object.entries(drawingPackages).map(([name, version]) => `${name}@${version}`);
    throw new MissingPackagesError(
      `the packages that draw it are not installed; add them beside Kalmia with \`npm install ${packages.join(" ")}\``,
      { cause: error },
    );
  }
}

/** Node names the missing package, or the missing file in it, in quotes. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  const { code, message } = error;
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return false;
  return Object.keys(drawingPackages).some((name) => new RegExp(`'${name}['/]`).test(message));
}
