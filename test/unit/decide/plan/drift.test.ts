/** What drifted: seen and named in the plan, and either repaired or refused with the way out. */

import { describe, expect, it } from "vitest";
import { ailmentOf } from "../../../../provider/decide/cluster/health.js";
import type { JobRecord } from "../../../../provider/decide/job/record.js";
import { deployed, settledRecord } from "../../../../provider/decide/job/record.js";
import { missingCheckpoint } from "../../../../provider/decide/plan/latest-state.js";
import type { JobHealth, Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { planWords } from "../../../../provider/decide/plan/plan-words.js";
import { deedsOf } from "../../../support/faults/deeds.js";

const NOW = Date.UTC(2026, 0, 2);
const [JOB, EARLIER, STRANGER] = ["0a", "0b", "0c"].map((pair) => pair.repeat(16)) as [string, string, string];
const ORDERS = {
  manifest: { name: "orders", description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} },
  definitions: ["CREATE TABLE o (a INT)"],
  metadataColumns: { timestamp: "ts", query: true },
  directories: { checkpoints: "file:///s/checkpoints/orders", savepoints: "file:///s/savepoints/orders" },
  files: {},
};
const WANTED = { ...ORDERS, secrets: {}, adopt: undefined, staleSeconds: 600 };

const RECORD: JobRecord = {
  status: "running",
  current: {
    ...ORDERS,
    meta: { queryId: "q", version: 3, createdAt: "" },
    secrets: undefined,
    jobId: JOB,
    startedFrom: null,
  },
  savepoint: undefined,
  resourceId: "orders-1",
  intent: undefined,
  past: [],
  starts: [EARLIER],
  written: undefined,
};

function job(jobId: string, status: ObservedJob["status"] = "RUNNING", health: Partial<JobHealth> = {}): ObservedJob {
  const fine = {
    failures: [],
    checkpointAt: NOW - 5000,
    failedCheckpoints: 0,
    checkpointFailure: undefined,
    ...health,
  };
  const detail = {
    completedCheckpoints: 5,
    restored: false,
    lastCheckpoint: undefined,
    stoppedWith: undefined,
    failure: "boom",
    health: fine,
  };
  const tasks = { running: 1, total: 1 };
  return { jobId, name: "orders", status, startedAt: NOW - 900_000, endedAt: -1, tasks, detail };
}

function planned(parts: Partial<Observed>, wanted: Parameters<typeof planJob>[0] = WANTED) {
  const seen = { cluster: "reachable" as const, record: RECORD, job: undefined, namesakes: [], states: [], now: NOW };
  const plan = planJob(wanted, { ...seen, ...parts });
  return { plan, words: planWords("orders", plan, NOW) };
}

const ago = (...seconds: number[]) => seconds.map((second) => NOW - second * 1000);

describe("A job that runs is worth a warning where", () => {
  it.each<[string, ObservedJob, string | undefined]>([
    ["nothing: all is well", job(JOB), undefined],
    ["nothing: it failed once", job(JOB, "RUNNING", { failures: ago(30) }), undefined],
    ["nothing: it failed long ago", job(JOB, "RUNNING", { failures: ago(700, 800, 900) }), undefined],
    [
      "it failed again and again",
      job(JOB, "RUNNING", { failures: ago(30, 60, 90) }),
      "it failed 3 times within 10 min and was started again by Flink: boom",
    ],
    [
      "it is in a restart loop",
      job(JOB, "RESTARTING", { failures: ago(1, 30, 60, 90) }),
      "it is RESTARTING, failed 4 times within 10 min: boom",
    ],
    [
      "its checkpoints fail",
      job(JOB, "RUNNING", { failedCheckpoints: 3, checkpointFailure: "timeout", checkpointAt: NOW - 90_000 }),
      "its last 3 checkpoints failed (timeout); the newest: 90 s old",
    ],
    [
      "its newest checkpoint is old",
      job(JOB, "RUNNING", { checkpointAt: NOW - 720_000 }),
      "its newest checkpoint: 12 min old",
    ],
    [
      "it never completed one",
      job(JOB, "RUNNING", { checkpointAt: undefined }),
      "its newest checkpoint: none completed since its start 15 min ago",
    ],
  ])("%s", (_title, seen, words) => {
    expect(ailmentOf(seen, 600, NOW) !== undefined).toBe(words !== undefined);
    expect(planned({ job: seen }).words).toBe(`orders: no change, version 3${words ? `; ${words}` : ""}`);
  });

  it("nothing: the age of checkpoints is not to be looked at", () => {
    expect(ailmentOf(job(JOB, "RUNNING", { checkpointAt: 0 }), 0, NOW)).toBeUndefined();
  });
});

