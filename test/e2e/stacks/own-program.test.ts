/** The program of docs/program.md, as it stands there, on the cluster of all stories: a job of a component, without a manifest. */

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Flink } from "../../support/clusters/flink.js";
import { pulumi, type Ran, type Stack } from "../../support/stories/pulumi.js";
import { makeStack } from "../../support/stories/stack.js";

/** What a clone has and the program needs. */
const PARTS = ["Pulumi.yaml", "program.cjs", "provider", "runner", "tsconfig.json", "package.json"];

const JOB = "large-orders";

let folder: string;
let stack: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-program-"));
  for (const part of PARTS) await cp(part, join(folder, part), { recursive: true });
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  const name = `own-${folder.slice(-6).toLowerCase()}`;
  stack = { name, folder: join(folder, "pulumi"), elsewhere: { folder, bin: dirname(process.execPath) } };
  await makeStack(stack);
});
afterAll(async () => {
  if (stack) await run("destroy", "--yes", "--skip-preview");
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ran> => pulumi(stack, [...args, "--stack", stack.name]);

/** The first block of TypeScript on the page, with this cluster and a store of its own. */
async function write(least: number): Promise<void> {
  const [, program = ""] = /^```ts\n(.*?)^```$/msu.exec(await readFile("docs/program.md", "utf8")) ?? [];
  const cluster = { target: "remote", restUrl: inject("restUrl"), gatewayUrl: inject("gatewayUrl") };
  const here = program
    .replace("file:///srv/flink", `file://${folder}/store`)
    .replace("slotsPerTaskManager: 2", JSON.stringify(cluster).slice(1, -1))
    .replace('"orders", 100', `"orders", ${least}`);
  expect(here).toContain(inject("restUrl"));
  await writeFile(join(folder, "index.ts"), here);
}

test("It makes the job, says so on the job's own line, and replaces it where the query changes.", async () => {
  await write(100);
  const first = await run("up", "--yes", "--skip-preview");
  expect(first.code, first.text).toBe(0);
  expect(first.text).toMatch(/FlinkSqlJob \(large-orders\):\n +large-orders: new, version 1, starts clean\n/u);
  const flink = new Flink(inject("restUrl"));
  expect((await flink.one(JOB)).name).toBe(JOB);

  const unchanged = await run("preview", "--expect-no-changes");
  expect(unchanged.code, unchanged.text).toBe(0);
  expect(unchanged.lines).toEqual({});

  await write(200);
  const second = await run("up", "--yes", "--skip-preview");
  expect(second.code, second.text).toBe(0);
  expect(second.lines[JOB]).toMatch(/^new version 2, starts clean \(SQL changed\)/u);

  const destroyed = await run("destroy", "--yes", "--skip-preview");
  expect(destroyed.code, destroyed.text).toBe(0);
  expect((await flink.jobs()).filter(({ name, state }) => name === JOB && state === "RUNNING")).toEqual([]);
});
