/** The store and Flink know the jobs; Pulumi's state may be lost. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { Story } from "../../support/stories/story.js";

const JOBS = ["lost-one", "lost-two"];
const look = () => Promise.all(JOBS.map((job) => story.running(job)));

let story: Story;
beforeAll(async () => {
  story = await Story.begin("lost");
  await story.step(1);
});
afterAll(() => story?.end());

test("A new stack with the same store takes the running jobs over and restarts none; the old one cannot stop them then.", async () => {
  const before = (await look()).map(({ flink }) => flink);
  const lost = await story.loseStack();
  const { preview } = await story.again();
  for (const job of JOBS)
    expect([undefined, "adopted as it runs, not restarted, version 1 stays"]).toContain(preview.lines[job]);
  expect((await look()).map(({ flink }) => flink)).toEqual(before);
  const destroyed = await story.destroy(lost);
  expect(destroyed.code, destroyed.text).toBe(0);
  expect((await look()).map(({ flink }) => flink)).toEqual(before);
  expect((await story.again()).preview.lines).toEqual({});
});
