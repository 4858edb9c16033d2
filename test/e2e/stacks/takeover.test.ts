/** A store that flink-sql-runner 0.2.0 itself wrote is taken over, and that tool can go on with it afterwards. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { FlinkJob } from "../../support/clusters/flink.js";
import { flinkCommands, removeProgram, runOldTool } from "../../support/clusters/old-tool.js";
import { objectText } from "../../support/servers/bucket.js";
import { gapsAndRepeats, visibleRows } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

const GIVEN = "test/e2e/stories/takeover/old";
const TABLES = join(GIVEN, "tables.sql");
const JOBS = ["kept", "program", "property", "query", "stopped"].map((name) => `take-${name}`);

/** The old tool starts Java and Python anew for each job and each look at one: a minute a job while others use the machine. */
const BUSY_MS = 1_200_000;

let story: Story;
/** What the old tool left: the jobs in Flink and the records in the store. */
const before = new Map<string, { readonly flink: FlinkJob; readonly text: string; readonly queryId: string }>();

beforeAll(async () => {
  story = await Story.begin("takeover");
  const template = join(story.folder, "job-template.yaml");
  const directories = (await readFile(join(GIVEN, "job-template.yaml"), "utf8")).replaceAll(
    "STORE",
    story.store.replace(/\?.*/u, ""),
  );
  await writeFile(template, directories);
  await story.configure({ template, tables: [TABLES] });
  await story.place(1);
  await oldTool();
  for (const job of JOBS) {
    const [flink, text] = [await story.flink.one(job), await recordText(job)];
    before.set(job, { flink, text, queryId: parse(text).meta["query-id"] });
  }
}, BUSY_MS);
afterAll(async () => {
  await removeProgram("take-program");
  await story?.end();
});

const oldTool = () =>
  runOldTool({
    restUrl: story.flink.restUrl,
    store: story.store,
    manifests: join(story.folder, "manifests"),
    template: join(story.folder, "job-template.yaml"),
    tables: TABLES,
    parameters: { output: `file://${story.folder}/output` },
  });

const recordText = (job: string) => objectText(story.store, `manifests/${job}.yaml`);

function left(job: string): { readonly flink: FlinkJob; readonly text: string; readonly queryId: string } {
  const found = before.get(job);
  if (!found) throw new Error(`${job}: the old tool did not deploy it`);
  return found;
}

/** The old tool's job that no manifest belongs to any more is reported each time. */
const REPORTED = { store: expect.stringMatching(/^take-program: has a record but no manifest; it is RUNNING as /u) };

test("The first update adopts what runs unchanged, and treats the rest as the decision tree says.", async () => {
  for (const job of ["take-kept", "take-property", "take-query", "take-stopped"])
    await story.flink.awaitCheckpoints(left(job).flink.jid, 3);
  await story.flink.cancel(left("take-stopped").flink.jid);
  const { preview } = await story.step(2);
  expect(preview.lines).toEqual({
    ...REPORTED,
    "take-kept": "adopted as it runs, not restarted, version 1 stays",
    "take-property": "restart from a savepoint (table.exec.mini-batch.size unset → 5000), version 1 stays",
    "take-query": "new version 2, starts clean (SQL changed); N B of state of version 1 will not be used",
    "take-stopped": expect.stringMatching(
      /^resume from chk-\d+, N s old \(description changed\), version 1 stays; it is CANCELED$/u,
    ),
  });
});

test("An unchanged job is the same job in Flink, with the id of its query.", async () => {
  const { flink, record } = await story.running("take-kept");
  expect(flink).toEqual(left("take-kept").flink);
  expect(record).toMatchObject({ version: 1, queryId: left("take-kept").queryId });
});

