/** A bounded job that came to its end is left at its end. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { committedRows, gapsAndRepeats } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
let jobId: string;
beforeAll(async () => {
  story = await Story.begin("finished");
  await story.step(1);
  jobId = (await story.record("finished")).jobId;
  await story.flink.awaitState(jobId, "FINISHED");
});
afterAll(() => story?.end());

test("A job that ends within moments is finished at once: nothing is waited for, and no preview has news of it.", async () => {
  expect(await story.record("at-once")).toMatchObject({ status: "finished", version: 1 });
  expect((await story.outputs()).jobs["at-once"]).toMatchObject({ state: "FINISHED" });
});

test("The preview says that it finished, and the update writes that down.", async () => {
  const { preview } = await story.again();
  expect(preview.lines).toEqual({ finished: "finished, not started again, version 1 stays" });
  expect(await story.record("finished")).toMatchObject({ status: "finished", version: 1, jobId });
  expect((await story.outputs()).jobs.finished).toMatchObject({ jobId, state: "FINISHED" });
});

test("Later previews say nothing, and no update starts it again.", async () => {
  const { preview, up } = await story.again();
  expect(preview.lines).toEqual({});
  expect(up.text).toMatch(/Resources:\n\s+5 unchanged/u);
  expect((await story.flink.jobs()).filter(({ name }) => name === "finished").map(({ jid }) => jid)).toEqual([jobId]);
});

test("A change that is no new version does not start it either.", async () => {
  const { preview } = await story.step(2);
  expect(preview.lines).toEqual({ finished: "no change, version 1; the change takes effect with the next version" });
  expect((await story.flink.jobs()).filter(({ name }) => name === "finished").map(({ jid }) => jid)).toEqual([jobId]);
});

test("After a destruction both are still finished, and the next update starts neither of them.", async () => {
  expect((await story.destroy()).code).toBe(0);
  const { preview } = await story.step(1);
  const words = "finished, not started again, version 1 stays";
  expect(preview.lines).toEqual({ finished: words, "at-once": words });
  expect((await story.again()).preview.lines).toEqual({});
  expect((await story.flink.jobs()).filter(({ name }) => name === "finished").map(({ jid }) => jid)).toEqual([jobId]);
});

test("Its rows are all there, each once.", async () => {
  expect(gapsAndRepeats(await committedRows(story.output("sink")), "n", 20)).toEqual({ missing: 0, repeated: 0 });
});
