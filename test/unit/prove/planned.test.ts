/** What a remembered plan hangs on: whatever changes how Flink plans a job makes another key, or none. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Deployment } from "../../../provider/decide/job/record.js";
import { planKey } from "../../../provider/prove/planned.js";
import type { SubmissionTarget } from "../../../provider/prove/submission-parts.js";
import { connectionTo } from "../../support/clients.js";

let folder: string;
let target: SubmissionTarget;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "planned-"));
  for (const name of ["lib", "opt", "plugins", "conf", "venv/bin", "venv/lib/python3.11/site-packages"])
    await mkdir(join(folder, name), { recursive: true });
  for (const name of ["venv/pyvenv.cfg", "venv/bin/python"]) await writeFile(join(folder, name), "");
  target = {
    gateway: undefined,
    runner: { python: join(folder, "venv/bin/python"), flinkHome: folder },
    jobManager: connectionTo("http://127.0.0.1:1"),
    limitMs: 1000,
    codePlace: () => undefined,
    options: {},
    slots: "fixed",
  };
});
afterAll(() => rm(folder, { recursive: true }));

const job: Deployment = {
  manifest: { name: "j", description: "", "target-table": "t", code: "x = 1", flinkProperties: {} },
  meta: { queryId: "q", version: 1, createdAt: "1970-01-01 00:00:00" },
  definitions: ["CREATE TABLE t (n INT) WITH ('connector' = 'print')"],
  metadataColumns: { timestamp: "__create_timestamp", query: true },
  secrets: undefined,
  directories: { checkpoints: "file:///c", savepoints: "file:///s" },
  files: { "functions.py": "1" },
  jobId: undefined,
  startedFrom: null,
};
const of = (changed: Partial<Deployment> = {}, secrets = {}, to = target) =>
  planKey({ ...job, ...changed }, secrets, to);
const withManifest = (changed: object) => of({ manifest: { ...job.manifest, ...changed } });

test("The same job has the same key.", async () => {
  expect(await of()).toMatch(/^[0-9a-f]{64}$/u);
  expect(await of({ jobId: "another run" })).toBe(await of());
});

const OTHERS: [string, () => Promise<string | undefined>][] = [
  ["code", () => withManifest({ code: "x = 2" })],
  ["a query in place of it", () => withManifest({ code: undefined, sql: "SELECT 1" })],
  ["a target table", () => withManifest({ "target-table": "other" })],
  ["a property", () => withManifest({ flinkProperties: { "table.exec.state.ttl": "1 h" } })],
  ["a table", () => of({ definitions: ["CREATE TABLE t (n BIGINT) WITH ('connector' = 'print')"] })],
  ["the content of a file", () => of({ files: { "functions.py": "2" } })],
  ["metadata columns", () => of({ metadataColumns: { timestamp: "__create_timestamp", query: false } })],
  ["a secret", () => of({}, { password: "x" })],
  ["another secret", () => of({}, { password: "y" })],
  ["the Python of the workers", () => of({}, {}, { ...target, options: { "python.executable": "/other" } })],
];

test("Each change makes another key.", async () => {
  const keys = await Promise.all([of(), ...OTHERS.map(([, key]) => key())]);
  expect(new Set(keys).size).toBe(OTHERS.length + 1);
  expect(keys).not.toContain(undefined);
});

test.each(["lib/connector.jar", "conf/config.yaml", "venv/lib/python3.11/site-packages/pandas-2.dist-info"])(
  "A new %s makes another key.",
  async (name) => {
    const before = await of();
    await writeFile(join(folder, name), "");
    expect(await of()).not.toBe(before);
  },
);

test("Where something cannot be known there is no key.", async () => {
  expect(await withManifest({ flinkProperties: { "python.files": "/elsewhere/functions.py" } })).toBeUndefined();
  expect(await withManifest({ flinkProperties: { "pipeline.jars": "s3://bucket/a.jar" } })).toBeUndefined();
  const system = { ...target, runner: { python: "python3", flinkHome: folder } };
  expect(await of({}, {}, system)).toBeUndefined();
  vi.stubEnv("PYTHONPATH", "/elsewhere");
  expect(await of()).toBeUndefined();
  vi.unstubAllEnvs();
});
