/** The decision tree, a row a case: what is found and what changed give a plan and its words. */

import { describe, expect, it, test } from "vitest";
import type { Desired } from "../../../../provider/decide/change/changes.js";
import type { Deployment, JobRecord, RecordStatus, StateRef } from "../../../../provider/decide/job/record.js";
import type { FlinkStatus, JobDetail, Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { asNewcomer, planWords } from "../../../../provider/decide/plan/plan-words.js";
import { type Deed, deeds } from "../../../support/faults/deeds.js";

const NOW = Date.UTC(2026, 0, 2);
const JOB = "0a".repeat(16);
const OTHER = "0b".repeat(16);
const DIRECTORIES = { checkpoints: "file:///s/checkpoints/orders", savepoints: "file:///s/savepoints/orders" };
const COLUMNS = { timestamp: "__create_timestamp", query: true };
const CHECKPOINT: StateRef = { kind: "checkpoint", path: "file:/s/checkpoints/orders/3/x/chk-1416", at: NOW - 41_000 };
const SAVEPOINT: StateRef = { kind: "savepoint", path: "file:/s/savepoints/orders/3/savepoint-0a", at: NOW - 90_000 };

function desired(changes: Partial<Desired["manifest"]> = {}, definitions = ["CREATE TABLE o (a INT)"]): Desired {
  const manifest = {
    name: "orders",
    description: "d",
    "target-table": "t",
    sql: "SELECT a FROM o",
    flinkProperties: { "parallelism.default": "1" },
    ...changes,
  };
  const rest = { metadataColumns: COLUMNS, secrets: {}, directories: DIRECTORIES, files: {}, adopt: undefined };
  return { manifest, definitions, ...rest };
}

function deployment(parts: Partial<Deployment> = {}): Deployment {
  return {
    ...desired(),
    meta: { queryId: "q", version: 3, createdAt: "2026-01-01 00:00:00" },
    secrets: undefined,
    jobId: JOB,
    startedFrom: null,
    ...parts,
  };
}

function record(status: RecordStatus = "running", parts: Partial<JobRecord> = {}): JobRecord {
  const none = { savepoint: undefined, intent: undefined, past: [], written: undefined };
  return { status, current: deployment(), resourceId: "orders-1", ...none, ...parts };
}

function job(status: FlinkStatus, detail?: Partial<JobDetail>, jobId = JOB): ObservedJob {
  const unknown = {
    completedCheckpoints: 5,
    restored: false,
    lastCheckpoint: undefined,
    stoppedWith: undefined,
    failure: undefined,
  };
  const tasks = { running: 2, total: 2 };
  return {
    jobId,
    name: "orders",
    status,
    startedAt: 0,
    endedAt: -1,
    tasks,
    detail: detail && { ...unknown, ...detail },
  };
}

function seen(parts: Partial<Observed>): Observed {
  return { cluster: "reachable", record: undefined, job: undefined, namesakes: [], states: [], now: NOW, ...parts };
}

const PROPERTY = desired({ flinkProperties: { "parallelism.default": "2" } });
const SQL = desired({ sql: "SELECT a + 1 FROM o" });
const stop: Deed = { do: "stop-with-savepoint", jobId: JOB };
const cancel: Deed = { do: "cancel", jobId: JOB };
const clean: Deed = { do: "start", version: "next", from: "clean" };
const same = (from: Extract<Deed, { do: "start" }>["from"]): Deed => ({ do: "start", version: "same", from });
const bytes = { ...CHECKPOINT, bytes: 2_100_000 };

const ROWS: readonly [string, Desired, Partial<Observed>, readonly Deed[], string][] = [
  ["no record", desired(), {}, [clean], "orders: new, version 1, starts clean"],
  ["runs, unchanged", desired(), { record: record(), job: job("RUNNING") }, [], "orders: no change, version 3"],
  [
    "runs, a property changed",
    PROPERTY,
    { record: record(), job: job("RUNNING") },
    [stop, same("savepoint-just-taken")],
    "orders: restart from a savepoint (parallelism.default 1 → 2), version 3 stays",
  ],
  [
    "runs, the SQL changed",
    SQL,
    { record: record(), job: job("RUNNING", { lastCheckpoint: bytes }) },
    [stop, clean],
    "orders: new version 4, starts clean (SQL changed); 2.1 MB of state of version 3 will not be used",
  ],
  [
    "runs, SQL and a property changed: the stronger effect wins",
    desired({ sql: "SELECT 1", flinkProperties: {} }),
    { record: record(), job: job("RUNNING") },
    [stop, clean],
    "orders: new version 4, starts clean (SQL changed, parallelism.default 1 → unset); the state of version 3 will not be used",
  ],
  [
    "keeps restarting, a property changed",
    PROPERTY,
    { record: record(), job: job("RESTARTING", { lastCheckpoint: CHECKPOINT }) },
    [cancel, same(CHECKPOINT)],
    "orders: restart from chk-1416, 41 s old (parallelism.default 1 → 2), version 3 stays; it is RESTARTING and cannot take a savepoint",
  ],
  [
    "keeps restarting and never completed a checkpoint, a property changed",
    PROPERTY,
    { record: record(), job: job("RESTARTING", { completedCheckpoints: 0 }) },
    [cancel, same("clean")],
    "orders: restart from nothing (it never had a state) (parallelism.default 1 → 2), version 3 stays; it is RESTARTING and cannot take a savepoint",
  ],
  [
    "keeps restarting, the SQL changed",
    SQL,
    { record: record(), job: job("RESTARTING", {}) },
    [cancel, clean],
    "orders: new version 4, starts clean (SQL changed); the state of version 3 will not be used",
  ],
  [
    "cancelled, unchanged",
    desired(),
    { record: record(), job: job("CANCELED", {}), states: [SAVEPOINT, CHECKPOINT] },
    [same(CHECKPOINT)],
    "orders: resume from chk-1416, 41 s old, version 3 stays; it is CANCELED",
  ],
  [
    "unknown to the cluster, a property changed",
    PROPERTY,
    { record: record(), states: [SAVEPOINT] },
    [same(SAVEPOINT)],
    "orders: resume from savepoint-0a, 90 s old (parallelism.default 1 → 2), version 3 stays",
  ],
  [
    "not running, the SQL changed",
    SQL,
    { record: record(), states: [bytes] },
    [clean],
    "orders: new version 4, starts clean (SQL changed); 2.1 MB of state of version 3 will not be used",
  ],
  [
    "stopped with a savepoint by somebody",
    desired(),
    { record: record(), job: job("FINISHED", { stoppedWith: SAVEPOINT }) },
    [same(SAVEPOINT)],
    "orders: resume from savepoint-0a, 90 s old, version 3 stays; it was stopped with a savepoint",
  ],
  [
    "finished by itself",
    desired(),
    { record: record(), job: job("FINISHED", {}) },
    [{ do: "note-status", status: "finished", jobId: JOB }],
    "orders: finished, not started again, version 3 stays",
  ],
  [
    "finished, and the cluster restarts, whose update notes the end",
    desired(),
    { cluster: "restarting", record: record(), job: job("FINISHED", {}) },
    [],
    "orders: no change, version 3",
  ],
  [
    "the same with another property",
    PROPERTY,
    { cluster: "restarting", record: record(), job: job("FINISHED", {}) },
    [],
    "orders: no change, version 3; the change takes effect with the next version",
  ],
  [
    "suspended while the cluster restarts, whose update stops it",
    { ...desired(), choice: { suspended: true } },
    { cluster: "restarting", record: record(), job: job("RUNNING", {}) },
    [],
    "orders: suspended, version 3; stopped with the session cluster, which restarts",
  ],
  ["finished and recorded", desired(), { record: record("finished") }, [], "orders: no change, version 3"],
  [
    "finished, the SQL changed",
    SQL,
    { record: record("finished") },
    [clean],
    "orders: new version 4, starts clean (SQL changed); the state of version 3 will not be used",
  ],
  [
    "a tombstone, the manifest is back",
    desired(),
    { record: record("deleted", { savepoint: SAVEPOINT }), states: [SAVEPOINT] },
    [same(SAVEPOINT)],
    "orders: resume from savepoint-0a, 90 s old, version 3 stays",
  ],
  [
    "a tombstone, the manifest is back with other SQL: no version is used twice",
    SQL,
    {
      record: record("deleted", {
        savepoint: SAVEPOINT,
        past: [{ version: 7, queryId: "p", savepoint: undefined, endedAt: "" }],
      }),
      states: [],
    },
    [clean],
    "orders: new version 8, starts clean (SQL changed); the state of version 3 will not be used",
  ],
  [
    "runs, the record is of the old tool",
    desired(),
    {
      record: record("running", {
        current: deployment({ jobId: undefined, definitions: undefined, metadataColumns: undefined }),
      }),
      job: job("RUNNING"),
    },
    [{ do: "note-status", status: "running", jobId: JOB }],
    "orders: adopted as it runs, not restarted, version 3 stays",
  ],
  [
    "the cluster restarts with it",
    desired(),
    { cluster: "restarting", record: record(), job: job("RUNNING", {}) },
    [stop, same("savepoint-just-taken")],
    "orders: restart from a savepoint, version 3 stays; the session cluster restarts, orders with it",
  ],
  [
    "the first start was never confirmed",
    desired(),
    {
      record: record("stopped", {
        intent: { action: "create", stopping: undefined, next: deployment(), session: undefined },
      }),
    },
    [same("clean")],
    "orders: new, version 3, starts clean",
  ],
  [
    "it was removed before its first start, and came back",
    desired(),
    {
      record: record("deleted", {
        intent: { action: "suspend", stopping: undefined, next: deployment(), session: undefined },
      }),
    },
    [same("clean")],
    "orders: new, version 3, starts clean",
  ],
  [
    "it is suspended, and a start of it may still come",
    { ...desired(), choice: { suspended: true } },
    { record: record("stopped", { savepoint: SAVEPOINT }), states: [SAVEPOINT], lateStart: OTHER },
    [],
    "orders: suspended, version 3 stays; since 90 s, at savepoint-0a; " +
      `an earlier deployment was killed while it started job ${OTHER}; if that job still starts, it is stopped`,
  ],
];

describe("a job is planned from what is found", () => {
  it.each(ROWS)("%s", (_title, wanted, found, steps, words) => {
    const plan = planJob(wanted, seen(found));
    expect(planWords("orders", plan, NOW)).toBe(words);
    expect(plan.action === "refuse" ? plan.what : deeds(plan.steps)).toEqual(steps);
  });
});

const REFUSED: readonly [string, Desired, Partial<Observed>, RegExp][] = [
  ["no state is left", desired(), { record: record(), job: job("CANCELED", {}) }, /no state found for version 3/],
  ["the cluster forgot the job and no state is left", desired(), { record: record() }, /no state found for version 3/],
  [
    "the savepoint that it was stopped with is gone, though an older state is there",
    desired(),
    { record: record("stopped", { savepoint: SAVEPOINT }), states: [{ ...CHECKPOINT, at: NOW - 99_000 }] },
    /savepoint that version 3 was stopped with is gone/,
  ],
  [
    "a job of this name runs and there is no record",
    desired(),
    { namesakes: [job("RUNNING", {}, OTHER)] },
    /a job of this name is already running/,
  ],
  [
    "two jobs of this name run",
    desired(),
    { record: record(), job: job("RUNNING"), namesakes: [job("RUNNING", {}, OTHER)] },
    /2 jobs of this name run/,
  ],
  [
    "the record's job is dead and a stranger of its name runs",
    desired(),
    { record: record(), job: job("CANCELED", {}), namesakes: [job("RUNNING", {}, OTHER)] },
    /its record in the store names another job/,
  ],
  [
    "it is being cancelled right now",
    PROPERTY,
    { record: record(), job: job("CANCELLING") },
    /being cancelled right now/,
  ],
];

describe("a job is refused, and nothing is touched, when", () => {
  it.each(REFUSED)("%s", (_title, wanted, found, words) => {
    const plan = planJob(wanted, seen(found));
    expect(plan.action).toBe("refuse");
    expect(planWords("orders", plan, NOW)).toMatch(words);
  });
});

describe("definitions as they stand in their files, with the same values put in,", () => {
  const BRACE = ["CREATE TABLE o (a INT) WITH ('k' = '{v}')"];
  const VALUE = ["CREATE TABLE o (a INT) WITH ('k' = '1')"];
  const now = { ...desired({}, VALUE), templates: BRACE };
  it.each<[string, Deployment["templates"], string]>([
    ["are no change where the record has the same ones", ["CREATE TABLE o (a  INT) WITH ('k' = '{v}') -- c"], "none"],
    ["are no change where an older record has none", undefined, "none"],
    ["are written down without a restart where the record has others", VALUE, "adopt"],
  ])("%s", (_title, templates, action) => {
    const current = deployment({ definitions: VALUE, templates });
    const plan = planJob(now, seen({ record: record("running", { current }), job: job("RUNNING") }));
    expect(plan.action).toBe(action);
  });
});

it("a job that the user names is adopted", () => {
  const plan = planJob({ ...desired(), adopt: OTHER }, seen({ namesakes: [job("RUNNING", {}, OTHER)] }));
  expect(plan).toMatchObject({ action: "adopt", version: 1, steps: [{ do: "note-status", jobId: OTHER }] });
});

/** A record as flink-sql-runner left it: no definitions, no columns, no job id. */
const left = record("running", {
  current: deployment({ definitions: undefined, metadataColumns: undefined, jobId: undefined, startedFrom: undefined }),
  resourceId: undefined,
});
const inVersion = (version: number) =>
  job("RUNNING", { lastCheckpoint: { ...CHECKPOINT, path: `file:/s/checkpoints/orders/${version}/${JOB}/chk-7` } });

describe("a job of flink-sql-runner", () => {
  it.each<[string, Desired, Partial<Observed>, string]>([
    ["runs unchanged", desired(), { job: inVersion(3) }, "adopted as it runs, not restarted, version 3 stays"],
    [
      "has no checkpoint yet",
      desired(),
      { job: job("RUNNING", {}) },
      "adopted as it runs, not restarted, version 3 stays",
    ],
    [
      "runs a query whose lines were joined behind a comment",
      desired({ sql: "SELECT a -- x\nFROM o" }),
      {
        record: { ...left, current: { ...left.current, manifest: desired({ sql: "SELECT a -- x FROM o" }).manifest } },
      },
      "adopted as it runs, not restarted, version 3 stays; its query runs without what follows its first -- comment, " +
        "as flink-sql-runner joined the lines",
    ],
    [
      "was cancelled",
      desired(),
      { job: job("CANCELED", {}), states: [CHECKPOINT] },
      "resume from chk-1416, 41 s old, version 3 stays; it is CANCELED",
    ],
    [
      "came to its end by itself",
      desired(),
      { job: job("FINISHED", {}) },
      "finished, not started again, version 3 stays",
    ],
  ])("%s", (_title, wanted, found, words) => {
    const plan = planJob(wanted, seen({ record: left, job: inVersion(3), ...found }));
    expect(planWords("orders", plan, NOW)).toBe(`orders: ${words}`);
  });

  it.each<[string, Partial<Observed>, RegExp]>([
    [
      "keeps its state as another version than the record's",
      { job: inVersion(4) },
      /says version 3, but job 0a\S+ keeps its state in the directory of version 4/,
    ],
    [
      "ended without a state, though Flink says that it never had one",
      { job: job("FAILED", { completedCheckpoints: 0 }) },
      /no state found for version 3/,
    ],
  ])("is refused where it %s", (_title, found, words) => {
    expect(planWords("orders", planJob(desired(), seen({ record: left, ...found })), NOW)).toMatch(words);
  });
});

test("A job that runs unchanged is adopted by a stack whose state does not know it; what is suspended or changes is not.", () => {
  const none = { action: "none", version: 3, changes: [], steps: [] } as const;
  expect(planWords("orders", asNewcomer(none), NOW)).toBe("orders: adopted as it runs, not restarted, version 3 stays");
  const suspended = { ...none, isSuspended: true } as const;
  expect(asNewcomer(suspended)).toBe(suspended);
  const resumed = { ...none, action: "resume" } as const;
  expect(asNewcomer(resumed)).toBe(resumed);
});
