/** What is decided about a job that ran last on another cluster, or whose record belongs to another stack. */

import { expect, test } from "vitest";
import type { Desired } from "../../../../provider/decide/change/changes.js";
import { mayBeWritten, otherPlaces, quietMs } from "../../../../provider/decide/cluster/other-places.js";
import { type Place, samePlace } from "../../../../provider/decide/cluster/place.js";
import type { JobRecord } from "../../../../provider/decide/job/record.js";
import type { Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { deedsOf } from "../../../support/faults/deeds.js";

const NOW = 1_800_000_000_000;
const A: Place = { target: "remote", restUrl: "http://a:8081" };
const B: Place = { target: "remote", restUrl: "http://b:8081" };
const local = (folder: string, host = "me"): Place => ({
  target: "local",
  restUrl: "http://127.0.0.1:8081",
  host,
  folder,
});

const manifest = {
  name: "orders",
  description: "",
  "target-table": "sink",
  sql: "SELECT 1",
  flinkProperties: {} as Record<string, string>,
};
const directories = { checkpoints: "s3://b/checkpoints/orders", savepoints: "s3://b/savepoints/orders" };
const metadataColumns = { timestamp: "t", query: true };

const record = (changes: Partial<JobRecord> = {}, cluster: Place | undefined = A): JobRecord => ({
  status: "running",
  current: {
    manifest,
    meta: { queryId: "q", version: 3, createdAt: "2026-01-01 00:00:00" },
    definitions: [],
    metadataColumns,
    secrets: undefined,
    directories,
    jobId: "j1",
    cluster,
    startedFrom: null,
  },
  savepoint: undefined,
  resourceId: "orders-1",
  owner: "shop/prod",
  intent: undefined,
  past: [],
  written: undefined,
  ...changes,
});

const desired = (changes: Partial<Desired> = {}): Desired => ({
  manifest,
  definitions: [],
  metadataColumns,
  secrets: {},
  directories,
  files: {},
  adopt: undefined,
  here: B,
  before: A,
  stack: { now: "shop/prod", before: undefined },
  ...changes,
});

const job: ObservedJob = {
  jobId: "j1",
  name: "orders",
  status: "RUNNING",
  startedAt: 1,
  endedAt: -1,
  tasks: { running: 1, total: 1 },
};

const observed = (changes: Partial<Observed>): Observed => ({
  cluster: "reachable",
  record: record(),
  job: undefined,
  namesakes: [],
  states: [],
  now: NOW,
  ...changes,
});

const aged = (seconds: number) => [{ kind: "checkpoint" as const, path: "s3://b/x/chk-7", at: NOW - seconds * 1000 }];
const alive = (changes: Partial<Observed> = {}) =>
  observed({ job, elsewhere: { kind: "alive", place: A }, ...changes });
const silent = (seconds: number) =>
  observed({ states: aged(seconds), elsewhere: { kind: "silent", place: A, why: "connect ECONNREFUSED" } });

test("Alive where the stack deployed it last, it moves: stopped there, started here, though nothing else changed.", () => {
  const plan = planJob(desired(), alive());
  expect(plan).toMatchObject({
    action: "restart",
    version: 3,
    remarks: [{ about: "moves", from: A }],
  });
  expect(deedsOf(plan)).toMatchObject([
    { do: "stop-with-savepoint", jobId: "j1" },
    { do: "start", from: "savepoint-just-taken" },
  ]);
});

test("With a changed query it is stopped there and starts clean here.", () => {
  const plan = planJob(desired({ manifest: { ...manifest, sql: "SELECT 2" } }), alive());
  expect(plan).toMatchObject({ action: "replace" });
  expect(deedsOf(plan)).toMatchObject([{ do: "stop-with-savepoint" }, { do: "start", from: "clean" }]);
});

test("A record of the same stack moves too where Pulumi's state was lost; one that nobody knows does not.", () => {
  expect(planJob(desired({ before: undefined }), alive())).toMatchObject({ action: "restart" });
  const unknown = record({ owner: undefined });
  expect(planJob(desired({ before: undefined }), alive({ record: unknown }))).toMatchObject({ action: "refuse" });
});

test("Two local clusters are no move: the second one is there because the first was not found.", () => {
  const there = local("/x/.local/old");
  const seen = alive({ elsewhere: { kind: "alive", place: there }, record: record({}, there) });
  const plan = planJob(desired({ here: local("/x/.local/new"), before: there }), seen);
  expect(plan).toMatchObject({
    action: "refuse",
    what: expect.stringContaining("the local cluster in /x/.local/old on me"),
  });
});

test("Copies of other ids there are refused, and so is a job without a record there.", () => {
  const copies = planJob(desired(), alive({ namesakes: [{ ...job, jobId: "j2" }] }));
  expect(copies).toMatchObject({ action: "refuse", what: expect.stringContaining("j1 (RUNNING), j2 (RUNNING)") });
  const choice = { from: "clean" } as const;
  const lost = alive({ record: undefined, job: undefined, namesakes: [job] });
  expect(planJob(desired({ choice, deployedTo: "s3://b" }), lost)).toMatchObject({ action: "refuse" });
});

test.each([
  ["fresh, nothing changed", 30, {}, "refuse"],
  ["fresh, another query, which would start clean", 30, { manifest: { ...manifest, sql: "SELECT 2" } }, "refuse"],
  ["fresh, a clean start was chosen", 30, { choice: { from: "clean" as const } }, "refuse"],
  ["fresh, to be suspended", 30, { choice: { suspended: true } }, "refuse"],
  ["fresh, and given up", 30, { choice: { lost: "http://a:8081" } }, "resume"],
  ["fresh, and another cluster given up", 30, { choice: { lost: "http://c:8081" } }, "refuse"],
  ["quiet for long", 3600, {}, "resume"],
])("A cluster that gives no answer: state %s", (_, seconds, changes, action) => {
  const plan = planJob(desired(changes), silent(seconds));
  expect(plan.action).toBe(action);
  if (plan.action !== "refuse") expect(plan.remarks).toMatchObject([{ about: "silent-cluster", place: A }]);
});

test("A silent cluster is given up once: the mark that is left does not give up the next one.", () => {
  const seen = silent(30);
  const done = { ...seen, record: record({ choices: [{ part: "lost", cluster: "http://a:8081" }] }) };
  expect(planJob(desired({ choice: { lost: "http://a:8081" } }), done).action).toBe("refuse");
});

test("A long interval makes states fresh for longer.", () => {
  const long = { ...manifest, flinkProperties: { "execution.checkpointing.interval": "30 min" } };
  const slow = record({ current: { ...record().current, manifest: long } });
  expect(planJob(desired({ manifest: long }), { ...silent(3600), record: slow }).action).toBe("refuse");
});

test.each([
  [undefined, 600_000],
  ["1 s", 600_000],
  ["10 min", 1_800_000],
  ["PT1H", 10_800_000],
  ["600000", 1_800_000],
  ["soon", 600_000],
])("Interval %s: quiet for %d ms", (interval, ms) => {
  expect(quietMs(interval)).toBe(ms);
});

test("Without any state nobody can tell that it is dead.", () => {
  expect(mayBeWritten(undefined, undefined, NOW)).toBe(true);
});

test.each([
  [A, A, true],
  [A, { ...A, restUrl: "http://A:8081/" }, true],
  [A, B, false],
  [local("/x"), local("/x"), true],
  [local("/x"), local("/y"), false],
  [local("/x"), local("/x", "other"), false],
  [local("/x"), { target: "remote", restUrl: "http://127.0.0.1:8081", host: "me" }, true],
  [
    { ...A, target: "yarn", applicationId: "application_1_1" },
    { ...B, target: "yarn", applicationId: "application_1_1" },
    true,
  ],
  [{ ...A, target: "yarn", applicationId: "application_1_1" }, { ...A, target: "yarn", applicationId: "" }, false],
])("%j and %j", (a, b, same) => {
  expect(samePlace(a, b)).toBe(same);
});

test("Only clusters on which something may run are asked; the record knows better than the stack.", () => {
  expect(otherPlaces(record(), B, B)).toEqual([A]);
  expect(otherPlaces(record(), A, B)).toEqual([]);
  expect(otherPlaces(record({ status: "stopped" }), B, A)).toEqual([]);
  expect(otherPlaces(record({ current: { ...record().current, cluster: undefined } }), B, A)).toEqual([A]);
  expect(otherPlaces(undefined, B, A)).toEqual([A]);
});

test("A record of another stack is refused and named; adopted by its job's id; a tombstone is nobody's.", () => {
  const foreign = record({ owner: "shop/staging" }, B);
  const seen = observed({ record: foreign, job });
  expect(planJob(desired(), seen)).toMatchObject({
    action: "refuse",
    what: expect.stringContaining("belongs to the stack shop/staging (version 3, running)"),
    fix: expect.stringContaining(`adopt["orders"]' j1`),
  });
  expect(planJob(desired({ adopt: "j1" }), seen).action).not.toBe("refuse");
  expect(planJob(desired({ stack: { now: "shop/new", before: "shop/staging" } }), seen).action).not.toBe("refuse");
  const tombstone = observed({ record: { ...foreign, status: "deleted" }, states: aged(30) });
  expect(planJob(desired(), tombstone).action).toBe("resume");
});
