/** SQL that Flink refuses is found before anything is touched, and shown where it stands. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ran } from "../../support/stories/pulumi.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
let before: Awaited<ReturnType<Story["running"]>>;

beforeAll(async () => {
  story = await Story.begin("invalid");
  await story.step(1);
  before = await story.running("invalid");
});
afterAll(() => story?.end());

const REFUSED = [
  ["an unknown column", 2, "job.yaml:4:13: ", "Column 'amout' not found", "SELECT n, amout"],
  ["an unknown table", 3, "job.yaml:5:8: ", "Object 'nmbers' not found", "FROM nmbers"],
  [
    "a word out of place",
    4,
    "job.yaml:5:22: ",
    "Incorrect syntax near the keyword 'AND'",
    "FROM numbers WHERE AND n > 0",
  ],
  ["a column too many for the target table", 5, "job.yaml:2:15: ", "Different number of columns", "target-table: sink"],
  [
    "an unknown type in a table file",
    6,
    "tables.sql:2:25: ",
    "Unknown identifier 'BIGNT'",
    "CREATE TABLE numbers (n BIGNT) WITH (",
  ],
] as const;

test.each(REFUSED)("With %s a preview fails and shows the place.", async (_, step, place, words, line) => {
  await story.place(step);
  const ran = await story.preview();
  expect(ran.code).not.toBe(0);
  expect(ran.text).toContain(place);
  expect(ran.text).toContain(words);
  expect(caretLine(ran)).toBe(line);
  expect(await story.running("invalid")).toEqual(before);
});

test("Mistakes in several jobs are all shown by one preview, and the next resource ends it with an error.", async () => {
  await story.place(7);
  const ran = await story.preview();
  expect(ran.code).not.toBe(0);
  for (const words of ["Column 'amout' not found", "Object 'nmbers' not found", "Column 'm' not found"])
    expect(ran.text).toContain(words);
  expect(ran.text).toContain("3 jobs are refused: invalid, invalid-b, invalid-c; each says why on its own line");
  expect(await story.running("invalid")).toEqual(before);
});

test("An update without a preview fails in the same way, and touches nothing.", async () => {
  await story.place(6);
  const ran = await story.up();
  expect(ran.code).not.toBe(0);
  expect(caretLine(ran)).toBe(REFUSED.at(-1)?.[4]);
  expect(ran.text).toContain("fix: correct the place named above, then run `pulumi up` again [sql-invalid]");
  expect(await story.running("invalid")).toEqual(before);
});

test("All the while the job ran, and its checkpoints went on.", async () => {
  const { counts } = await story.flink.checkpoints(before.flink.jid);
  await story.flink.awaitCheckpoints(before.flink.jid, counts.completed + 2);
  expect((await story.flink.one("invalid"))["start-time"]).toBe(before.flink["start-time"]);
});

/** The line of the file above the caret. */
function caretLine({ text }: Ran): string | undefined {
  return /^\s*\d+ \| *(.*)\n\s+\| *\^/mu.exec(text)?.[1];
}
