/** Every row of the decision tree, many at a time: each job of this stack is one row. */

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { byPulumi, bySmallEngine } from "../../support/stories/engines.js";
import type { SeenRecord } from "../../support/stories/records.js";
import { type Stepped, Story } from "../../support/stories/story.js";

const JOBS = [
  "kept",
  "property",
  "query",
  "target",
  "description",
  "table",
  "dead",
  "dead-property",
  "dead-query",
  "stateless",
  "gone",
  "gone-changed",
].map((row) => `tree-${row}`);

interface Seen {
  readonly jobId: string;
  readonly startedAt: number;
  readonly record: SeenRecord;
}

let story: Story;
/** Each job as it was deployed first, and as it was after the second step. */
const first = new Map<string, Seen>();
const second = new Map<string, Seen>();
let changed: Stepped;

beforeAll(async () => {
  story = await Story.begin("tree", {}, inject("hasPulumi") ? byPulumi : bySmallEngine);
});
afterAll(() => story?.end());

async function look(job: string): Promise<Seen> {
  const { flink, record } = await story.running(job);
  return { jobId: flink.jid, startedAt: flink["start-time"], record };
}

const before = (job: string) => first.get(job) as Seen;

test("A new job starts clean as version 1.", async () => {
  const { preview } = await story.step(1);
  expect(preview.lines).toEqual(Object.fromEntries(JOBS.map((job) => [job, "new, version 1, starts clean"])));
  for (const job of JOBS) {
    first.set(job, await look(job));
    expect(before(job).record).toMatchObject({ version: 1, startedFrom: null, past: [] });
    expect(await story.flink.restoredFrom(before(job).jobId)).toBeUndefined();
  }
});

test("What is unchanged is left alone, and nothing is said of it.", async () => {
  const { preview, up } = await story.again();
  expect(preview.lines).toEqual({});
  expect(up.text).toMatch(/Resources:\n\s+15 unchanged/u);
  for (const job of JOBS) expect(await look(job)).toEqual(before(job));
});

test("Changed jobs, dead jobs and a job whose manifest is gone are dealt with in one update.", async () => {
  for (const job of JOBS) await story.flink.awaitCheckpoints(before(job).jobId, 2);
  for (const job of ["tree-dead", "tree-dead-property", "tree-dead-query"]) await story.flink.cancel(before(job).jobId);
  changed = await story.step(2);
  for (const job of JOBS.filter((name) => !name.startsWith("tree-gone"))) second.set(job, await look(job));
});

const RESTARTS = {
  "tree-property": "restart from a savepoint (table.exec.sink.not-null-enforcer unset → DROP), version 1 stays",
  "tree-description": "restart from a savepoint (description changed), version 1 stays",
  "tree-table": "restart from a savepoint (table own changed (rows-per-second 5 → 6)), version 1 stays",
};
test.each(Object.entries(RESTARTS))("%s: it restarts from the savepoint just taken.", async (job, words) => {
  const { jobId, record } = second.get(job) as Seen;
  expect(changed.preview.lines[job]).toBe(words);
  expect(await story.flink.state(before(job).jobId)).toBe("FINISHED");
  const savepoint = `/savepoints/${job}/1/savepoint-${before(job).jobId.slice(0, 6)}-`;
  expect(record.startedFrom).toContain(savepoint);
  expect(await story.flink.restoredFrom(jobId)).toBe(record.startedFrom);
  expect(record).toMatchObject({ version: 1, queryId: before(job).record.queryId, past: [] });
});

const REPLACEMENTS = {
  "tree-query": "new version 2, starts clean (SQL changed); N B of state of version 1 will not be used",
  "tree-target":
    "new version 2, starts clean (target-table sink → other_sink, table other_sink added); N B of state of version 1 will not be used",
};
test.each(Object.entries(REPLACEMENTS))("%s: it stops with a savepoint and starts clean.", async (job, words) => {
  const { jobId, record } = second.get(job) as Seen;
  expect(changed.preview.lines[job]).toBe(words);
  expect(await story.flink.restoredFrom(jobId)).toBeUndefined();
  expect(record).toMatchObject({ version: 2, startedFrom: null, past: [{ version: 1 }] });
  expect(record.queryId).not.toBe(before(job).record.queryId);
  expect(record.past[0]?.savepoint).toContain(`/savepoints/${job}/1/savepoint-${before(job).jobId.slice(0, 6)}-`);
});

