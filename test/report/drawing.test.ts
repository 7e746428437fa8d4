import { expect, test } from "vitest";
import { loadDrawing, MissingPackagesError } from "../../src/report/drawing.js";

const failing = (message: string, code: string) => () => {
  throw Object.assign(new Error(message), { code });
};

test("what is loaded is handed on", async () => {
  expect(await loadDrawing(() => 7)).toBe(7);
});

test.each([
  ["Cannot find package 'vega-lite' imported from /a/svg.js", "ERR_MODULE_NOT_FOUND"],
  ["Cannot find module 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf'", "MODULE_NOT_FOUND"],
])("a package that draws and is not there is asked for: %s", async (message, code) => {
  const loading = loadDrawing(failing(message, code));
  await expect(loading).rejects.toThrow(MissingPackagesError);
  await expect(loading).rejects.toThrow(
    "`npm install vega@6.4.0 vega-lite@6.4.3 @resvg/resvg-js@2.6.2 dejavu-fonts-ttf@2.37.3`",
  );
});

test.each([
  ["Cannot find module '@resvg/resvg-js-linux-x64-gnu'", "MODULE_NOT_FOUND"],
  ["vega broke", "ERR_OTHER"],
])("another failure stays what it is: %s", async (message, code) => {
  await expect(loadDrawing(failing(message, code))).rejects.toThrow(message);
});
