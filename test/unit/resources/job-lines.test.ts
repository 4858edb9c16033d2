/** What a job's own line says in a preview: one line, and one wherever Pulumi says `update`. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { openStore } from "../../../provider/remember/store.js";
import { hooks } from "../../../provider/resources/flink-sql-job.js";
import { JobGiven } from "../../../provider/resources/job-inputs.js";
import { desiredOf } from "../../../provider/resources/job-meaning.js";
import { listenAsEngine } from "../../support/stories/engine.js";

const JOB = "0a".repeat(16);
const root = mkdtempSync(join(tmpdir(), "job-lines-"));
const store = pathToFileURL(root).href;
let engine: Awaited<ReturnType<typeof listenAsEngine>>;
let server: Server;
let restUrl: string;
let state = "RUNNING";

beforeAll(async () => {
  engine = await listenAsEngine();
  const checkpoints = { counts: { completed: 1, restored: 0 }, latest: {}, history: [] };
  server = createServer(({ url = "" }, answer) => {
    const tasks = { total: 1, running: 1, finished: 0 };
    const jobs = names.map((name) => ({
      jid: JOB,
      name,
      state,
      "start-time": 1,
      "end-time": state === "RUNNING" ? -1 : 2,
      tasks,
    }));
    const pages = { "/jobs/overview": { jobs }, [`/jobs/${JOB}/checkpoints`]: checkpoints };
    const page = Object.entries(pages).find(([path]) => url.endsWith(path))?.[1];
    answer.writeHead(page ? 200 : 404).end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  engine.close();
  rmSync(root, { recursive: true });
});

let names: string[] = [];
beforeEach(() => {
  engine.told.length = 0;
  state = "RUNNING";
});

/** A listing is believed for a moment. */
async function ends(): Promise<void> {
  state = "FINISHED";
  await sleep(600);
}

/** Inputs of a job, as the engine hands them over; its name is part of its address. */
function given(name: string, changes: object = {}) {
  names = [name];
  return {
    name,
    description: "",
    targetTable: "sink",
    sql: "SELECT 1",
    file: `jobs/${name}.yaml`,
    secretParameters: {},
    store,
    self: `urn:pulumi:dev::p::t::${name}`,
    flinkProperties: "{}",
    definitions: "[]",
    cluster: JSON.stringify({ restUrl, gatewayUrl: "", activity: "none", target: "remote", folder: "x" }),
    metadataColumns: { timestamp: "ts", query: true },
    startSeconds: 1,
    savepointSeconds: 1,
    requestSeconds: 5,
    ...changes,
  };
}

/** A record of what runs under these inputs. */
async function recorded(inputs: object, parts: Partial<JobRecord> = {}): Promise<void> {
  const { manifest, definitions, templates, metadataColumns, directories, files, here } = desiredOf(
    JobGiven.parse(inputs),
    {},
  );
  const meta = { queryId: "q", version: 1, createdAt: "2026-01-01 00:00:00" };
  const current = { manifest, meta, definitions, templates, metadataColumns, directories, files, cluster: here };
  await openStore(store).write(
    manifest.name,
    {
      status: "running",
      current: { ...current, secrets: undefined, jobId: JOB, startedFrom: null },
      savepoint: undefined,
      resourceId: "orders-1",
      owner: "p/dev",
      intent: undefined,
      past: [],
      written: undefined,
      ...parts,
    },
    undefined,
  );
}

/** What the engine asks of a job that the stack's state has, with these outputs. */
async function lineOf(inputs: object, outputs: object, id = "orders-1") {
  const { inputs: checked } = await hooks.check(inputs, inputs);
  const { changes } = await hooks.diff(id, { ...inputs, ...outputs }, checked);
  return { changes, told: engine.told.map(({ words }) => words) };
}

test("A job that runs as the state says has no line.", async () => {
  const inputs = given("same");
  await recorded(inputs);
  expect(await lineOf(inputs, { jobId: JOB })).toEqual({ changes: false, told: [] });
});

test.each<[string, object, string]>([
  ["a start that was cut short came up", { jobId: "0b".repeat(16) }, "orders-1"],
  ["the record belongs to another resource", { jobId: JOB }, "orders-2"],
])("Where %s it is an update, and says why.", async (title, outputs, id) => {
  const name = title.replaceAll(" ", "-");
  const inputs = given(name);
  await recorded(inputs);
  const line = `${name}: adopted as it runs, not restarted, version 1 stays`;
  expect(await lineOf(inputs, outputs, id)).toEqual({ changes: true, told: [line] });
});

test("A state that this release cannot read is written again: else a destroy could not read it either.", async () => {
  const inputs = given("old-form");
  await recorded(inputs);
  const line = "old-form: adopted as it runs, not restarted, version 1 stays";
  const outputs = { jobId: JOB, startSeconds: undefined };
  expect(await lineOf(inputs, outputs)).toEqual({ changes: true, told: [line] });
});

test("It is updated in place with another query, too; its version is in the record.", async () => {
  const inputs = given("old-form-query");
  await recorded(inputs);
  const changed = { ...inputs, sql: "SELECT 2" };
  const { inputs: checked } = await hooks.check(inputs, changed);
  const olds = { ...inputs, jobId: JOB, startSeconds: undefined };
  expect(await hooks.diff("orders-1", olds, checked)).toEqual({ changes: true, replaces: [] });
});

test("One that came to its end meanwhile is not said to run.", async () => {
  const inputs = given("ended");
  await recorded(inputs, { status: "finished" });
  await ends();
  const line = "ended: finished, not started again, version 1 stays";
  expect(await lineOf(inputs, { jobId: "0b".repeat(16) })).toEqual({ changes: true, told: [line] });
});

test("A job that is looked at twice, as before a replacement, says what was seen first, and no more.", async () => {
  const inputs = given("twice");
  await recorded(inputs, { status: "stopped" });
  await ends();
  const suspended = given("twice", { choice: { suspended: true } });
  await hooks.check(inputs, suspended);
  await openStore(store).write(
    "twice",
    { ...(await stored("twice")), savepoint: { kind: "savepoint", path: "file:/s/1", at: 5 } },
    await mark("twice"),
  );
  await hooks.check({}, suspended);
  expect(engine.told.map(({ words }) => words)).toEqual(["twice: suspended, version 1; it never had a state"]);
});

const stored = async (name: string) => (await openStore(store).read(name))?.record ?? expect.fail(name);
const mark = async (name: string) => (await openStore(store).read(name))?.mark;
