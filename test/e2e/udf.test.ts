/** A SQL job with a Python function: it runs, and a restart from a savepoint loses and repeats nothing. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../support/sink.js";
import { Story } from "../support/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("udf");
});
afterAll(() => story?.end());

const rows = () => visibleRows(story.output("sink"));

test("The function's values reach the target table.", async () => {
  await story.step(1);
  await story.running("masked");
  await awaitMoreRows(story.output("sink"), 50);
  const [first] = (await rows()).filter(({ n }) => n === 12);
  expect(first?.masked).toBe("number **");
});

test("A property change restarts it from a savepoint, and every number is there once.", async () => {
  const before = await story.running("masked");
  const { preview } = await story.step(2);
  expect(preview.lines.masked).toMatch(/^restart from a savepoint/u);
  const now = await story.running("masked");
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/savepoint-${before.flink.jid.slice(0, 6)}-`);
  await awaitMoreRows(story.output("sink"), 50);
  const all = await rows();
  const end = Math.max(...all.map(({ n }) => Number(n)));
  expect(gapsAndRepeats(all, "n", end)).toEqual({ missing: 0, repeated: 0 });
});
