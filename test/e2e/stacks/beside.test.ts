/** A preview beside an update of the same stack, as CI runs them: it tells what is going on, and gives no advice against it. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { smallEngine } from "../../support/stories/engines.js";
import type { Ran } from "../../support/stories/pulumi.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("beside", {}, smallEngine());
});
afterAll(() => story?.end());

/** All previews that begin while the update lasts. */
async function beside(update: Promise<Ran>): Promise<Ran[]> {
  const previews: Ran[] = [];
  let isOver = false;
  const over = update.finally(() => {
    isOver = true;
  });
  while (!isOver) previews.push(await story.preview());
  expect((await over).code).toBe(0);
  return previews;
}

test.each([
  [1, "new jobs"],
  [2, "changed queries"],
])("Beside an update, step %i, previews go through: %s", async (step) => {
  await story.place(step);
  const previews = await beside(story.up());
  for (const { code, text } of previews) {
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/cancel it|already running|ERROR/u);
  }
  expect((await story.again()).preview.lines).toEqual({});
});
