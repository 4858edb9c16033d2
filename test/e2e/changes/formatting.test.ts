/** How SQL looks is no change; what stands in its quotes is. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { Story } from "../../support/stories/story.js";

const JOBS = ["formatting-literal", "formatting-identifier"];

let story: Story;
beforeAll(async () => {
  story = await Story.begin("formatting");
});
afterAll(() => story?.end());

test("Other comments, white space and case of keywords leave the running job alone.", async () => {
  await story.step(1);
  const before = await Promise.all(JOBS.map((job) => story.running(job)));
  const { preview, up } = await story.step(2);
  expect(preview.lines).toEqual({});
  expect(up.text).toMatch(/Resources:\n\s+5 unchanged/u);
  expect(await Promise.all(JOBS.map((job) => story.running(job)))).toEqual(before);
});

test("A blank less in a literal, or another case in a quoted identifier, is a new version.", async () => {
  const { preview } = await story.step(3);
  for (const job of JOBS) {
    expect(preview.lines[job]).toMatch(/^new version 2, starts clean \(SQL changed\)/u);
    const { flink, record } = await story.running(job);
    expect(record.version).toBe(2);
    expect(await story.flink.restoredFrom(flink.jid)).toBeUndefined();
  }
});
