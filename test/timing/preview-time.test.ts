/** How long `pulumi preview` takes for the examples when nothing has changed. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { Story } from "../support/story.js";

const LIMIT_SECONDS = 5;

let story: Story;
beforeAll(async () => {
  story = await Story.begin("examples", { target: "local", manifests: "jobs" });
  const up = await story.up();
  expect(up.code, up.text).toBe(0);
});
afterAll(() => story?.end());

test(`A preview of five deployed jobs without a change takes less than ${LIMIT_SECONDS} s.`, async () => {
  expect(Object.keys((await story.outputs()).jobs)).toHaveLength(5);
  const seconds: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { code, text, lines, seconds: taken } = await story.preview();
    expect(code, text).toBe(0);
    expect(lines).toEqual({});
    seconds.push(taken);
  }
  const all = seconds.map((taken) => taken.toFixed(1)).join(", ");
  process.stdout.write(`preview of five jobs without a change: ${all} s\n`);
  // The fastest: the machine may have other work.
  expect(Math.min(...seconds)).toBeLessThan(LIMIT_SECONDS);
});
