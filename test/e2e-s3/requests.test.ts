/** What a deployment costs at S3: requests for each job, printed, and bound. Flink's own requests are not in it. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type S3Front, startS3Front } from "../support/servers/s3-front.js";
import { engine } from "../support/stories/engines.js";
import { Story } from "../support/stories/story.js";

const JOBS = 20;

/** Requests for each job, and a few for the stack as a whole. */
const BOUNDS = { "first preview": 3, "first up": 10, preview: 1, "up with no change": 1 } as const;
const PER_STACK = 4;

let front: S3Front;
let story: Story;
beforeAll(async () => {
  const stores = new URL(inject("stores"));
  front = await startS3Front(stores.searchParams.get("endpoint") ?? "");
  story = await Story.begin("requests", { store: `s3://${stores.hostname}/many?endpoint=${front.endpoint}` }, engine());
  await story.place(1);
  for (let i = 2; i <= JOBS; i++) await addJob(`many-${i}`);
});
afterAll(async () => {
  await story?.end();
  front?.stop();
});

async function addJob(name: string): Promise<void> {
  const manifest = `name: ${name}\ntarget-table: sink\nsql: SELECT n FROM numbers\n`;
  await writeFile(join(story.folder, "manifests", `${name}.yaml`), manifest);
}

test("The requests for each of 20 jobs stay within their bounds.", async () => {
  const runs = {
    "first preview": () => story.preview(),
    "first up": () => story.up(),
    preview: () => story.preview(),
    "up with no change": () => story.up(),
  };
  const lines: string[] = [];
  for (const [what, bound] of Object.entries(BOUNDS) as [keyof typeof BOUNDS, number][]) {
    front.counted();
    const ran = await runs[what]();
    expect(ran.code, ran.text).toBe(0);
    const counts = front.counted();
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    lines.push(
      `${what}: ${(all / JOBS).toFixed(2)} requests a job (${JSON.stringify(counts)}), ${ran.seconds.toFixed(1)} s`,
    );
    expect(all, lines.at(-1)).toBeLessThanOrEqual(bound * JOBS + PER_STACK);
  }
  console.log(`S3 requests, ${JOBS} jobs\n  ${lines.join("\n  ")}`);
  expect(
    (await story.flink.jobs()).filter(({ name, state }) => name.startsWith("many-") && state === "RUNNING"),
  ).toHaveLength(JOBS);
});
