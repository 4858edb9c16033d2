/** Choices: what is wrong with one by itself, how it is remembered, and what the decision tree makes of it. */

import { describe, expect, it } from "vitest";
import type { Desired } from "../../../../provider/decide/change/changes.js";
import {
  type CarriedOut,
  type Choice,
  choiceFaults,
  choiceOf,
  type GivenChoice,
  isAmong,
  partsOf,
  pendingChoice,
  remembered,
} from "../../../../provider/decide/job/choices.js";
import type { Deployment, JobRecord, StateRef } from "../../../../provider/decide/job/record.js";
import type { Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { planWords } from "../../../../provider/decide/plan/plan-words.js";
import { deedsOf } from "../../../support/faults/deeds.js";

const NOW = Date.UTC(2026, 0, 2);
const JOB = "0a".repeat(16);
const DIRECTORIES = { checkpoints: "file:///s/checkpoints/orders", savepoints: "file:///s/savepoints/orders" };
const CHECKPOINT: StateRef = {
  kind: "checkpoint",
  path: `file:/s/checkpoints/orders/3/${JOB}/chk-7`,
  at: NOW - 41_000,
};
const SAVEPOINT: StateRef = { kind: "savepoint", path: "file:/s/savepoints/orders/3/savepoint-0a", at: NOW - 90_000 };
const GIVEN: StateRef = { kind: "savepoint", path: "s3://b/savepoints/savepoint-77", at: NOW - 7_200_000 };

function desired(choice: Choice | undefined, manifest: Partial<Desired["manifest"]> = {}): Desired {
  return {
    manifest: {
      name: "orders",
      description: "",
      "target-table": "t",
      sql: "SELECT 1",
      flinkProperties: {},
      ...manifest,
    },
    definitions: ["CREATE TABLE o (a INT)"],
    metadataColumns: { timestamp: "ts", query: true },
    secrets: {},
    directories: DIRECTORIES,
    files: {},
    adopt: undefined,
    choice,
  };
}

function record(parts: Partial<JobRecord> = {}, deployed: Partial<Deployment> = {}): JobRecord {
  const current = {
    ...desired(undefined),
    meta: { queryId: "q", version: 3, createdAt: "" },
    secrets: undefined,
    jobId: JOB,
    startedFrom: null,
    ...deployed,
  };
  const none = { savepoint: undefined, intent: undefined, past: [], written: undefined };
  return { status: "running", current, resourceId: "orders-1", ...none, ...parts };
}

function job(status: ObservedJob["status"], last: StateRef | "none" = CHECKPOINT): ObservedJob {
  const lastCheckpoint = last === "none" ? undefined : last;
  const detail = {
    completedCheckpoints: lastCheckpoint ? 5 : 0,
    restored: false,
    lastCheckpoint,
    stoppedWith: undefined,
    failure: undefined,
  };
  const tasks = { running: 1, total: 1 };
  return { jobId: JOB, name: "orders", status, startedAt: 0, endedAt: -1, tasks, detail };
}

function seen(parts: Partial<Observed>): Observed {
  return { cluster: "reachable", record: record(), job: undefined, namesakes: [], states: [], now: NOW, ...parts };
}

describe("a choice", () => {
  it.each<[string, GivenChoice, string[]]>([
    ["clean", { from: "clean" }, []],
    ["a path in S3", { from: "s3://b/p/savepoint-1" }, []],
    ["a path as Flink prints it", { from: "file:/s/p/savepoint-1" }, []],
    ["a path of a folder", { from: "/s/p/savepoint-1" }, []],
    ["a word that does not exist", { from: "claen" }, ["from"]],
    ["a name without its folder", { from: "savepoint-1" }, ["from"]],
    ["the word of another choice", { from: "latest-checkpoint" }, ["from"]],
    ["a start of what is suspended", { from: "clean", suspended: true }, ["suspended"]],
    ["a drained cancellation", { forceFrom: "latest-checkpoint", drain: true }, ["drain"]],
    ["a drained carry-over", { from: "previous-version", drain: true }, ["drain"]],
    ["a clean start that drops state", { from: "clean", allowNonRestoredState: true }, ["allowNonRestoredState"]],
  ])("is checked: %s", (_title, choice, keys) => {
    expect(choiceFaults(choice).map(({ key }) => key)).toEqual(keys);
  });

  it("that was carried out is not pending, and one more part repeats none", () => {
    const done = partsOf({ from: "clean" });
    expect(pendingChoice({ from: "clean" }, done)).toEqual({});
    expect(pendingChoice({ from: "clean", forceFrom: "latest-checkpoint" }, done)).toEqual({
      forceFrom: "latest-checkpoint",
    });
  });

  it("with another id is carried out once more", () => {
    expect(pendingChoice({ from: "clean", id: "2" }, partsOf({ from: "clean", id: "1" }))).toEqual({
      from: "clean",
    });
  });

  it("means the same with /_metadata or a slash at its end", () => {
    expect(choiceOf({ from: "s3://b/p/savepoint-1/_metadata" })).toEqual({ from: { state: "s3://b/p/savepoint-1" } });
    expect(choiceOf({ from: "s3://b/p/savepoint-1/" })).toEqual({ from: { state: "s3://b/p/savepoint-1" } });
  });

  it("of a state in brackets is known again, though a record does not tell the brackets from an id", () => {
    const [given] = partsOf({ from: { state: "/s/savepoint-1 (2)" } });
    expect(given && isAmong([{ part: "from", from: { state: "/s/savepoint-1" }, id: "2" }], given)).toBe(true);
  });

  it("that left the configuration is forgotten", () => {
    expect(remembered(undefined, partsOf({ from: "clean" }))).toEqual([]);
  });
});

const SQL = { sql: "SELECT 2" };
const PROPERTY = { flinkProperties: { "parallelism.default": "2" } };
const FORCE: Choice = { forceFrom: "latest-checkpoint" };
const DRAINED = record({ status: "stopped", savepoint: { ...SAVEPOINT, drained: true } });

const ROWS: readonly [string, Desired, Partial<Observed>, string][] = [
  [
    "clean, while it runs",
    desired({ from: "clean" }),
    { job: job("RUNNING") },
    "new version 4, starts clean (as chosen); the state of version 3 will not be used",
  ],
  [
    "clean, and it does not run and has no state",
    desired({ from: "clean" }),
    {},
    "new version 4, starts clean (as chosen); the state of version 3 will not be used",
  ],
  [
    "clean, and carried out already",
    desired({ from: "clean" }),
    { job: job("RUNNING"), record: record({ choices: [{ part: "from", from: "clean" }] }) },
    "no change, version 3",
  ],
  [
    "a savepoint, while it runs",
    desired({ from: { state: GIVEN.path } }),
    { job: job("RUNNING"), chosen: GIVEN },
    "restart from savepoint-77, 2 h old (as chosen), version 3 stays",
  ],
  [
    "a savepoint, and it does not run",
    desired({ from: { state: GIVEN.path } }),
    { chosen: GIVEN, states: [CHECKPOINT] },
    "resume from savepoint-77, 2 h old (as chosen), version 3 stays",
  ],
  [
    "a savepoint, and another query",
    desired({ from: { state: GIVEN.path }, allowNonRestoredState: true }, SQL),
    { job: job("RUNNING"), chosen: GIVEN },
    "new version 4, starts from savepoint-77, 2 h old (as chosen, SQL changed); state that matches no operator is dropped",
  ],
  [
    "a savepoint, and no record",
    desired({ from: { state: GIVEN.path } }),
    { record: undefined, chosen: GIVEN, states: [CHECKPOINT] },
    "new, version 4, starts from savepoint-77, 2 h old (as chosen)",
  ],
  [
    "the state of the version before",
    desired({ from: "previous-version" }, SQL),
    { job: job("RUNNING") },
    "new version 4, starts from a savepoint (as chosen, SQL changed)",
  ],
  [
    "the state of the version before, which does not run",
    desired({ from: "previous-version" }, SQL),
    { states: [CHECKPOINT] },
    "new version 4, starts from chk-7, 41 s old (as chosen, SQL changed)",
  ],
  [
    "the state of the version before, and no other query yet",
    desired({ from: "previous-version" }),
    { job: job("RUNNING") },
    "no change, version 3",
  ],
  [
    "no savepoint",
    desired(FORCE, PROPERTY),
    { job: job("RUNNING") },
    "restart from its last checkpoint, 41 s old (parallelism.default unset → 2), version 3 stays; cancelled without a savepoint, " +
      "as chosen: what it read since its last checkpoint is read again",
  ],
  ["no savepoint, and nothing to do", desired(FORCE), { job: job("RUNNING") }, "no change, version 3"],
  [
    "to drain, before another query",
    desired({ drain: true }, SQL),
    { job: job("RUNNING") },
    "new version 4, starts clean (SQL changed); the state of version 3 will not be used; drained first: all its windows are closed",
  ],
  [
    "to suspend",
    desired({ suspended: true }),
    { job: job("RUNNING") },
    "suspended: stopped with a savepoint, version 3 stays",
  ],
  [
    "to suspend, with a change",
    desired({ suspended: true }, PROPERTY),
    { job: job("RUNNING") },
    "suspended: stopped with a savepoint, version 3 stays; takes effect when it resumes: parallelism.default unset → 2",
  ],
  [
    "to suspend, in a restart loop",
    desired({ suspended: true }),
    { job: job("RESTARTING") },
    "suspended: cancelled, version 3 stays; it is RESTARTING and cannot take a savepoint",
  ],
  [
    "to suspend, and it is",
    desired({ suspended: true }),
    { record: record({ status: "stopped", savepoint: SAVEPOINT }) },
    "suspended, version 3; since 90 s, at savepoint-0a",
  ],
  [
    "to suspend, and somebody cancelled it",
    desired({ suspended: true }),
    { job: job("CANCELED"), states: [CHECKPOINT] },
    "suspended, version 3 stays; it does not run",
  ],
  [
    "to suspend a job that is new",
    desired({ suspended: true }),
    { record: undefined },
    "suspended, version 1 stays; it is new, and not started",
  ],
  [
    "nothing any more",
    desired(undefined),
    { job: job("RUNNING"), record: record({ choices: [{ part: "from", from: "clean" }] }) },
    "no change, version 3 stays; a choice that was carried out is no longer configured, and is removed from the record",
  ],
  [
    "to go on from a drained savepoint",
    desired({ from: { state: SAVEPOINT.path } }),
    { record: DRAINED, states: [SAVEPOINT], chosen: SAVEPOINT },
    "resume from savepoint-0a, 90 s old (as chosen), version 3 stays",
  ],
];

describe("a person chooses", () => {
  it.each(ROWS)("%s", (_title, wanted, found, words) => {
    expect(planWords("orders", planJob(wanted, seen(found)), NOW)).toBe(`orders: ${words}`);
  });
});

const REFUSED: readonly [string, Desired, Partial<Observed>, RegExp][] = [
  [
    "a savepoint that is not there",
    desired({ from: { state: GIVEN.path } }),
    { job: job("RUNNING") },
    /there is no state at s3:/u,
  ],
  ["no savepoint, without a checkpoint", desired(FORCE, PROPERTY), { job: job("RUNNING", "none") }, /no state found/u],
  [
    "no savepoint, where Flink deletes checkpoints",
    desired(FORCE, PROPERTY),
    {
      job: job("RUNNING"),
      record: record(
        {},
        {
          manifest: desired(undefined, {
            flinkProperties: { "execution.checkpointing.externalized-checkpoint-retention": "DELETE_ON_CANCELLATION" },
          }).manifest,
        },
      ),
    },
    /makes Flink delete its checkpoints/u,
  ],
  [
    "to drain, and to go on",
    desired({ drain: true }, PROPERTY),
    { job: job("RUNNING") },
    /windows would close too early/u,
  ],
  [
    "to drain, while the cluster restarts",
    desired({ drain: true }, SQL),
    { cluster: "restarting", job: job("RUNNING") },
    /the session cluster restarts in this update.*the choice `drain` cannot be carried out with it/u,
  ],
  [
    "to be suspended without a savepoint, while the cluster restarts",
    desired({ suspended: true, forceFrom: "latest-checkpoint" }),
    { cluster: "restarting", job: job("RUNNING") },
    /the choice `forceFrom` cannot be carried out with it/u,
  ],
  ["nothing, and it was drained", desired(undefined), { record: DRAINED, states: [SAVEPOINT] }, /it was drained/u],
];

describe("a choice is refused, and nothing is touched:", () => {
  it.each(REFUSED)("%s", (_title, wanted, found, words) => {
    const plan = planJob(wanted, seen(found));
    expect(plan.action).toBe("refuse");
    expect(planWords("orders", plan, NOW)).toMatch(words);
  });
});

describe("what counts as carried out after", () => {
  it.each<[string, Desired, Partial<Observed>, CarriedOut[]]>([
    ["a clean start", desired({ from: "clean" }), { job: job("RUNNING") }, [{ part: "from", from: "clean" }]],
    [
      "a start that a waiting choice had no part in",
      desired({ from: "previous-version" }, PROPERTY),
      { job: job("RUNNING") },
      [],
    ],
    ["a suspension", desired({ suspended: true, ...FORCE }), { job: job("RUNNING") }, [{ part: "forceFrom" }]],
    ["nothing", desired(FORCE), { job: job("RUNNING") }, []],
  ])("%s", (_title, wanted, found, choices) => {
    expect(planJob(wanted, seen(found))).toMatchObject({ choices });
  });
});

it("After a chosen start what was newer does not count, and the chosen state does until there is a newer one.", () => {
  const since = NOW - 60_000;
  const started = record({}, { startedFrom: GIVEN.path, since });
  const resumed = planJob(desired(undefined), seen({ record: started, states: [SAVEPOINT] }));
  expect(deedsOf(resumed)).toMatchObject([{ do: "start", from: { path: GIVEN.path } }]);
  const later = planJob(desired(undefined), seen({ record: started, states: [SAVEPOINT, CHECKPOINT] }));
  expect(deedsOf(later)).toMatchObject([{ do: "start", from: CHECKPOINT }]);
});
