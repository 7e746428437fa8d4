import { expect, test } from "vitest";
import { node, root, tool } from "../package/project.js";

test("the reference of the library can be made, and every link in it leads somewhere", async () => {
  const { code, stdout, stderr } = await node(
    [tool("typedoc/bin/typedoc"), "--emit", "none"],
    root,
  );
  expect(code, stdout + stderr).toBe(0);
});