describe("The newest checkpoint of a running job", () => {
  const folder = `s3://b/checkpoints/orders/3/${JOB}`;
  const checkpoint = { kind: "checkpoint" as const, path: `${folder}/chk-9`, at: NOW };
  it.each<[string, string, readonly string[]]>([
    ["is there", "there", [`${folder}/chk-9`]],
    ["is there, as Flink writes the scheme", "there", [`s3a://b/checkpoints/orders/3/${JOB}/chk-9`]],
    ["gave its place to a later one since Flink was asked", "there", [`${folder}/chk-10`]],
    ["is missing where nothing is left", "missing", []],
    ["is missing where only earlier ones are left", "missing", [`${folder}/chk-7`, `${folder}/chk-8`]],
  ])("%s", (_title, sight, listed) => {
    const found = missingCheckpoint(
      checkpoint,
      listed.map((path) => ({ path })),
    );
    expect(found ? "missing" : "there").toBe(sight);
  });
});

describe("Of two copies", () => {
  it("the one that an earlier deployment of ours started is cancelled, once the record's own runs", () => {
    const { plan, words } = planned({ job: job(JOB), namesakes: [job(EARLIER)] });
    expect(plan).toMatchObject({ action: "repair" });
    expect(deedsOf(plan)).toEqual([{ do: "cancel-copy", jobId: EARLIER }]);
    expect(words).toMatch(/a second copy of it, which an earlier deployment started, is cancelled: 0b/u);
  });

  it.each<[string, Partial<Observed>]>([
    ["nobody here started", { job: job(JOB), namesakes: [job(STRANGER)] }],
    ["nobody here started, beside one that is known", { job: job(JOB), namesakes: [job(EARLIER), job(STRANGER)] }],
    ["is ours, while the record's own does not run", { job: job(JOB, "RESTARTING"), namesakes: [job(EARLIER)] }],
    ["is ours, where the record's own is gone", { namesakes: [job(EARLIER)] }],
  ])("one that %s is left alone, and the job is refused", (_title, found) => {
    expect(planned(found).plan.action).toBe("refuse");
  });
});

describe("A job without a record", () => {
  const state = { kind: "checkpoint" as const, path: `file:///s/checkpoints/orders/3/${JOB}/chk-7`, at: NOW - 60_000 };
  it("is not started clean where its state lies in the store", () => {
    const { words, plan } = planned({ record: undefined, states: [state] });
    expect(words).toMatch(/the store has no record of it, but holds its state: the newest is \S+chk-7, 60 s old/u);
    expect(plan).toMatchObject({ fix: expect.stringContaining(`choices["orders"].from' ${state.path}`) });
  });

  it("is not started clean where the stack deployed it before: the store's address may be mistyped", () => {
    const { words } = planned({ record: undefined }, { ...WANTED, deployedTo: "s3://right/store" });
    expect(words).toMatch(/this stack deployed it before, but the store has no record of it; .* s3:\/\/right\/store/u);
  });

  it("starts clean where a person wants that, as a version that no state is of", () => {
    const wanted = { ...WANTED, deployedTo: "s3://b", choice: { from: "clean" as const } };
    expect(planned({ record: undefined, states: [state] }, wanted).words).toBe(
      "orders: new, version 4, starts clean (as chosen)",
    );
  });
});

describe("The record remembers", () => {
  it("the ids of earlier starts, those that a deployment meant to start and was killed too", () => {
    const next = { ...RECORD.current, jobId: STRANGER };
    const intent = { action: "restart", stopping: undefined, next: { ...next, jobId: "0d" }, session: undefined };
    expect(deployed({ ...RECORD, intent }, next, "").starts).toEqual([EARLIER, JOB, "0d"]);
  });

  it("that a choice was carried out, though nobody could write that down any more", () => {
    const next = { ...RECORD.current, jobId: STRANGER };
    const choices = [{ part: "from", from: "clean" } as const];
    const intent = { action: "replace", stopping: undefined, next, session: undefined, choices };
    expect(settledRecord({ ...RECORD, intent }, () => true, "").choices).toEqual(choices);
  });
});
