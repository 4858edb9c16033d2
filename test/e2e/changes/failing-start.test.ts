/** A change that Flink plans and cannot start: the job of before runs again, and the change is still to be made. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallEngine } from "../../support/stories/engines.js";
import type { Ran } from "../../support/stories/pulumi.js";
import { Story } from "../../support/stories/story.js";

type Running = Awaited<ReturnType<Story["running"]>>;

let story: Story;
let preview: Ran;
let up: Ran;
const before = new Map<string, Running>();

beforeAll(async () => {
  story = await Story.begin("failing", {}, smallEngine());
  await story.step(1);
  for (const job of ["failing-restart", "failing-replace"]) {
    before.set(job, await story.running(job));
    await story.flink.awaitCheckpoints((before.get(job) as Running).flink.jid, 2);
  }
  await story.place(2);
  preview = await story.preview();
  up = await story.up();
});
afterAll(() => story?.end());

const OTHER_SINK =
  /^restart from a savepoint \(table own_sink changed \(connector filesystem → blackhole, .*\)\), version 1 stays; rows of own_sink go elsewhere from now on: connector filesystem → blackhole/u;

const ROWS = [
  {
    job: "failing-restart",
    title: "a table whose operator does not fit the state",
    words: OTHER_SINK,
    exception: /Cannot map checkpoint\/savepoint state for operator/u,
    past: [],
    again: OTHER_SINK,
  },
  {
    job: "failing-replace",
    title: "a query of files that are not there",
    words:
      "new version 2, starts clean (SQL changed, table no_files added, table numbers removed); N B of state of version 1 will not be used",
    exception: /File .*output\/nothing does not exist/u,
    // A number is used once, even by a version that did not start: its directories may hold a state of its query.
    past: [{ version: 2 }],
    again:
      "new version 3, starts clean (SQL changed, table no_files added, table numbers removed); N B of state of version 1 will not be used",
  },
];

describe.each(ROWS)("With $title", ({ job, words, exception, past, again }) => {
  const old = () => before.get(job) as Running;

  test("the preview plans it, and the update fails with Flink's own exception.", () => {
    expect(preview.code, preview.text).toBe(0);
    expect(preview.lines[job]).toMatch(words);
    expect(up.code).not.toBe(0);
    expect(up.text).toMatch(exception);
    expect(up.text).toMatch(
      new RegExp(`${job}: version \\d did not start; rolled back to version 1 as it was before`, "u"),
    );
  });

  test("the old version runs again from the savepoint just taken, and the record says so.", async () => {
    const { flink, record } = await story.running(job);
    expect(flink.jid).not.toBe(old().flink.jid);
    const from = await story.flink.restoredFrom(flink.jid);
    expect(from).toContain(`/savepoints/${job}/1/savepoint-${old().flink.jid.slice(0, 6)}-`);
    const { queryId, sql } = old().record;
    expect(record).toMatchObject({ version: 1, queryId, sql, startedFrom: from, past });
  });

  test("the next preview says the same change again.", async () => {
    const next = await story.preview();
    expect(next.lines[job]).toMatch(again);
  });
});

test("With the manifests as they were, and a property more, the next update goes on.", async () => {
  const untouched = await story.running("failing-replace");
  const { preview: next } = await story.step(3);
  expect(next.lines).toEqual({
    // What was rolled back runs as another Flink job than the stack's outputs say.
    "failing-replace": "adopted as it runs, not restarted, version 1 stays",
    "failing-restart": expect.stringMatching(/^restart from a savepoint/u),
  });
  expect((await story.running("failing-replace")).flink).toEqual(untouched.flink);
  await story.running("failing-restart");
});
