/** What is said of records that no manifest belongs to, and which of them may be retired. */

import { describe, expect, it } from "vitest";
import type { JobRecord, StateRef } from "../../../../provider/decide/job/record.js";
import type { FlinkStatus, Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import {
  ownedWords,
  removedWords,
  retireRefusal,
  retireWords,
  type Stranger,
  strangerWords,
} from "../../../../provider/decide/store/strangers.js";

const NOW = 10_000_000;
const record: JobRecord = {
  status: "running",
  current: {
    manifest: { name: "old", description: "", "target-table": "t", sql: "", flinkProperties: {} },
    meta: { queryId: "", version: 1, createdAt: "" },
    definitions: undefined,
    metadataColumns: undefined,
    secrets: undefined,
    directories: { checkpoints: "file:///c", savepoints: "file:///s" },
    jobId: "aa",
    startedFrom: null,
  },
  savepoint: undefined,
  resourceId: undefined,
  intent: undefined,
  past: [],
  written: undefined,
};
const job = (status: FlinkStatus, jobId = "aa"): ObservedJob => ({
  jobId,
  name: "old",
  status,
  startedAt: 0,
  endedAt: -1,
  tasks: { running: 1, total: 1 },
});
const checkpoint = (secondsAgo: number): StateRef => ({
  kind: "checkpoint",
  path: "file:///c/1/aa/chk-7",
  at: NOW - secondsAgo * 1000,
});
function stranger(parts: Partial<Observed> = {}): Stranger {
  const seen = { cluster: "reachable" as const, record, job: undefined, namesakes: [], states: [], now: NOW, ...parts };
  return { name: "old", record: seen.record ?? record, seen };
}
const unseen: Stranger = { name: "old", record, seen: undefined };

describe("a record that nobody owns", () => {
  it.each<[string, Stranger, string]>([
    ["that runs", stranger({ job: job("RUNNING") }), "it is RUNNING as aa; not touched; to stop it with a savepoint"],
    [
      "that cannot take a savepoint",
      stranger({ job: job("RESTARTING") }),
      "it is RESTARTING as aa; not touched; to turn its record into a tombstone",
    ],
    ["that has ended", stranger({ job: job("FAILED") }), "it does not run on this cluster; not touched; to turn"],
    [
      "under whose name something else runs",
      stranger({ namesakes: [job("RUNNING", "bb")] }),
      "it is not the job that runs under its name: that is RUNNING as bb; not touched",
    ],
    ["of which nothing is known", unseen, "it may run (cluster unreachable); not touched"],
  ])("%s", (_title, found, words) => {
    expect(strangerWords(found)).toContain(`store: old: has a record but no manifest; ${words}`);
  });
});

it("Records that resources own share one line, with ten names at most.", () => {
  expect(ownedWords([stranger()])).toMatch(
    /^store: 1 record belongs to another stack, or to a manifest that was removed: /u,
  );
  const words = ownedWords(Array.from({ length: 13 }, () => stranger({ job: job("RUNNING") })));
  expect(words).toMatch(
    /^store: 13 records belong to other stacks, or to manifests that were removed: old \(is RUNNING/u,
  );
  expect(words.match(/old \(/gu)).toHaveLength(10);
  expect(words).toContain(", and 3 more; not touched");
});

describe("a manifest that is removed", () => {
  const back = "its record stays, and if the manifest comes back it resumes from there";
  it.each<[string, Stranger, string]>([
    ["whose job runs", stranger({ job: job("RUNNING") }), `it is stopped with a savepoint; ${back}`],
    [
      "whose job cannot take a savepoint",
      stranger({ job: job("RESTARTING") }),
      `it is RESTARTING and cannot take a savepoint, so it is cancelled; ${back}`,
    ],
    [
      "whose job the same update has stopped, for the cluster to restart",
      stranger({ record: { ...record, status: "stopped", savepoint: { ...checkpoint(1), kind: "savepoint" } } }),
      `it is stopped with a savepoint; ${back}`,
    ],
    ["whose job has ended", stranger({ job: job("FAILED") }), "it does not run on this cluster; its record stays"],
    ["of whose job nothing is known", unseen, `it is stopped with a savepoint if it runs; ${back}`],
  ])("%s", (_title, found, words) => {
    expect(removedWords(found)).toBe(`store: old: its manifest was removed: ${words}`);
  });
});

describe("what is retired", () => {
  it.each<[string, Stranger, string]>([
    [
      "is stopped with a savepoint",
      stranger({ job: job("RUNNING") }),
      "it is RUNNING as aa; it is stopped with a savepoint",
    ],
    [
      "is cancelled where it cannot take one",
      stranger({ job: job("FAILING") }),
      "cannot take a savepoint; it is cancelled",
    ],
    [
      "becomes a tombstone with its newest state where it does not run",
      stranger({ states: [checkpoint(900)] }),
      "it does not run on this cluster; its record becomes a tombstone that points to chk-7",
    ],
    [
      "becomes a tombstone without a state where it came to its end",
      stranger({ record: { ...record, status: "finished" }, states: [checkpoint(900)] }),
      "does not run on this cluster; its record becomes a tombstone",
    ],
  ])("%s", (_title, found, words) => {
    expect(retireRefusal(found)).toBeUndefined();
    expect(retireWords(found)).toContain(words);
  });

  it("says nothing of a state that a finished job does not need", () => {
    const finished = stranger({ record: { ...record, status: "finished" }, states: [checkpoint(900)] });
    expect(retireWords(finished)).not.toContain("chk-7");
  });

  it.each<[string, Stranger, string]>([
    [
      "another job runs under its name",
      stranger({ namesakes: [job("RUNNING", "bb")] }),
      "jobs that are not in its record run under its name: bb (RUNNING)",
    ],
    [
      "this cluster does not know it, and something writes its states",
      stranger({ states: [checkpoint(30)] }),
      "chk-7 is 30 s old: it may run on another cluster",
    ],
  ])("is refused where %s", (_title, found, words) => expect(retireRefusal(found)?.what).toContain(words));

  it.each<[string, Stranger]>([
    ["this cluster knows that it has ended", stranger({ job: job("CANCELED"), states: [checkpoint(30)] })],
    ["it was stopped by us", stranger({ record: { ...record, status: "stopped" }, states: [checkpoint(30)] })],
    ["its states are old", stranger({ states: [checkpoint(601)] })],
    ["nothing is known yet", unseen],
  ])("is not refused where %s", (_title, found) => expect(retireRefusal(found)).toBeUndefined());
});
