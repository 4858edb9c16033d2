/** A sequence is counted through everything that stops its job: at the end no number is missing, none is there twice. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killRole } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { MOTO_CREDENTIALS } from "../../support/servers/moto.js";
import { committedRows, gapsAndRepeats } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

/** So many that the job cannot come to its end while others keep the machine busy. */
const END = 20_000;

let story: Story;
let flink: Flink;

beforeAll(async () => {
  story = await Story.begin("sequence", { target: "local", slots: 2 });
  await story.step(1);
  flink = new Flink((await story.outputs()).restUrl);
});
afterAll(() => story?.end());

/** Only with rows behind it and rows to come does a restart prove anything. */
async function awaitProgress(): Promise<string> {
  const { flink: job } = await story.running("count", flink);
  await flink.awaitCheckpoints(job.jid, 2);
  return job.jid;
}

test("A property restart goes on from the savepoint.", async () => {
  await awaitProgress();
  const { preview } = await story.step(2);
  expect(preview.lines.count).toMatch(/^restart from a savepoint/u);
});

test("The credentials of the store are in no file, neither of the cluster nor of Pulumi.", async () => {
  const secret = MOTO_CREDENTIALS.AWS_SECRET_ACCESS_KEY;
  expect(await filesWith(story.local, secret)).toEqual([]);
  expect(await filesWith(story.folder, secret)).toEqual([]);
  // The search itself finds what is there.
  expect(await filesWith(story.local, "taskmanager.numberOfTaskSlots")).not.toEqual([]);
});

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)));
  return files.filter((_, i) => found[i]);
}

test("A restart of the cluster with more slots stops the job with a savepoint and resumes it.", async () => {
  const before = await awaitProgress();
  await story.configure({ slots: 3 });
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toMatch(/^restarts with other settings/u);
  flink = new Flink((await story.outputs()).restUrl);
  const { flink: job, record } = await story.running("count", flink);
  expect(record.startedFrom).toContain(`/savepoint-${before.slice(0, 6)}-`);
  expect(await flink.restoredFrom(job.jid)).toBe(record.startedFrom);
});

test("A killed JobManager is started again, and the job resumes from its latest checkpoint.", async () => {
  const before = await awaitProgress();
  await killRole(story.local, "jobmanager");
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toMatch(/^starts again \(jobmanager/u);
  flink = new Flink((await story.outputs()).restUrl);
  const { flink: job } = await story.running("count", flink);
  expect(await flink.restoredFrom(job.jid)).toContain(`/${before}/chk-`);
});

test("A deletion stops it with a savepoint, and when the manifest is back it goes on from there.", async () => {
  await awaitProgress();
  await story.step(3);
  expect(await flink.alive("count")).toEqual([]);
  const { savepoint } = await story.record("count");
  const { preview } = await story.step(2);
  expect(preview.lines.count).toMatch(/^resume from savepoint-/u);
  const { flink: job } = await story.running("count", flink);
  expect(await flink.restoredFrom(job.jid)).toBe(savepoint);
});

test(`Faster, and at its end, the numbers from 1 to ${END} are in the committed files, each once.`, async () => {
  await awaitProgress();
  expect(gapsAndRepeats(await committedRows(story.output("sink")), "n", END).missing).toBeGreaterThan(0);
  const { preview } = await story.step(4);
  expect(preview.lines.count).toMatch(
    /^restart from a savepoint \(table numbers changed \(rows-per-second 40 → 10000\)\)/u,
  );
  await flink.awaitState((await story.record("count")).jobId, "FINISHED", 120);
  expect(gapsAndRepeats(await committedRows(story.output("sink")), "n", END)).toEqual({ missing: 0, repeated: 0 });
});
