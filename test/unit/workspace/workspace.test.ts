/** Where files are: those of the project, and those that come with the code. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codeFolder, workspace, workspaceAt } from "../../../provider/workspace/workspace.js";

test("What a person wrote is below the project, what comes with the code beside it, even where that is elsewhere.", () => {
  const { path, local, asset, stackFolder } = workspaceAt("/mine", "/code");
  expect([path("jobs/a.yaml"), path("/etc/ca.pem"), path(stackFolder("dev"))]).toEqual([
    "/mine/jobs/a.yaml",
    "/etc/ca.pem",
    "/mine/.local/dev",
  ]);
  expect([local("runner"), asset("runner")]).toEqual(["/mine/.local/runner", "/code/runner"]);
});

test.each(["provider/workspace/workspace.ts", ".local/build/index-ts.cjs"])(
  "From %s the code's folder is found.",
  (file) => {
    expect(codeFolder(join(process.cwd(), file))).toBe(process.cwd());
  },
);

test("A file that belongs to no such code is an error, not an endless search.", () => {
  expect(() => codeFolder("/nowhere/a.ts")).toThrow("no folder above it");
});

test("What comes with the code is there.", () => {
  expect(existsSync(workspace.asset("provider", "cluster", "guard", "local-only.jar"))).toBe(true);
  expect(existsSync(workspace.asset("runner", "flink_runner"))).toBe(true);
});
