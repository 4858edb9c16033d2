/**
 * The promise against crashes: whatever dies, and at whichever request, the next run ends with exactly one copy of the
 * job, from the right state. A change is run again and again with a fault at a later request each time.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local.js";
import type { JobRecord } from "../../provider/core/record.js";
import { FileStore } from "../../provider/store/file.js";
import { localSpec } from "../support/cluster.js";
import { type Fault, FaultPlan, startProxy } from "../support/fault-proxy.js";
import { Flink } from "../support/flink.js";

let folder: string;
let flink: Flink;
let urls: { restUrl: string; gatewayUrl: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "faults-"));
  const spec = await localSpec(folder, 8);
  await startLocalOrNothing({ ...spec, properties: { "web.refresh-interval": "100" } }, () => undefined);
  urls = { restUrl: `http://127.0.0.1:${spec.restPort}`, gatewayUrl: `http://127.0.0.1:${spec.gatewayPort}` };
  flink = new Flink(urls.restUrl);
});

afterAll(async () => {
  await stopLocal(folder);
  await rm(folder, { recursive: true, force: true });
});

const PLAN = { action: "none", words: "", replaces: [] };

/** What the program gives to a job's hooks. */
function inputsOf(name: string, cluster: object, changes: object = {}): Record<string, unknown> {
  const table = (sql: string) => ({ sql, label: "", file: "t.sql", line: 1, column: 1 });
  return {
    name,
    description: "",
    targetTable: "numbers_out",
    sql: "SELECT id, COUNT(*) AS n FROM numbers GROUP BY id",
    flinkProperties: { "execution.checkpointing.interval": "200 ms", "parallelism.default": "1" },
    file: "jobs/x.yaml",
    definitions: [
      table(
        "CREATE TABLE numbers (id INT) WITH ('connector'='datagen','rows-per-second'='20','fields.id.max'='9','fields.id.min'='0')",
      ),
      table("CREATE TABLE numbers_out (id INT, n BIGINT, ts TIMESTAMP_LTZ(3)) WITH ('connector'='blackhole')"),
    ],
    metadataColumns: { timestamp: "ts", query: false },
    secretParameters: {},
    cluster: { ...cluster, activity: "none", target: "remote", folder: "x" },
    store: pathToFileURL(join(folder, "store")).href,
    startSeconds: 60,
    savepointSeconds: 60,
    requestSeconds: 10,
    self: "urn:pulumi:test::test::flink::test",
    plan: PLAN,
    ...changes,
  };
}

interface Run {
  readonly ok: boolean;
  readonly text: string;
}

/** A provider process for one hook; `kill` ends it as `kill -9` does. */
function start(hook: string, args: readonly unknown[]): { done: Promise<Run>; kill: () => void } {
  const child = execa("node", [resolve("test/support/run-hook.cjs")], {
    env: { HOOK: JSON.stringify(["flink-sql-job", hook, args]) },
    reject: false,
    timeout: 90_000,
  });
  const done = child.then(({ exitCode, stdout, stderr }) => ({
    ok: exitCode === 0,
    text: exitCode === 0 ? stdout : stderr,
  }));
  return { done, kill: () => child.kill("SIGKILL") };
}

const ROWS: Readonly<
  Record<string, { readonly hook: "create" | "update"; readonly changes: object; readonly version: number }>
> = {
  "property change": {
    hook: "update",
    changes: { flinkProperties: { "execution.checkpointing.interval": "300 ms", "parallelism.default": "1" } },
    version: 1,
  },
  "SQL change": {
    hook: "create",
    changes: { sql: "SELECT id, COUNT(*) + 1 AS n FROM numbers GROUP BY id" },
    version: 2,
  },
};

const FAULTS: readonly (readonly [string, Fault, boolean])[] = [
  ["provider killed before the request arrives", "lost", true],
  ["provider killed before the answer arrives", "unanswered", true],
  ["connection cut before the answer arrives", "unanswered", false],
];

/** Every n-th request is tried; `FAULT_STRIDE=1` tries each, which takes some ten minutes. */
const STRIDE = Number(process.env.FAULT_STRIDE ?? 8);

const outcomes: string[] = [];
afterAll(() => console.info(`row · fault · points tried, all repaired\n${outcomes.join("\n")}`));

let counter = 0;

/** Deploys version 1, makes the change with a fault at request `n`, runs again without; undefined when `n` was never reached. */
async function point(row: string, fault: Fault, kills: boolean, n: number): Promise<string | undefined> {
  const name = `job-${++counter}`;
  const faults = new FaultPlan();
  const [rest, gateway] = await Promise.all([startProxy(urls.restUrl, faults), startProxy(urls.gatewayUrl, faults)]);
  const cluster = { restUrl: rest.url, gatewayUrl: gateway.url };
  const { hook, changes } = ROWS[row] ?? raise(row);
  try {
    const first = await start("create", [inputsOf(name, cluster)]).done;
    expect(first, first.text).toMatchObject({ ok: true });
    const { id, outs } = JSON.parse(first.text);
    const before = (await flink.one(name)).jid;
    await flink.awaitCheckpoints(before);
    const news = inputsOf(name, cluster, changes);
    const args = hook === "create" ? [news] : [id, outs, news];
    const struck = await withFault(faults, n, fault, kills, () => start(hook, args));
    if (struck === undefined) return undefined;
    const repaired = await start(hook, args).done;
    expect(repaired.text === "" || repaired.ok, `${row}, ${fault} at ${n} (${struck}): ${repaired.text}`).toBe(true);
    await verify(name, row, before, `${row}, ${fault}${kills ? " and killed" : ""} at request ${n} (${struck})`);
    return struck;
  } finally {
    rest.stop();
    gateway.stop();
    for (const job of await flink.alive(name)) await flink.cancel(job.jid);
  }
}

