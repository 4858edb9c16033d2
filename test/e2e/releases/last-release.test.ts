/** State and records that a release wrote are taken up by this one: nothing restarts, and all goes on from there. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FlinkJob } from "../../support/clusters/flink.js";
import type { SeenRecord } from "../../support/stories/records.js";
import {
  PASSWORD,
  placeRecords,
  placesOf,
  recordsOf,
  reenact,
  releases,
  Starts,
  stackOf,
  withPlaces,
} from "../../support/stories/release.js";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../../support/stories/sink.js";
import { encryptedValue } from "../../support/stories/stack.js";
import { Story } from "../../support/stories/story.js";

const RUNNING = ["last-chosen", "last-defined", "last-plain", "last-versioned"];
const RESTING = ["last-coded", "last-ended", "last-finished", "last-removed", "last-suspended"];

/** An older release may have written what the last one did not; that takes another minute each. */
const tried = (await releases()).slice(process.env.EVERY_STORY ? 0 : -1);

describe.each(tried)("%s", (release) => {
  let story: Story;
  const jobs = new Map<string, FlinkJob>();
  const records = new Map<string, SeenRecord>();

  beforeAll(async () => {
    story = await Story.begin("last-release");
    const places = { ...placesOf(story), password: PASSWORD };
    const read = async (name: string) => withPlaces(await readFile(join(release, name), "utf8"), places);
    const texts = await recordsOf(release, places);
    const starts = Starts.parse(JSON.parse(await read("starts.json")));
    await placeRecords(story, texts);
    const again = Object.entries(starts).filter(([job]) => [...RUNNING, "last-suspended"].includes(job));
    await Promise.all(again.map(([job, start]) => reenact(texts.get(job) ?? "", start, story.flink)));
    const secretParameters = await encryptedValue(stackOf(story), "secretParameters", "password", PASSWORD);
    await story.configure({ ...JSON.parse(await read("config.json")), secretParameters });
    await story.importState(await read("state.json"));
    await story.place(3);
    for (const job of RUNNING) jobs.set(job, (await story.running(job)).flink);
    for (const job of [...RUNNING, ...RESTING]) records.set(job, await story.record(job));
  });
  afterAll(() => story?.end());

  test("The first update finds nothing to do: each job is the same in Flink, and so is its record.", async () => {
    const { preview, up } = await story.again();
    const suspended = expect.stringMatching(/^suspended, version 1; since N s, at savepoint-/u);
    expect(preview.lines).toEqual({ "last-coded": suspended, "last-suspended": suspended });
    expect(up.text).toMatch(/Resources:\n\s+10 unchanged/u);
    for (const [job, flink] of jobs) expect(await story.flink.one(job)).toEqual(flink);
    for (const [job, record] of records) expect(await story.record(job)).toEqual(record);
    for (const job of RESTING) expect(await story.flink.alive(job)).toEqual([]);
  });

  test("Each change goes on from what the record says.", async () => {
    await story.configure({ choices: { "last-coded": { suspended: true } } });
    const { preview } = await story.step(4);
    expect(preview.lines).toEqual({
      "last-chosen": expect.stringMatching(/^no change, version 1 stays; a choice that was carried out/u),
      "last-coded": expect.stringMatching(/^suspended, version 1; since N s/u),
      "last-ended": "finished, not started again, version 1 stays",
      "last-removed": expect.stringMatching(/^new version 3, starts clean \(SQL changed\)/u),
      "last-suspended": expect.stringMatching(/^resume from savepoint-\w+-\w+, N s old, version 1 stays/u),
      "last-versioned": "restart from a savepoint (table.exec.sink.not-null-enforcer DROP → ERROR), version 2 stays",
    });
    for (const job of ["last-defined", "last-plain", "last-chosen"])
      expect(await story.flink.one(job)).toEqual(jobs.get(job));
  });

  test("A suspended job goes on from the savepoint of its record.", async () => {
    const { flink, record } = await story.running("last-suspended");
    expect(record).toMatchObject({ version: 1, queryId: records.get("last-suspended")?.queryId });
    expect(await story.flink.restoredFrom(flink.jid)).toBe(records.get("last-suspended")?.savepoint);
  });

  test("A job that was removed comes back under a version that was never used.", async () => {
    const { record } = await story.running("last-removed");
    expect(record).toMatchObject({ version: 3, startedFrom: null });
    expect(record.past.map(({ version }) => version)).toEqual([1, 2]);
  });

  test("A restarted job counts on: no number is missing, none is counted twice.", async () => {
    const { flink, record } = await story.running("last-versioned");
    const before = records.get("last-versioned");
    expect(record).toMatchObject({ version: 2, queryId: before?.queryId });
    expect(await story.flink.restoredFrom(flink.jid)).toContain(`/savepoint-${before?.jobId.slice(0, 6)}-`);
    await awaitMoreRows(story.output("counts"), 20);
    const rows = await visibleRows(story.output("counts"));
    const end = Math.max(...rows.map(({ n }) => Number(n)));
    expect(gapsAndRepeats(rows, "n", end)).toEqual({ missing: 0, repeated: 0 });
    for (const { n, counted } of rows) expect(counted).toBe(n);
  });

  test("A destruction stops all of them, and leaves tombstones.", async () => {
    const { code, text } = await story.destroy();
    expect(code, text).toBe(0);
    for (const job of [...RUNNING, ...RESTING]) {
      expect(await story.flink.alive(job)).toEqual([]);
      expect(await story.record(job)).toMatchObject({ status: "deleted" });
    }
  });
});
