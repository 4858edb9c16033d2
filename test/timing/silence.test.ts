/** How long a sink is silent while its job restarts for a changed property. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { gapsAndRepeats, visibleRows } from "../support/sink.js";
import { Story } from "../support/story.js";
import { until } from "../support/until.js";

const LIMIT_MS = 3000;
const ENOUGH_ROWS = 300;

let story: Story;
beforeAll(async () => {
  story = await Story.begin("silence");
  await story.step(1);
});
afterAll(() => story?.end());

const times = async () =>
  (await visibleRows(story.output("sink"))).map((row) => Date.parse(`${row.__create_timestamp}`)).sort((a, b) => a - b);

/** Waits until so many rows more are on the disk. */
async function awaitRows(more: number): Promise<void> {
  const before = (await times()).length;
  await until(`${more} rows more`, 60, async () => ((await times()).length >= before + more ? true : undefined));
}

test(`A property restart keeps the sink silent for less than ${LIMIT_MS / 1000} s.`, async () => {
  await awaitRows(ENOUGH_ROWS);
  await story.step(2);
  await awaitRows(ENOUGH_ROWS);
  const all = await times();
  const silence = Math.max(...all.slice(1).map((time, i) => time - (all[i] ?? time)));
  process.stdout.write(`sink silence of a property restart: ${silence} ms\n`);
  expect(silence).toBeLessThan(LIMIT_MS);
  expect(gapsAndRepeats(await visibleRows(story.output("sink")), "n", 0).repeated).toBe(0);
});
