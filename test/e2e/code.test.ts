/** The decision tree for a PyFlink job with keyed state: nothing is lost, nothing comes twice, and errors name the manifest. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../support/sink.js";
import { Story } from "../support/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("code");
});
afterAll(() => story?.end());

const rows = () => visibleRows(story.output("sink"));

test("New code starts clean, and its rows reach the target table.", async () => {
  const { preview } = await story.step(1);
  expect(preview.lines).toEqual({ coded: "new, version 1, starts clean" });
  await story.running("coded");
  await awaitMoreRows(story.output("sink"), 50);
  expect((await story.again()).preview.lines).toEqual({});
});

test("A property change restarts it from a savepoint: the count goes on exactly where it was.", async () => {
  const before = await story.running("coded");
  const { preview } = await story.step(2);
  expect(preview.lines.coded).toMatch(/^restart from a savepoint \(python.fn-execution.bundle.time unset → 100\)/u);
  const now = await story.running("coded");
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/savepoint-${before.flink.jid.slice(0, 6)}-`);
  await awaitMoreRows(story.output("sink"), 50);
  const all = await rows();
  expect(all.every(({ n, counted }) => n === counted)).toBe(true);
  const end = Math.max(...all.map(({ n }) => Number(n)));
  expect(gapsAndRepeats(all, "n", end)).toEqual({ missing: 0, repeated: 0 });
});

test("Changed code is a new version that starts clean.", async () => {
  const { preview } = await story.step(3);
  expect(preview.lines.coded).toMatch(/^new version 2, starts clean \(code changed\)/u);
  const { flink, record } = await story.running("coded");
  expect(record.version).toBe(2);
  expect(await story.flink.restoredFrom(flink.jid)).toBeUndefined();
});

test.each([
  [4, /job\.yaml:4:\d*:? ?ImportError: cannot import name 'Nothing'/u],
  [5, /job\.yaml:4: the code does not set execution_output; set it to a DataStream or a Table/u],
])(
  "What is wrong in the code is said with its line, before the running job is touched (step %i).",
  async (step, words) => {
    const before = await story.running("coded");
    await story.place(step);
    for (const ran of [await story.preview(), await story.up()]) {
      expect(ran.code).not.toBe(0);
      expect(ran.text).toMatch(words);
    }
    expect((await story.running("coded")).flink.jid).toBe(before.flink.jid);
  },
);
