/**
 * A SQL job with a Python and a Java function, a package, an archive and a jar: it runs, and a restart from a savepoint loses
 * and repeats nothing.
 */

import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { stringify } from "yaml";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";
import { makeArchive, makeJar, makeRequirements } from "../../support/stories/take-along.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("udf");
  const tools = { flinkHome: inject("flinkHome"), python: inject("python") };
  const { folder } = story;
  await Promise.all([makeJar(folder, tools), makeRequirements(folder, tools), makeArchive(folder, "hello", tools)]);
  const path = (name: string) => relative(process.cwd(), join(folder, name));
  const pyflink = {
    requirements: `${path("requirements.txt")}#${path("wheels")}`,
    files: "test/e2e/stories/udf/functions.py",
    archives: `${path("words.zip")}#words`,
    jars: path("shout.jar"),
  };
  const template = { flinkProperties: { "execution.checkpointing.interval": "1 s" }, pyflink };
  await writeFile(join(folder, "template.yaml"), stringify(template));
  await story.configure({ template: join(folder, "template.yaml") });
});
afterAll(() => story?.end());

const rows = () => visibleRows(story.output("sink"));

test("The functions' values reach the target table.", async () => {
  await story.step(1);
  await story.running("masked");
  await awaitMoreRows(story.output("sink"), 50);
  const [first] = (await rows()).filter(({ n }) => n === 12);
  expect(first).toMatchObject({ masked: "hello **", shouted: "12!" });
});

test("A changed property and archive restart it from a savepoint, and every number is there once.", async () => {
  const before = await story.running("masked");
  await makeArchive(story.folder, "good day", { flinkHome: inject("flinkHome"), python: inject("python") });
  const { preview } = await story.step(2);
  expect(preview.lines.masked).toMatch(
    /^restart from a savepoint \(python\.fn-execution\.bundle\.time unset → 100, \S+words\.zip changed\)/u,
  );
  const now = await story.running("masked");
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/savepoint-${before.flink.jid.slice(0, 6)}-`);
  await awaitMoreRows(story.output("sink"), 50);
  const all = await rows();
  const end = Math.max(...all.map(({ n }) => Number(n)));
  expect(all.find(({ n }) => n === end)).toMatchObject({ masked: `good day ${"*".repeat(String(end).length)}` });
  expect(gapsAndRepeats(all, "n", end)).toEqual({ missing: 0, repeated: 0 });
});
