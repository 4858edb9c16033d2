/** Numbers of versions, and what becomes of a start that a crash cut short. */

import { describe, expect, it } from "vitest";
import { lateStart } from "../../../../provider/decide/change/late-start.js";
import {
  type Deployment,
  type JobRecord,
  nextVersion,
  settledRecord,
  withFailedVersion,
} from "../../../../provider/decide/job/record.js";

const start = (version: number, sql = "SELECT 1", jobId = `job-${version}`): Deployment => ({
  manifest: { name: "orders", description: "", "target-table": "t", sql, flinkProperties: {} },
  meta: { queryId: `q-${version}`, version, createdAt: "" },
  definitions: [],
  metadataColumns: { timestamp: "ts", query: true },
  secrets: undefined,
  directories: { checkpoints: "file:///c", savepoints: "file:///s" },
  jobId,
  startedFrom: null,
});
const record = (parts: Partial<JobRecord> = {}): JobRecord => ({
  status: "running",
  current: start(3),
  savepoint: undefined,
  resourceId: "orders-1",
  intent: undefined,
  past: [],
  written: undefined,
  ...parts,
});
const begun = (next: Deployment) => ({ intent: { action: "replace", stopping: undefined, next, session: undefined } });
const past = (version: number) => ({ version, queryId: "", savepoint: undefined, endedAt: "" });

describe("the number of the next version", () => {
  it.each<[string, JobRecord | undefined, number]>([
    ["is 1 where there is no record", undefined, 1],
    ["follows the current one", record(), 4],
    ["follows one that failed or was replaced", record({ past: [past(7)] }), 8],
    ["is that of a start which a crash cut short, for the same query", record(begun(start(4, "SELECT 9"))), 4],
    [
      "is another one than that of a start which a crash cut short, for another query",
      record(begun(start(4, "SELECT 8"))),
      5,
    ],
  ])("%s", (_title, known, version) => expect(nextVersion(known, "SELECT 9")).toBe(version));
});

it("a version that did not start is used up, a restart of the same one is not", () => {
  expect(withFailedVersion(record(), start(4), "now").past).toMatchObject([{ version: 4, queryId: "q-4" }]);
  expect(withFailedVersion(record(), start(3), "now").past).toEqual([]);
});

describe("a start that a killed deployment asked for", () => {
  const NOW = Date.UTC(2026, 0, 2);
  const session = { gatewayUrl: "http://gateway", handle: "h" };
  const written = (secondsAgo: number) => ({ by: "a@b", at: new Date(NOW - secondsAgo * 1000).toISOString() });
  const asked = record({ intent: { ...begun(start(4)).intent, session }, written: written(40) });
  it.each<[string, JobRecord, string[], string | undefined]>([
    ["may still come", asked, [], "job-4"],
    ["has come", asked, ["job-4"], undefined],
    ["does not come where nobody was asked", record(begun(start(4))), [], undefined],
    ["does not come any more after some minutes", { ...asked, written: written(400) }, [], undefined],
    [
      "may still come then where a start may take long",
      { ...asked, intent: { ...begun(start(4)).intent, session, startSeconds: 600 }, written: written(1200) },
      [],
      "job-4",
    ],
    [
      "does not come any more after two such limits",
      { ...asked, intent: { ...begun(start(4)).intent, session, startSeconds: 600 }, written: written(1400) },
      [],
      undefined,
    ],
    ["may come by a clock that is behind", { ...asked, written: written(-40) }, [], "job-4"],
    ["is no matter of a record without an intent", record(), [], undefined],
  ])("%s", (_title, known, jobs, jobId) => expect(lateStart(known, (other) => jobs.includes(other), NOW)).toBe(jobId));
});

describe("a start that was not written down any more", () => {
  const open = record({ ...begun(start(4)), savepoint: { kind: "savepoint", path: "file:///s/3/savepoint-1", at: 1 } });

  it("is what is deployed, if Flink knows its job", () => {
    const settled = settledRecord(open, (jobId) => jobId === "job-4", "now");
    expect(settled).toMatchObject({
      current: { jobId: "job-4" },
      past: [{ version: 3, savepoint: "file:///s/3/savepoint-1" }],
    });
  });

  it("is nothing, if Flink does not", () => {
    expect(settledRecord(open, () => false, "now")).toBe(open);
  });
});
