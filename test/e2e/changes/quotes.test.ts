/** Whatever stands in quotes reaches the sink as it was written. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { smallEngine } from "../../support/stories/engines.js";
import { committedRows } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("quotes", {}, smallEngine());
  await story.step(1);
  await story.flink.awaitState((await story.record("quotes")).jobId, "FINISHED");
});
afterAll(() => story?.end());

test("Quotes, dollars, backslashes, line ends, comment signs and braces arrive unharmed.", async () => {
  const rows = await committedRows(story.output("sink"));
  expect(rows.map(({ n }) => n)).toEqual([1, 2, 3]);
  for (const row of rows)
    expect(row).toMatchObject({
      single_quote: "it's",
      shell: String.raw`"$HOME" ${"`id`"} $(id) \n \\`,
      comments: "a -- b /* c */ // d; e",
      two_lines: "one\ntwo",
      'a "name" with {braces} -- and more': "{output} {nothing} }{",
      __query_description: 'It\'s "so": $HOME `id` \\ back {slash} -- no comment\nsecond line',
      __query_name: "quotes",
      __query_version: 1,
    });
});

test("And none of it is a change the next time.", async () => {
  const { preview } = await story.again();
  // On a busy machine it ends only after its first checkpoint, and then this preview has news of that.
  const { quotes = "", ...others } = preview.lines;
  expect(others).toEqual({});
  expect(["", "finished, not started again, version 1 stays"]).toContain(quotes);
});
