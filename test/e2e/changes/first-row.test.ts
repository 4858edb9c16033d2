/** A new version that starts and fails on its first row: the old one runs again, and nothing of the new one stays. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ran } from "../../support/stories/pulumi.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
let old: Awaited<ReturnType<Story["running"]>>;
let up: Ran;

beforeAll(async () => {
  story = await Story.begin("first-row");
  await story.step(1);
  old = await story.running("first-row");
  await story.place(2);
  expect((await story.preview()).code).toBe(0);
  up = await story.up();
});
afterAll(() => story?.end());

test("A start counts when its first checkpoint is completed.", async () => {
  expect((await story.flink.checkpoints(old.flink.jid)).counts.completed).toBeGreaterThan(0);
});

test("The update fails with the exception of the row, and says what runs now.", () => {
  expect(up.code).not.toBe(0);
  expect(up.text).toContain(
    "first-row: version 2 did not start; rolled back to version 1 as it was before, resumed from savepoint-",
  );
  expect(up.text).toMatch(/For input string: 'number 1'/u);
});

test("One job runs: the old version from the savepoint just taken; the next preview plans the change again.", async () => {
  const { flink, record } = await story.running("first-row");
  expect(record).toMatchObject({ version: 1, queryId: old.record.queryId, past: [{ version: 2 }] });
  expect(await story.flink.restoredFrom(flink.jid)).toContain(`/savepoint-${old.flink.jid.slice(0, 6)}-`);
  const { lines } = await story.preview();
  expect(lines["first-row"]).toMatch(/^new version 3, starts clean \(SQL changed\)/u);
});

test("`pulumi destroy` stops that job with a savepoint: it still belongs to the resource of before.", async () => {
  const { flink } = await story.running("first-row");
  const { code, text } = await story.destroy();
  expect(code, text).toBe(0);
  expect(await story.flink.state(flink.jid)).toBe("FINISHED");
});