test("A job with a changed property goes on from a savepoint of its version, which the record names.", async () => {
  const { flink, record } = await story.running("take-property");
  const { jid } = left("take-property").flink;
  expect(record).toMatchObject({ version: 1, queryId: left("take-property").queryId });
  expect(record.startedFrom).toContain(`/savepoints/take-property/1/savepoint-${jid.slice(0, 6)}-`);
  expect(await story.flink.restoredFrom(flink.jid)).toBe(record.startedFrom);
  expect(await story.flink.state(jid)).toBe("FINISHED");
});

test("A job that was stopped goes on from its last checkpoint.", async () => {
  const { flink, record } = await story.running("take-stopped");
  const { jid } = left("take-stopped").flink;
  expect(record).toMatchObject({ version: 1, queryId: left("take-stopped").queryId });
  expect(record.startedFrom).toContain(`/checkpoints/take-stopped/1/${jid}/chk-`);
  expect(await story.flink.restoredFrom(flink.jid)).toBe(record.startedFrom);
});

/** A version 2 with an id of its own, started clean; the savepoint of version 1 is remembered. */
async function expectNewVersion(job: string): Promise<void> {
  const { flink, record } = await story.running(job);
  const savepoint = expect.stringContaining(`/savepoints/${job}/1/savepoint-`);
  const past = [{ version: 1, "query-id": left(job).queryId, savepoint }];
  expect(record).toMatchObject({ version: 2, startedFrom: null, past });
  expect(record.queryId).not.toBe(left(job).queryId);
  expect(await story.flink.restoredFrom(flink.jid)).toBeUndefined();
}

test("A job with another query is a new version.", () => expectNewVersion("take-query"));

test("A job without a manifest and its record stay as they were.", async () => {
  expect(await story.flink.one("take-program")).toEqual(left("take-program").flink);
  expect(await recordText("take-program")).toBe(left("take-program").text);
});

test.each(["kept", "property"])(
  "The count of %s goes on exactly: no number is missing, none is counted twice.",
  async (name) => {
    const { flink } = await story.running(`take-${name}`);
    await story.flink.awaitCheckpoints(flink.jid, 3);
    const rows = await visibleRows(story.output(name));
    const last = Math.max(...rows.map(({ n }) => Number(n)));
    expect(last).toBeGreaterThan(10);
    expect(gapsAndRepeats(rows, "n", last)).toEqual({ missing: 0, repeated: 0 });
    for (const { n, seen, __query_id } of rows)
      expect({ seen, __query_id }).toEqual({ seen: n, __query_id: left(`take-${name}`).queryId });
  },
);

test("A second preview shows no change.", async () => {
  const preview = await story.preview();
  expect(preview.code, preview.text).toBe(0);
  expect(preview.lines).toEqual(REPORTED);
  expect(preview.text).toMatch(/^ {4}\d+ unchanged$/mu);
});

test("A program whose manifest is back is adopted as it runs.", async () => {
  expect((await story.step(3)).preview.lines).toEqual({
    "take-program": "adopted as it runs, not restarted, version 1 stays",
  });
  const { flink, record } = await story.running("take-program");
  expect(flink).toEqual(left("take-program").flink);
  expect(record).toMatchObject({ version: 1, queryId: left("take-program").queryId });
});

test("The way back: the old tool finds nothing to do, and afterwards there is nothing to do for us.", async () => {
  const jobs = await Promise.all(JOBS.map((job) => story.flink.one(job)));
  const records = await Promise.all(JOBS.map(recordText));
  const printed = await oldTool();
  expect(flinkCommands(printed), printed).toEqual([]);
  expect(await Promise.all(JOBS.map((job) => story.flink.one(job)))).toEqual(jobs);
  expect(await Promise.all(JOBS.map(recordText))).toEqual(records);
  expect((await story.preview()).lines).toEqual({});
});

test("A program that becomes a query is a new version.", async () => {
  const { preview } = await story.step(4);
  expect(preview.lines).toEqual({
    "take-program":
      "new version 2, starts clean (SQL in place of code, description changed); N B of state of version 1 will not be used",
  });
  await expectNewVersion("take-program");
});
