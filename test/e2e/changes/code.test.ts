/**
 * The decision tree without a SQL Gateway, for a PyFlink job and a query with keyed state: nothing is lost, nothing comes
 * twice, and errors name the manifest.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("code", { gatewayUrl: undefined });
});
afterAll(() => story?.end());

/** Each job, with the folder of its sink. */
const JOBS = { coded: "sink", counted: "other_sink" };
const tables = Object.values(JOBS);

const awaitRows = () => Promise.all(tables.map((table) => awaitMoreRows(story.output(table), 50)));

test("New jobs start clean, and their rows reach the target tables.", async () => {
  const { preview } = await story.step(1);
  expect(preview.lines).toEqual({ coded: "new, version 1, starts clean", counted: "new, version 1, starts clean" });
  for (const job of Object.keys(JOBS)) await story.running(job);
  await awaitRows();
  expect((await story.again()).preview.lines).toEqual({});
});

test("A property change restarts them from savepoints: the counts go on exactly where they were.", async () => {
  const before = { coded: await story.running("coded"), counted: await story.running("counted") };
  const { preview } = await story.step(2);
  expect(preview.lines).toEqual({
    coded: "restart from a savepoint (python.fn-execution.bundle.time unset → 100), version 1 stays",
    counted: "restart from a savepoint (table.exec.sink.not-null-enforcer unset → DROP), version 1 stays",
  });
  for (const job of ["coded", "counted"] as const) {
    const now = await story.running(job);
    expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/savepoint-${before[job].flink.jid.slice(0, 6)}-`);
  }
  await awaitRows();
  for (const table of tables) {
    const all = await visibleRows(story.output(table));
    expect(all.every(({ n, counted }) => n === counted)).toBe(true);
    const end = Math.max(...all.map(({ n }) => Number(n)));
    expect(gapsAndRepeats(all, "n", end)).toEqual({ missing: 0, repeated: 0 });
  }
});

test("Changed code, and a changed query, is a new version that starts clean.", async () => {
  const { preview } = await story.step(3);
  expect(preview.lines.coded).toMatch(/^new version 2, starts clean \(code changed\)/u);
  expect(preview.lines.counted).toMatch(/^new version 2, starts clean \(SQL changed\)/u);
  for (const job of Object.keys(JOBS)) {
    const { flink, record } = await story.running(job);
    expect(record.version).toBe(2);
    expect(await story.flink.restoredFrom(flink.jid)).toBeUndefined();
  }
});

test.each([
  [4, /job\.yaml:4:\d*:? ?ImportError: cannot import name 'Nothing'/u],
  [5, /job\.yaml:4: the code does not set execution_output; set it to a DataStream or a Table/u],
])(
  "What is wrong in the code is said with its line, before the running job is touched (step %i).",
  async (step, words) => {
    const before = await story.running("coded");
    await story.place(step);
    const { code, text } = step === 4 ? await story.preview() : await story.up();
    expect(code).not.toBe(0);
    expect(text).toMatch(words);
    expect((await story.running("coded")).flink.jid).toBe(before.flink.jid);
  },
);

test("A mistake in the syntax is said with its line where the cluster cannot be reached.", async () => {
  await story.configure({ restUrl: "http://127.0.0.1:1" });
  await story.place(6);
  const { code, text } = await story.preview();
  expect(code).not.toBe(0);
  expect(text).toMatch(/job\.yaml:21:\d+: SyntaxError: '\(' was never closed/u);
});