const RESUMES = {
  "tree-dead": "",
  "tree-dead-property": " (table.exec.sink.not-null-enforcer unset → DROP)",
};
test.each(Object.entries(RESUMES))("%s: it resumes from its latest checkpoint.", async (job, change) => {
  const { jobId, record } = second.get(job) as Seen;
  const { latest } = await story.flink.checkpoints(before(job).jobId);
  const checkpoint = latest.completed?.external_path.split("/").at(-1);
  const words = `resume from ${checkpoint}, N s old${change}, version 1 stays; it is CANCELED`;
  expect(changed.preview.lines[job]).toBe(words);
  expect(await story.flink.restoredFrom(jobId)).toContain(`/${before(job).jobId}/${checkpoint}`);
  expect(record).toMatchObject({ version: 1, queryId: before(job).record.queryId });
});

test("A dead job with other SQL starts clean as a new version.", async () => {
  const { jobId, record } = second.get("tree-dead-query") as Seen;
  expect(changed.preview.lines["tree-dead-query"]).toMatch(/^new version 2, starts clean \(SQL changed\)/u);
  expect(await story.flink.restoredFrom(jobId)).toBeUndefined();
  expect(record).toMatchObject({ version: 2, startedFrom: null });
});

test("Another table in the table files touches no job.", async () => {
  for (const job of ["tree-kept", "tree-stateless"]) {
    expect(changed.preview.lines[job]).toBeUndefined();
    expect(second.get(job)).toEqual(before(job));
  }
});

test("A job whose manifest is gone is stopped with a savepoint, and its record becomes a tombstone.", async () => {
  expect(changed.preview.text).toMatch(/- .*FlinkSqlJob tree-gone delete/u);
  for (const job of ["tree-gone", "tree-gone-changed"]) {
    expect(await story.flink.alive(job)).toEqual([]);
    expect(await story.flink.state(before(job).jobId)).toBe("FINISHED");
    const savepoint = expect.stringContaining(`/savepoints/${job}/1/savepoint-`);
    expect(await story.record(job)).toMatchObject({ status: "deleted", version: 1, savepoint });
  }
});

test("A dead job whose state cannot be found is an error, and nothing at all is started.", async () => {
  await story.flink.cancel(before("tree-stateless").jobId);
  await story.removeFromStore("checkpoints/tree-stateless");
  await story.place(3);
  const preview = await story.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("tree-stateless: no state found for version 1");
  const up = await story.upWithPreview();
  expect(up.code).not.toBe(0);
  expect(up.text).toContain("tree-stateless: no state found for version 1");
  for (const job of ["tree-stateless", "tree-gone", "tree-gone-changed"])
    expect(await story.flink.alive(job)).toEqual([]);
  for (const [job, seen] of second) if (job !== "tree-stateless") expect(await look(job)).toEqual(seen);
});

test("A manifest that is back goes on from its savepoint; with other SQL it is the next version.", async () => {
  const tombstone = await story.record("tree-gone");
  const { preview } = await story.step(4);
  expect(preview.lines).toEqual({
    "tree-stateless": expect.stringMatching(/^new version 2, starts clean \(SQL changed\)/u),
    "tree-gone": expect.stringMatching(/^resume from savepoint-\w+-\w+, N s old, version 1 stays/u),
    "tree-gone-changed": expect.stringMatching(/^new version 2, starts clean \(SQL changed\)/u),
  });
  const back = await look("tree-gone");
  expect(back.record).toMatchObject({ version: 1, queryId: tombstone.queryId, startedFrom: tombstone.savepoint });
  expect(await story.flink.restoredFrom(back.jobId)).toBe(tombstone.savepoint);
  const other = await look("tree-gone-changed");
  expect(other.record.version).toBe(2);
  expect(await story.flink.restoredFrom(other.jobId)).toBeUndefined();
  expect((await look("tree-stateless")).record.version).toBe(2);
});
