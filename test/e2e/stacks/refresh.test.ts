/** `pulumi refresh` looks at what runs, and `pulumi up` brings back what does not. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { Story } from "../../support/stories/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("refresh");
  await story.step(1);
});
afterAll(() => story?.end());

test("A job that somebody cancelled shows after a refresh, and the next update resumes it.", async () => {
  const { flink } = await story.running("refreshed");
  await story.flink.awaitCheckpoints(flink.jid, 2);
  await story.flink.cancel(flink.jid);
  const refreshed = await story.refresh();
  expect(refreshed.code, refreshed.text).toBe(0);
  expect(refreshed.text).toMatch(/warning: refreshed: it is CANCELED/u);
  expect(refreshed.text).toMatch(/~ 1 updated/u);
  const { preview } = await story.again();
  expect(preview.lines.refreshed).toMatch(/^resume from chk-\d+, N s old, version 1 stays; it is CANCELED/u);
  const now = await story.running("refreshed");
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/${flink.jid}/chk-`);
  expect((await story.outputs()).jobs.refreshed).toMatchObject({ jobId: now.flink.jid, state: "RUNNING" });
  // Where all is as it was, nothing is said to be updated.
  expect((await story.refresh()).text).toMatch(/Resources:\s+4 unchanged/u);
});
