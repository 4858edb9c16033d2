/** The store of another stack, asked beside a plan: whatever is wrong with it becomes a remark. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareJob, compareNames } from "../../../provider/ask/compare.js";
import type { Desired } from "../../../provider/decide/change/changes.js";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { newStore } from "../../../provider/remember/store.js";

const desired = (name: string): Desired => ({
  manifest: { name, description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} },
  definitions: [],
  templates: [],
  metadataColumns: { timestamp: "ts", query: true },
  secrets: {},
  directories: { checkpoints: "", savepoints: "" },
  files: {},
  adopt: undefined,
});
const record = (name: string, status: JobRecord["status"]): JobRecord => ({
  status,
  current: {
    ...desired(name),
    meta: { queryId: "q", version: 2, createdAt: "" },
    secrets: undefined,
    jobId: "j",
    startedFrom: null,
  },
  savepoint: undefined,
  resourceId: "r",
  intent: undefined,
  past: [],
  written: undefined,
});

let folder: string;
let other: { stack: string; store: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compare-"));
  other = { stack: "staging", store: `file://${folder}` };
  const store = newStore(other.store);
  await store.write("runs", record("runs", "running"), undefined);
  await store.write("gone", record("gone", "deleted"), undefined);
  await store.write("more", record("more", "running"), undefined);
  await writeFile(join(folder, "manifests", "damaged.yaml"), "name: [");
});
afterAll(() => rm(folder, { recursive: true }));

test("A job is compared with its record.", async () => {
  expect(await compareJob(other, desired("runs"))).toEqual({
    words: "SQL and tables as in staging (version 2, running)",
    severity: "info",
  });
  expect((await compareJob(other, desired("new")))?.words).toBe("staging does not have it");
});

test("A damaged record is a warning about that job.", async () => {
  expect(await compareJob(other, desired("damaged"))).toEqual({
    words: "staging cannot be read: its record of this job is damaged",
    severity: "warning",
  });
});

test("Jobs that only the other stack has are named, without those that it has given up.", async () => {
  expect(await compareNames(other, ["runs", "new"])).toEqual({
    words: "staging has 2 jobs that this stack does not have: damaged, more",
    severity: "warning",
  });
  expect(await compareNames(other, ["runs", "more", "damaged"])).toBeUndefined();
});

test("A store without a record may be one that was not meant: said once, and no job is said to be missing there.", async () => {
  const nowhere = { stack: "prodd", store: `file://${folder}/prodd/store` };
  const said = [
    await compareNames(nowhere, []),
    await compareJob(nowhere, desired("a")),
    await compareJob(nowhere, desired("b")),
  ];
  const words = `prodd has no records at ${nowhere.store}, so no job is compared with it; is the configuration key \`compareWith\` right?`;
  expect(said).toEqual([{ words, severity: "warning" }, undefined, undefined]);
});

test("A server that never answers is waited for once, and said to be silent once.", async () => {
  const open: Socket[] = [];
  const silent = createServer((socket) => void open.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" });
  const away = { stack: "staging", store: `s3://b/p?endpoint=http%3A%2F%2F127.0.0.1%3A${port}` };
  const since = Date.now();
  const said = [
    await compareNames(away, []),
    ...(await Promise.all(["a", "b"].map((name) => compareJob(away, desired(name))))),
  ];
  const seconds = (Date.now() - since) / 1000;
  for (const socket of open) socket.destroy();
  silent.close();
  expect(said).toEqual([
    { words: "staging cannot be read: no answer within 10 s", severity: "warning" },
    undefined,
    undefined,
  ]);
  expect(seconds).toBeLessThan(15);
});