async function withFault(
  faults: FaultPlan,
  n: number,
  fault: Fault,
  kills: boolean,
  run: () => ReturnType<typeof start>,
): Promise<string | undefined> {
  let running: ReturnType<typeof start> | undefined;
  faults.arm(n, fault, () => (kills ? running?.kill() : undefined));
  running = run();
  await running.done;
  faults.disarm();
  return faults.struck;
}

/** One copy, the right version and state, and a record that tells the truth. */
async function verify(name: string, row: string, before: string, where: string): Promise<void> {
  const { version } = ROWS[row] ?? raise(row);
  const alive = await flink.alive(name);
  expect(alive, `${where}: copies that run`).toHaveLength(1);
  const record = (await new FileStore(pathToFileURL(join(folder, "store")).href).read(name))?.record;
  expect(record, where).toMatchObject({ status: "running", intent: undefined, current: { jobId: alive[0]?.jid } });
  expectVersion(record, version, where);
  const restored = await flink.restoredFrom(alive[0]?.jid ?? "");
  if (version === 2) {
    expect(restored, `${where}: a new version starts clean`).toBeUndefined();
    const old = record?.past.find((past) => past.version === 1);
    expect(old?.savepoint, `${where}: the old version's savepoint is kept`).toMatch(/savepoint-/u);
  } else expect(restored, `${where}: state that it started from`).toContain(`/${name}/1/`);
  expect(await flink.state(before), `${where}: the old job`).not.toBe("RUNNING");
}

/** A fault that made a new version fail, so that the old one was started again, has used its number up. */
function expectVersion(record: JobRecord | undefined, version: number, where: string): void {
  const failed = record?.past.filter((past) => past.version >= version) ?? [];
  expect(record?.current.meta.version, `${where}: version`).toBe(version + failed.length);
}

function raise(row: string): never {
  throw new Error(`no row ${row}`);
}

describe.each(Object.keys(ROWS))("%s", (row) => {
  test.each(FAULTS)("%s, at requests all along the way", { timeout: 600_000 }, async (title, fault, kills) => {
    const tried: string[] = [];
    const side = 2;
    for (let n = 1; ; n += side * STRIDE) {
      const points = Array.from({ length: side }, (_, i) => point(row, fault, kills, n + i * STRIDE));
      const struck = await Promise.all(points);
      tried.push(...struck.filter((request) => request !== undefined));
      if (struck.includes(undefined)) break;
    }
    expect(tried.length).toBeGreaterThan(20 / STRIDE);
    outcomes.push(`${row} · ${title} · ${tried.length}`);
  });
});

/** Two deployments of one job, the second begun when the first is at request `n`. */
async function race(n: number): Promise<readonly Run[]> {
  const name = `race-${n}`;
  const faults = new FaultPlan();
  const [rest, gateway] = await Promise.all([startProxy(urls.restUrl, faults), startProxy(urls.gatewayUrl, faults)]);
  try {
    const created = await start("create", [inputsOf(name, urls)]).done;
    expect(created, created.text).toMatchObject({ ok: true });
    const { id, outs } = JSON.parse(created.text);
    await flink.awaitCheckpoints((await flink.one(name)).jid);
    const change = (cluster: object, interval: string) => {
      const flinkProperties = { "execution.checkpointing.interval": interval, "parallelism.default": "1" };
      return start("update", [id, outs, inputsOf(name, cluster, { flinkProperties })]).done;
    };
    let second: Promise<Run> | undefined;
    faults.arm(n, "noticed", () => {
      second = change(urls, "400 ms");
    });
    const first = await change({ restUrl: rest.url, gatewayUrl: gateway.url }, "300 ms");
    const runs = [first, ...(second ? [await second] : [])];
    const alive = await flink.alive(name);
    expect(alive, JSON.stringify(runs)).toHaveLength(1);
    const record = (await new FileStore(pathToFileURL(join(folder, "store")).href).read(name))?.record;
    expect([record?.current.jobId, record?.intent?.next?.jobId], JSON.stringify(runs)).toContain(alive[0]?.jid);
    expect(await flink.restoredFrom(alive[0]?.jid ?? "")).toContain(`/${name}/1/`);
    return runs;
  } finally {
    rest.stop();
    gateway.stop();
    for (const job of await flink.alive(name)) await flink.cancel(job.jid);
  }
}

describe("Two deployments of one job at once", () => {
  test.each([8, 20])(
    "end with one copy, the second begun at request %i of the first.",
    { timeout: 300_000 },
    async (n) => {
      const runs = await race(n);
      expect(runs.some(({ ok }) => ok)).toBe(true);
      for (const { ok, text } of runs) if (!ok) expect(text).toMatch(/\[(?:record-conflict|plan-refused)\]/u);
      outcomes.push(
        `race · second begun at request ${n} · ${runs.filter(({ ok }) => ok).length} of ${runs.length} went through`,
      );
    },
  );
});
