/** Jobs on a real Kafka: a new version that fails there costs no running one, and each row is there once. */

import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type Kafka, startKafka } from "../../support/clusters/kafka.js";
import { smallEngine } from "../../support/stories/engines.js";
import type { Ran } from "../../support/stories/pulumi.js";
import { gapsAndRepeats } from "../../support/stories/sink.js";
import { Story } from "../../support/stories/story.js";

const JOBS = ["kafka-copies", "kafka-doubles", "kafka-fill", "kafka-parsed"];

let story: Story;
let kafka: Kafka;
beforeAll(async () => {
  story = await Story.begin("kafka", {}, smallEngine());
  kafka = await startKafka(join(story.folder, "kafka"));
  await Promise.all(["numbers", "copies", "doubles", "parsed"].map((topic) => kafka.createTopic(topic)));
  const jars = relative(process.cwd(), process.env.KAFKA_CONNECTOR ?? "");
  const template = { flinkProperties: { "execution.checkpointing.interval": "1 s" }, pyflink: { jars } };
  await writeFile(join(story.folder, "template.yaml"), stringify(template));
  const parameters = { brokers: kafka.brokers, doubles: "doubles" };
  // Rows are there: only a machine with much other work needs longer for the first.
  await story.configure({ template: join(story.folder, "template.yaml"), parameters, firstRowSeconds: 120 });
});
afterAll(async () => {
  try {
    await story?.end();
  } finally {
    await kafka?.stop();
  }
});

const running = async () =>
  Object.fromEntries(await Promise.all(JOBS.map(async (job) => [job, await story.running(job)])));

test("Jobs that read and write topics start with the connector's jar.", async () => {
  await story.step(1);
  await running();
});

const WAYS_TO_FAIL = [
  {
    job: "kafka-copies",
    title: "A new version that reads a topic which is missing",
    version: 2,
    words: /^new version 2, starts clean \(SQL changed, table orders_by_day added/u,
    cause: /Failed to get metadata for topics \[orders-by-day\]: This server does not host this topic-partition/u,
  },
  {
    job: "kafka-doubles",
    title: "A table whose topic is missing, to write to",
    version: 1,
    words:
      /^restart from a savepoint \(table doubles changed \(topic doubles → doubles-2\)\), version 1 stays; rows of doubles go elsewhere/u,
    cause: /Topic doubles-2 not present in metadata after 5000 ms/u,
  },
  {
    job: "kafka-parsed",
    title: "A query that fails on its first row, which comes later than the first checkpoint could be completed",
    version: 2,
    words: /^new version 2, starts clean \(SQL changed/u,
    cause: /For input string: 'number \d+'/u,
  },
];

describe("Three changes that Flink plans and Kafka does not bear:", () => {
  let before: Awaited<ReturnType<typeof running>>;
  let preview: Ran;
  let up: Ran;
  beforeAll(async () => {
    before = await running();
    await story.configure({ parameters: { brokers: kafka.brokers, doubles: "doubles-2" } });
    await story.place(2);
    preview = await story.preview();
    up = await story.up();
  });

  test.each(WAYS_TO_FAIL)(
    "$title is refused by the update with Kafka's words.",
    async ({ job, version, words, cause }) => {
      expect(preview.lines[job]).toMatch(words);
      expect(up.code).not.toBe(0);
      expect(up.text).toContain(`${job}: version ${version} did not start; rolled back to version 1 as it was before`);
      expect(up.text).toMatch(cause);
      const { flink, record } = await story.running(job);
      expect(record.version).toBe(1);
      expect(await story.flink.restoredFrom(flink.jid)).toContain(`/${job}/1/`);
    },
  );

  test("The job beside them was not touched.", async () => {
    expect((await story.running("kafka-fill")).flink).toEqual(before["kafka-fill"].flink);
  });
});

test("The next update, with what was meant, goes through.", async () => {
  await story.configure({ parameters: { brokers: kafka.brokers, doubles: "doubles" } });
  const { preview } = await story.step(3);
  expect(preview.lines).toEqual({
    "kafka-copies": expect.stringMatching(/^new version 3, starts clean \(SQL changed\)/u),
    "kafka-fill": expect.stringMatching(/^restart from a savepoint/u),
    // What was rolled back runs as another Flink job than the stack's outputs say.
    "kafka-doubles": "adopted as it runs, not restarted, version 1 stays",
    "kafka-parsed": "adopted as it runs, not restarted, version 1 stays",
  });
});

test("Each version reads as a consumer group of its own.", async () => {
  const { flink } = await story.running("kafka-copies");
  await story.flink.awaitCheckpoints(flink.jid, 2);
  expect(await kafka.groups()).toEqual(expect.arrayContaining(["rta-kafka-copies-1", "rta-kafka-copies-3"]));
});

test("Through all of it each number is in its topic once; the new version has read them again, and is told by its column.", async () => {
  expect((await story.destroy()).code).toBe(0);
  const topics = ["numbers", "doubles", "parsed", "copies"];
  const read = new Map(await Promise.all(topics.map(async (topic) => [topic, await kafka.committed(topic)] as const)));
  for (const [topic, version] of [...topics.map((topic) => [topic, 1] as const), ["copies", 3] as const]) {
    const rows = (read.get(topic) ?? []).filter((row) => row.__query_version === version);
    const end = Math.max(...rows.map(({ n }) => Number(n)));
    expect({ topic, version, ...gapsAndRepeats(rows, "n", end) }).toEqual({ topic, version, missing: 0, repeated: 0 });
    expect(end).toBeGreaterThan(100);
  }
});
